import { ExchangeClosed, type HttpReply, type Purpose, type Send } from '../contract/provider.ts'
import { rateNews } from '../pace/rate-headers.ts'
import { pauseAskedMs } from '../pace/retry-after.ts'
import type { Run } from './run.ts'

/** When a call has last sent something: the time from which a doubt counts. */
export interface Trail {
  sentAt: number | undefined
}

export interface ExchangeOf {
  /** Ranks polls at the gate. */
  readonly order: number
  readonly purpose: Purpose
  readonly send: Send
  readonly given: AbortSignal
  readonly trail: Trail
  /** Asked before a deletion goes out; false: it must not. */
  readonly beforeDelete: (() => boolean | Promise<boolean>) | undefined
}

/**
 * One HTTP exchange: its turn at the gate, its time-out, its place in the count, and what its headers say of the rate. What
 * a refusal means is for the provider to read, so nothing is sent again here: one that was to be expected is marked.
 */
export const exchange = (
  run: Run,
  { order, purpose, send, given, trail, beforeDelete }: ExchangeOf,
): Promise<HttpReply> =>
  run.pace.gate.enter(purpose, order, async (number) => {
    if (given.aborted) throw new ExchangeClosed('the run gave up waiting')
    if (purpose === 'delete' && beforeDelete !== undefined && !(await beforeDelete())) {
      throw new ExchangeClosed('it could not be put on record')
    }
    const { clock } = run.settings
    let sentAt = clock.now()
    const goes = (): void => {
      if (purpose === 'delete' && run.ending.stop.reason() !== undefined) throw new ExchangeClosed('the run is ending')
      sentAt = clock.now()
      run.known.experience.requests++
      if (purpose !== 'token') trail.sentAt = sentAt
    }
    if (send.length < 2) goes()
    const reply = await run.ending.deadlines.run(given, (signal) => send(signal, goes))
    if (purpose === 'token') return reply
    const askedMs = pauseAskedMs(reply, clock.now())
    if (askedMs !== undefined)
      run.known.experience.pauseBegun = run.pace.gate.pause(askedMs) || run.known.experience.pauseBegun
    const news = rateNews(reply.headers, clock.now())
    if (news !== undefined) run.pace.pacing.learn(news, { number, sentAt, receivedAt: clock.now() })
    const isScout = reply.status === 429 && askedMs === undefined && run.pace.pacing.scoutRefused(number)
    return isScout ? { ...reply, wentAhead: true } : reply
  })
