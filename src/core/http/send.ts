/**
 * The room of one request: sent once, within a time, with its token or signature. And of its answer: what a status means,
 * what a body says, what must not be shown of it. It does not know what the request is for.
 * May import: contract, pace.
 * Begin with `send`; then triage.ts (an answer that nobody claims), transport.ts (no answer), tokens.ts, and config.ts for
 * the options.
 */

import ky from 'ky'
import type { HttpReply } from '../contract/provider.ts'
import type { PlainFetch } from './config.ts'
import { listenToConnections } from './connecting.ts'
import { keepingConnection } from './keeping.ts'
import { OversizedBody, UnsendableRequest } from './transport.ts'

/** One request, ready to go. The URL is a string, so that it goes out as it was built: commas stay commas. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Sending {
  readonly fetch?: PlainFetch
  /** The most bytes of a response body, after decompression. */
  readonly maxResponseBytes: number
}

/**
 * Sends one request, once: nothing is retried, no redirect is followed, no status is an error, and the only time-out is
 * the caller's `signal`. Resolves with a complete answer; rejects when there is none, with `OversizedBody` when it is
 * too long, and with `UnsendableRequest` when the request can't even be built.
 */
export const send = async (request: HttpRequest, sending: Sending, signal: AbortSignal): Promise<HttpReply> => {
  listenToConnections()
  const response = await begin(request, sending.fetch, signal)
  // A browser hides a redirect that is not followed; the class of its status is all that is known.
  const status = response.type === 'opaqueredirect' ? 300 : response.status
  return { status, headers: response.headers, text: await readText(response, sending.maxResponseBytes) }
}

const begin = (request: HttpRequest, own: PlainFetch | undefined, signal: AbortSignal): Promise<Response> => {
  const { url, method, headers, body } = request
  const init = {
    method,
    headers,
    ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
    redirect: 'manual',
    signal,
  } as const
  // The fetch gets plain arguments: not every one takes another one's `Request`, and to make a `Request` of the whole twice
  // costs more than the rest of ky together.
  const fetch = () =>
    own === undefined
      ? globalThis.fetch(url, { ...init, ...keepingConnection(method, body !== undefined) })
      : own(url, init)
  try {
    new Headers(headers)
    return ky(url, { method, fetch, retry: 0, throwHttpErrors: false, timeout: false })
  } catch (cause) {
    throw new UnsendableRequest(`no request can be made of this: ${cause instanceof Error ? cause.message : ''}`)
  }
}

const readText = async (response: Response, maxBytes: number): Promise<string> => {
  if (!response.body) return response.text()
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {})
      throw new OversizedBody(maxBytes)
    }
    text += decoder.decode(value, { stream: true })
  }
}
