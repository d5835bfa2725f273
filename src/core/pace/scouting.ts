import { type Interval, roundingMs } from './edges.ts'

/**
 * When one request goes ahead although the window may not have ended. If it gets through, a new window has begun before it
 * had to, and the others follow at once; if it is refused, its answer tells more nearly when it will. One at a time, and
 * never so often that more than about one request in a hundred is refused. Times in ms.
 */
export interface Scouting {
  /** When the next one may go, for a window that ends in this interval and after so many requests; never: infinity. */
  readonly at: (edge: Interval, count: number) => number
  /** One goes. */
  readonly sent: () => void
  /** One has gone, and no answer has told anything since. */
  readonly isOut: () => boolean
  /** A request was refused. If it was no scout, the backend has reasons of its own, and none goes ahead in this window. */
  readonly refused: () => void
  /** A window has begun. */
  readonly begun: () => void
}

/** After fewer requests than this, what there is to gain is not worth a refusal. */
const fewest = 50
const perRefusal = 100
/** Two windows in, both may be spent: a short run gains most by knowing early. */
const refusalsAtFirst = 2
/** An edge that is known so nearly is known. */
const nearMs = 100

export const openScouting = (): Scouting => {
  let refusals = 0
  let scouts: 'may go' | 'out' | 'barred' = 'may go'

  const refusalsLeft = (count: number): number =>
    count < fewest ? 0 : Math.max(refusalsAtFirst, 1 + Math.floor(count / perRefusal)) - refusals

  return {
    at: ({ from, to }, count) => {
      const widthMs = to - from
      const left = refusalsLeft(count)
      if (scouts !== 'may go' || left <= 0 || widthMs <= nearMs) return Number.POSITIVE_INFINITY
      // A first refusal tells the end to a second, wherever it is: the sooner the better.
      if (refusals === 0 && widthMs > 1.5 * roundingMs) return from + roundingMs
      return to - widthMs / (left > 1 ? 2 : 3)
    },
    sent: () => {
      scouts = 'out'
    },
    isOut: () => scouts === 'out',
    refused: () => {
      refusals++
      scouts = scouts === 'out' ? 'may go' : 'barred'
    },
    begun: () => {
      scouts = 'may go'
    },
  }
}
