import type { Culprit, ErrorTag, ProviderError, Reason } from '../contract/error.ts'
import type { HttpReply } from '../contract/provider.ts'
import { retryAfterMs } from '../pace/retry-after.ts'
import { reasonOf, type Said, summaryOf } from './rows.ts'

/** What an adapter reads out of a failure's body; core decides by the status what kind of failure it is. */
export interface Explanation extends Said {
  /** Closed for now (maintenance, read-only), and provably nothing applied: `Unavailable` whatever the status says. */
  readonly closed?: boolean
  /**
   * Turned back for a while (a lock, a collision, a move to another data centre), provably with nothing applied, and no
   * fault of the records: `Throttled` whatever the status says.
   */
  readonly passes?: boolean
  /** The signature was refused for its time: where requests are signed, it is signed once more, by the answer's `Date`. */
  readonly skewed?: boolean
  /** Records of the batch that a refusal names. Only ids that were in the batch may be here, spelled as sent. */
  readonly culprits?: ReadonlyArray<{ readonly id: string; readonly is: 'absent' | 'rejected' }>
  /** What a refusal says of records that it does not name. Default `unknown`. */
  readonly blames?: 'absent' | 'rejected' | 'unknown'
  /** How long to wait, in ms, where the vendor's documents say so and the answer does not. */
  readonly retryAfterMs?: number
}

/** What an answer means that no row of the adapter claims. `status` is the one it is judged by; `now` in ms since 1970. */
export const triage = (status: number, reply: HttpReply, told: Explanation, now: number): ProviderError => {
  const tag = (firm.has(status) ? undefined : wordOf(told)) ?? tagOf(status)
  const reason = reasonOf(told, reply, status)
  const detail = reason.message
  const asked = retryAfterMs(reply.headers, now) ?? told.retryAfterMs
  const wait = asked === undefined ? {} : { retryAfterMs: asked }
  switch (tag) {
    case 'Denied':
      return { tag, status, detail: status === 407 ? unknownToProxy : detail }
    case 'TooLarge':
      return { tag, detail: `HTTP ${status}: ${detail}` }
    case 'Throttled':
    case 'Unavailable':
      return { tag, detail: `HTTP ${status}: ${detail}`, ...wait }
    case 'Interrupted':
      return { tag, status, detail: `HTTP ${status}: ${detail}`, ...wait }
    case 'Refused':
      return { tag, status, detail, culprits: culpritsOf(told, reason), blames: told.blames ?? 'unknown', reason }
    case 'Garbled':
      return { tag, detail: `HTTP ${status} was not expected: ${summaryOf(reply)}`, paths: [] }
  }
}

/** The words for a 407, whoever meets it. */
export const unknownToProxy = 'the proxy wants to know who we are (HTTP 407)'

type Triaged = Extract<
  ErrorTag,
  'Denied' | 'TooLarge' | 'Throttled' | 'Unavailable' | 'Interrupted' | 'Refused' | 'Garbled'
>

/**
 * 303: "done, see there" as much as "ask there". 407: a proxy that does not know us. 420, 423 (locked), 425 (too early):
 * "later" in the words of one vendor or another.
 */
const tags: Readonly<Record<number, Triaged>> = {
  303: 'Garbled',
  401: 'Denied',
  403: 'Denied',
  407: 'Denied',
  408: 'Interrupted',
  413: 'TooLarge',
  414: 'TooLarge',
  420: 'Throttled',
  423: 'Throttled',
  425: 'Throttled',
  429: 'Throttled',
  431: 'TooLarge',
}

/** Statuses that no text outweighs. */
const firm: ReadonlySet<number> = new Set([401, 408, 413, 414, 429, 431])

/** What an adapter read out of the body, which says more than the status. */
const wordOf = ({ closed, passes }: Explanation): 'Unavailable' | 'Throttled' | undefined => {
  if (closed === true) return 'Unavailable'
  return passes === true ? 'Throttled' : undefined
}

const tagOf = (status: number): Triaged => {
  const tag = tags[status]
  if (tag !== undefined) return tag
  if (status >= 500) return 'Interrupted'
  if (status >= 400) return 'Refused'
  return status >= 300 ? 'Denied' : 'Garbled'
}

const culpritsOf = (told: Explanation, reason: Reason): ReadonlyArray<Culprit> =>
  (told.culprits ?? []).map(({ id, is }) => (is === 'absent' ? { id, is } : { id, is, reason }))
