/**
 * When to ask a job for its result. The first question comes when about 80 % of the jobs seen so far had ended, later
 * ones after half of the job's age again; what an answer reveals is only that the job ended since the last question.
 */
export interface Polling {
  /** How long to wait before the next question, in ms, for a job of this age that was asked so often. */
  readonly waitMs: (asked: number, ageMs: number) => number
  /** A job was found ended: it ran longer than `pendingAtMs`, and at most `endedAtMs`. */
  readonly learn: (pendingAtMs: number, endedAtMs: number) => void
}

const firstGuessMs = 500
const shortestMs = 50
const longestMs = 10_000
const remembered = 64

export const openPolling = (): Polling => {
  const durations: number[] = []
  let expected = firstGuessMs
  return {
    waitMs: (asked, ageMs) => {
      if (asked === 0) return Math.min(longestMs * 3, Math.max(shortestMs, expected - ageMs))
      return Math.min(longestMs, Math.max(shortestMs, ageMs / 2))
    },
    learn: (pendingAtMs, endedAtMs) => {
      durations.push((pendingAtMs + endedAtMs) / 2)
      if (durations.length > remembered) durations.shift()
      const sorted = [...durations].sort((one, other) => one - other)
      expected = sorted[Math.floor(sorted.length * 0.8)] ?? firstGuessMs
    },
  }
}
