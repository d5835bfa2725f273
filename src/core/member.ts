import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from './error.ts'
import {
  type CallContext,
  type Clock,
  ExchangeClosed,
  ExchangeTimeout,
  type HttpReply,
  type Purpose,
} from './provider.ts'
import { rateNews } from './rate-headers.ts'
import type { Run } from './run.ts'

/** What a member of the provider came to, and when it last sent something: the time from which a doubt counts. */
export interface Called<A> {
  readonly result: E.Either<ProviderError, A>
  readonly sentAt: number
}

/**
 * Calls one member of the provider. Whatever it does, this resolves: a member that throws is a defect, one that does
 * nothing for `callTimeoutMs` (waiting for its turn at the gate is not nothing) was interrupted, and one that is still
 * at it when the run gives up was aborted. `order` ranks its polls: the oldest job first.
 */
export const callMember = async <A>(
  run: Run,
  order: number,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
): Promise<Called<A>> => {
  const { clock, callTimeoutMs } = run.settings
  const given = new AbortController()
  const activity = { running: 0, sentAt: undefined as number | undefined, lastAt: clock.now() }
  const busy = async <B>(work: () => Promise<B>): Promise<B> => {
    activity.running++
    try {
      return await work()
    } finally {
      activity.running--
      activity.lastAt = clock.now()
    }
  }
  const context: CallContext = {
    signal: given.signal,
    clock: { now: clock.now, sleep: (ms, signal) => busy(() => clock.sleep(ms, signal ?? given.signal)) },
    memory: run.memory,
    exchange: (purpose, send) =>
      busy(() => exchange(run, order, purpose, send, given.signal, (at) => (activity.sentAt = at))),
  }
  const over = (error: ProviderError): E.Either<ProviderError, A> => {
    given.abort()
    return E.left(error)
  }
  const done = new AbortController()
  const silence = async (): Promise<E.Either<ProviderError, A>> => {
    while (true) {
      const quietUntil = activity.lastAt + callTimeoutMs
      await clock.sleep(activity.running > 0 ? callTimeoutMs : quietUntil - clock.now(), done.signal)
      if (done.signal.aborted || (activity.running === 0 && clock.now() >= activity.lastAt + callTimeoutMs)) break
    }
    return over({ tag: 'Interrupted', detail: `the provider did nothing for ${callTimeoutMs} ms` })
  }
  const gaveUp = new Promise<E.Either<ProviderError, A>>((resolve) => {
    const giveUp = () =>
      resolve(
        over({
          tag: 'Aborted',
          detail: 'the run gave up waiting',
          sent: activity.sentAt !== undefined || activity.running === 0,
        }),
      )
    if (run.stop.over.aborted) giveUp()
    else run.stop.over.addEventListener('abort', giveUp, { once: true, signal: done.signal })
  })
  const result = await Promise.race([attempt(member, context), silence(), gaveUp])
  done.abort()
  return { result, sentAt: activity.sentAt ?? clock.now() }
}

const attempt = async <A>(
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  context: CallContext,
): Promise<E.Either<ProviderError, A>> => {
  try {
    return await member(context)()
  } catch (cause) {
    const detail = `the provider threw instead of returning an error: ${cause instanceof Error ? cause.message : typeof cause}`
    return E.left({ tag: 'Defect', detail, cause })
  }
}

/** One HTTP exchange: its turn at the gate, its time-out, its place in the count, and what its headers say of the rate. */
const exchange = (
  run: Run,
  order: number,
  purpose: Purpose,
  send: (signal: AbortSignal) => Promise<HttpReply>,
  given: AbortSignal,
  onSent: (at: number) => void,
): Promise<HttpReply> =>
  run.gate.enter(purpose, order, async (number) => {
    if (given.aborted) throw new ExchangeClosed('the run gave up waiting')
    const { clock, callTimeoutMs } = run.settings
    run.experience.requests++
    const sentAt = clock.now()
    if (purpose !== 'token') onSent(sentAt)
    const reply = await withTimeout(clock, callTimeoutMs, given, send)
    const news = purpose === 'token' ? undefined : rateNews(reply.headers, clock.now())
    if (news !== undefined) run.pacing.learn(news, { number, sentAt, receivedAt: clock.now() })
    return reply
  })

const withTimeout = async (
  clock: Clock,
  timeoutMs: number,
  given: AbortSignal,
  send: (signal: AbortSignal) => Promise<HttpReply>,
): Promise<HttpReply> => {
  const cut = new AbortController()
  const done = new AbortController()
  const onGiven = () => cut.abort(given.reason)
  given.addEventListener('abort', onGiven, { once: true })
  const timeout = clock.sleep(timeoutMs, done.signal).then(() => {
    if (done.signal.aborted) return undefined
    const error = new ExchangeTimeout(`no complete answer within ${timeoutMs} ms`)
    cut.abort(error)
    throw error
  })
  try {
    const reply = await Promise.race([send(cut.signal), timeout])
    if (reply === undefined) throw new ExchangeClosed('the run gave up waiting')
    return reply
  } finally {
    done.abort()
    given.removeEventListener('abort', onGiven)
  }
}
