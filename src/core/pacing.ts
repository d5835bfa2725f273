import type { RateNews } from './rate-headers.ts'

/**
 * When one more request may go, so that the backend's rate limit is used and not overrun. Three bounds hold at once:
 * in any stretch as long as the window, no more of our requests than our share of the limit (so the phase of the
 * backend's own window does not matter); never below the headroom left to others, as the answers count it; and a
 * requests-per-second limit of the caller's own.
 */
export interface Pacing {
  /** How long to wait before one more request, in ms; 0: it may go now. */
  readonly waitMs: (now: number) => number
  /** Requests so far. */
  readonly total: () => number
  /** One goes; returns its number. */
  readonly sent: (now: number) => number
  /** The rate headers of the answer to request `number`. */
  readonly learn: (news: RateNews, number: number, receivedAt: number) => void
}

export interface PacingSettings {
  readonly rate: { readonly requests: number; readonly perMs: number } | undefined
  readonly share: number
  readonly requestsPerSecond: number
}

/** Added to a window, so that two requests a window apart when sent are so when they arrive. */
const arrivalMarginMs = 15
/** How long to hold back when the limit is used up and nothing says when its window ends. */
const blindWaitMs = 1_000

export const openPacing = ({ rate, share, requestsPerSecond }: PacingSettings): Pacing => {
  let limit = rate?.requests
  let perMs = rate?.perMs
  let count = 0
  let ownNextAt = Number.NEGATIVE_INFINITY
  /** When the last so many requests went; as many as the share allows in one window. */
  let departures: number[] = []
  /** What the answers say of the current window: what is left as of request `asOf`, and when the window ends at the latest. */
  let left: { remaining: number; asOf: number; endsAt: number } | undefined

  const allowance = () => (limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit * share)))

  const windowWait = (now: number): number => {
    if (perMs === undefined || limit === undefined) return 0
    const oldest = departures[departures.length - allowance()]
    return oldest === undefined ? 0 : oldest + perMs + arrivalMarginMs - now
  }

  const headroomWait = (now: number): number => {
    if (left === undefined || limit === undefined || now >= left.endsAt) return 0
    const free = left.remaining - (count - left.asOf)
    return free > limit - allowance() ? 0 : left.endsAt - now
  }

  return {
    waitMs: (now) => Math.max(0, ownNextAt - now, windowWait(now), headroomWait(now)),
    total: () => count,
    sent: (now) => {
      count++
      ownNextAt = Math.max(ownNextAt, now - 1_000 / requestsPerSecond) + 1_000 / requestsPerSecond
      if (limit !== undefined && perMs !== undefined) {
        departures.push(now)
        if (departures.length > 2 * allowance() + 64) departures = departures.slice(-allowance())
      }
      return count
    },
    learn: (news, number, receivedAt) => {
      limit = news.limit ?? limit
      perMs = news.perMs ?? perMs
      if (news.remaining === undefined) return
      if (left !== undefined && number < left.asOf) return
      const sameWindow = left !== undefined && receivedAt < left.endsAt && news.remaining <= left.remaining
      const latest = receivedAt + (news.resetMs ?? perMs ?? blindWaitMs)
      const endsAt = sameWindow && left !== undefined ? Math.min(left.endsAt, latest) : latest
      left = { remaining: news.remaining, asOf: number, endsAt }
    },
  }
}
