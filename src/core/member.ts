import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from './error.ts'
import { type CallContext, ExchangeClosed, type HttpReply, type Purpose, type Send } from './provider.ts'
import { rateNews } from './rate-headers.ts'
import { pauseAskedMs } from './retry-after.ts'
import type { Run } from './run.ts'
import type { Watched } from './watch.ts'

/** What a member of the provider came to, and when it last sent something: the time from which a doubt counts. */
export interface Called<A> {
  readonly result: E.Either<ProviderError, A>
  readonly sentAt: number
}

/**
 * Calls one member of the provider. Whatever it does, this resolves: a member that throws is a defect, one that does
 * nothing for about `callTimeoutMs` (waiting for its turn at the gate is not nothing) was interrupted, and one that is
 * still at it when the run gives up was aborted. `order` ranks its polls: the oldest job first; `beforeDelete` is asked
 * before each deletion of it goes out.
 */
export const callMember = <A>(
  run: Run,
  order: number,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  beforeDelete: () => boolean | Promise<boolean> = alwaysReady,
): Promise<Called<A>> =>
  new Promise((resolve) => {
    const { clock, callTimeoutMs } = run.settings
    const given = new AbortController()
    let sentAt: number | undefined
    /** A call that sends by `exchange` has provably sent nothing before one went out. */
    let exchanges = run.provider.sendsByExchange !== undefined
    const finish = (result: E.Either<ProviderError, A>): void => {
      run.watch.end(call)
      resolve({ result, sentAt: sentAt ?? clock.now() })
    }
    const call: Watched = {
      running: 0,
      lastAt: clock.now(),
      cut: (why) => {
        given.abort()
        if (why === 'quiet')
          finish(E.left({ tag: 'Interrupted', detail: `the provider did nothing for ${callTimeoutMs} ms` }))
        else
          finish(
            E.left({
              tag: 'Aborted',
              detail: 'the run gave up waiting',
              sent: sentAt !== undefined || !exchanges,
            }),
          )
      },
    }
    const busy = async <B>(work: Promise<B>): Promise<B> => {
      call.running++
      try {
        return await work
      } finally {
        call.running--
        call.lastAt = clock.now()
      }
    }
    const onSent = (at: number): void => {
      sentAt = at
    }
    const context: CallContext = {
      signal: given.signal,
      clock: { now: clock.now, sleep: (ms, signal) => busy(clock.sleep(ms, signal ?? given.signal)) },
      memory: run.memory,
      exchange: (purpose, send) => {
        exchanges = true
        return busy(exchange(run, order, purpose, send, given.signal, onSent, beforeDelete))
      },
      waitFor: busy,
    }
    run.watch.begin(call)
    void attempt(member, context).then(finish)
  })

const alwaysReady = (): boolean => true

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
  send: Send,
  given: AbortSignal,
  onSent: (at: number) => void,
  beforeDelete: () => boolean | Promise<boolean>,
): Promise<HttpReply> =>
  run.gate.enter(purpose, order, async (number) => {
    if (given.aborted) throw new ExchangeClosed('the run gave up waiting')
    if (purpose === 'delete' && beforeDelete !== alwaysReady && !(await beforeDelete())) {
      throw new ExchangeClosed('it could not be put on record')
    }
    const { clock } = run.settings
    let sentAt = clock.now()
    const goes = (): void => {
      if (purpose === 'delete' && run.stop.reason() !== undefined) throw new ExchangeClosed('the run is ending')
      sentAt = clock.now()
      run.experience.requests++
      if (purpose !== 'token') onSent(sentAt)
    }
    if (send.length < 2) goes()
    const reply = await run.exchanges.run(given, (signal) => send(signal, goes))
    const askedMs = pauseAskedMs(reply, clock.now())
    if (askedMs !== undefined && purpose !== 'token')
      run.experience.pauseBegun = run.gate.pause(askedMs) || run.experience.pauseBegun
    const news = purpose === 'token' ? undefined : rateNews(reply.headers, clock.now())
    if (news !== undefined) run.pacing.learn(news, { number, sentAt, receivedAt: clock.now() })
    return reply
  })
