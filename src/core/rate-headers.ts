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
 * `RateLimit-Policy` of the IETF drafts. A reset beyond a billion is a date in seconds since 1970, as GitHub sends it.
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
    ...(reset === undefined ? {} : { resetMs: reset > 1e9 ? Math.max(0, reset * 1_000 - now) : reset * 1_000 }),
    ...(per === undefined || per <= 0 ? {} : { perMs: per * 1_000 }),
  }
}

const first = (headers: Headers, word: string): number | undefined =>
  leading(headers.get(`x-ratelimit-${word}`)) ?? leading(headers.get(`ratelimit-${word}`))

const leading = (text: string | null): number | undefined => {
  const digits = text === null ? null : /^\s*(\d+(?:\.\d+)?)/.exec(text)
  return digits === null ? undefined : Number(digits[1])
}

const parameter = (text: string | null, name: string): number | undefined => {
  const found = text === null ? null : new RegExp(`(?:^|[;,\\s])${name}=(\\d+(?:\\.\\d+)?)`).exec(text)
  return found === null ? undefined : Number(found[1])
}
