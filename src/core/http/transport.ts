import type { ProviderError } from '../contract/error.ts'
import { ExchangeClosed, ExchangeTimeout } from '../contract/provider.ts'

/** Why `send` rejected: the body was longer than the limit, and was cancelled there. */
export class OversizedBody extends Error {
  override readonly name = 'OversizedBody'

  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`)
  }
}

/** Why `send` rejected: no request can be made of what it was given. A bug of an adapter. */
export class UnsendableRequest extends Error {
  override readonly name = 'UnsendableRequest'
}

/** Thrown inside an exchange to say that its request was not sent, and why. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly error: ProviderError

  constructor(error: ProviderError) {
    super(error.detail)
    this.error = error
  }
}

/**
 * What it means that an exchange has no answer. `sent`: the request had been handed to `fetch`; `cut`: the run gave up
 * waiting. Never sent are only an unknown host, a refused connection and one that never came about: a reset or a
 * broken answer may come from a server that did the work.
 */
export const transportError = (cause: unknown, sent: boolean, cut: boolean): ProviderError => {
  if (cause instanceof NotSent) return cause.error
  if (cause instanceof ExchangeClosed) return { tag: 'Aborted', sent: false, detail: 'the run is ending' }
  if (cut) return { tag: 'Aborted', sent, detail: 'the run gave up waiting for the answer' }
  if (cause instanceof OversizedBody) return { tag: 'Garbled', detail: cause.message, paths: [] }
  if (cause instanceof UnsendableRequest) return { tag: 'Defect', detail: cause.message, cause }
  const detail = cause instanceof ExchangeTimeout ? 'no answer in time' : lineage(cause)
  return { tag: !sent || isNeverSent(cause) ? 'Unreachable' : 'Interrupted', detail }
}

/** `Error`s nest: ky's around fetch's around the socket's. This is far deeper than they go. */
const deepest = 8

const neverSent = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])

/** Where several addresses of a host were tried, all of them have to have failed so. */
const isNeverSent = (cause: unknown, depth = 0): boolean => {
  if (!(cause instanceof Error) || depth > deepest) return false
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return cause.errors.every((error) => isNeverSent(error, depth + 1))
  }
  return ('code' in cause && neverSent.has(String(cause.code))) || isNeverSent(cause.cause, depth + 1)
}

/** The messages down to the root: `fetch failed: connect ECONNREFUSED 127.0.0.1:9`. Not ky's own, it holds the URL and so ids. */
const lineage = (cause: unknown): string => {
  const messages: string[] = []
  let error = cause
  for (let depth = 0; depth < deepest && error instanceof Error; depth++) {
    const wraps = error.name === 'NetworkError' && error.cause !== undefined
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
    const message = error.message === '' ? code : error.message
    if (!wraps && !messages.includes(message)) messages.push(message)
    error = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)
  }
  return messages.length === 0 ? 'the connection failed' : messages.join(': ')
}
