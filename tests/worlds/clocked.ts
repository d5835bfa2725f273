/**
 * One record, judged by a run that looks at its clock: when the request left, when it was answered or given up, where a read
 * begins. So ticks are observed here, and the judged side says by itself what is dead and since when a read shows.
 */
import type { Held } from './check.ts'
import type { Judged } from './explore.ts'
import { after as observed, type RecordFact } from './observed.ts'
import { type Belief, fresh, heldOf, type JudgedRecord, see, type Told, tell } from './subject.ts'
import type { System } from './system.ts'
import { type Bounds, eventsIn, isAlive, keyOf, project, startsOf, ticked, toldIn, type World } from './world.ts'

type Answer = Exclude<RecordFact, { readonly is: 'sent' | 'dead' | 'read' }>

export type ClockedFact =
  | { readonly is: 'tick' }
  | { readonly is: 'sent'; readonly as: 'call' | 'job'; readonly anew: boolean }
  | { readonly is: 'answered'; readonly by: Answer }
  /** Nobody waits for its answer any more. */
  | { readonly is: 'lost' }
  | { readonly is: 'read'; readonly listed: boolean }

/** A request that leaves, and an answer that comes, begin a tick: what was before is before. */
export const clockedSystem = (bounds: Bounds): System<World, ClockedFact> => ({
  starts: startsOf(bounds),
  keyOf,
  unseen: (world) => (world.settled ? [] : eventsIn(world, bounds)),
  facts: factsOf(bounds),
  after: (world, fact) => {
    const next = world.settled ? undefined : after(world, fact, bounds)
    return next && byTheClock(next)
  },
  project: (world) => [project(world)],
  toldIn: (world) => [toldIn(world)],
})

const factsOf = ({ jobs }: Bounds): System<World, ClockedFact>['facts'] => [
  { fact: { is: 'tick' } },
  ...(jobs ? (['call', 'job'] as const) : (['call'] as const)).flatMap((as) =>
    [true, false].map((anew) => ({ fact: { is: 'sent' as const, as, anew }, given: () => true })),
  ),
  ...answers.map((by) => ({ fact: { is: 'answered' as const, by } })),
  { fact: { is: 'lost' } },
  ...[true, false].map((listed) => ({ fact: { is: 'read' as const, listed } })),
]

const answers: ReadonlyArray<Answer> = [
  { is: 'void' },
  { is: 'over', took: 'nothing', quoted: true },
  { is: 'over', took: 'unknown', quoted: true },
  { is: 'over', took: 'unknown', quoted: false },
  { is: 'said', of: 'absent' },
  { is: 'said', of: 'rejected' },
]

const after = (world: World, fact: ClockedFact, bounds: Bounds): World | undefined => {
  switch (fact.is) {
    case 'tick':
      return ticked(world, bounds)
    case 'sent':
      // It may take effect before so many ticks have passed: in the last of them no more.
      if (world.latest !== undefined) return undefined
      return observed(ticked(world, bounds), fact, { ...bounds, lateTicks: bounds.lateTicks - 1 })
    case 'answered':
      return observed(ticked(world, bounds), fact.by, bounds)
    case 'lost':
      return world.latest && { ...world, latest: undefined, earlier: [...world.earlier, world.latest.left] }
    case 'read': {
      const instants = world.shown.length === 0 ? [world.there ? 1 : 2] : world.shown.slice(0, bounds.lagTicks + 1)
      return instants.some((shown) => (shown & (fact.listed ? 1 : 2)) !== 0) ? world : undefined
    }
  }
}

/** Everybody sees the clock: a send is known to be dead when it is, and no age has to be kept. */
const byTheClock = (world: World): World => {
  const earlier = [...new Set(world.earlier.filter(isAlive))].sort((one, other) => one - other)
  return {
    ...world,
    earlier,
    earlierOpen: earlier.length > 0,
    sentFor: world.sentFor === undefined ? undefined : 0,
    freeFor: undefined,
    quietFor: 0,
  }
}

/** Times are ticks from now. */
interface Clocked {
  readonly belief: Belief
  readonly doubt?: { readonly firstSentAt: number; readonly deadAt: number }
  readonly pending?: { readonly sentAt: number; readonly as: 'call' | 'job' }
}

const reason = { code: 'lost', message: 'no answer came' }

export const clockedSubject = ({ others, lateTicks, lagTicks }: Bounds): Judged<ClockedFact, Clocked> => {
  /** No time further back makes a difference. */
  const horizon = -(lateTicks + lagTicks + longestWait + 2)
  const later = ({ belief, doubt, pending }: Clocked): Clocked => ({
    belief,
    ...(doubt && {
      doubt: {
        firstSentAt: Math.max(doubt.firstSentAt - 1, horizon),
        deadAt: Math.max(doubt.deadAt - 1, horizon),
      },
    }),
    ...(pending && { pending: { ...pending, sentAt: pending.sentAt - 1 } }),
  })
  const told = (state: Clocked, what: Omit<Told, 'reason'>): Clocked =>
    judged(state, (record) => tell(record, { ...what, reason }, { others }))
  const begins = (state: Clocked): boolean =>
    told(later(state), { sentAt: 0, overAt: Number.POSITIVE_INFINITY }).doubt?.firstSentAt === 0
  return {
    start: { belief: fresh },
    keyOf: (state) => JSON.stringify(state, (_, value) => (value === Number.POSITIVE_INFINITY ? 'never' : value)),
    shadowsOf: ({ belief }) => [heldOf(belief).shadow],
    allows: (state, fact) => {
      // What is known to be gone is not sent again.
      if (fact.is === 'sent') return state.pending === undefined && !isGone(state) && begins(state) === fact.anew
      if (fact.is === 'read') return state.pending === undefined
      return fact.is !== 'tick' || (state.pending?.sentAt ?? 0) > -longestWait
    },
    learn: (state, fact) => {
      switch (fact.is) {
        case 'tick':
          return later(state)
        case 'sent':
          return { ...later(state), pending: { sentAt: 0, as: fact.as } }
        case 'answered':
          return told(later(state), { sentAt: (state.pending?.sentAt ?? 0) - 1, fact: fact.by, overAt: 0 })
        case 'lost': {
          const { sentAt, as } = state.pending ?? { sentAt: 0, as: 'call' }
          return told(state, { sentAt, overAt: as === 'job' ? Number.POSITIVE_INFINITY : sentAt + lateTicks })
        }
        case 'read':
          return judged(state, (record) => see(record, { listed: fact.listed, from: -lagTicks }, { others }))
      }
    },
  }
}

/** While it waits for an answer it concludes nothing. */
export const heldByTheClock = ({ belief, pending }: Clocked): Held => ({
  ...heldOf(belief),
  ...(pending && { concluded: 'open' }),
})

const isGone = ({ belief }: Clocked): boolean => /^(deleted|absent)/.test(heldOf(belief).concluded)

/** Most ticks that a run waits for an answer. */
const longestWait = 3

/** The judged side changes a record; here it is one that has what it looks at. */
const judged = ({ belief, doubt }: Clocked, change: (record: JudgedRecord) => unknown): Clocked => {
  const record = { belief, doubt: doubt && { ...doubt, reason } } as JudgedRecord
  change(record)
  const { firstSentAt, deadAt } = record.doubt ?? {}
  return {
    belief: record.belief,
    ...(firstSentAt !== undefined && deadAt !== undefined && { doubt: { firstSentAt, deadAt } }),
  }
}
