import type { Truth } from './world.ts'

/** A stretch of time in which a record was there, or was not; both ends belong to it. */
interface Stretch {
  readonly there: boolean
  readonly from: number
  readonly to: number
}

const stretchesOf = ({ history }: Truth): ReadonlyArray<Stretch> =>
  history.map(({ at, there }, index) => ({ there, from: at, to: history[index + 1]?.at ?? Number.POSITIVE_INFINITY }))

/** Whether it was there at some instant from one to the other. What never was a record, never was there. */
export const wasThere = (truth: Truth | undefined, from: number, to: number): boolean =>
  truth !== undefined && stretchesOf(truth).some((each) => each.there && each.to >= from && each.from <= to)

/** Whether it was gone at some instant from one to the other. */
export const wasGone = (truth: Truth | undefined, from: number, to: number): boolean =>
  truth === undefined || stretchesOf(truth).some((each) => !each.there && each.to >= from && each.from <= to)

/** The same, and no request of ours had removed it before. */
export const wasGoneBefore = (truth: Truth | undefined, from: number, to: number): boolean => {
  if (truth === undefined) return true
  const first = truth.removals[0] ?? Number.POSITIVE_INFINITY
  return stretchesOf(truth).some((each) => !each.there && each.to >= from && each.from <= to && each.from < first)
}

/** Whether it was there at some instant up to `to` after everything that requests of ours did to it. */
export const wasThereAfterUs = (truth: Truth | undefined, from: number, to: number): boolean => {
  const since = Math.max(from, truth?.removals.at(-1) ?? Number.NEGATIVE_INFINITY)
  return since <= to && wasThere(truth, since, to)
}
