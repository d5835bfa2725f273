import { openEdges } from './edges.ts'
import { openHintless } from './hintless.ts'
import type { RateNews } from './rate-headers.ts'
import { openScouting } from './scouting.ts'

/**
 * When one more request may go, so that the backend's rate limit is used up and not overrun, whether it is declared or
 * only told by headers. These hold at once: in any stretch as long as the window no more of our requests than our share
 * of the limit, or, where the edge of the backend's own window is known, no more in that window; never below the
 * headroom left to others, as the answers count it; a limit of the caller's own; and, where a backend gives no hints at
 * all, a rate that each throttle lowers and each answer raises again.
 */
export interface Pacing {
  /** How long to wait before one more request, in ms; 0: it may go now. */
  readonly waitMs: (now: number) => number
  /** Requests so far. */
  readonly total: () => number
  /** One goes; returns its number. */
  readonly sent: (now: number) => number
  /** The rate headers of the answer to request `number`. */
  readonly learn: (news: RateNews, answer: Answered) => void
  /**
   * A request was turned back. How long all should wait, in ms, where the answers told; undefined where nothing did: then
   * the rate is lowered, unless `slower` is false, because fewer are in flight for it.
   */
  readonly throttled: (now: number, slower?: boolean) => number | undefined
  /**
   * A request was turned back. True when this one went ahead to see whether a window had ended: no reason to pause, for
   * until one has, none is let go; otherwise this changes nothing.
   */
  readonly scoutRefused: (number: number) => boolean
  /** An answer came that was no throttle. */
  readonly passed: () => void
}

export interface Answered {
  readonly number: number
  readonly sentAt: number
  readonly receivedAt: number
}

export interface PacingSettings {
  readonly rate: { readonly requests: number; readonly perMs: number } | undefined
  readonly share: number
  readonly requestsPerSecond: number
}

/** Added to a window, so that two requests a window apart when sent are so when they arrive. */
const arrivalMarginMs = 15
/** Requests of others to one of ours, up to which the limit counts as ours alone. */
const aloneShare = 0.05
/** How long to hold back when the limit is used up and nothing says when its window ends. */
const blindWaitMs = 1_000

export const openPacing = ({ rate, share, requestsPerSecond }: PacingSettings): Pacing => {
  const edges = openEdges(rate?.perMs)
  const hintless = openHintless()
  const scouting = openScouting()
  let limit = rate?.requests
  let count = 0
  let ownNextAt = Number.NEGATIVE_INFINITY
  let lastSentAt = Number.NEGATIVE_INFINITY
  /** When the last so many requests went; as many as the share allows in one window. */
  let departures: number[] = []
  /** How many requests had gone when the current window of the backend began. */
  let countAtRoll = 0
  /** What the answers say of the current window: what is left as of request `asOf`, and how many of others' come to one of ours. */
  let left: { remaining: number; asOf: number; sentAt: number; others: number } | undefined

  const allowance = () => (limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit * share)))

  const roll = (now: number): void => {
    if (!edges.roll(now)) return
    countAtRoll = count
    left = undefined
    scouting.begun()
  }

  const windowWait = (now: number): number => {
    const perMs = edges.perMs()
    if (perMs === undefined || limit === undefined) return 0
    const oldest = departures[departures.length - allowance()]
    const sliding = oldest === undefined ? 0 : oldest + perMs + arrivalMarginMs - now
    const endsAt = edges.trusted()
    if (endsAt === undefined) return sliding
    return Math.min(sliding, count - countAtRoll < allowance() ? 0 : endsAt + arrivalMarginMs - now)
  }

  const headroomWait = (now: number): number => {
    // From the last departure: its answer may tell more, but it may also never come.
    const blindWait = () => lastSentAt + blindWaitMs - now
    if (left === undefined) return edges.guessed() && count > countAtRoll ? blindWait() : 0
    const inFlight = count - left.asOf
    const free = left.remaining - inFlight - (inFlight + 1) * left.others
    const leftToOthers = limit === undefined ? 0 : limit - allowance()
    if (free > leftToOthers) return 0
    const endsAt = edges.next()
    return endsAt === undefined ? blindWait() : endsAt + arrivalMarginMs - now
  }

  /** A request that goes before the window has ended for certain, to see whether it has: only where nothing is left to others. */
  const scoutWait = (now: number): number => {
    const isSpent = left?.remaining === 0 && left.asOf === count
    const isOurs = limit !== undefined && allowance() === limit && (left?.others ?? 1) < aloneShare
    const edge = edges.perMs() === undefined || edges.guessed() ? undefined : edges.interval()
    if (!isOurs || !isSpent || edge === undefined) return Number.POSITIVE_INFINITY
    return scouting.at(edge, count) - now
  }

  const waitForWindow = (now: number): number => Math.max(windowWait(now), headroomWait(now))

  return {
    waitMs: (now) => {
      roll(now)
      const forWindow = waitForWindow(now)
      const wait = forWindow > 0 ? Math.min(forWindow, scoutWait(now)) : 0
      return Math.max(0, ownNextAt - now, hintless.waitMs(now), wait)
    },
    total: () => count,
    sent: (now) => {
      if (scoutWait(now) <= 0 && waitForWindow(now) > 0) scouting.sent()
      count++
      lastSentAt = now
      ownNextAt = Math.max(ownNextAt, now) + 1_000 / requestsPerSecond
      hintless.sent(now)
      if (limit !== undefined) {
        departures.push(now)
        if (departures.length > 2 * allowance() + 64) departures = departures.slice(-allowance())
      }
      return count
    },
    learn: (news, { number, sentAt, receivedAt }) => {
      roll(receivedAt)
      limit = news.limit ?? limit
      if (news.perMs !== undefined) edges.declare(news.perMs)
      if (news.resetMs !== undefined) edges.reset(sentAt, receivedAt, news.resetMs)
      const { remaining } = news
      if (remaining === undefined || (left !== undefined && number < left.asOf)) return
      if (left === undefined || remaining > left.remaining) {
        if (left !== undefined) {
          countAtRoll = number - 1
          scouting.begun()
        }
        edges.jumped(left?.sentAt, sentAt, receivedAt)
        left = { remaining, asOf: number, sentAt, others: left?.others ?? 0 }
        return
      }
      const ours = number - left.asOf
      const others = ours === 0 ? left.others : Math.max(0, left.remaining - remaining - ours) / ours
      if (remaining === 0) edges.lasted(sentAt)
      left = { remaining, asOf: number, sentAt, others: left.others * 0.8 + others * 0.2 }
    },
    throttled: (now, slower = true) => {
      roll(now)
      scouting.refused()
      const endsAt = edges.next()
      if (endsAt === undefined) {
        if (slower) hintless.lower(now)
        return undefined
      }
      if (left !== undefined) left = { ...left, remaining: 0, asOf: count }
      return endsAt + arrivalMarginMs - now
    },
    scoutRefused: (number) => {
      if (!scouting.isOut() || number !== count) return false
      scouting.refused()
      return true
    },
    passed: () => hintless.raise(),
  }
}
