import type { Clock } from '../contract/provider.ts'

/**
 * The machine's clock: the only timers and the only reading of the time in the library. `now` is the wall clock at the
 * start of the process plus what has passed since, so that a clock set back in mid-run can't shorten a wait.
 * It stands still while a machine sleeps, so what others compare with their clock is told by `wall`.
 */
export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  wall: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true || ms <= 0) {
        resolve()
        return
      }
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.min(Math.ceil(ms), longestTimerMs))
      signal?.addEventListener('abort', wake, { once: true })
    }),
}

/** Longer timers fire at once in every JavaScript runtime; who sleeps longer than 24 days looks at the clock again. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's dice, for jitter alone. */
export const realRandom = (): number => Math.random()
