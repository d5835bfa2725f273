import type { Clock } from '../../src/core/contract/provider.ts'

/** A clock whose time moves only by hand. */
export interface VirtualClock extends Clock {
  /** Moves the time on. Sleepers wake in order, each at its own time, and what they set off is over before the next one wakes. */
  readonly advance: (ms: number) => Promise<void>
  /** How many sleep: what is left when a test is over was never let go of. */
  readonly sleeping: () => number
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Lets everything happen that waits for no time. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const openVirtualClock = (startsAt = 1_000_000): VirtualClock => {
  let now = startsAt
  let sleepers: Sleeper[] = []

  const earliest = (until: number): Sleeper | undefined => {
    let first: Sleeper | undefined
    for (const sleeper of sleepers)
      if (sleeper.at <= until && (first === undefined || sleeper.at < first.at)) first = sleeper
    return first
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || ms <= 0) {
          resolve()
          return
        }
        const wake = () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { at: now + ms, wake }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      }),
    advance: async (ms) => {
      const until = now + ms
      await settled()
      for (let sleeper = earliest(until); sleeper !== undefined; sleeper = earliest(until)) {
        now = sleeper.at
        sleeper.wake()
        await settled()
      }
      now = until
    },
    sleeping: () => sleepers.length,
  }
}
