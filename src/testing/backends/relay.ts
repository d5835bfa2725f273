import { request as requestPlain } from 'node:http'
import { request as requestSafely } from 'node:https'
import type { Purpose } from '../../http-provider.ts'
import { type Answer, type Fault, type SeenRequest, type Switched, serve } from './loopback.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A request that the adapter sent, as the relay saw it. */
export interface RelayedRequest extends SeenRequest {
  /** What the adapter sent it for; undefined: no exchange was open when it came. */
  readonly purpose: Purpose | undefined
  /** The number of the exchange that it is part of. */
  readonly exchange: number | undefined
  /** When it came, on the clock of the case. */
  readonly at: number
  /** How many of this purpose had come, this one included. */
  readonly nth: number
  /** What the adapter was answered; 0 for nothing. */
  readonly status: number
  /** What the backend had answered, where it was asked. */
  readonly told: TrueAnswer | undefined
}

/** The exchange that is open: what for, and its number. */
export interface Sending {
  readonly purpose: Purpose
  readonly exchange: number
}

/** An answer as a backend gave it. */
export type TrueAnswer = Required<Pick<Answer, 'status' | 'text' | 'headers'>>

/** What the relay does with the requests of a case, besides passing them on. */
export interface Meddling {
  /** What goes wrong with this one. */
  readonly fault?: (request: RelayedRequest) => Fault | undefined
  /** Whether it goes to another backend than the real one. */
  readonly divert?: (request: RelayedRequest) => string | undefined
  /** Whether it reaches the backend a second time, once the first has been answered. */
  readonly twice?: (request: RelayedRequest) => boolean
  /** Each answer ends its connection. */
  readonly closes?: boolean
  /** What these throw ends the case. */
  readonly onArrival?: (request: RelayedRequest) => void
  /** The backend has answered, and the adapter doesn't know yet. */
  readonly onAnswer?: (request: RelayedRequest, answer: TrueAnswer) => Promise<void> | void
}

/** Stands between an adapter and its backend: passes on what comes, notes it, and breaks what it is told to. */
export interface Relay extends Switched {
  readonly requests: ReadonlyArray<RelayedRequest>
  /** From now on, in place of what was said before. */
  readonly meddle: (how: Meddling) => void
  /** Requests whose connection is still held, without an answer. */
  readonly held: () => number
  /** Why the backend could not be asked: a mistake of the subject, not of the adapter. */
  readonly broken: () => string | undefined
}

/** Starts one for the backend at this URL; the relay's own URL has the same path. `sending` tells what the adapter is sending for. */
export const startRelay = async (
  backendUrl: string,
  clock: VirtualClock,
  sending: () => Sending | undefined,
  fail: (cause: unknown) => void,
): Promise<Relay> => {
  const requests: RelayedRequest[] = []
  let how: Meddling = {}
  let broken: string | undefined
  let held = 0

  const ask = async (url: string, request: SeenRequest): Promise<TrueAnswer> => {
    try {
      return await forward(url, request)
    } catch (cause) {
      broken ??= `${request.method} ${request.target}: ${cause instanceof Error ? cause.message : String(cause)}`
      throw cause
    }
  }

  const { url, close, switchOff } = await serve((seen) => {
    const { purpose: sentFor, exchange } = sending() ?? {}
    const nth = requests.filter((earlier) => earlier.purpose === sentFor).length + 1
    const request = {
      ...seen,
      purpose: sentFor,
      exchange,
      at: clock.now(),
      nth,
      status: 0,
      told: undefined as TrueAnswer | undefined,
    }
    requests.push(request)
    const { fault, divert, twice, onArrival, onAnswer } = how
    try {
      onArrival?.(request)
    } catch (cause) {
      fail(cause)
    }
    const work = async () => {
      const to = divert?.(request) ?? backendUrl
      const answer = await ask(to, seen)
      if (twice?.(request) === true) await ask(to, seen)
      request.told = answer
      await Promise.resolve(onAnswer?.(request, answer)).catch(fail)
      return answer
    }
    const onAnswered = (status: number) => {
      request.status = status
    }
    held++
    const onClosed = () => {
      held--
    }
    return { fault: fault?.(request), work, onAnswered, onClosed, closes: how.closes === true }
  }, clock)

  return {
    url: url + new URL(backendUrl).pathname.replace(/\/$/, ''),
    close,
    switchOff,
    requests,
    meddle: (next) => {
      how = next
    },
    held: () => held,
    broken: () => broken,
  }
}

/** Passes a request on as it came: the same line, headers and body. Bodies are taken for UTF-8. */
const forward = (backendUrl: string, { method, target, headers, body }: SeenRequest): Promise<TrueAnswer> =>
  new Promise((resolve, reject) => {
    const { protocol, hostname, port, host } = new URL(backendUrl)
    const isSafe = protocol === 'https:'
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)))
    const sent = {
      ...passed,
      ...(isSafe && { host }),
      ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }),
    }
    const send = isSafe ? requestSafely : requestPlain
    const outgoing = send(
      { hostname, port, method, path: target, headers: { ...sent, connection: 'close' }, agent: false },
      (incoming) => {
        const chunks: Uint8Array[] = []
        incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const answered = Object.entries(incoming.headers).filter(([name]) => !ownHeaders.has(name))
          resolve({
            status: incoming.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            headers: Object.fromEntries(
              answered.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
            ),
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })

/** What belongs to a connection, or would compress what is to be read here. */
const ownHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'accept-encoding',
  'te',
  'upgrade',
  'proxy-connection',
])
