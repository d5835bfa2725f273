/** Two records in batches that hold both: what a send does, it does to both at one instant, or to none. */
import { after, beginsAnew, type ReadFact, type RecordFact, reads } from './observed.ts'
import type { Seen, System } from './system.ts'
import {
  type Bounds,
  carriedOut,
  changed,
  earlierAlive,
  keyOf,
  latestAlive,
  project,
  startsOf,
  ticked,
  toldIn,
  triedByLatest,
  type World,
} from './world.ts'

export type Two<Value> = readonly [Value, Value]

/** What is observed of each; nothing where a read was of the other alone. */
export type BatchFact = Two<RecordFact | undefined>

export const twoSystem = (bounds: Bounds): System<Two<World>, BatchFact> => ({
  starts: startsOf(bounds).flatMap((one) => startsOf(bounds).map((other): Two<World> => [one, other])),
  keyOf: ([one, other]) => `${keyOf(one)} + ${keyOf(other)}`,
  unseen: (worlds) => unseenOf(worlds, bounds),
  facts,
  after: ([one, other], [ofOne, ofOther]) => {
    const next = ofOne === undefined ? one : after(one, ofOne, bounds)
    const nextOther = ofOther === undefined ? other : after(other, ofOther, bounds)
    return next === undefined || nextOther === undefined ? undefined : [next, nextOther]
  },
  project: (worlds) => worlds.map(project),
  toldIn: (worlds) => worlds.map(toldIn),
})

const unseenOf = (worlds: Two<World>, bounds: Bounds): ReadonlyArray<Two<World>> => {
  const [one, other] = worlds
  if (one.settled) return []
  const both = (change: (world: World) => World): Two<World> => [change(one), change(other)]
  return [
    both((world) => ticked(world, bounds)),
    ...(bounds.others === 'may' ? [[changed(one), other] as const, [one, changed(other)] as const] : []),
    ...(earlierAlive(one) ? [both(carriedOut)] : []),
    ...(latestAlive(one)
      ? [both((world) => triedByLatest(world, true)), both((world) => triedByLatest(world, false))]
      : []),
  ]
}

const both = (fact: RecordFact): BatchFact => [fact, fact]
const rejected: RecordFact = { is: 'said', of: 'rejected' }
const absent: RecordFact = { is: 'said', of: 'absent' }
const spared: RecordFact = { is: 'over', took: 'nothing', quoted: false }

/** As if for the first time, or not: the run decides for each record by what it knows of it. */
const sends: ReadonlyArray<Seen<BatchFact>> = [true, false].flatMap((anew) =>
  [true, false].map((otherAnew) => ({
    fact: [
      { is: 'sent', as: 'call', anew },
      { is: 'sent', as: 'call', anew: otherAnew },
    ] as const,
    given: (held) => beginsAnew(held, 0) === anew && beginsAnew(held, 1) === otherAnew,
  })),
)

const facts: ReadonlyArray<Seen<BatchFact>> = [
  ...sends,
  ...[
    both({ is: 'dead' }),
    both({ is: 'void' }),
    both({ is: 'said', of: 'deleted' }),
    both(spared),
    // A refusal that names its culprit.
    [rejected, spared] as const,
    [spared, rejected] as const,
    [absent, spared] as const,
    [spared, absent] as const,
    ...reads.flatMap((read: ReadFact): BatchFact[] => [
      [read, undefined],
      [undefined, read],
    ]),
  ].map((fact) => ({ fact })),
]
