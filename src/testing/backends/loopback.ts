import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../http-provider.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** One request, read to its end. */
export interface SeenRequest {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** The path alone, as it was sent. */
  readonly path: string
  readonly query: URLSearchParams
  /** By names in lower case; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text; empty where there was none. */
  readonly body: string
}

/** An answer. One of `json` and `text` at most is the body; without either it is empty. */
export interface Answer {
  /** Default 200, and 204 where there is no body. */
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * What can go wrong with one request.
 *
 * | fault | applied? | what the caller sees |
 * | --- | --- | --- |
 * | `'lost-before'` | no | the connection ends without an answer |
 * | `'lost-after'` | yes | the connection ends without an answer |
 * | `'reset-before'` | no | the connection is reset |
 * | `'silent-before'` | no | nothing, for as long as the caller waits |
 * | `'silent-after'` | yes | nothing, for as long as the caller waits |
 * | `'half'` | yes | half of the answer, then the connection ends; where there is no body: like `lost-after` |
 * | `'html'` | no | a page of HTML with status 200, as from a proxy that asks to sign in |
 * | `{ answer }` | no | that answer, whatever the request |
 * | `{ delayMs }` | yes, at once | the true answer, that much later by the given clock |
 * | `{ change }` | yes | the true answer as it was changed |
 */
export type Fault =
  | 'lost-before'
  | 'lost-after'
  | 'reset-before'
  | 'silent-before'
  | 'silent-after'
  | 'half'
  | 'html'
  | { readonly answer: Answer | ((request: SeenRequest) => Answer) }
  | { readonly delayMs: number }
  | { readonly change: (answer: Required<Pick<Answer, 'status' | 'text' | 'headers'>>, request: SeenRequest) => Answer }

/** What a server of ours does with a request; `work` does what was asked for, and has the true answer. */
export interface Plan {
  readonly fault: Fault | undefined
  readonly work: () => Answer | Promise<Answer>
  /** The status that was sent; 0 for none. */
  readonly onAnswered?: (status: number) => void
  /** The answer ends the connection. */
  readonly closes?: boolean
  /** The caller has its answer, or has gone. */
  readonly onClosed?: () => void
}

/** A server on loopback. */
export interface Loopback {
  readonly url: string
  /** Ends every connection at once. */
  readonly close: () => Promise<void>
}

/** One that nobody listens at for a while: connections are refused. */
export interface Switched extends Loopback {
  readonly switchOff: (forMs: number, clock: VirtualClock) => void
}

/** Serves on a free port of 127.0.0.1. `clock` is the one by which answers are delayed. */
export const serve = async (
  plan: (request: SeenRequest) => Plan | Promise<Plan>,
  clock: Clock & Partial<Pick<VirtualClock, 'stalled'>>,
): Promise<Switched> => {
  const server = createServer({ maxHeaderSize: 1_048_576, keepAliveTimeout: 60_000 }, (incoming, response) => {
    const chunks: Uint8Array[] = []
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    incoming.on('end', () => void handle(seen(incoming, Buffer.concat(chunks).toString('utf8')), incoming, response))
    incoming.on('error', () => undefined)
  })

  const handle = async (request: SeenRequest, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { fault, work, onAnswered, onClosed, closes } = await plan(request)
    if (closes === true) response.setHeader('connection', 'close')
    if (onClosed !== undefined) response.once('close', onClosed)
    const done = (answer: Answer) => {
      if (response.destroyed) return
      onAnswered?.(statusOf(answer))
      write(response, answer)
    }
    const silent = () => {
      const end = clock.stalled?.()
      response.once('close', () => end?.())
    }
    try {
      await play(fault, request, work, { done, silent, incoming, response, clock })
    } catch (cause) {
      // A handler that throws is a bug of a test: it must be seen, and not be taken for a fault of the line.
      const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
      done({ status: 500, text: `the handler threw: ${detail}`, headers: { 'x-handler-threw': 'yes' } })
    }
  }

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  let isClosed = false
  const stop = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }
  return {
    url: `http://127.0.0.1:${port}`,
    switchOff: (forMs, virtual) => {
      const stopped = stop()
      void virtual.sleep(forMs).then(async () => {
        const end = virtual.busy()
        await stopped
        if (!isClosed) await listen(port)
        end()
      })
    },
    close: () => {
      isClosed = true
      return stop()
    },
  }
}

interface Line {
  readonly done: (answer: Answer) => void
  readonly silent: () => void
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly clock: Clock & Partial<Pick<VirtualClock, 'stalled'>>
}

const play = async (
  fault: Fault | undefined,
  request: SeenRequest,
  work: Plan['work'],
  { done, silent, incoming, response, clock }: Line,
): Promise<void> => {
  if (fault === undefined) return done(await work())
  if (typeof fault === 'object') {
    if ('answer' in fault) return done(typeof fault.answer === 'function' ? fault.answer(request) : fault.answer)
    const answer = await work()
    if ('change' in fault) {
      const { headers = {} } = answer
      return done(fault.change({ status: statusOf(answer), text: textOf(answer), headers }, request))
    }
    const end = clock.stalled?.()
    await clock.sleep(fault.delayMs)
    end?.()
    return done(answer)
  }
  switch (fault) {
    case 'lost-before':
      return void incoming.socket.destroy()
    case 'reset-before':
      return void incoming.socket.resetAndDestroy()
    case 'silent-before':
      return silent()
    case 'html':
      return done({ text: signInPage, headers: { 'content-type': 'text/html; charset=utf-8' } })
    case 'lost-after':
      await work()
      return void incoming.socket.destroy()
    case 'silent-after':
      await work()
      return silent()
    case 'half': {
      const answer = await work()
      const text = textOf(answer)
      if (text === '') return void incoming.socket.destroy()
      response.writeHead(statusOf(answer), headersOf(answer, text))
      response.write(text.slice(0, Math.floor(text.length / 2)), () => incoming.socket.destroy())
    }
  }
}

const signInPage = '<!doctype html><html><title>Please sign in</title><h1>Please sign in</h1></html>'

const write = (response: ServerResponse, answer: Answer): void => {
  const text = textOf(answer)
  response.writeHead(statusOf(answer), headersOf(answer, text))
  response.end(text)
}

const statusOf = (answer: Answer): number => answer.status ?? (textOf(answer) === '' ? 204 : 200)

const textOf = ({ json, text }: Answer): string => text ?? (json === undefined ? '' : JSON.stringify(json))

const headersOf = (answer: Answer, text: string): Readonly<Record<string, string>> => ({
  ...(answer.json !== undefined && { 'content-type': 'application/json' }),
  ...answer.headers,
  ...(statusOf(answer) === 204 || statusOf(answer) === 304
    ? {}
    : { 'content-length': String(Buffer.byteLength(text)) }),
})

const seen = ({ method = '', url = '', headers }: IncomingMessage, body: string): SeenRequest => {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return {
    method,
    target: url,
    path,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    ),
    body,
  }
}
