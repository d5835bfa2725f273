import { openEdges, roundingMs } from './edges.ts'
import { openHintless } from './hintless.ts'
import type { RateNews } from './rate-headers.ts'
import { openRefill } from './refill.ts'
import { openStrangers } from './strangers.ts'
import { type Departure, type Heard, marginMs, mustBeWindow, type Traffic } from './traffic.ts'

/**
 * When one more request may go, so that the backend's rate limit is used up and not overrun, whether it is declared or
 * only told by headers. These hold at once: what the backend's way of making room again allows, as far as it is known
 * (`refill.ts`); never below the headroom left to others, as the answers count it; a limit of the caller's own; and,
 * where a backend gives no hints at all, a rate that each throttle lowers and each answer raises again.
 */
export interface Pacing {
  /** How long to wait before one more request, in ms; 0: it may go now. */
  readonly waitMs: (now: number) => number
  /** Requests so far. */
  readonly total: () => number
  /** One goes; returns its number. */
  readonly sent: (now: number) => number
  /**
   * A request was answered. True when it was refused and that was to be expected, because it went ahead of what was sure: no
   * reason to pause, for until there is room again none is let go.
   */
  readonly answered: (answer: Answered) => boolean
  /** Request `number` is over, answered or not. */
  readonly ended: (number: number) => void
  /**
   * A request was turned back. How long all should wait, in ms, where the answers told; undefined where nothing did: then
   * the rate is lowered, unless `slower` is false, because fewer are in flight for it.
   */
  readonly throttled: (now: number, slower?: boolean) => number | undefined
  /** A refusal costs time, for the backend asks for it: none goes ahead any more unless it says that there is room. */
  readonly asked: () => void
  /** An answer came that was no throttle. */
  readonly passed: () => void
}

export interface Answered extends Heard {
  /** Turned back for the rate: 429. */
  readonly refused: boolean
  readonly news: RateNews | undefined
  /** How long its `Retry-After` asks everyone to wait. */
  readonly askedMs?: number | undefined
}

export interface PacingSettings {
  readonly rate: { readonly requests: number; readonly perMs: number } | undefined
  readonly share: number
  readonly requestsPerSecond: number
}

/** Requests of others to one of ours, up to which the limit counts as ours alone. */
const aloneShare = 0.05
/** How long to hold back when the limit is used up and nothing says when its window ends. */
const blindWaitMs = 1_000
const longestMarginMs = marginMs(Number.POSITIVE_INFINITY)
const always = Number.NEGATIVE_INFINITY

/** A window is told in whole seconds: a declared one within a second of it is the same, and more exact. */
const isRounded = (toldMs: number, declaredMs: number | undefined): boolean =>
  declaredMs !== undefined && Math.abs(toldMs - declaredMs) < roundingMs

export const openPacing = ({ rate, share, requestsPerSecond }: PacingSettings): Pacing => {
  const edges = openEdges(rate?.perMs)
  const hintless = openHintless()
  let limit = rate?.requests
  let count = 0
  let ownNextAt = always
  let lastSentAt = always
  let departures: Departure[] = []
  const unanswered = new Map<number, number>()
  /** How many of them there were when each one went. */
  const together = new Map<number, number>()
  /** How many requests had gone when the current window of the backend began. */
  let countAtRoll = 0
  let lastPassed = 0
  let isResetTold = false
  /** What the answers say is left as of request `asOf`. */
  let left: { remaining: number; asOf: number; sentAt: number } | undefined
  const strangers = openStrangers()

  const places = () => (limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit * share)))
  const isKnown = () => limit !== undefined && edges.perMs() !== undefined
  const alone = () => isKnown() && places() === limit && strangers.perOurs() < aloneShare
  const began = (number: number): void => {
    countAtRoll = number - 1
  }
  const traffic: Traffic = {
    places,
    alone,
    crowded: () => isKnown() && places() === limit && !alone(),
    perMs: () => edges.perMs() ?? Number.NaN,
    count: () => count,
    departures: () => departures,
    unanswered,
    edges,
    began,
    inWindow: () => Math.max(0, lastPassed - countAtRoll),
  }
  const refill = openRefill(traffic)
  const margin = () => (isKnown() ? marginMs(edges.perMs() as number) : longestMarginMs)

  const roll = (now: number): void => {
    const from = edges.interval()?.from ?? now
    if (!edges.roll(now)) return
    // What went when the edge may have passed already counts for the window that begins.
    began(count - departures.filter(({ at }) => at > from).length + 1)
    left = undefined
    strangers.begun()
  }

  const sureAt = (): number => {
    if (!isKnown()) return always
    const edge = edges.trusted()
    if (!refill.isWindow() || edge === undefined) return refill.sureAt()
    return Math.min(refill.sureAt(), count - countAtRoll < places() ? always : edge + margin())
  }

  const headroomAt = (): number => {
    if (isKnown() && refill.isRamp()) return always
    // From the last departure: its answer may tell more, but it may also never come.
    const blindUntil = lastSentAt + blindWaitMs
    if (left === undefined) return edges.guessed() && count > countAtRoll ? blindUntil : always
    const inFlight = count - left.asOf
    const free = left.remaining - inFlight - (inFlight + 1) * strangers.perOurs()
    if (free > (limit === undefined ? 0 : limit - places())) return always
    if (alone() && !refill.isWindow()) return refill.sureAt()
    const endsAt = edges.next()
    return endsAt === undefined ? blindUntil : endsAt + margin()
  }

  const readyAt = (): number => Math.max(sureAt(), headroomAt())

  /** An answer tells what is left. */
  const counted = ({ number, sentAt, receivedAt }: Heard, remaining: number): void => {
    const before = left
    if (before !== undefined && number < before.asOf) {
      strangers.overtaken()
      return
    }
    strangers.learn(number, remaining, unanswered.size, count)
    if (before === undefined) {
      left = { remaining, asOf: number, sentAt }
      if (!alone()) edges.jumped(undefined, sentAt, receivedAt)
      return
    }
    const grown = remaining - before.remaining + number - before.asOf
    left = { remaining, asOf: number, sentAt }
    const isJump = alone()
      ? mustBeWindow(traffic, { now: receivedAt, withinMs: receivedAt - before.sentAt, grown, remaining })
      : remaining > before.remaining
    if (isJump) {
      edges.jumped(before.sentAt, sentAt, receivedAt)
      began(number - (alone() && limit !== undefined ? limit - remaining - 1 : 0))
      refill.foundWindow()
    } else if (remaining === 0 && !alone()) edges.lasted(sentAt)
  }

  const refusedUntil = (now: number): number | undefined => {
    if (isKnown() && places() < (limit ?? 0) && edges.next() === undefined && !refill.isRamp()) refill.spread(now)
    if (isKnown() && refill.isRamp()) return refill.sureAt()
    return alone() && !refill.isWindow() && !(isResetTold && refill.isStuck()) ? now + refill.restMs() : edges.next()
  }

  return {
    waitMs: (now) => {
      roll(now)
      const ready = readyAt()
      const at = ready > now ? Math.min(ready, refill.aheadAt(now)) : ready
      const isVouched = left !== undefined && left.remaining > count - left.asOf
      const gate = isKnown() ? refill.gateAt(now, isVouched) : always
      return Math.max(0, ownNextAt - now, hintless.waitMs(now, unanswered.size), Math.max(at, gate) - now)
    },
    total: () => count,
    sent: (now) => {
      const isAhead = readyAt() > now
      count++
      if (isKnown()) refill.sent(count, now, alone() && isAhead)
      lastSentAt = now
      ownNextAt = Math.max(ownNextAt, now) + 1_000 / requestsPerSecond
      hintless.sent(now)
      together.set(count, unanswered.size)
      unanswered.set(count, now)
      if (limit !== undefined) {
        departures.push({ number: count, at: now })
        if (departures.length > 2 * places() + 64) departures = departures.slice(-places())
      }
      return count
    },
    answered: (answer) => {
      const { number, sentAt, receivedAt, refused, news, askedMs } = answer
      const before = together.get(number) ?? 0
      unanswered.delete(number)
      roll(receivedAt)
      limit = news?.limit ?? limit
      if (news?.perMs !== undefined && !isRounded(news.perMs, rate?.perMs)) edges.declare(news.perMs)
      const isFull = refused || news?.remaining === 0
      const resetMs = news?.resetMs ?? (refused && isKnown() ? askedMs : undefined)
      if (resetMs !== undefined) edges.reset(sentAt, receivedAt, resetMs)
      if (news?.resetMs !== undefined) {
        isResetTold = true
        refill.resetTold()
      }
      if (refused) {
        departures = departures.filter((one) => one.number !== number)
        if (left !== undefined) left = { ...left, remaining: 0, asOf: count }
        if (!isKnown() && news === undefined && askedMs === undefined) hintless.refused(before, sentAt)
        return isKnown() && refill.full(answer, true, askedMs)
      }
      if (news?.remaining !== undefined) counted(answer, news.remaining)
      lastPassed = Math.max(lastPassed, number)
      if (isKnown()) refill.passed(answer, news?.remaining)
      if (alone() && isFull) refill.full(answer, false)
      return false
    },
    ended: (number) => {
      unanswered.delete(number)
      together.delete(number)
    },
    throttled: (now, slower = true) => {
      roll(now)
      const endsAt = refusedUntil(now)
      if (endsAt === undefined) {
        if (slower) hintless.lower(now)
        return undefined
      }
      if (left !== undefined) left = { ...left, remaining: 0, asOf: count }
      return Math.max(1, endsAt + margin() - now)
    },
    asked: refill.asked,
    passed: () => hintless.raise(),
  }
}
