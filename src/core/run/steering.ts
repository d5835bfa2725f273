import { type AskedControl, type Control, type PaceWish, steeredBy } from '../contract/control.ts'
import { UsageError } from '../contract/error.ts'
import type { RunEvent, Unstamped } from '../contract/events.ts'
import type { Journal } from '../contract/journal.ts'
import type { Gate } from '../pace/gate.ts'
import type { Pacing } from '../pace/pacing.ts'
import { isPositive, isWhole, show } from '../settings/checks.ts'
import type { Settings } from '../settings/settings.ts'
import type { Stop } from './stop.ts'
import type { Waits } from './waits.ts'

/** Why no deletion is sent for now, and until when, where that is known. */
export interface Hold {
  readonly why: 'paused' | 'hours'
  readonly untilMs?: number
}

/** What steers the run while it goes on: people, the program around it, and hours in which nothing may be sent. */
export interface Steering {
  /** What keeps deletions from being sent now. */
  readonly held: () => Hold | undefined
  /** Resolves when deletions may be sent, or the run stops. */
  readonly whenFree: () => Promise<void>
  /** Does what the program around the run asks. */
  readonly ask: (control: Control) => void
  /** Takes up what was asked before, and listens. */
  readonly follow: () => Promise<void>
  readonly release: () => void
}

interface Steered {
  readonly settings: Settings
  readonly pacing: Pacing
  readonly gate: Gate
  readonly stop: Stop
  readonly waits: Waits
  readonly emit: (event: Unstamped<RunEvent>) => void
  /** Records that wait for a deletion to be sent. */
  readonly unsent: () => number
  /** Deletions may be sent again: what was waited for meanwhile is no sign of an outage. */
  readonly onFree: () => void
}

/** How long is slept at most before hours are looked at again: the machine's clock may be set. */
const longestSleepMs = 60_000

export const openSteering = ({ settings, pacing, gate, stop, waits, emit, unsent, onFree }: Steered): Steering => {
  const { clock, journal, closedUntil } = settings
  const asked: AskedControl[] = []
  const released = new AbortController()
  const wall = () => clock.wall?.() ?? clock.now()
  let paused = false
  /** Aborts when deletions may be sent again. */
  let holding: AbortController | undefined
  let waiters: Array<() => void> = []
  let endFollowing = (): void => {}
  let expiry = new AbortController()
  let isPaced = false

  const hours = (): number | undefined => {
    try {
      return closedUntil?.(wall())
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      stop.halt({ because: 'guard', detail: `closedUntil threw: ${message}` })
      return wall()
    }
  }
  const hold = (): Hold | undefined => {
    if (paused) return { why: 'paused' }
    const untilMs = hours()
    return untilMs === undefined ? undefined : { why: 'hours', untilMs }
  }
  const free = (): void => {
    const freed = waiters
    waiters = []
    for (const resolve of freed) resolve()
  }
  const end = (): void => {
    holding?.abort()
    holding = undefined
    onFree()
    free()
    gate.look()
  }
  /** While nothing is sent, a timer keeps the process, and sees hours begin. */
  const stayAwake = async (over: AbortSignal): Promise<void> => {
    const awake = AbortSignal.any([over, stop.stopping, released.signal])
    let told: Hold | undefined
    let endWait = (): void => {}
    while (!awake.aborted) {
      const now = hold()
      if (now === undefined) end()
      else {
        if (told?.why !== now.why || told.untilMs !== now.untilMs) {
          endWait()
          endWait = waits.begin(now.why, unsent, now.untilMs)
          told = now
        }
        const ms = now.untilMs === undefined ? longestSleepMs : Math.max(1, now.untilMs - wall())
        await clock.sleep(Math.min(longestSleepMs, ms), awake)
      }
    }
    endWait()
    free()
  }
  const held = (): Hold | undefined => {
    const now = hold()
    if (now !== undefined && holding === undefined && stop.reason() === undefined) {
      holding = new AbortController()
      void stayAwake(holding.signal)
    }
    return now
  }

  const setPace = (): void => {
    const { pace, paceUntil } = steeredBy(asked, wall())
    const { share = settings.rateShare, requestsPerSecond = settings.requestsPerSecond, concurrency } = pace
    expiry.abort()
    if (Object.keys(pace).length === 0 && !isPaced) return
    isPaced = true
    pacing.setRate({ share, requestsPerSecond })
    gate.widen(concurrency === undefined ? undefined : Math.min(concurrency, settings.mostConcurrency))
    if (paceUntil === undefined) return
    expiry = new AbortController()
    void expire(paceUntil, AbortSignal.any([expiry.signal, released.signal]))
  }
  const expire = async (until: number, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && wall() < until) await clock.sleep(Math.min(longestSleepMs, until - wall()), signal)
    if (!signal.aborted) setPace()
  }

  const heed = (control: AskedControl): void => {
    asked.push(control)
    emit({ kind: 'steered', control })
    if (control.what === 'stop') return stop.abort()
    if (control.what === 'rate' || control.what === 'planned-rate') return setPace()
    paused = control.what === 'pause'
    if (paused) held()
    else if (holding !== undefined && hold() === undefined) end()
  }

  return {
    held,
    whenFree: async () => {
      while (held() !== undefined && stop.reason() === undefined) {
        await new Promise<void>((resolve) => waiters.push(resolve))
      }
    },
    ask: (control) => {
      if (control.what === 'rate') demandPace(control)
      if (released.signal.aborted) return
      heed({ ...control, at: wall() })
      if (journal?.control !== undefined) void record(journal.control, control, stop)
    },
    follow: async () => {
      if (journal?.followControls === undefined) return
      const past: AskedControl[] = []
      endFollowing = await journal.followControls((control, isPast) => {
        if (isPast) past.push(control)
        else if (!released.signal.aborted) heed(control)
      })
      if (released.signal.aborted) return endFollowing()
      asked.unshift(...past)
      const before = steeredBy(past, wall())
      for (const control of [before.paused, before.pacedBy]) if (control) emit({ kind: 'steered', control })
      paused = steeredBy(asked, wall()).paused !== undefined
      if (paused) held()
      setPace()
    },
    release: () => {
      released.abort()
      expiry.abort()
      free()
      endFollowing()
    },
  }
}

/** What can't be put on record ends the run, as everywhere else. */
const record = async (write: NonNullable<Journal['control']>, control: Control, stop: Stop): Promise<void> => {
  try {
    await write(control)
  } catch (error) {
    stop.halt({ because: 'journal', detail: error instanceof Error ? error.message : String(error) })
  }
}

/** Throws `UsageError` for a pace that is none. */
export const demandPace = ({ share, requestsPerSecond, concurrency }: PaceWish): void => {
  if (share !== undefined && (!isPositive(share) || share > 1))
    throw new UsageError(`share must be over 0 and at most 1, not ${show(share)}`)
  if (requestsPerSecond !== undefined && !(typeof requestsPerSecond === 'number' && requestsPerSecond > 0))
    throw new UsageError(`requestsPerSecond must be over 0, not ${show(requestsPerSecond)}`)
  if (concurrency !== undefined && !isWhole(concurrency, 1))
    throw new UsageError(`concurrency must be a whole number of at least 1, not ${show(concurrency)}`)
}
