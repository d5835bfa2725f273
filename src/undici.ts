/** A `fetch` for Node that costs less than the platform's: the same sockets, without web streams for short answers. */
import { Readable } from 'node:stream'
import { Agent, type Dispatcher, request } from 'undici'
import type { PlainFetch } from './http-provider.ts'

export interface UndiciFetchOptions {
  /**
   * Where requests go: an agent of your own, with certificates, or one that goes through a proxy. It is yours to close. It
   * must send each request once: no retries, no redirects. Default: an agent that keeps idle connections for 30 s.
   */
  readonly dispatcher?: Dispatcher
}

/**
 * Makes a `fetch` over undici, to be handed to providers: `datoCms({ http: { fetch: undiciFetch() }, … })`. It sends once,
 * follows no redirect, and rejects where the platform's does; it takes a URL and a plain `init`, no `Request`. One is
 * enough for all providers: connections are kept by host.
 */
export const undiciFetch = ({
  dispatcher = new Agent({ keepAliveTimeout: 30_000 }),
}: UndiciFetchOptions = {}): PlainFetch => {
  return async (url, init) => {
    const { method = 'GET', headers: sent, body: content, signal } = init
    if (content !== undefined && content !== null && typeof content !== 'string' && !(content instanceof Uint8Array))
      throw new TypeError('undiciFetch sends bodies that are strings or bytes: pass the text itself')
    const answer = request(url, {
      dispatcher,
      method: method as Dispatcher.HttpMethod,
      headers: { 'accept-encoding': 'gzip, deflate', ...plain(sent) },
      // Said of a body alone, for undici closes the connection after one of a DELETE.
      ...(typeof content === 'string' && { body: content, reset: false }),
      ...(signal instanceof AbortSignal && { signal }),
    })
    return responseOf(await (signal instanceof AbortSignal ? untilAborted(answer, signal) : answer))
  }
}

/** undici gives a request up that waits for a connection, and says so only when there is one: it will not be written. */
const untilAborted = <A>(answer: Promise<A>, signal: AbortSignal): Promise<A> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })

const plain = (headers: HeadersInit | undefined): Readonly<Record<string, string>> =>
  headers instanceof Headers || Array.isArray(headers) ? Object.fromEntries(new Headers(headers)) : { ...headers }

const responseOf = async ({ statusCode: status, headers: raw, body }: Dispatcher.ResponseData): Promise<Response> => {
  const headers = headersOf(raw)
  if (hasNoBody(status)) {
    await body.dump()
    return new Response(null, { status, headers })
  }
  const packed = headers.get('content-encoding')?.trim().toLowerCase() ?? null
  const length = Number(headers.get('content-length') ?? Number.NaN)
  // Bytes, not text: a text would be given a type that the answer did not have.
  if (packed === null && length <= shortBytes) return new Response(await body.arrayBuffer(), { status, headers })
  const stream = Readable.toWeb(body) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>
  if (packed !== 'gzip' && packed !== 'deflate') return new Response(stream, { status, headers })
  // What is handed on is not packed any more.
  headers.delete('content-encoding')
  headers.delete('content-length')
  return new Response(stream.pipeThrough(new DecompressionStream(packed)), { status, headers })
}

/** Read at once; longer ones in pieces, so that a limit on their length can cut them. */
const shortBytes = 65_536

const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

const headersOf = (raw: Dispatcher.ResponseData['headers']): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value === 'string') headers.set(name, value)
    else for (const one of value ?? []) headers.append(name, one)
  }
  return headers
}
