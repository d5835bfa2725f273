import { type EmulatorRate, openLimiter } from './limiter.ts'

export interface RateLimit {
  /** What is told as the limit; infinite where there is none. */
  readonly limit: number
  /** Lets one call in; false when there is no room. A refused call is not counted. */
  readonly take: (call: object) => boolean
  /** A call is over. */
  readonly left: (call: object) => void
  readonly remaining: () => number
  /** Time until the limit is reset, in ms: for a window, until the next one begins. */
  readonly resetMs: () => number
  /** Time until one more is let in, in ms. */
  readonly waitMs: () => number
}

/** The limit of an emulator: it goes on whenever the caller's requests come. */
export const rateLimit = (rate: EmulatorRate | 'none', phaseMs: number | undefined): RateLimit => {
  if (rate === 'none') {
    const [always, nothing] = [() => true, () => 0]
    const limit = Number.POSITIVE_INFINITY
    return { limit, take: always, left: nothing, remaining: () => limit, resetMs: nothing, waitMs: nothing }
  }
  const startedAt = performance.now() - (phaseMs ?? Date.now() % longestMs(rate))
  const limiter = openLimiter(rate, 0)
  const inside = new Set<object>()
  const now = () => performance.now() - startedAt
  return {
    limit: limiter.limit,
    take: (call) => {
      if (!limiter.take(now())) return false
      inside.add(call)
      return true
    },
    left: (call) => {
      if (inside.delete(call)) limiter.done()
    },
    remaining: () => limiter.remaining(now()),
    resetMs: () => limiter.resetMs(now()),
    waitMs: () => {
      const waitMs = limiter.waitMs(now())
      return waitMs === Number.POSITIVE_INFINITY ? unknownWaitMs : waitMs
    },
  }
}

/** Where only an answer makes room, nobody knows how long that takes: soon. */
const unknownWaitMs = 1_000

const longestMs = (rate: EmulatorRate): number => {
  if (rate.kind === 'all') return Math.max(...rate.of.map(longestMs))
  return rate.kind === 'concurrency' ? 1 : rate.perMs
}

/** The `Retry-After` header of a refusal, in the style that the emulator was asked for. */
export const retryAfterHeader = (
  style: 'seconds' | 'decimals' | 'date' | 'none',
  delayMs: number,
): Readonly<Record<string, string>> => {
  if (style === 'none') return {}
  if (style === 'decimals') return { 'retry-after': (delayMs / 1000).toFixed(3) }
  if (style === 'seconds') return { 'retry-after': String(Math.ceil(delayMs / 1000)) }
  // An HTTP date has no fractions: rounded up, so that whoever obeys is never early.
  return { 'retry-after': new Date(Math.ceil((Date.now() + delayMs) / 1000) * 1000).toUTCString() }
}
