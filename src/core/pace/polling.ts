/**
 * When to ask a job for its result. The first question comes when about 80 % of the jobs seen so far had ended, later
 * ones after two fifths of the job's age again; what an answer reveals is only that the job ended since the last question.
 */
export interface Polling {
  /** One more job is followed; returns its number. */
  readonly begin: () => number
  /**
   * How long a job of this age that was never asked should still be left alone, in ms; 0: it may be asked now. While it
   * is not known how long jobs take, one of them is asked, and the others wait for what that teaches: for a minute at
   * most, that one may hang. `undefined`: a job of an earlier process, which may have ended long ago.
   */
  readonly holdMs: (job: number | undefined, ageMs: number) => number
  /** How long to wait before the next question, in ms, for a job of this age that was asked so often. */
  readonly waitMs: (asked: number, ageMs: number) => number
  /** A job of this age was found running, asked for the first time: those that were never asked wait a little longer. */
  readonly stillRuns: (ageMs: number) => void
  /** A job was found ended: it ran longer than `pendingAtMs`, and at most `endedAtMs`. */
  readonly learn: (pendingAtMs: number, endedAtMs: number) => void
}

const firstGuessMs = 500
const shortestMs = 50
const longestMs = 10_000
const longestHoldMs = 30_000
const remembered = 64
/** Parts of a job's age until it is asked again. */
const growths = [0.2] as const
const mostGrowth = 0.4
/** Jobs that had ended when they were first asked may have done so long before: after many, others are asked a little sooner. */
const sooner = 0.97
const later = 1.05
const slightlySooner = 0.995
/** The one that is asked while nobody knows: closely, for all the others wait for it. */
const unknownGrowth = 0.05
const unknownMs = 1_600
const longestUnknownMs = 60_000

export const openPolling = (): Polling => {
  const durations: number[] = []
  let expected = firstGuessMs
  /** What jobs that still ran have shown since. */
  let least = 0
  let begun = 0
  return {
    begin: () => begun++,
    holdMs: (job, ageMs) => {
      if (job === undefined) return 0
      if (durations.length === 0 && job > 0) return ageMs >= longestUnknownMs ? 0 : Math.max(shortestMs, ageMs / 100)
      const leftMs = Math.max(expected, least) - ageMs
      // Less than a clock tells is nothing: it would be waited for over and over.
      return leftMs < 1 ? 0 : Math.min(longestHoldMs, leftMs)
    },
    waitMs: (asked, ageMs) => {
      if (durations.length === 0) return Math.max(shortestMs, ageMs * unknownGrowth, Math.min(ageMs / 4, unknownMs))
      return Math.min(longestMs, Math.max(shortestMs, ageMs * (growths[asked - 1] ?? mostGrowth)))
    },
    stillRuns: (ageMs) => {
      if (durations.length > 0) least = Math.max(least, ageMs * later)
    },
    learn: (pendingAtMs, endedAtMs) => {
      if (pendingAtMs === 0) least *= slightlySooner
      const isTold = pendingAtMs > 0 || durations.length === 0
      durations.push(
        isTold ? endedAtMs : Math.min(endedAtMs, durations.length < remembered ? expected : expected * sooner),
      )
      if (durations.length > remembered) durations.shift()
      const sorted = [...durations].sort((one, other) => one - other)
      expected = sorted[Math.floor(sorted.length * 0.8)] ?? firstGuessMs
    },
  }
}
