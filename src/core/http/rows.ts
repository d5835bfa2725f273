import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { ProviderError, Reason } from '../contract/error.ts'
import type { Batch, HttpReply } from '../contract/provider.ts'
import { parseExactly } from './exact-json.ts'

/** *On these statuses, a body that fits this codec means this.* Made by `on`. */
export interface Row<Meaning> {
  readonly statuses: ReadonlyArray<number>
  /** Left: the paths in the body that do not fit. */
  readonly read: (body: unknown, batch: Batch, reply: HttpReply) => E.Either<ReadonlyArray<string>, Meaning>
}

/** What the answers to a request mean; a row may also mean an error. */
export type Replies<Meaning> = ReadonlyArray<Row<Meaning | ProviderError>>

/**
 * One row of an operation's table. The codec should hold no more than `meaning` uses: what does not fit it is `Garbled`.
 * An empty body is `undefined`; a body that is no JSON is its text. `meaning` may also answer with a `ProviderError`.
 * A 401 renews the token first, whatever the rows say.
 */
export const on = <Body, Meaning>(
  status: number | ReadonlyArray<number>,
  codec: t.Decoder<unknown, Body>,
  meaning: (body: Body, batch: Batch, reply: HttpReply) => Meaning,
): Row<Meaning> => ({
  statuses: typeof status === 'number' ? [status] : status,
  read: (body, batch, reply) => {
    const decoded = codec.decode(body)
    return E.isLeft(decoded) ? E.left(pathsOf(decoded.left)) : E.right(meaning(decoded.right, batch, reply))
  },
})

/** What a backend says of a failure, as data. `code` and `message` are the vendor's. */
export interface Said {
  readonly code?: string
  readonly message?: string
  readonly requestId?: string
}

/** A `Reason` of what was said: `vendor:<code>`, or the status where the vendor has no code; the request id of the headers. */
export const reasonOf = (said: Said, reply: HttpReply, status: number = reply.status): Reason => {
  const requestId = said.requestId ?? reply.headers.get('request-id') ?? reply.headers.get('x-request-id')
  return {
    code: said.code === undefined ? `http-${status}` : `vendor:${said.code}`,
    message: said.message ?? (summaryOf(reply) || 'no reason given'),
    status,
    ...(requestId === null ? {} : { requestId }),
  }
}

/** What a person should see of a body: its text, or that it is a page. */
export const summaryOf = ({ text }: HttpReply): string => {
  if (!isHtml(text)) return text.slice(0, longestSummary)
  const title = titleOf(text.slice(0, longestSummary))
  return title ? `a web page, "${title}"` : 'a web page'
}

/** More than is ever shown, so that what is cut off is no part of it. */
const longestSummary = 65_536

/** Step by step: an expression for the whole would look at the rest of the page once for each beginning. */
const titleOf = (page: string): string => {
  const begins = page.search(/<title/i)
  const from = begins < 0 ? -1 : page.indexOf('>', begins)
  const to = from < 0 ? -1 : page.indexOf('<', from)
  return to < 0 ? '' : page.slice(from + 1, to).trim()
}

/** How a body is read: `exact` keeps all digits of its numbers, `text` leaves it as it is. */
export type Reading = 'json' | 'exact' | 'text'

/** The value of a body: JSON, else its text, `undefined` when it is empty. Left: a success that can't be one. */
export const bodyOf = (reply: HttpReply, reading: Reading = 'json'): E.Either<string, unknown> => {
  if (reading === 'text') return E.right(reply.text)
  if (reply.text === '') return E.right(undefined)
  const exact = reading === 'exact'
  try {
    return E.right(exact ? parseExactly(reply.text) : JSON.parse(reply.text))
  } catch (cause) {
    if (cause instanceof RangeError && exact) return E.left(cause.message)
    const succeeded = reply.status < 300
    const saysJson = /\bjson\b/i.test(reply.headers.get('content-type') ?? '')
    if (succeeded && (saysJson || isHtml(reply.text))) return E.left(`not JSON: ${summaryOf(reply)}`)
    return E.right(reply.text)
  }
}

const isHtml = (text: string): boolean => /^\s*</.test(text)

/** `data.0.id`; the first ten. */
const pathsOf = (errors: t.Errors): ReadonlyArray<string> => {
  const paths = new Set<string>()
  for (const { context } of errors) {
    const keys = context.map(({ key }) => key).filter((key) => key !== '')
    paths.add(keys.join('.') || '(the whole body)')
    if (paths.size === 10) break
  }
  return [...paths]
}
