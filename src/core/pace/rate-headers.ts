/** What an answer says of one limit of the backend's; each part only where it says so. */
export interface Quota {
  readonly limit?: number
  readonly remaining?: number
  /** ms until the window ends, rounded up to whole seconds by most systems. */
  readonly resetMs?: number
  /** Length of the window in ms. */
  readonly perMs?: number
}

/** What an answer says of the backend's rate limit. */
export interface RateNews extends Quota {
  /** Of other limits that count at the same time, by name: an hour beside a second, an endpoint beside the account. */
  readonly also?: ReadonlyArray<Quota & { readonly name: string }>
}

/**
 * Reads `X-RateLimit-*`, `X-Rate-Limit-*` and `RateLimit-*` (each figure in its own header, for several limits as a list or
 * with a unit: `X-RateLimit-Remaining-Hour`), the combined `RateLimit` and `RateLimit-Policy` of the IETF drafts, and limits
 * of one endpoint as Zendesk tells them (`Zendesk-RateLimit-tickets-index: total=100; remaining=99; resets=41`). A reset
 * beyond a billion is a date: seconds since 1970, as GitHub sends it, or milliseconds, where seconds would be thousands of
 * years ahead. Of several limits the one with the shortest window is the one to pace by; the others are `also` kept.
 */
export const rateNews = (headers: Headers, now: number): RateNews | undefined => {
  const told: Texts = new Map(
    [...headers].filter(([name]) => name.includes('ratelimit') || name.includes('rate-limit')),
  )
  if (told.size === 0) return undefined
  const policies = byPolicy(told, now)
  const quotas = policies.length > 0 ? policies : byFigure(told, now)
  const [main, ...rest] = quotas.toSorted((one, other) => (one.perMs ?? 0) - (other.perMs ?? 0))
  const also = [...rest, ...byEndpoint(told, now)].filter(({ remaining }) => remaining !== undefined)
  if (main === undefined && also.length === 0) return undefined
  const { name: _, ...news } = main ?? { name: '' }
  return also.length === 0 ? news : { ...news, also }
}

type Named = Quota & { readonly name: string }
type Texts = ReadonlyMap<string, string>

const families = ['x-ratelimit', 'ratelimit', 'x-rate-limit'] as const
const units: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** `X-RateLimit-Remaining: 59, 950` and the like; and one header for each unit. */
const byFigure = (headers: Texts, now: number): ReadonlyArray<Named> => {
  const told = (word: string): string | undefined => {
    const texts = families.map((family) => headers.get(`${family}-${word}`))
    return (
      texts.find((text) => leading(text) !== undefined) ?? (word === 'limit' ? headers.get('x-rate-limit') : undefined)
    )
  }
  const [limits, left, resets] = [listed(told('limit')), listed(told('remaining')), listed(told('reset'))]
  const combined = headers.get('ratelimit')
  const policy = headers.get('ratelimit-policy')
  const first = quotaOf('0', now, {
    limit: limits[0] ?? parameter(combined, 'limit') ?? leading(policy),
    remaining: left[0] ?? parameter(combined, 'remaining'),
    reset: resets[0] ?? parameter(combined, 'reset'),
    per: parameter(policy, 'w'),
  })
  const others = left.slice(1).map((remaining, index) => {
    const at = index + 1
    return quotaOf(String(at), now, { limit: limits[at], remaining, reset: resets[at] })
  })
  const byUnit = Object.entries(units).map(([unit, perMs]) =>
    quotaOf(unit, now, {
      limit: leading(told(`limit-${unit}`)),
      remaining: leading(told(`remaining-${unit}`)),
      per: perMs / 1_000,
    }),
  )
  return [first, ...others, ...byUnit].filter((one) => one !== undefined)
}

/** `RateLimit: "burst";r=9;t=1, "day";r=900;t=3600`, and the policies of the same names. Other units than requests don't count. */
const byPolicy = (headers: Texts, now: number): ReadonlyArray<Named> => {
  const policies = items(headers.get('ratelimit-policy'))
  return items(headers.get('ratelimit')).flatMap(({ name, text }) => {
    const policy =
      policies.find((one) => one.name === name)?.text ?? (policies.length === 1 ? policies[0]?.text : undefined)
    if (/;\s*qu=(?!"?requests\b)/.test(policy ?? '')) return []
    const quota = quotaOf(name, now, {
      limit: parameter(policy, 'q'),
      remaining: parameter(text, 'r'),
      reset: parameter(text, 't'),
      per: parameter(policy, 'w'),
    })
    return quota === undefined ? [] : [quota]
  })
}

/** Entries of the newer drafts: a name, and parameters. */
const items = (text: string | undefined): ReadonlyArray<{ readonly name: string; readonly text: string }> =>
  [...(text ?? '').matchAll(/(?:^|,)\s*("[^"]*"|[A-Za-z*][\w.*-]*)((?:\s*;[^,;]*)+)/g)].map(
    ([, name = '', rest = '']) => ({
      name,
      text: rest,
    }),
  )

const byEndpoint = (headers: Texts, now: number): ReadonlyArray<Named> => {
  const found: Named[] = []
  for (const [name, text] of headers) {
    if (!name.includes('ratelimit-') || leading(text) !== undefined) continue
    const remaining = parameter(text, 'remaining')
    if (remaining === undefined) continue
    const limit = parameter(text, 'total') ?? parameter(text, 'limit')
    const quota = quotaOf(name, now, { limit, remaining, reset: parameter(text, 'resets') ?? parameter(text, 'reset') })
    if (quota !== undefined) found.push(quota)
  }
  return found
}

interface Figures {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  readonly reset?: number | undefined
  readonly per?: number | undefined
}

/** None where nothing but a length is told. */
const quotaOf = (name: string, now: number, { limit, remaining, reset, per }: Figures): Named | undefined => {
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined
  return {
    name,
    ...(limit === undefined || limit <= 0 ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { resetMs: resetMs(reset, now) }),
    ...(per === undefined || per <= 0 ? {} : { perMs: per * 1_000 }),
  }
}

const resetMs = (reset: number, now: number): number => {
  if (reset <= 1e9) return reset * 1_000
  return Math.max(0, (reset > 1e11 ? reset : reset * 1_000) - now)
}

/** A number that stands for itself: `2026-07-01` does not begin with one. */
const figure = String.raw`(\d{1,15}(?:\.\d+)?)\s*(?:[,;]|$)`
const leadingFigure = new RegExp(`^\\s*${figure}`)

const leading = (text: string | undefined): number | undefined => numberIn(text, leadingFigure)

/** `59, 950`. In `100, 100;w=60` the second one is no other limit, but the policy of the first. */
const listed = (text: string | undefined): ReadonlyArray<number> => {
  const [first, ...rest] = (text ?? '').split(',').map((part) => leading(part))
  if (first === undefined) return []
  return text?.includes(';') || rest.includes(undefined) ? [first] : [first, ...rest.map(Number)]
}

const parameter = (text: string | undefined, name: string): number | undefined =>
  text === undefined ? undefined : numberIn(text, new RegExp(`(?:^|[;,\\s])${name}=${figure}`))

const numberIn = (text: string | undefined, pattern: RegExp): number | undefined => {
  const digits = text === undefined ? null : pattern.exec(text)
  return digits === null ? undefined : Number(digits[1])
}
