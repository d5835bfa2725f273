import { openEdges, roundingMs } from './edges.ts'
import type { Quota } from './rate-headers.ts'
import { openRefill } from './refill.ts'
import { openStrangers } from './strangers.ts'
import { type Departure, type Heard, marginMs, mustBeWindow, type Traffic } from './traffic.ts'

/**
 * What one limit of the backend's allows, declared or told by headers: what its way of making room again allows, as far as that
 * is known (`refill.ts`), and never what the headroom of others would lose by it, as the answers count it.
 */
export interface Allowance {
  /** When one more request may go; it may lie in the past. Nothing is known of a limit: always. */
  readonly readyAt: (now: number) => number
  readonly isKnown: () => boolean
  readonly sent: (number: number, now: number) => void
  /**
   * It passed, or was refused because of this limit: true when that was to be expected, because it went ahead of what was
   * sure. No reason to pause then, for until there is room again none is let go.
   */
  readonly answered: (answer: Told) => boolean
  /** It did not pass, and for other reasons: it has taken nothing. */
  readonly left: (number: number) => void
  /** It was refused, and nothing else tells for how long: until when all should wait, where this limit tells. */
  readonly refusedUntil: (now: number) => number | undefined
  /** A refusal costs time, for the backend asks for it: none goes ahead any more unless it says that there is room. */
  readonly asked: () => void
  /** More is left than is under way, by the last answer. */
  readonly isOpen: () => boolean
  /** Its window had room for this request, if it is known: it was refused for something else. */
  readonly hadRoom: (number: number) => boolean
  /** So many requests went in the last window. */
  readonly recent: (now: number) => number
}

export interface Told extends Heard {
  readonly refused: boolean
  readonly news: Quota | undefined
  readonly askedMs?: number | undefined
}

export interface Declared {
  readonly requests: number
  readonly perMs: number
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

/** `unanswered`: when each request went that is under way; `count`: how many had gone before. */
export const openAllowance = (
  rate: Declared | undefined,
  share: () => number,
  unanswered: ReadonlyMap<number, number>,
  before = 0,
): Allowance => {
  const edges = openEdges(rate?.perMs)
  let limit = rate?.requests
  let count = before
  let lastSentAt = always
  let departures: Departure[] = []
  /** How many requests had gone when the current window of the backend began. */
  let countAtRoll = before
  let lastPassed = 0
  let isResetTold = false
  /** What the answers say is left as of request `asOf`. */
  let left: { remaining: number; asOf: number; sentAt: number } | undefined
  const strangers = openStrangers()

  const places = () => (limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit * share())))
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

  const scheduledAt = (): number => {
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

  const sureAt = (): number => Math.max(scheduledAt(), headroomAt())
  const isOpen = (): boolean => left !== undefined && left.remaining > count - left.asOf
  const isFull = (): void => {
    if (left !== undefined) left = { ...left, remaining: 0, asOf: count }
  }
  const forget = (number: number): void => {
    departures = departures.filter((one) => one.number !== number)
  }

  /** An answer tells what is left. */
  const counted = ({ number, sentAt, receivedAt }: Heard, remaining: number): void => {
    const earlier = left
    if (earlier !== undefined && number < earlier.asOf) {
      strangers.overtaken()
      return
    }
    strangers.learn(number, remaining, unanswered.size, count)
    left = { remaining, asOf: number, sentAt }
    if (earlier === undefined) {
      if (!alone() || edges.guessed()) edges.jumped(undefined, sentAt, receivedAt)
      return
    }
    const grown = remaining - earlier.remaining + number - earlier.asOf
    const isJump = alone()
      ? mustBeWindow(traffic, { now: receivedAt, withinMs: receivedAt - earlier.sentAt, grown, remaining })
      : remaining > earlier.remaining
    if (isJump) {
      edges.jumped(earlier.sentAt, sentAt, receivedAt)
      began(number - (alone() && limit !== undefined ? limit - remaining - 1 : 0))
      refill.foundWindow()
    } else if (remaining === 0 && !alone()) edges.lasted(sentAt)
  }

  const learn = ({ sentAt, receivedAt, refused, news, askedMs }: Told): void => {
    limit = news?.limit ?? limit
    if (news?.perMs !== undefined && !isRounded(news.perMs, rate?.perMs)) edges.declare(news.perMs)
    const resetMs = news?.resetMs ?? (refused && isKnown() ? askedMs : undefined)
    if (resetMs !== undefined) edges.reset(sentAt, receivedAt, resetMs)
    if (news?.resetMs === undefined) return
    isResetTold = true
    refill.resetTold()
  }

  return {
    readyAt: (now) => {
      roll(now)
      const sure = sureAt()
      const at = sure > now ? Math.min(sure, refill.aheadAt(now)) : sure
      return isKnown() ? Math.max(at, refill.gateAt(now, isOpen())) : at
    },
    isKnown,
    sent: (number, now) => {
      const isAhead = sureAt() > now
      count = number
      if (isKnown()) refill.sent(number, now, alone() && isAhead)
      lastSentAt = now
      if (limit === undefined) return
      departures.push({ number, at: now })
      if (departures.length > 2 * places() + 64) departures = departures.slice(-places())
    },
    answered: (answer) => {
      const { number, receivedAt, refused, news, askedMs } = answer
      roll(receivedAt)
      learn(answer)
      if (refused) {
        forget(number)
        isFull()
        return isKnown() && refill.full(answer, true, askedMs)
      }
      if (news?.remaining !== undefined) counted(answer, news.remaining)
      lastPassed = Math.max(lastPassed, number)
      if (isKnown()) refill.passed(answer, news?.remaining)
      if (alone() && news?.remaining === 0) refill.full(answer, false)
      return false
    },
    left: forget,
    refusedUntil: (now) => {
      roll(now)
      if (isKnown() && places() < (limit ?? 0) && edges.next() === undefined && !refill.isRamp()) refill.spread(now)
      const isRest = alone() && !refill.isWindow() && !(isResetTold && refill.isStuck())
      const until = isKnown() && refill.isRamp() ? refill.sureAt() : isRest ? now + refill.restMs() : edges.next()
      if (until === undefined) return undefined
      isFull()
      return until + margin()
    },
    asked: refill.asked,
    isOpen,
    hadRoom: (number) => isKnown() && refill.isWindow() && traffic.inWindow() > 0 && number - countAtRoll < places(),
    recent: (now) => departures.filter(({ at }) => at > now - (edges.perMs() ?? 0)).length,
  }
}
