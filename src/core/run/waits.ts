import type { RunEvent, Unstamped, WaitWhy } from '../contract/events.ts'
import type { Clock } from '../contract/provider.ts'

/**
 * What the run waits for, so that nobody has to guess why nothing happens. A wait of less than a second is not told, and
 * none more often than once a second.
 */
export interface Waits {
  /** So many records wait; `until`: at the latest, in ms since the epoch. Ends when what it answers is called, or then. */
  readonly begin: (why: WaitWhy, records: Count, until?: number) => () => void
  readonly close: () => void
}

type Count = number | (() => number)

interface Wait {
  readonly records: Count
  readonly until: number | undefined
}

/** Waits that hold the whole run end by themselves. */
const endByThemselves: ReadonlySet<WaitWhy> = new Set(['rate', 'throttled', 'unavailable', 'unreachable'])

const nothing = (): void => {}
const untold: Waits = { begin: () => nothing, close: nothing }

export const openWaits = (
  clock: Clock,
  emit: ((event: Unstamped<RunEvent>) => void) | undefined,
  inFlight: () => number,
  toldEveryMs = 1_000,
): Waits => {
  if (emit === undefined) return untold
  const open = new Map<WaitWhy, Set<Wait>>()
  const told = new Map<WaitWhy, string>()
  const closed = new AbortController()
  let isTicking = false

  const tell = (why: WaitWhy, waits: ReadonlySet<Wait>): void => {
    let records = 0
    let until: number | undefined
    let isBounded = true
    for (const wait of waits) {
      records += typeof wait.records === 'number' ? wait.records : wait.records()
      if (wait.until === undefined) isBounded = false
      else until = Math.max(until ?? 0, wait.until)
    }
    const untilMs = isBounded && until !== undefined ? Math.round(until) : undefined
    const text = `${records} ${untilMs}`
    if (told.get(why) === text) return
    told.set(why, text)
    emit({ kind: 'waiting', why, records, ...(untilMs !== undefined && { untilMs }), inFlight: inFlight() })
  }

  const look = (): void => {
    const now = clock.now()
    for (const [why, waits] of open) {
      if (endByThemselves.has(why)) for (const wait of waits) if ((wait.until ?? 0) <= now) waits.delete(wait)
      if (waits.size === 0) open.delete(why)
      else tell(why, waits)
    }
    for (const why of told.keys()) {
      if (open.has(why)) continue
      told.delete(why)
      emit({ kind: 'waiting', why, records: 0, inFlight: inFlight() })
    }
  }

  const tick = async (): Promise<void> => {
    isTicking = true
    while (open.size + told.size > 0 && !closed.signal.aborted) {
      await clock.sleep(toldEveryMs, closed.signal)
      if (!closed.signal.aborted) look()
    }
    isTicking = false
  }

  return {
    begin: (why, records, until) => {
      if (closed.signal.aborted) return nothing
      const wait: Wait = { records, until: until === Number.POSITIVE_INFINITY ? undefined : until }
      const waits = open.get(why) ?? new Set<Wait>()
      open.set(why, waits)
      if (endByThemselves.has(why)) waits.clear()
      waits.add(wait)
      if (!isTicking) void tick()
      return () => {
        waits.delete(wait)
        if (waits.size === 0 && open.get(why) === waits) open.delete(why)
      }
    },
    close: () => closed.abort(),
  }
}
