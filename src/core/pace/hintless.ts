/** A pace for a backend that says nothing but "too many": additive increase, multiplicative decrease. */
export interface Hintless {
  /** How long to wait before one more request, in ms; 0 or less: none. */
  readonly waitMs: (now: number) => number
  readonly sent: (now: number) => void
  /** A request was turned back. */
  readonly lower: (now: number) => void
  /** An answer came that was no throttle. */
  readonly raise: () => void
}

const remembered = 64
const slowestPerSecond = 0.2
const lowered = 0.7
/** About one request a second more for each second that goes well. */
const raisedPerAnswer = 1

export const openHintless = (): Hintless => {
  let perSecond = Number.POSITIVE_INFINITY
  let nextAt = Number.NEGATIVE_INFINITY
  let recent: number[] = []
  return {
    waitMs: (now: number) => (perSecond === Number.POSITIVE_INFINITY ? 0 : nextAt - now),
    sent: (now: number) => {
      recent.push(now)
      if (recent.length > 2 * remembered) recent = recent.slice(-remembered)
      if (perSecond < Number.POSITIVE_INFINITY) nextAt = Math.max(now, nextAt) + 1_000 / perSecond
    },
    lower: (now: number) => {
      const seen = recent.slice(-remembered)
      const spanMs = Math.max(1_000, now - (seen[0] ?? now))
      const measured = (seen.length * 1_000) / spanMs
      perSecond = Math.max(slowestPerSecond, Math.min(perSecond, measured) * lowered)
    },
    raise: () => {
      if (perSecond < Number.POSITIVE_INFINITY) perSecond += raisedPerAnswer / perSecond
    },
  }
}
