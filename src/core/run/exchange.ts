import { ExchangeClosed, type HttpReply, type Purpose, type Send } from '../contract/provider.ts'
import { rateNews } from '../pace/rate-headers.ts'
import { pauseAskedMs } from '../pace/retry-after.ts'
import { endsRun } from './patience.ts'
import { type Run, unsent } from './run.ts'

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
export const exchange = async (
  run: Run,
  { order, purpose, send, given, trail, beforeDelete }: ExchangeOf,
): Promise<HttpReply> => {
  const { clock } = run.settings
  const { experience } = run.known
  const { gate, pacing } = run.pace
  let isAtGate = true
  const leaveGate = (): void => {
    if (isAtGate) experience.atGate--
    isAtGate = false
  }
  experience.atGate++
  if (purpose !== 'token') heedRate(run)
  const turn = gate.enter(purpose, order, async (number): Promise<HttpReply> => {
    leaveGate()
    if (experience.atGate > 0) tellRate(run)
    if (given.aborted) throw new ExchangeClosed('the run gave up waiting')
    // Not put on record either: it has not been sent.
    if (purpose === 'delete' && run.ending.stop.reason() !== undefined) throw new ExchangeClosed('the run is ending')
    const may = purpose === 'delete' ? (beforeDelete?.() ?? true) : true
    if (may !== true && !(await may)) throw new ExchangeClosed('it could not be put on record')
    let sentAt = clock.now()
    const goes = (): void => {
      if (purpose === 'delete' && run.ending.stop.reason() !== undefined) throw new ExchangeClosed('the run is ending')
      sentAt = clock.now()
      experience.requests++
      if (purpose !== 'token') trail.sentAt = sentAt
    }
    if (send.length < 2) goes()
    const reply = await run.ending.deadlines.run(given, (signal) => send(signal, goes))
    const askedMs = heedPause(run, reply)
    if (purpose === 'token') return reply
    if (purpose === 'poll' && reply.status < 400) experience.pollsAnswered++
    const news = rateNews(reply.headers, clock.now())
    const answer = { number, sentAt, receivedAt: clock.now(), refused: reply.status === 429, news, askedMs }
    const wentAhead = pacing.answered(answer)
    if (news !== undefined && experience.atGate > 0) heedRate(run)
    return wentAhead ? { ...reply, wentAhead } : reply
  })
  return turn.finally(leaveGate)
}

/** The pause that an answer asks for, in ms; begun, unless it is longer than may be waited for. */
const heedPause = (run: Run, reply: HttpReply): number | undefined => {
  const { experience } = run.known
  const askedMs = pauseAskedMs(reply, run.settings.clock.now())
  if (askedMs === undefined) return undefined
  const tag = reply.status === 429 ? 'Throttled' : 'Unavailable'
  if (!endsRun(run, askedMs, { tag, detail: `HTTP ${reply.status}`, retryAfterMs: askedMs }))
    experience.pauseBegun = run.pace.gate.pause(askedMs) || experience.pauseBegun
  return askedMs
}

/** Somebody waits for the rate window of the backend to end. What the caller's own rate makes of it is no wait for the backend. */
const heedRate = (run: Run): void => {
  const { pacing } = run.pace
  const now = run.settings.clock.now()
  const waitMs = pacing.waitMs(now)
  tellRate(run, waitMs)
  if (waitMs > pacing.ownWaitMs(now))
    endsRun(run, waitMs, { tag: 'Throttled', detail: "the backend's rate limit is used up" })
}

/** Somebody waits for a turn, whosever rate it is. */
const tellRate = (run: Run, waitMs = run.pace.pacing.waitMs(run.settings.clock.now())): void => {
  if (waitMs > 0) run.tell.waits.begin('rate', unsent(run), run.settings.clock.now() + waitMs)
}
