import type { ErrorOf, ProviderError } from '../contract/error.ts'
import { ExchangeClosed, ExchangeTimeout } from '../contract/provider.ts'
import { whileConnecting } from './connecting.ts'
import { unknownToProxy } from './triage.ts'

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
 * What it means that an exchange has no answer. `sent`: the request had been handed to `fetch`, and may have left; `cut`: the
 * run gave up waiting. Never sent is what failed while the connection was being made, its TLS included: a reset or a broken answer
 * after that may come from a server that did the work. What only a person can mend (a certificate, a proxy that wants a
 * password) is not waited for.
 */
export const transportError = (cause: unknown, sent: boolean, cut: boolean): ProviderError => {
  if (cause instanceof NotSent) return cause.error
  if (cause instanceof ExchangeClosed) return { tag: 'Aborted', sent: false, detail: 'the run is ending' }
  if (cut) return { tag: 'Aborted', sent, detail: 'the run gave up waiting for the answer' }
  if (cause instanceof OversizedBody) return { tag: 'Garbled', detail: cause.message, paths: [] }
  if (cause instanceof UnsendableRequest) return { tag: 'Defect', detail: cause.message, cause }
  if (cause instanceof ExchangeTimeout)
    return { tag: sent ? 'Interrupted' : 'Unreachable', detail: 'no answer in time' }
  const denial = denialOf(cause)
  if (denial !== undefined) return denial
  const unsent = notSentBecause(cause)
  if (unsent !== undefined) return { tag: 'Unreachable', detail: unsent }
  return { tag: sent ? 'Interrupted' : 'Unreachable', detail: lineage(cause) }
}

/** `Error`s nest: ky's around fetch's around the socket's. This is far deeper than they go. */
const deepest = 8

/** What only somebody can mend, whoever found it out: nothing has been sent, and waiting is of no use. */
const denialOf = (cause: unknown): ErrorOf<'Denied'> | undefined => {
  for (const error of ancestry(cause)) {
    const code = codeOf(error)
    const status = tunnelStatus(error)
    if (status === 407 || isHidden407(error)) return { tag: 'Denied', status: 407, detail: unknownToProxy }
    if (isOfCertificate(code) || (whileConnecting(error) && aboutOurs.test(code)))
      return { tag: 'Denied', status: 0, detail: `the certificate is not accepted: ${wordsOf(error)}` }
  }
  return undefined
}

/** `fetch` shows a 407 to nobody: Node's makes an error without a word of it, and of nothing else that we send. */
const isHidden407 = ({ message, cause }: Error): boolean =>
  message === 'fetch failed' &&
  cause instanceof Error &&
  cause.name === 'Error' &&
  (cause.message === '' || cause.message === 'proxy authentication required') &&
  !('code' in cause || 'errors' in cause || cause.cause !== undefined)

/** Where several addresses of a host were tried, all of them have to have failed so. */
const notSentBecause = (cause: unknown): string | undefined => {
  for (const error of ancestry(cause)) {
    if (error instanceof AggregateError && error.errors.length > 0) {
      const all = error.errors.map(notSentBecause)
      return all.every((one) => one !== undefined) || whileConnecting(error) ? lineage(cause) : undefined
    }
    const status = tunnelStatus(error)
    if (status !== undefined) return `the proxy refused to connect (HTTP ${status})`
    const code = codeOf(error)
    if (error.message === 'bad port') return 'fetch sends nothing to this port'
    if (code === 'ECONNRESET' && error.message.includes(beforeSecure)) return `no TLS handshake: ${wordsOf(error)}`
    if (whileConnecting(error))
      return code.startsWith('ERR_SSL') ? `no TLS handshake: ${wordsOf(error)}` : lineage(cause)
    if (isOfConnecting(error, code)) return lineage(cause)
  }
  return undefined
}

const ancestry = function* (cause: unknown): Iterable<Error> {
  let error = cause
  for (let depth = 0; depth < deepest && error instanceof Error; depth++) {
    yield error
    error = error.cause
  }
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

/** The same codes may come of a connection that has carried a request: then the call that failed is another one. */
const isOfConnecting = (error: Error, code: string): boolean => {
  if (!('syscall' in error) || error.syscall === undefined) return connecting.has(code)
  const call = String(error.syscall)
  return call.startsWith('getaddrinfo') || call === 'connect' || call === 'bind'
}

const connecting: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Node's words for a connection that ended within the handshake. */
const beforeSecure = 'before secure TLS connection was established'

/** A certificate is looked at before anything is sent. */
const isOfCertificate = (code: string): boolean => /(?:^|_)(?:CERT|CRL)(?:_|$)/.test(code) || ofChain.has(code)

const ofChain: ReadonlySet<string> = new Set([
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What a server says of the certificate that we have shown. */
const aboutOurs = /ALERT_(?:\w*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/

/** undici has no other place for the status with which a proxy refuses. */
const tunnelStatus = (error: Error): number | undefined => {
  const told = /^Proxy response \((\d{3})\) !== 200 when HTTP Tunneling/.exec(error.message)
  return told === null ? undefined : Number(told[1])
}

/** OpenSSL's message holds the address of a thread and a line of its source. */
const wordsOf = (error: Error): string =>
  'reason' in error && typeof error.reason === 'string' && error.reason !== '' ? error.reason : error.message

const ofFetch: ReadonlySet<string> = new Set(['fetch failed', 'terminated'])

/**
 * The messages down to the root: `connect ECONNREFUSED 127.0.0.1:9`. Not ky's own, it holds the URL and so ids; nor that
 * fetch has failed, which every way of sending would say in words of its own.
 */
const lineage = (cause: unknown): string => {
  const messages: string[] = []
  let error = cause
  for (let depth = 0; depth < deepest && error instanceof Error; depth++) {
    const wraps = error.cause !== undefined && (error.name === 'NetworkError' || ofFetch.has(error.message))
    const message = wordsOf(error) === '' ? codeOf(error) || error.name : wordsOf(error)
    if (!wraps && !messages.includes(message)) messages.push(message)
    error = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)
  }
  return messages.length === 0 ? 'the connection failed' : messages.join(': ')
}
