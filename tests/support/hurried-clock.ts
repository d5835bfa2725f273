import type { Clock } from '../../src/core/contract/provider.ts'
import { realClock } from '../../src/core/settings/clock.ts'

/**
 * For real servers under a run that waits between its attempts: waits of up to ten seconds pass in a moment, and time
 * has moved on by them all the same. Longer ones are time-outs of calls, and stay what they are.
 */
export const hurriedClock = (): Clock => {
  let ahead = 0
  return {
    now: () => realClock.now() + ahead,
    sleep: async (ms, signal) => {
      if (ms > 10_000) return realClock.sleep(ms, signal)
      await realClock.sleep(Math.min(ms, 2), signal)
      if (signal?.aborted !== true) ahead += Math.max(0, ms - 2)
    },
  }
}
