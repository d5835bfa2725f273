/**
 * A longer limit besides the one that is known, of which nothing is told: a minute beside a second. It shows in refusals that
 * the known one can't explain, because nothing has passed for as long as its window. So many as had passed until then are
 * what it allows, in one of the times that people give limits for.
 */
export interface Longer {
  /** When it has room; while it has none, a request may go ahead now and then, to see whether it has already. */
  readonly readyAt: () => number
  readonly sent: (number: number, now: number) => void
  readonly passed: (number: number, sentAt: number) => void
  /** True when this limit is known, and had no room or had to be asked. */
  readonly refused: (number: number, sentAt: number, until: number | undefined) => boolean
  /** Nothing but such a limit explains what was refused; `until`: how long it asks to wait. */
  readonly found: (now: number, until: number | undefined) => void
}

const never = Number.POSITIVE_INFINITY
const usualMs = [1_000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000]
/** So many may go ahead, and be refused, at first; later one in so many requests. */
const firstAhead = 3
const requestsPerAhead = 110

export const openLonger = (): Longer => {
  let places = never
  let perMs = never
  /** The window as we count it, from its first request on: how many have passed or are under way, and when it has ended. */
  let openedAt = never
  let taken = 0
  let endsAt = never
  let aheadAt = never
  let probe = Number.NaN
  let mayAsk = firstAhead
  /** Of those that went ahead and passed, how many one after the other: it was no limit, but others for a time. */
  let early = 0

  const open = (at: number, count: number): void => {
    openedAt = at
    taken = count
    endsAt = at + perMs
    aheadAt = never
  }
  const close = (now: number, until: number | undefined): void => {
    taken = Math.max(taken, places)
    endsAt = until ?? endsAt
    aheadAt = until === undefined && mayAsk >= 1 ? now + (endsAt - now) / 2 : never
  }

  return {
    readyAt: () => (taken < places ? Number.NEGATIVE_INFINITY : Math.min(aheadAt, endsAt)),
    sent: (number, now) => {
      if (openedAt === never || now >= endsAt) open(now, 0)
      if (taken >= places) {
        probe = number
        mayAsk--
        aheadAt = never
      }
      taken++
      mayAsk = Math.min(firstAhead, mayAsk + 1 / requestsPerAhead)
      if (taken === places) close(now, undefined)
    },
    passed: (number, sentAt) => {
      if (number !== probe) return
      open(sentAt, 1)
      early++
      if (early > 1) places = never
    },
    refused: (number, sentAt, until) => {
      taken--
      if (places === never || (taken > 0 && number !== probe)) return false
      early = 0
      if (number !== probe) {
        // It should have ended.
        perMs *= 2
        endsAt = sentAt + perMs / 2
      }
      close(sentAt, until)
      return true
    },
    found: (now, until) => {
      places = Math.max(1, taken)
      if (perMs === never || openedAt + perMs <= now) {
        const ms = (until ?? now) - openedAt
        perMs = usualMs.find((usual) => usual >= ms) ?? ms
      }
      endsAt = openedAt + perMs
      early = 0
      close(now, until)
    },
  }
}
