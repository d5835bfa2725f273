/**
 * How many exchanges may be in flight where nobody knows how many the backend bears: found out from how long answers take
 * and from refusals. Begins at the usual number and doubles while answers come as fast as with few in flight; holds where
 * they take a fifth longer, for then the backend is at work all the time and more would only wait there; and takes back
 * what makes them take two fifths longer. A refusal takes back a fifth at once, and what was refused is not tried again
 * soon.
 */
export interface Adaptive {
  readonly limit: () => number
  /** An exchange began; so many are in flight with it. */
  readonly started: (running: number) => void
  /** A deletion that was sent then has been answered, and was not refused. */
  readonly answered: (sentAt: number, now: number) => void
  /** The backend turned a request back. False when one at a time is too many already: then it is the rate that is too high. */
  readonly turnedBack: (now: number) => boolean
}

export const openAdaptive = (least: number, most: number): Adaptive => {
  let limit = least
  /** How long answers take when the backend is not busy, in ms. */
  let baseMs = Number.POSITIVE_INFINITY
  let typicalMs = 0
  let samples: number[] = []
  /** As many were in flight as may be: else nothing is learnt about more. */
  let wasFull = false
  let changedAt = Number.NEGATIVE_INFINITY
  let turnedBackAt = Number.NEGATIVE_INFINITY
  let doubling = true
  /** The most that went well for a whole round. */
  let held = least
  /** Where cutting back began. */
  let cutFrom: { readonly limit: number; readonly ms: number } | undefined
  let ceiling = most
  let patienceMs = firstPatienceMs
  let raiseAt = Number.POSITIVE_INFINITY

  const change = (to: number, now: number): void => {
    limit = Math.max(1, Math.min(to, ceiling))
    changedAt = now
    samples = []
    wasFull = false
  }

  /** Much fewer in flight, and the answers not much faster: it is not because of us that they are slow. */
  const rebase = (ms: number): void => {
    if (cutFrom === undefined || limit > cutFrom.limit * muchFewer) return
    const expectedMs = (cutFrom.ms * limit) / cutFrom.limit
    if (ms > (cutFrom.ms + expectedMs) / 2) baseMs = Math.max(baseMs, ms / barelySlower)
    cutFrom = undefined
  }

  const judge = (ms: number, now: number): void => {
    typicalMs = ms
    // Half-way only: the least of many figures that scatter is too little.
    baseMs = baseMs === Number.POSITIVE_INFINITY ? ms : Math.min(baseMs, (baseMs + ms) / 2)
    rebase(ms)
    const load = ms / baseMs
    if (load > tooSlow) {
      doubling = false
      cutFrom ??= { limit, ms }
      change(Math.round(limit * Math.max(leastKept, busy / load)), now)
      return
    }
    cutFrom = undefined
    held = Math.max(held, limit)
    if (load >= busy) doubling = false
    else if (wasFull && limit < ceiling) change(doubling ? limit * 2 : limit + Math.max(1, Math.floor(limit / 10)), now)
  }

  return {
    limit: () => limit,
    started: (running) => {
      wasFull ||= running >= limit
    },
    answered: (sentAt, now) => {
      if (sentAt < changedAt) return
      samples.push(now - sentAt)
      if (now >= raiseAt) {
        ceiling = Math.min(most, ceiling + 1)
        raiseAt = now + patienceMs
      }
      if (samples.length < Math.max(fewestSamples, doubling ? limit / 2 : limit)) return
      const ms = median(samples)
      samples = []
      judge(ms, now)
    },
    turnedBack: (now) => {
      // Of those that were in flight together, one counts.
      if (now < turnedBackAt + typicalMs) return true
      turnedBackAt = now
      if (limit === 1) return false
      if (raiseAt < Number.POSITIVE_INFINITY) patienceMs = Math.min(longestPatienceMs, patienceMs * 2)
      raiseAt = now + patienceMs
      // What went well a moment ago does so still, as a rule; between that and twice that the bound is looked for in steps.
      if (limit <= held) held = Math.max(1, Math.floor(limit * leastKept))
      ceiling = doubling ? limit - 1 : held
      doubling = false
      change(held, now)
      return true
    },
  }
}

/** Times of the unhurried answer: at work all the time, and too much at once. */
const busy = 1.2
const tooSlow = 1.4
const barelySlower = 1.1
const muchFewer = 0.6
/** What is kept at least in one step back. */
const leastKept = 0.8
const fewestSamples = 4
/** How long after a refusal one more is tried. */
const firstPatienceMs = 30_000
const longestPatienceMs = 600_000

const median = (figures: ReadonlyArray<number>): number => {
  const sorted = [...figures].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] as number
}
