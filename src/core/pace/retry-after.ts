import type { HttpReply } from '../contract/provider.ts'

/**
 * How long the server wants us to wait, in ms, by its `Retry-After`: seconds, decimals too, or an HTTP date. A date is
 * held against the answer's own `Date` where there is one, so that a wrong clock on either side does no harm.
 */
export const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000)
  const until = Date.parse(text)
  if (Number.isNaN(until) || !/[a-z]/i.test(text)) return undefined
  const sent = Date.parse(headers.get('date') ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent))
}

/**
 * The pause that an answer asks for, of everyone: a 429 or 503 with a `Retry-After`. On other statuses the header is about
 * this one thing (when a job may be asked again, say). What the answer means for its records is triage's business.
 */
export const pauseAskedMs = ({ status, headers }: HttpReply, now: number): number | undefined =>
  status === 429 || status === 503 ? retryAfterMs(headers, now) : undefined
