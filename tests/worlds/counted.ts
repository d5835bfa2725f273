/**
 * Three records in one job that says only how many it deleted and how many failed. It may be carried out twice, or more often:
 * the counts are of the last time.
 */
import { after, type RecordFact, reads } from './observed.ts'
import type { Seen, System } from './system.ts'
import {
  type Bounds,
  carriedOut,
  changed,
  keyOf,
  latestAlive,
  project,
  startsOf,
  ticked,
  toldIn,
  type World,
  wasSent,
} from './world.ts'

export interface Tally {
  readonly deleted: number
  readonly failed: number
}

export type CountedFact =
  | { readonly is: 'all'; readonly fact: RecordFact }
  | ({ readonly is: 'tally' } & Tally)
  | { readonly is: 'one'; readonly member: number; readonly fact: RecordFact }

/** What became of a record the last time that the job was carried out. */
type Result = 'none' | 'deleted' | 'failed' | 'missing'

interface Counted {
  readonly members: ReadonlyArray<World>
  readonly results: ReadonlyArray<Result>
}

export const size = 3
const places = Array.from({ length: size }, (_, place) => place)
const nothing: ReadonlyArray<Result> = places.map(() => 'none')

export const countedSystem = (bounds: Bounds): System<Counted, CountedFact> => ({
  starts: places
    .reduce<ReadonlyArray<ReadonlyArray<World>>>(
      (lists) => lists.flatMap((list) => startsOf(bounds).map((world) => [...list, world])),
      [[]],
    )
    .map((members) => ({ members, results: nothing })),
  keyOf: ({ members, results }) => `${members.map(keyOf).join(' + ')} ${results}`,
  unseen: (counted) => unseenOf(counted, bounds),
  facts: factsOf(),
  after: (counted, fact) => observedIn(counted, fact, bounds),
  project: ({ members }) => members.map(project),
  toldIn: ({ members }) => members.map(toldIn),
})

/** One job, sent once. */
const factsOf = (): ReadonlyArray<Seen<CountedFact>> => [
  {
    fact: { is: 'all', fact: { is: 'sent', as: 'job', anew: true } },
    given: ({ told }) => told.every((bits) => (bits & wasSent) === 0),
  },
  { fact: { is: 'all', fact: { is: 'dead' } } },
  ...places.flatMap((deleted) => places.map((failed) => ({ deleted, failed }))).flatMap(tallied),
  ...tallied({ deleted: size, failed: 0 }),
  ...tallied({ deleted: 0, failed: size }),
  ...places.flatMap((member) => reads.map((fact) => ({ fact: { is: 'one' as const, member, fact } }))),
]

const tallied = (tally: Tally): ReadonlyArray<Seen<CountedFact>> =>
  tally.deleted + tally.failed > size ? [] : [{ fact: { is: 'tally', ...tally } }]

const unseenOf = ({ members, results }: Counted, bounds: Bounds): ReadonlyArray<Counted> => {
  if (members.every(({ settled }) => settled)) return []
  const next: Counted[] = [{ members: members.map((world) => ticked(world, bounds)), results }]
  for (const [place, world] of members.entries()) {
    if (bounds.others === 'may') next.push({ members: members.with(place, changed(world)), results })
    if (!latestAlive(world) || results[place] !== 'none') continue
    // What is missing may be counted as failed, too.
    next.push({ members, results: results.with(place, 'failed') })
    const done = { members: members.with(place, carriedOut(world)) }
    next.push({ ...done, results: results.with(place, world.there ? 'deleted' : 'missing') })
  }
  if (results.some((result) => result !== 'none')) next.push({ members, results: nothing })
  return next
}

const observedIn = ({ members, results }: Counted, fact: CountedFact, bounds: Bounds): Counted | undefined => {
  const learnt = (each: (place: number) => RecordFact | undefined): Counted | undefined => {
    const next: World[] = []
    for (const [place, world] of members.entries()) {
      const own = each(place)
      const then = own === undefined ? world : after(world, own, bounds)
      if (then === undefined) return undefined
      next.push(then)
    }
    return { members: next, results: next.some(latestAlive) ? results : nothing }
  }
  if (fact.is === 'all') return learnt(() => fact.fact)
  if (fact.is === 'one') return learnt((place) => (place === fact.member ? fact.fact : undefined))
  const count = (result: Result): number => results.filter((one) => one === result).length
  if (fact.deleted !== count('deleted') || fact.failed !== count('failed')) return undefined
  return learnt(() => ({ is: 'over', took: 'unknown', quoted: fact.failed > 0 }))
}
