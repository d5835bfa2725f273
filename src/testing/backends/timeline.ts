import type { Clock } from '../../http-provider.ts'

/** Time that somebody else moves, from one sleeper to the next. */
export interface Timeline extends Clock {
  /** When the next sleeper wakes; undefined when nobody sleeps. */
  readonly nextAt: () => number | undefined
  /** Moves to the next sleeper and wakes it. Of two at the same time, the one that came first. */
  readonly wakeNext: () => void
  /** Moves on without waking anybody. */
  readonly moveTo: (at: number) => void
  readonly sleeping: () => number
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** `onNews` hears of each sleep that begins or ends. */
export const openTimeline = (startsAt: number, onNews: () => void = () => {}): Timeline => {
  let now = startsAt
  // In the order in which they wake.
  const asleep: Sleeper[] = []

  const moveTo = (at: number) => {
    now = Math.max(now, at)
  }

  return {
    now: () => now,
    sleep: (ms, signal) => {
      onNews()
      if (!(ms > 0) || signal?.aborted === true) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          asleep.splice(asleep.indexOf(sleeper), 1)
          signal?.removeEventListener('abort', wake)
          onNews()
          resolve()
        }
        const sleeper: Sleeper = { at: now + Math.ceil(ms), wake }
        asleep.splice(asleep.findLastIndex(({ at }) => at <= sleeper.at) + 1, 0, sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
    nextAt: () => asleep[0]?.at,
    wakeNext: () => {
      const [next] = asleep
      if (next === undefined) return
      moveTo(next.at)
      next.wake()
    },
    moveTo,
    sleeping: () => asleep.length,
  }
}

/** One full turn of the event loop, in which whatever waits for no time gets its chance. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
