import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OpenCall, Reply } from './system.ts'

/** One request on its way through the server. */
export interface Exchange {
  readonly call: OpenCall
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** On the clock of `performance.now()`. */
  readonly arrivedAt: number
}

type Headers = Readonly<Record<string, string>>

/** Sends a reply, and notes its status, unless the caller has gone. */
export const send = ({ call, response }: Exchange, reply: Reply, headers: Headers): void => {
  if (response.destroyed) return
  call.status = reply.status
  const text = textOf(reply)
  response.writeHead(reply.status, headersOf(reply, text, headers))
  response.end(text)
}

/** Sends the first half of a reply that promises the whole, then ends the connection. */
export const sendHalf = (exchange: Exchange, reply: Reply, headers: Headers): void => {
  const { call, response } = exchange
  if (response.destroyed) return
  const text = textOf(reply)
  if (text === '') hangUp(exchange)
  else {
    call.status = reply.status
    response.writeHead(reply.status, headersOf(reply, text, headers))
    response.write(text.slice(0, Math.floor(text.length / 2)), () => hangUp(exchange))
  }
}

/** Ends the connection; the caller gets no more than it has. */
export const hangUp = ({ request }: Exchange): void => {
  request.socket.destroy()
}

const textOf = ({ html, json }: Reply): string => html ?? (json === undefined ? '' : JSON.stringify(json))

const headersOf = (reply: Reply, text: string, headers: Headers): Headers => ({
  ...headers,
  ...reply.headers,
  ...(text === ''
    ? {}
    : { 'content-type': reply.html === undefined ? 'application/json' : 'text/html; charset=utf-8' }),
  ...(reply.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
})
