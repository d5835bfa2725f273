import type { Edges } from './edges.ts'

export interface Heard {
  readonly number: number
  readonly sentAt: number
  readonly receivedAt: number
}

export interface Departure {
  readonly number: number
  readonly at: number
}

/** What is known of the limit and of the traffic; it changes as the run goes on. */
export interface Traffic {
  /** So many of the limit are ours in each window; all of it: `alone`. */
  readonly places: () => number
  readonly alone: () => boolean
  readonly perMs: () => number
  readonly count: () => number
  /** All of it would be ours, but others use it too. */
  readonly crowded: () => boolean
  /** When those went that were not refused, the last so many. */
  readonly departures: () => ReadonlyArray<Departure>
  readonly unanswered: ReadonlyMap<number, number>
  readonly edges: Edges
  /** A window began with this request. */
  readonly began: (number: number) => void
  /** How many have passed since it began, at least. */
  readonly inWindow: () => number
}

/** Two requests a window apart when sent are so when they arrive, give or take so much; less for short windows. */
export const marginMs = (perMs: number): number => Math.min(15, perMs / 200)

/** When the request that took the place a whole limit ago is a window old. */
export const logReadyAt = ({ departures, places, perMs }: Traffic): number => {
  const oldest = departures()[departures().length - places()]
  return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest.at + perMs() + marginMs(perMs())
}

/** Whether so many more places within a time, so many of them left, can only be a window that has begun. */
export const mustBeWindow = (
  { departures, unanswered, places, perMs }: Traffic,
  { now, withinMs, grown, remaining }: { now: number; withinMs: number; grown: number; remaining: number },
): boolean => {
  const recent = departures().filter(({ at }) => at > now - perMs()).length
  const asRamp = 2 + unanswered.size + (withinMs * places()) / perMs()
  return remaining > places() / 2 && grown > asRamp && remaining > places() - recent + unanswered.size + 1
}
