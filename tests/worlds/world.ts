/**
 * The world of one record, tick by tick: what is so, and what may happen unseen. A tick is a reading of the clock: any
 * number of things may happen in it, one after the other, and every bound is a number of whole ticks.
 */

export interface Bounds {
  /** Whether somebody else may delete and recreate the record. */
  readonly others: 'may' | 'none'
  /** A call may take effect in the tick in which it leaves, and this many ticks later. A job until it is told to have ended. */
  readonly lateTicks: number
  /** A read shows an instant of the tick in which it begins, or of as many before. */
  readonly lagTicks: number
  /** Most ticks that a read may take. */
  readonly slowTicks: number
  /** Most sends of ours that are alive at the same time. */
  readonly alive: number
  readonly jobs: boolean
  /** Whether what is in doubt may be sent again. */
  readonly again: boolean
  /** Whether the run says `dead` before it reads or sends again, if its clock says so. */
  readonly punctual: boolean
}

/** What claims speak of, as bits. */
export const there = 1
/** A send of ours has removed it. */
export const ours = 2
/** It was not there at some instant since the first send. */
export const gone = 4
/** It was there after the last send: when no send was alive, or when the last one was refused and no other was. */
export const thereFree = 8

/** What the run was told itself, as bits. */
export const wasSent = 1
/** No send may take effect any more. */
export const isFree = 2
export const isQuoted = 4
export const saidDeleted = 8

/**
 * What a send met last. `met alone`: it was there, and no other send was alive. `repeated`: an earlier send had removed it, and
 * some systems refuse to do that again.
 */
export type Attempt = 'none' | 'met' | 'met alone' | 'missed' | 'repeated' | 'removed'

export interface Latest {
  /** Ticks that it may still take effect in, this one apart; below zero it is dead, and may be answered all the same. */
  readonly left: number
  readonly last: Attempt
  readonly removed: boolean
}

export interface World {
  readonly there: boolean
  /** What could be seen in each of the last ticks, this one first: 1 there, 2 not there, 3 both. */
  readonly shown: ReadonlyArray<number>
  /** Whole ticks since the first send and since no send is alive; −1 in the tick of the event itself. */
  readonly sentFor: number | undefined
  readonly freeFor: number | undefined
  /** Whole ticks since the latest send, as far as a slow read asks. */
  readonly quietFor: number
  readonly ours: boolean
  readonly gone: boolean
  readonly thereFree: boolean
  /** Ticks left to each send before the latest. */
  readonly earlier: ReadonlyArray<number>
  /** The latest send, as long as it may be answered. */
  readonly latest: Latest | undefined
  /** What the run knows by itself: whether the latest send is the only one, whether an earlier one may be alive, and words. */
  readonly only: boolean
  readonly earlierOpen: boolean
  readonly quoted: boolean
  readonly settled: boolean
}

/** Ticks left to a job. */
export const endless = 99

export const startsOf = (bounds: Bounds): ReadonlyArray<World> =>
  [true, false].map((isThere) => {
    const ticks = stretch(bounds) === 0 ? 0 : stretch(bounds) + 1
    return unsent({ there: isThere, shown: Array(ticks).fill(isThere ? 1 : 2), ours: false, quoted: false })
  })

/** Most ticks that lie between a read's answer and what it shows. */
export const stretch = ({ lagTicks, slowTicks }: Bounds): number => lagTicks + slowTicks

export const unsent = (world: Pick<World, 'there' | 'shown' | 'ours' | 'quoted'>): World => ({
  there: world.there,
  shown: world.shown,
  sentFor: undefined,
  freeFor: undefined,
  quietFor: 0,
  ours: world.ours,
  gone: false,
  thereFree: false,
  earlier: [],
  latest: undefined,
  only: false,
  earlierOpen: false,
  quoted: world.quoted,
  settled: false,
})

export const keyOf = (world: World): string => {
  const flags = [
    world.there,
    world.ours,
    world.gone,
    world.thereFree,
    world.only,
    world.earlierOpen,
    world.quoted,
    world.settled,
  ].reduce((bits, flag) => bits * 2 + (flag ? 1 : 0), 0)
  const latest = world.latest === undefined ? '' : `${world.latest.left}${world.latest.last}${world.latest.removed}`
  return `${flags} ${world.shown.join('')} ${world.sentFor} ${world.freeFor} ${world.quietFor} ${world.earlier} ${latest}`
}

export const project = (world: World): number =>
  (world.there ? there : 0) |
  (world.ours ? ours : 0) |
  (world.gone ? gone : 0) |
  // Until the run knows that no send is alive, it is no claim.
  (world.thereFree && knowsFree(world) ? thereFree : 0)

export const toldIn = (world: World): number =>
  (world.sentFor === undefined ? 0 : wasSent) |
  (knowsFree(world) ? isFree : 0) |
  (world.quoted ? isQuoted : 0) |
  (world.settled ? saidDeleted : 0)

export const knowsFree = (world: World): boolean =>
  world.sentFor !== undefined && world.latest === undefined && !world.earlierOpen

export const isAlive = (left: number): boolean => left >= 0
export const latestAlive = ({ latest }: World): boolean => latest !== undefined && isAlive(latest.left)
export const earlierAlive = (world: World): boolean => world.earlier.some(isAlive)
export const anyAlive = (world: World): boolean => earlierAlive(world) || latestAlive(world)

/** Notes what is so at this instant. */
export const noted = (world: World): World => {
  const [now] = world.shown
  const shown = now === undefined ? world.shown : world.shown.with(0, now | (world.there ? 1 : 2))
  if (world.sentFor === undefined) return { ...world, shown }
  return {
    ...world,
    shown,
    gone: world.gone || !world.there,
    thereFree: world.thereFree || (world.there && !anyAlive(world)),
  }
}

/** The worlds that this one may become unseen, by one event or by a tick that passes. */
export const unseen = (world: World, bounds: Bounds): ReadonlyArray<World> =>
  world.settled ? [] : [ticked(world, bounds), ...eventsIn(world, bounds)]

/** What may happen within a tick. */
export const eventsIn = (world: World, { others }: Bounds): ReadonlyArray<World> => [
  ...(others === 'may' ? [changed(world)] : []),
  ...(earlierAlive(world) && world.there ? [carriedOut(world)] : []),
  ...(latestAlive(world) ? [triedByLatest(world, true), triedByLatest(world, false)] : []),
]

/** Somebody else deletes or creates it. */
export const changed = (world: World): World => noted({ ...world, there: !world.there })

/** A send is carried out, and removes it if it is there. */
export const carriedOut = (world: World): World => (world.there ? noted({ ...world, there: false, ours: true }) : world)

/** The latest send is carried out, for the first time or again; what it meets it removes, or refuses to. */
export const triedByLatest = (world: World, removes: boolean): World => {
  const { latest } = world
  if (latest === undefined) return world
  const repeats = !removes && world.ours && !latest.removed
  if (!world.there) return { ...world, latest: { ...latest, last: repeats ? 'repeated' : 'missed' } }
  if (removes) return { ...carriedOut(world), latest: { ...latest, last: 'removed', removed: true } }
  return { ...world, latest: { ...latest, last: earlierAlive(world) ? 'met' : 'met alone' } }
}

export const ticked = (world: World, bounds: Bounds): World => {
  const most = stretch(bounds)
  const older = (age: number | undefined): number | undefined =>
    age === undefined ? undefined : Math.min(age + 1, most)
  const aged: World = {
    ...world,
    shown: world.shown.length === 0 ? [] : [world.there ? 1 : 2, ...world.shown.slice(0, -1)],
    sentFor: older(world.sentFor),
    freeFor: older(world.freeFor),
    quietFor: world.sentFor === undefined ? 0 : Math.min(world.quietFor + 1, bounds.slowTicks),
    earlier: world.earlier.map(shorter).filter(isAlive),
    latest: world.latest && { ...world.latest, left: shorter(world.latest.left) },
  }
  const diesNow = aged.sentFor !== undefined && aged.freeFor === undefined && !anyAlive(aged)
  // In this tick nothing of ours is alive, from its first instant on.
  return noted(diesNow ? { ...aged, freeFor: 0 } : aged)
}

const shorter = (left: number): number => (left === endless ? endless : Math.max(left - 1, -1))
