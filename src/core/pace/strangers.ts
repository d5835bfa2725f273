/** How many requests of others come to one of ours, by how much less is left than our own requests account for. */
export interface Strangers {
  readonly perOurs: () => number
  /** What is left as of request `number`, while so many requests are out and the last one is `count`. */
  readonly learn: (number: number, remaining: number, underWay: number, count: number) => void
  /** Requests overtake each other: from now on all that are under way may have been counted, or not. */
  readonly overtaken: () => void
  /** A window began: what was before is over. */
  readonly begun: () => void
}

export const openStrangers = (): Strangers => {
  let perOurs = 0
  let overtakes = false
  let since: { readonly number: number; readonly remaining: number; readonly underWay: number } | undefined
  return {
    perOurs: () => perOurs,
    learn: (number, remaining, underWay, count) => {
      if (since === undefined || remaining > since.remaining) {
        since = { number, remaining, underWay }
        return
      }
      const ours = number - since.number
      const unclear = overtakes ? since.underWay + count - number : 0
      const theirs = since.remaining - remaining - ours
      if (theirs > unclear) perOurs = perOurs * 0.8 + (theirs / Math.max(1, ours)) * 0.2
      else if (ours > 2 * unclear) perOurs *= 0.8
      if (!overtakes) since = { number, remaining, underWay: 0 }
    },
    overtaken: () => {
      if (!overtakes) perOurs = 0
      overtakes = true
    },
    begun: () => {
      perOurs = 0
    },
  }
}
