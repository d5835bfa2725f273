/** What an answer says of the backend's rate limit; each part only where it says so. */
export interface RateNews {
  readonly limit?: number
  readonly remaining?: number
  /** ms until the window ends, rounded up to whole seconds by most systems. */
  readonly resetMs?: number
  /** Length of the window in ms. */
  readonly perMs?: number
}

/**
 * Reads `X-RateLimit-*`, `RateLimit-*` (each figure in its own header) and the combined `RateLimit` and
 * `RateLimit-Policy` of the IETF drafts. A reset beyond a billion is a date: seconds since 1970, as GitHub sends it, or
 * milliseconds, where seconds would be thousands of years ahead.
 */
export const rateNews = (headers: Headers, now: number): RateNews | undefined => {
  const combined = headers.get('ratelimit')
  const policy = headers.get('ratelimit-policy')
  const limit = first(headers, 'limit') ?? parameter(combined, 'limit') ?? parameter(policy, 'q') ?? leading(policy)
  const remaining = first(headers, 'remaining') ?? parameter(combined, 'remaining') ?? parameter(combined, 'r')
  const reset = first(headers, 'reset') ?? parameter(combined, 'reset') ?? parameter(combined, 't')
  const per = parameter(policy, 'w')
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined
  return {
    ...(limit === undefined || limit <= 0 ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { resetMs: resetMs(reset, now) }),
    ...(per === undefined || per <= 0 ? {} : { perMs: per * 1_000 }),
  }
}

const first = (headers: Headers, word: string): number | undefined =>
  leading(headers.get(`x-ratelimit-${word}`)) ?? leading(headers.get(`ratelimit-${word}`))

const resetMs = (reset: number, now: number): number => {
  if (reset <= 1e9) return reset * 1_000
  return Math.max(0, (reset > 1e11 ? reset : reset * 1_000) - now)
}

/** A number that stands for itself: `2026-07-01` does not begin with one. */
const figure = String.raw`(\d{1,15}(?:\.\d+)?)\s*(?:[,;]|$)`
const leadingFigure = new RegExp(`^\\s*${figure}`)

const leading = (text: string | null): number | undefined => numberIn(text, leadingFigure)

const parameter = (text: string | null, name: string): number | undefined =>
  text === null ? undefined : numberIn(text, new RegExp(`(?:^|[;,\\s])${name}=${figure}`))

const numberIn = (text: string | null, pattern: RegExp): number | undefined => {
  const digits = text === null ? null : pattern.exec(text)
  return digits === null ? undefined : Number(digits[1])
}
