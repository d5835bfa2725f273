import type { Halt, Why } from '../contract/outcome.ts'
import type { Clock } from '../contract/provider.ts'

/** Why a run is ending before its list has: the caller's signal, or a halt of its own. */
export type StopReason = { readonly kind: 'aborted' } | { readonly kind: 'halted'; readonly halt: Halt }

/** The end of a run in two steps: nothing more is sent, and `drainMs` later nothing is waited for any more. */
export interface Stop {
  readonly reason: () => StopReason | undefined
  /** The first halt counts, also after an abort; later ones are ignored. */
  readonly halt: (halt: Halt) => void
  readonly halted: () => Halt | undefined
  /** Ends the run as the caller's signal does. */
  readonly abort: () => void
  /** Aborts when nothing more may be sent. */
  readonly stopping: AbortSignal
  /** Aborts when the drain is over: whatever is still waited for is given up. */
  readonly over: AbortSignal
  /** When the drain will be over; infinite while the run goes on. */
  readonly drainEndsAt: () => number
  /** Begins to heed the caller's signal. */
  readonly listen: () => void
  /** Lets go of the caller's signal and of the timers. */
  readonly release: () => void
}

export const openStop = (
  clock: Clock,
  drainMs: number,
  signal: AbortSignal | undefined,
  onStop: (reason: StopReason) => void,
): Stop => {
  const stopping = new AbortController()
  const over = new AbortController()
  const released = new AbortController()
  let reason: StopReason | undefined
  let halted: Halt | undefined
  let drainEndsAt = Number.POSITIVE_INFINITY

  const begin = (why: StopReason): void => {
    if (reason !== undefined) return
    reason = why
    drainEndsAt = clock.now() + drainMs
    stopping.abort()
    void clock.sleep(drainMs, released.signal).then(() => {
      if (!released.signal.aborted) over.abort()
    })
    onStop(why)
  }
  const onAbort = () => begin({ kind: 'aborted' })

  return {
    reason: () => reason,
    halt: (halt) => {
      halted ??= halt
      begin({ kind: 'halted', halt })
    },
    halted: () => halted,
    abort: onAbort,
    stopping: stopping.signal,
    over: over.signal,
    drainEndsAt: () => drainEndsAt,
    listen: () => {
      if (signal?.aborted === true) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    },
    release: () => {
      signal?.removeEventListener('abort', onAbort)
      released.abort()
    },
  }
}

/** What a stop means for a record that was never sent, or provably not deleted. */
export const whyUntouched = (reason: StopReason): Why => {
  if (reason.kind === 'aborted') return 'aborted'
  const { because, error } = reason.halt
  if (because === 'unavailable') return error?.tag === 'Throttled' ? 'throttled' : 'unavailable'
  return because === 'unreachable' ? 'unreachable' : 'halted'
}
