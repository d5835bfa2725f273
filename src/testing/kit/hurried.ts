import { realClock } from '../../core/settings/clock.ts'
import type { Clock } from '../../http-provider.ts'

/** The machine's time, with pauses that are over at once. A call's time-out is none: it stays what it is. */
export const hurried: Clock = {
  now: realClock.now,
  sleep: (ms, signal) => realClock.sleep(ms >= shortestTimeoutMs ? ms : Math.min(ms, 1), signal),
}

/** Pauses between attempts are shorter than the default time-out of a call. */
const shortestTimeoutMs = 20_000
