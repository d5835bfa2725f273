import { ExchangeClosed, type HttpReply, type Purpose, type Send } from './provider.ts'
import { rateNews } from './rate-headers.ts'
import { pauseAskedMs } from './retry-after.ts'
import type { Run } from './run.ts'

/** What a call has sent so far, as far as it may have had an effect: the time from which a doubt counts. */
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
 * One HTTP exchange: its turn at the gate, its time-out, its place in the count, and what its headers say of the rate.
 * Where the pace let it go ahead to see whether a window had ended and it was refused for that, it waits for its turn
 * again: whoever sends it had no part in it.
 */
export const exchange = async (run: Run, of: ExchangeOf): Promise<HttpReply> => {
  const before = of.trail.sentAt
  let refused: HttpReply | undefined
  for (;;) {
    const state = { gone: false }
    try {
      const { reply, isScout } = await once(run, of, state)
      if (!isScout) return reply
      refused = reply
      of.trail.sentAt = before
    } catch (error) {
      // It was refused, and it did not go again: that is all that has become of it.
      if (refused !== undefined && !state.gone) return refused
      throw error
    }
  }
}

const once = (run: Run, of: ExchangeOf, state: { gone: boolean }): Promise<{ reply: HttpReply; isScout: boolean }> =>
  run.gate.enter(of.purpose, of.order, async (number) => {
    const { purpose, send, given, trail, beforeDelete } = of
    if (given.aborted) throw new ExchangeClosed('the run gave up waiting')
    if (purpose === 'delete' && beforeDelete !== undefined && !(await beforeDelete())) {
      throw new ExchangeClosed('it could not be put on record')
    }
    const { clock } = run.settings
    let sentAt = clock.now()
    const goes = (): void => {
      if (purpose === 'delete' && run.stop.reason() !== undefined) throw new ExchangeClosed('the run is ending')
      sentAt = clock.now()
      state.gone = true
      run.experience.requests++
      if (purpose !== 'token') trail.sentAt = sentAt
    }
    if (send.length < 2) goes()
    const reply = await run.exchanges.run(given, (signal) => send(signal, goes))
    if (purpose === 'token') {
      return { reply, isScout: false }
    }
    const askedMs = pauseAskedMs(reply, clock.now())
    if (askedMs !== undefined) run.experience.pauseBegun = run.gate.pause(askedMs) || run.experience.pauseBegun
    const news = rateNews(reply.headers, clock.now())
    if (news !== undefined) run.pacing.learn(news, { number, sentAt, receivedAt: clock.now() })
    return { reply, isScout: reply.status === 429 && askedMs === undefined && run.pacing.scoutRefused(number) }
  })
