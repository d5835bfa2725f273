/**
 * When to ask a job for its result. The first question comes when about 80 % of the jobs seen so far had ended, later
 * ones after two fifths of the job's age again; what an answer reveals is only that the job ended since the last question.
 */
export interface Polling {
  /** One more job is followed; returns its number. */
  readonly begin: () => number
  /**
   * Whether a question to this job may teach something now. While it is not known how long jobs take, two of them are
   * asked, and the others wait for what that teaches: for a minute at most, those two may hang.
   */
  readonly mayAsk: (job: number, ageMs: number) => boolean
  /** How long to wait before the next question, in ms, for a job of this age that was asked so often. */
  readonly waitMs: (asked: number, ageMs: number) => number
  /** A job was found ended: it ran longer than `pendingAtMs`, and at most `endedAtMs`. */
  readonly learn: (pendingAtMs: number, endedAtMs: number) => void
}

const firstGuessMs = 500
const shortestMs = 50
const longestMs = 10_000
const remembered = 64
/** Part of a job's age until it is asked again. */
const growth = 0.4
const scouts = 2
const longestUnknownMs = 60_000

export const openPolling = (): Polling => {
  const durations: number[] = []
  let expected = firstGuessMs
  let begun = 0
  return {
    begin: () => begun++,
    mayAsk: (job, ageMs) => durations.length > 0 || job < scouts || ageMs >= longestUnknownMs,
    waitMs: (asked, ageMs) => {
      if (asked === 0) return Math.min(longestMs * 3, Math.max(shortestMs, expected - ageMs))
      return Math.min(longestMs, Math.max(shortestMs, ageMs * growth))
    },
    learn: (pendingAtMs, endedAtMs) => {
      durations.push((pendingAtMs + endedAtMs) / 2)
      if (durations.length > remembered) durations.shift()
      const sorted = [...durations].sort((one, other) => one - other)
      expected = sorted[Math.floor(sorted.length * 0.8)] ?? firstGuessMs
    },
  }
}
