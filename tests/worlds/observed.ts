/** What the run observes of one record, and in which worlds it can. */
import { inEvery, inNone, type Known, type Seen } from './system.ts'
import {
  anyAlive,
  type Bounds,
  endless,
  isAlive,
  isFree,
  knowsFree,
  noted,
  ours,
  thereFree,
  unsent,
  type World,
} from './world.ts'

/** The run has a clock, so it knows where a read's stretch begins. Nothing else tells it how much time has passed. */
export type RecordFact =
  | { readonly is: 'sent'; readonly as: 'call' | 'job'; readonly anew: boolean }
  | { readonly is: 'dead' }
  | { readonly is: 'void' }
  | { readonly is: 'over'; readonly took: 'nothing' | 'unknown'; readonly quoted: boolean }
  | { readonly is: 'said'; readonly of: 'deleted' | 'absent' | 'rejected' }
  | ReadFact

export interface ReadFact {
  readonly is: 'read'
  readonly listed: boolean
  readonly since: 'before' | 'sent' | 'dead'
}

export const factsOf = ({ jobs }: Bounds): ReadonlyArray<Seen<RecordFact>> => [
  ...(jobs ? (['call', 'job'] as const) : (['call'] as const)).flatMap((as) => [
    { fact: { is: 'sent' as const, as, anew: false }, given: (known: Known) => !beginsAnew(known) },
    { fact: { is: 'sent' as const, as, anew: true }, given: (known: Known) => beginsAnew(known) },
  ]),
  ...(['dead', 'void'] as const).map((is) => ({ fact: { is } })),
  ...(['nothing', 'unknown'] as const).flatMap((took) =>
    [true, false].map((quoted) => ({ fact: { is: 'over' as const, took, quoted } })),
  ),
  ...(['deleted', 'absent', 'rejected'] as const).map((of) => ({ fact: { is: 'said' as const, of } })),
  ...reads.map((fact) => ({ fact })),
]

export const reads: ReadonlyArray<ReadFact> = [true, false].flatMap((listed) =>
  (['before', 'sent', 'dead'] as const).map((since) => ({ is: 'read' as const, listed, since })),
)

/** It was there when nothing of ours was alive, or nothing of ours removed it: the next send counts as the first. */
export const beginsAnew = ({ shadows, told }: Known, record = 0): boolean => {
  const shadow = shadows[record] ?? 0
  return inEvery(shadow, thereFree) || (((told[record] ?? 0) & isFree) !== 0 && inNone(shadow, ours))
}

/** The world once the fact is known; undefined where it can't be observed. */
export const after = (world: World, fact: RecordFact, bounds: Bounds): World | undefined => {
  if (world.settled) return undefined
  switch (fact.is) {
    case 'sent':
      return sent(world, fact, bounds)
    case 'dead':
      return died(world)
    case 'void':
      return voided(world)
    case 'over':
      return ended(world, fact)
    case 'said':
      return said(world, fact.of)
    case 'read':
      for (let took = 0; took <= bounds.slowTicks; took++) if (shows(world, fact, took, bounds)) return world
      return undefined
  }
}

/** Nothing of ours is alive, and the run has not said so. */
const isOverdue = (world: World): boolean => world.sentFor !== undefined && !knowsFree(world) && !anyAlive(world)

const sent = (
  world: World,
  { as, anew }: Extract<RecordFact, { readonly is: 'sent' }>,
  { again, alive, lateTicks, punctual }: Bounds,
): World | undefined => {
  if (punctual && isOverdue(world)) return undefined
  const isFirst = anew || world.sentFor === undefined
  const earlier = isFirst ? [] : livesOf(world).sort((one, other) => one - other)
  if (earlier.length >= alive || (!isFirst && !again)) return undefined
  return noted({
    ...world,
    sentFor: isFirst ? -1 : world.sentFor,
    freeFor: undefined,
    quietFor: 0,
    gone: !isFirst && world.gone,
    thereFree: false,
    quoted: !isFirst && world.quoted,
    earlier,
    latest: { left: as === 'job' ? endless : lateTicks, last: 'none', removed: false },
    only: isFirst,
    earlierOpen: !isFirst && (world.earlierOpen || world.latest !== undefined),
  })
}

const livesOf = ({ earlier, latest }: World): number[] => [...earlier, ...(latest ? [latest.left] : [])].filter(isAlive)

/** The time of every call has passed, and every job is told to have ended. */
const died = (world: World): World | undefined => {
  if (world.latest === undefined && !world.earlierOpen) return undefined
  const lives = livesOf(world)
  if (lives.some((left) => left !== endless)) return undefined
  const free: World = { ...world, earlier: [], latest: undefined, earlierOpen: false }
  return noted(lives.length > 0 ? { ...free, freeFor: -1 } : free)
}

const over = (world: World): World => {
  const next: World = { ...world, latest: undefined }
  return noted(next.freeFor === undefined && !anyAlive(next) ? { ...next, freeFor: -1 } : next)
}

/** The latest send is as if it had never been. */
const voided = (world: World): World | undefined => {
  if (world.latest === undefined || world.latest.removed) return undefined
  return world.only ? noted(unsent(world)) : over(world)
}

/** It has ended, and nothing is said of this record alone: not even whether it came to it. */
const ended = (world: World, { took, quoted }: Extract<RecordFact, { readonly is: 'over' }>): World | undefined => {
  const { latest } = world
  if (latest === undefined || (took === 'nothing' && latest.removed)) return undefined
  return over({ ...world, quoted: world.quoted || quoted })
}

/** It answers what it met last. */
const said = (world: World, of: 'deleted' | 'absent' | 'rejected'): World | undefined => {
  const { latest } = world
  if (latest === undefined) return undefined
  // These words settle it, and nothing is asked any more.
  if (of === 'deleted') return latest.last === 'removed' ? { ...over(world), settled: true } : undefined
  if (latest.removed) return undefined
  if (of === 'absent') return latest.last === 'missed' ? over(world) : undefined
  if (latest.last !== 'met' && latest.last !== 'met alone' && latest.last !== 'repeated') return undefined
  return over({ ...world, quoted: true, thereFree: world.thereFree || latest.last === 'met alone' })
}

const shows = (world: World, { listed, since }: ReadFact, tookTicks: number, bounds: Bounds): boolean => {
  if (bounds.punctual && isOverdue(world)) return false
  // No send leaves while a read of the record is under way.
  if (world.sentFor !== undefined && world.quietFor < tookTicks) return false
  const reach = bounds.lagTicks + tookTicks
  // Without any lag it shows this very instant.
  const [least, instants] = reach === 0 ? [-1, [world.there ? 1 : 2]] : [reach, world.shown.slice(0, reach + 1)]
  const isAsOld = (age: number | undefined): boolean => age !== undefined && age >= least
  const isSince = knowsFree(world) && isAsOld(world.freeFor) ? 'dead' : isAsOld(world.sentFor) ? 'sent' : 'before'
  return since === isSince && instants.some((shown) => (shown & (listed ? 1 : 2)) !== 0)
}
