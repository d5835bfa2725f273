import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { Batch, CallContext, HttpReply, Purpose, Send } from '../contract/provider.ts'
import type { Connection } from '../http/config.ts'
import { type Departure, departing } from '../http/connecting.ts'
import { checkPin, type Pin, pinned } from '../http/pin.ts'
import { bodyOf, type Reading, type Replies, type Row } from '../http/rows.ts'
import { type HttpRequest, send } from '../http/send.ts'
import { isFarOff, setBy, signingTime } from '../http/skew.ts'
import type { Tokens } from '../http/tokens.ts'
import { NotSent, transportError } from '../http/transport.ts'
import { type Explanation, triage } from '../http/triage.ts'
import { build, type RequestSpec } from './requests.ts'

/** One exchange: what to ask, and a table of what the answers mean. */
export interface Exchange<Meaning> {
  readonly purpose: Exclude<Purpose, 'token'>
  readonly request: RequestSpec
  readonly replies: Replies<Meaning>
  /** What the rows get as their batch. Default: no ids. */
  readonly batch?: Batch
  /** Goes out without the pin, and its answer may come from anywhere: to ask which places there are. */
  readonly unpinned?: boolean
  /** Numbers of the body keep all of their digits, as raw JSON where a double can't hold them. */
  readonly exact?: boolean
}

/** Sends one exchange and says what its answer means. What no row claims, and what goes wrong on the way, is triaged. */
export type Call = <Meaning>(exchange: Exchange<Meaning>) => Promise<E.Either<ProviderError, Meaning>>

/** What an adapter knows of all answers of its backend. */
export interface Dialect {
  /** The scheme before the token in `Authorization`. Default `Bearer`. */
  readonly scheme?: string
  /** The status to judge an answer by, where its body has one of its own. */
  readonly statusOf?: (body: unknown, status: number) => number
  /** What the body of a failure says. Asked for answers that no row claims. */
  readonly explain?: (body: unknown, status: number, batch: Batch) => Explanation
  readonly pin?: Pin
  /** How answers are read where a request does not say. Default `json`. */
  readonly accepts?: 'json' | 'text'
}

/** An answer, the status it is judged by, and the token that its request went out with. */
interface Answer {
  readonly reply: HttpReply
  readonly status: number
  readonly body: E.Either<string, unknown>
  readonly token: string
  readonly signedAt: number
}

type Attempt = E.Either<ProviderError, Answer>

/** What is known of a request while it is made ready and sent. */
interface Attempted {
  token: string
  signedAt: number
  departure: Departure | undefined
  over: boolean
}

/** Makes the one function through which a provider's requests go. */
export const caller = (connection: Connection, tokens: Tokens | undefined, dialect: Dialect) => {
  const { scheme = 'Bearer', statusOf, explain, pin, accepts: usually = 'json' } = dialect

  const proofOf = async (request: HttpRequest, token: string, now: number) => {
    try {
      return (await tokens?.sign?.(request, token, now)) ?? { authorization: `${scheme} ${token}` }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'no reason given'
      throw new NotSent({ tag: 'Denied', status: 401, detail: `the request can't be signed: ${why}` })
    }
  }

  const attempt = async (
    purpose: Purpose,
    request: HttpRequest,
    context: CallContext,
    refused: string,
    reading: Reading,
  ): Promise<Attempt> => {
    const state: Attempted = { token: '', signedAt: 0, departure: undefined, over: false }
    const sendOnce: Send = async (signal, onSent) => {
      if (tokens === undefined) return sendNow(request, signal, onSent)
      const token = await tokens.current(context, signal)
      if (E.isLeft(token)) throw new NotSent(token.left)
      if (token.right === refused) throw new NotSent(denied)
      if (state.over || signal.aborted) throw new NotSent(tooLate)
      state.token = token.right
      state.signedAt = signingTime(context)
      const own = await proofOf(request, token.right, state.signedAt)
      if (state.over || signal.aborted) throw new NotSent(tooLate)
      return sendNow({ ...request, headers: { ...request.headers, ...own } }, signal, onSent)
    }
    const sendNow = (ready: HttpRequest, signal: AbortSignal, onSent: () => void) => {
      onSent()
      state.departure = departing(ready.method, ready.url)
      return state.departure.follow(send(ready, connection, signal))
    }
    let reply: HttpReply
    try {
      reply = await context.exchange(purpose, sendOnce)
    } catch (cause) {
      state.over = true
      const sent = state.departure !== undefined && !(await state.departure.neverLeft())
      return E.left(transportError(cause, sent, context.signal.aborted))
    }
    const body = bodyOf(reply, reading)
    const status = E.isRight(body) ? judgedBy(body.right, reply.status) : reply.status
    return E.right({ reply, status, body, token: state.token, signedAt: state.signedAt })
  }

  /** A request that was refused for the time of its signature is signed once more, by the clock of who refused it. */
  const inTime = async (send: () => Promise<Attempt>, context: CallContext, batch: Batch): Promise<Attempt> => {
    const first = await send()
    if (tokens?.sign === undefined || E.isLeft(first) || first.right.status < 400) return first
    const { reply, status, body, signedAt } = first.right
    const isSkewed = E.isRight(body) && explained(body.right, status, batch).skewed === true
    return (isSkewed || isFarOff(reply, signedAt)) && setBy(reply, context) ? send() : first
  }

  const judgedBy = (body: unknown, status: number): number => {
    try {
      return statusOf?.(body, status) ?? status
    } catch (cause) {
      if (cause instanceof RangeError) return status
      throw cause
    }
  }

  const explained = (body: unknown, status: number, batch: Batch): Explanation => {
    try {
      return explain?.(body, status, batch) ?? {}
    } catch (cause) {
      // Too deep for the adapter to walk: a strange answer is no bug.
      if (cause instanceof RangeError) return {}
      throw cause
    }
  }

  const pinHeader = (context: CallContext) => {
    const place = pin && pinned(pin, context)
    return pin === undefined || place === undefined ? undefined : { [pin.header]: place }
  }

  const authorised =
    tokens === undefined
      ? (again: (refused: string) => Promise<Attempt>, _: CallContext) => again('')
      : renewing(tokens)

  const ask = async <Meaning>(
    exchange: Exchange<Meaning>,
    context: CallContext,
    refusals: { wentAhead: boolean },
  ): Promise<E.Either<ProviderError, Meaning>> => {
    const { purpose, replies, batch = noBatch, unpinned = false } = exchange
    const { accepts = usually } = exchange.request
    const reading = accepts === 'text' ? 'text' : exchange.exact === true ? 'exact' : 'json'
    const request = build(connection, { ...exchange.request, accepts }, unpinned ? undefined : pinHeader(context))
    const answered = await authorised(
      (refused) => inTime(() => attempt(purpose, request, context, refused, reading), context, batch),
      context,
    )
    if (E.isLeft(answered)) return answered
    const { reply, status, body } = answered.right
    refusals.wentAhead = reply.wentAhead === true
    const elsewhere = pin && !unpinned && checkPin(pin, reply, purpose, context)
    if (elsewhere) return E.left(elsewhere)
    if (E.isLeft(body)) return E.left({ tag: 'Garbled', detail: body.left, paths: [] })
    const row = replies.find(({ statuses }) => statuses.includes(status))
    if (row === undefined) {
      return E.left(triage(status, reply, explained(body.right, status, batch), context.clock.now()))
    }
    const read = readBy(row, body.right, batch, reply)
    if (E.isLeft(read))
      return E.left({ tag: 'Garbled', detail: `HTTP ${status} does not read as expected`, paths: read.left })
    const meaning = read.right
    return isError(meaning) ? E.left(meaning) : E.right(meaning)
  }

  return async <Meaning>(
    exchange: Exchange<Meaning>,
    context: CallContext,
  ): Promise<E.Either<ProviderError, Meaning>> => {
    for (;;) {
      const refusals = { wentAhead: false }
      const answer = await ask(exchange, context, refusals)
      // The engine sent it too early on purpose: by what its answer means, and not before, it is known that nothing was done.
      if (!refusals.wentAhead || E.isRight(answer) || answer.left.tag !== 'Throttled') return answer
      // A backend that shuts the door for a while after a refusal is left alone for as long.
      if (answer.left.retryAfterMs !== undefined) return answer
    }
  }
}

/** Codecs and meanings walk a body; one that is nested deeper than they can go reads as nothing. */
const readBy = <Meaning>(
  row: Row<Meaning>,
  ...given: Parameters<Row<Meaning>['read']>
): ReturnType<Row<Meaning>['read']> => {
  try {
    return row.read(...given)
  } catch (cause) {
    if (cause instanceof RangeError) return E.left(['(nested too deep)'])
    throw cause
  }
}

/**
 * A 401 is answered with a renewed token, once. One call at a time tries it, and the others wait for what comes of it,
 * so that a role that is lost costs one request more, not one more for each call in flight.
 */
const renewing = (tokens: Tokens) => {
  let trial: Promise<boolean> | undefined
  let refusals = 0

  return async (again: (refused: string) => Promise<Attempt>, { waitFor = asItIs }: CallContext): Promise<Attempt> => {
    if (trial !== undefined && (await waitFor(trial))) return E.left(denied)
    const before = refusals
    const first = await again('')
    if (!isRefused(first) || E.isLeft(first)) return first
    const { token } = first.right
    if (refusals > before || (trial !== undefined && (await waitFor(trial)))) return first
    if (!tokens.isCurrent(token)) return again(token)
    if (!tokens.drop(token)) return first
    const second = again(token)
    trial = second.then(isRefused, () => false)
    if (await trial) refusals += 1
    trial = undefined
    return second
  }
}

const asItIs = <A>(promise: Promise<A>): Promise<A> => promise

const isRefused = (attempt: Attempt): boolean =>
  E.isLeft(attempt) ? attempt.left.tag === 'Denied' : attempt.right.status === 401

const isError = (meaning: unknown): meaning is ProviderError =>
  typeof meaning === 'object' && meaning !== null && 'tag' in meaning

const noBatch: Batch = { number: 0, ids: [] }

const denied: ProviderError = { tag: 'Denied', status: 401, detail: 'the token is refused, and no other is to be had' }

const tooLate: ProviderError = { tag: 'Unreachable', detail: 'time ran out before the request was sent' }
