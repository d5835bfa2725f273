import type { ProviderError } from '../contract/error.ts'
import type { HttpReply, Verdict } from '../contract/provider.ts'
import { reasonOf } from '../http/rows.ts'
import { type Explanation, triage } from '../http/triage.ts'
import { retryAfterMs } from '../pace/retry-after.ts'
import { realClock } from '../settings/clock.ts'

/** Headers in any form in which they come: of a `Response`, of an SDK's error, of an entry of an answer. */
export type AnyHeaders = Headers | Readonly<Record<string, unknown>>

/** An answer, as an SDK shows it. */
export interface Answered {
  readonly status: number
  readonly headers?: AnyHeaders
  readonly text?: string
}

/**
 * The trouble that an answer means, by the table that adapters over HTTP have: 401, 403, 407 and 3xx `Denied`; 413, 414 and
 * 431 `TooLarge`; 420, 423, 425 and 429 `Throttled`; 408 and 5xx `Interrupted`; other 4xx `Refused`; and a success, which
 * whoever asks did not expect, `Garbled`. `Retry-After` is read. `told`: what the body says, which an adapter can read.
 */
export const troubleOf = ({ status, headers = {}, text = '' }: Answered, told: Explanation = {}): ProviderError =>
  triage(status, { status, headers: headersOf(headers), text }, told, realClock.now())

/** An entry of an answer that has a status of its own. */
export interface Item {
  readonly status: number
  /** Where its own `Retry-After` is looked for. */
  readonly headers?: AnyHeaders
  readonly code?: string
  readonly message?: string
  /** Whether a 404 or 410 is about the record. Default true; false where it is about what holds it. */
  readonly missing?: boolean
  /** Turned back for a while, with nothing done, whatever its status says. */
  readonly passes?: boolean
}

/**
 * What such an entry says of its record: 2xx deleted; 404 and 410 absent; 420, 423, 425 and 429 again, after its own
 * `Retry-After`; other 4xx rejected. Undefined for a 408 or 5xx, which may have been done all the same, and for a status
 * that says neither: leave it out of a `ById` reply with `silence: 'unconfirmed'`.
 */
export const verdictOfItem = (item: Item, reply: HttpReply): Verdict | undefined => {
  const { status, headers = {}, code, message, missing = true, passes = false } = item
  if (passes || later.has(status)) {
    const sentAt = Date.parse(reply.headers.get('date') ?? '')
    const waitMs = retryAfterMs(headersOf(headers), Number.isNaN(sentAt) ? realClock.now() : sentAt)
    return { is: 'again', ...(waitMs !== undefined && { retryAfterMs: waitMs }) }
  }
  if (status >= 200 && status < 300) return { is: 'deleted' }
  if ((status === 404 || status === 410) && missing) return { is: 'absent' }
  if (status < 400 || status >= 500 || status === 408) return undefined
  const said = { message: message ?? `HTTP ${status}`, ...(code !== undefined && { code }) }
  return { is: 'rejected', reason: reasonOf(said, reply, status) }
}

const later: ReadonlySet<number> = new Set([420, 423, 425, 429])

const headersOf = (headers: AnyHeaders): Headers => {
  if (headers instanceof Headers) return headers
  const read = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const one of [value].flat())
      if (typeof one === 'string' || typeof one === 'number') set(read, name, String(one))
  return read
}

/** What can't be a header is none. */
const set = (headers: Headers, name: string, value: string): void => {
  try {
    headers.append(name, value)
  } catch {
    // Left out.
  }
}
