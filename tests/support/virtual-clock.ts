import type { Clock } from '../../src/core/contract/provider.ts'
import { openTimeline, turn as settled } from '../../src/testing/backends/timeline.ts'

export { settled }

/** A clock whose time moves only by hand. */
export interface VirtualClock extends Clock {
  /** Moves the time on. Sleepers wake in order, each at its own time, and what they set off is over before the next one wakes. */
  readonly advance: (ms: number) => Promise<void>
  /** How many sleep: what is left when a test is over was never let go of. */
  readonly sleeping: () => number
}

export const openVirtualClock = (startsAt = 1_000_000): VirtualClock => {
  const { now, sleep, sleeping, nextAt, wakeNext, moveTo } = openTimeline(startsAt)
  return {
    now,
    sleep,
    sleeping,
    advance: async (ms) => {
      const until = now() + ms
      await settled()
      while ((nextAt() ?? Number.POSITIVE_INFINITY) <= until) {
        wakeNext()
        await settled()
      }
      moveTo(until)
    },
  }
}
