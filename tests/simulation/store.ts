import { mix, openDice } from './random.ts'
import type { Truth, World } from './world.ts'

/** What became of one record of a request. */
export interface Result {
  /** Spelled as sent. */
  readonly id: string
  readonly is: 'deleted' | 'absent' | 'ignored' | 'refused' | 'busy'
  readonly code?: string
}

/** Who makes a set of records be refused, and why. */
export interface Blame {
  readonly id: string
  readonly is: 'absent' | 'refused'
  readonly code: string
}

/** What an id that does not exist is to blame for. */
export const missingCode = 'not-found'

/** What a record is refused for that another one still refers to. */
export const neededCode = 'needed'

/** Deletes each record that can be deleted. */
export const deleteEach = (world: World, ids: ReadonlyArray<string>): ReadonlyArray<Result> =>
  ids.map((id): Result => {
    const truth = world.truths.get(world.identityOf(id))
    if (truth === undefined || !truth.exists) {
      const { missing } = world.scenario.traits
      if (missing === 'counted') return { id, is: 'deleted' }
      return missing === 'ignored' ? { id, is: 'ignored' } : { id, is: 'absent', code: missingCode }
    }
    const code = refusalOf(world, truth)
    if (code !== undefined) return { id, is: 'refused', code }
    if (truth.busy > 0) {
      truth.busy--
      return { id, is: 'busy' }
    }
    world.remove(world.identityOf(id))
    return { id, is: 'deleted' }
  })

/** The records that would make a transaction be refused. */
export const blamedIn = (world: World, ids: ReadonlyArray<string>): ReadonlyArray<Blame> =>
  ids.flatMap((id): ReadonlyArray<Blame> => {
    const truth = world.truths.get(world.identityOf(id))
    if (truth === undefined || !truth.exists)
      return missingMatters(world) ? [{ id, is: 'absent', code: missingCode }] : []
    const code = refusalOf(world, truth, new Set(ids.map(world.identityOf)))
    return code === undefined ? [] : [{ id, is: 'refused', code }]
  })

/** Why it can't be deleted now; `together`: what goes with it, in the same transaction. */
const refusalOf = (world: World, { fact }: Truth, together?: ReadonlySet<string>): string | undefined => {
  if (fact.refusal !== undefined || fact.neededBy === undefined) return fact.refusal
  const identity = world.identityOf(fact.neededBy)
  return world.truths.get(identity)?.exists === true && together?.has(identity) !== true ? neededCode : undefined
}

/** The ids that do not exist, where one of them makes any request be refused. */
export const missingIn = (world: World, ids: ReadonlyArray<string>): ReadonlyArray<Blame> =>
  world.scenario.traits.missing === 'refuses' ? blamedIn(world, ids).filter(({ is }) => is === 'absent') : []

const missingMatters = ({ scenario }: World): boolean =>
  scenario.traits.missing === 'refuses' || scenario.traits.missing === 'failed'

/** What a read shows: which of these exist, or did a moment ago. */
export const openReading = (world: World): ((ids: ReadonlyArray<string>) => (id: string) => boolean) => {
  const { lagMs = 0, lagsBy } = world.scenario.traits
  const dice = openDice(mix(world.scenario.seed, 79))
  const before = (): number => world.clock.now() - (lagMs === 0 ? 0 : dice.whole(0, lagMs))
  return (ids) => {
    const common = before()
    const there = new Set<string>()
    for (const id of ids) {
      const identity = world.identityOf(id)
      const at = lagsBy === 'record' ? before() : common
      if (world.truths.get(identity)?.history.findLast((entry) => entry.at <= at)?.there === true) there.add(identity)
    }
    return (id) => there.has(world.identityOf(id))
  }
}

/** As the backend spells it. */
export const storedId = (world: World, id: string): string => world.truths.get(world.identityOf(id))?.fact.id ?? id
