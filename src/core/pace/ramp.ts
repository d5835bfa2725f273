/** One request after the other, evenly, as token buckets, GCRA and weighted windows make room. Times in ms. */
export interface Ramp {
  /** When the next one is due. */
  readonly dueAt: () => number
  /** It is known to be a ramp now; so many may come at once after a rest, and a weighted window holds one less than it says. */
  readonly begin: (burst: number, at: number, isWeighted: boolean) => void
  /** None before then. */
  readonly rest: (until: number) => void
  readonly sent: (now: number) => void
  readonly passed: (sentAt: number) => void
  /** One was refused for the `streak`-th time in a row. False where it was no ramp after all. */
  readonly refused: (sentAt: number, receivedAt: number, streak: number) => boolean
  readonly burst: () => number
}

const never = Number.NEGATIVE_INFINITY
const slowest = 4
/** So few between two refusals are no matter of rounding. */
const fewBetween = 20
/** After so many in a row it is something else. */
const mostStreak = 4
export const longestRestMs = 30_000

export const openRamp = (places: () => number, perMs: () => number): Ramp => {
  let dueAt = never
  let burst = 1
  /** Times as slow as the limit says: for good, and for now. */
  let [atLeast, slower] = [1, 1]
  let since = never
  let passes = 0
  const eachMs = (): number => (perMs() / places()) * slower
  const oneFewer = (): number => 1 + 1 / Math.max(1, places() - 1)
  return {
    dueAt: () => dueAt,
    begin: (of, at, isWeighted) => {
      burst = of
      since = at
      passes = 0
      if (isWeighted) atLeast = oneFewer()
      slower = atLeast
    },
    rest: (until) => {
      dueAt = until
    },
    sent: (now) => {
      dueAt = Math.max(dueAt, now - (burst - 1) * eachMs()) + eachMs()
    },
    passed: (sentAt) => {
      if (sentAt <= since) return
      passes++
      slower = Math.max(atLeast, slower * 0.98)
    },
    refused: (sentAt, receivedAt, streak) => {
      // It was under way when the one before was refused.
      if (sentAt <= since) return true
      // Whatever the limit, it has room after a whole window, or it is not the only one.
      const restMs = Math.max(eachMs() * 2 ** streak, streak > 2 ? 1.1 * perMs() : 0)
      dueAt = Math.max(dueAt, receivedAt + Math.min(longestRestMs, restMs))
      // Few at once: it is a small burst, or a shorter limit besides, which one after the other keeps to as well.
      if (passes < 2) return burst < places() / 2 && streak <= mostStreak
      since = receivedAt
      atLeast = Math.max(oneFewer(), Math.min(slowest, atLeast + 1 / (4 * places())))
      slower = Math.max(atLeast, Math.min(slowest, slower * (passes < fewBetween ? 1.5 : 1)))
      passes = 2
      burst = Math.max(1, Math.floor(burst * 0.8))
      return true
    },
    burst: () => burst,
  }
}
