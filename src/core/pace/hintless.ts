/**
 * A pace for a backend that says nothing but "too many". A first refusal may mean too many at once, so fewer are in flight
 * from then on; one that comes nevertheless means too many in a time: additive increase, multiplicative decrease.
 */
export interface Hintless {
  /** How long to wait before one more request while so many are in flight, in ms; 0 or less: not at all. */
  readonly waitMs: (now: number, inFlight: number) => number
  readonly sent: (now: number) => void
  /** A request was turned back that went while so many others were in flight that went before it. */
  readonly refused: (others: number, sentAt: number) => void
  /** Requests were turned back, nothing tells for how long, and nobody else lets fewer be in flight for it. */
  readonly lower: (now: number) => void
  /** An answer came that was no throttle. */
  readonly raise: () => void
}

const remembered = 64
const slowestPerSecond = 0.2
const lowered = 0.7
/** About one request a second more for each second that goes well. */
const raisedPerAnswer = 1
/** Whoever is in flight says so when it is answered; this is only for one that never is. */
const lostAfterMs = 1_000
/** So many answers until one more is in flight again. */
const answersToWiden = 200

export const openHintless = (): Hintless => {
  let perSecond = Number.POSITIVE_INFINITY
  let nextAt = Number.NEGATIVE_INFINITY
  let recent: number[] = []
  /** How many may be in flight, and since when: what was under way then says nothing of the rate. */
  let most = Number.POSITIVE_INFINITY
  let narrowedAt = Number.NEGATIVE_INFINITY
  /** Of the last refusal: when its request went, and how many were in flight then. */
  let refusedSentAt = Number.POSITIVE_INFINITY
  let before = 0
  let answers = 0
  return {
    waitMs: (now, inFlight) => {
      if (inFlight >= most) return lostAfterMs
      return perSecond === Number.POSITIVE_INFINITY ? 0 : nextAt - now
    },
    sent: (now) => {
      recent.push(now)
      if (recent.length > 2 * remembered) recent = recent.slice(-remembered)
      if (perSecond < Number.POSITIVE_INFINITY) nextAt = Math.max(now, nextAt) + 1_000 / perSecond
    },
    refused: (others, sentAt) => {
      refusedSentAt = sentAt
      before = others
    },
    lower: (now) => {
      if (refusedSentAt <= narrowedAt) return
      if (before > 0 && before < most) {
        most = before
        narrowedAt = now
        answers = 0
        return
      }
      most = Number.POSITIVE_INFINITY
      const seen = recent.slice(-remembered)
      const spanMs = Math.max(1_000, now - (seen[0] ?? now))
      const measured = (seen.length * 1_000) / spanMs
      perSecond = Math.max(slowestPerSecond, Math.min(perSecond, measured) * lowered)
    },
    raise: () => {
      answers++
      if (answers % answersToWiden === 0) most++
      if (perSecond < Number.POSITIVE_INFINITY) perSecond += raisedPerAnswer / perSecond
    },
  }
}
