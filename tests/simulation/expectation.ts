import type { Dossier } from './evidence.ts'
import { hasRoom, readsWell } from './evidence.ts'
import type { Story } from './play.ts'
import type { Truth } from './world.ts'

type Status = 'deleted' | 'absent' | 'rejected' | 'untouched' | 'unconfirmed'

/** What can become of a record in a run in which nothing goes wrong. */
export const calmStatuses = (story: Story, { truth }: Dossier): ReadonlyArray<Status> => {
  const { scenario, world } = story
  const { traits, options } = scenario
  const family = traits.speaks
  const reads = readsWell(story)
  const listedAny = world.statements.some(({ says }) => says === 'listed')
  if (truth?.fact.takenAtMs !== undefined) return anything
  const unreadable: ReadonlyArray<Status> = reads && listedAny && hasRoom(story) ? [] : ['unconfirmed']
  const { missing, names, job } = traits
  const vague = family === 'counts' || family === 'nothing' || family === 'opus' || family === 'datocms'
  /** A refused batch names nobody, or its job has failed: only a read tells who was to blame. */
  const anonymous =
    (family === 'all-or-nothing' || family === 'uuid-list' || missing === 'refuses') &&
    (names === 'nothing' || job || (family === 'uuid-list' && names === 'kind'))
  const doubt = vague || anonymous ? unreadable : []

  /** A job that fails because of one record leaves the others alone; they go again, but not for ever. */
  const spent: ReadonlyArray<Status> = anonymous && job ? ['untouched'] : []
  if (family === 'opus') return [...opusStatuses(story, truth), ...unreadable]
  if (truth !== undefined && !fits(scenario, truth.fact.id)) return ['untouched', 'absent']
  if (truth === undefined || !truth.fact.there) return ['absent', 'deleted', ...spent, ...doubt]
  // Counts that leave somebody out do not say whom: what is left is asked again, by itself.
  const someLeftOut = missing === 'ignored' || scenario.records.some(({ busy }) => busy !== undefined)
  const uncounted = (family === 'counts' || family === 'datocms') && someLeftOut
  if (truth.fact.refusal !== undefined) {
    if (uncounted) return ['rejected', 'untouched', ...doubt]
    if (family === 'unprocessed' || family === 'nothing') return ['untouched', ...doubt]
    return ['rejected', ...spent, ...doubt]
  }
  const patient = (truth.fact.busy ?? 0) < options.attempts && fits(scenario, truth.fact.id)
  const slow: ReadonlyArray<Status> = patient && !uncounted ? [] : ['untouched']
  if (truth.fact.neededBy !== undefined) {
    // One that stays in doubt cures nobody.
    const mayStay = anonymous && (job || doubt.length > 0)
    const cured =
      isCurable(story, truth, 0) && !uncounted && !mayStay && !(family === 'all-or-nothing' && names === 'nothing')
    return cured ? ['deleted', ...slow, ...spent, ...doubt] : ['deleted', 'rejected', 'untouched', ...doubt]
  }
  return ['deleted', ...(patient ? [] : (['untouched'] as const)), ...spent, ...doubt]
}

/** Whom Opus lists as failed is refused; a list that can't be read says nothing about anybody. */
const opusStatuses = ({ scenario }: Story, truth: Dossier['truth']): ReadonlyArray<Status> => {
  const { missing } = scenario.traits
  if (truth?.fact.there === true) return truth.fact.refusal === undefined ? ['deleted'] : ['rejected']
  return missing === 'failed' ? ['rejected'] : ['deleted']
}

/** How long a chain of references may be that a run undoes in any case. */
const longestChain = 3

/** Whether what refers to it, and what refers to that, can all be deleted by this run. */
const isCurable = (story: Story, { fact }: Truth, depth: number): boolean => {
  const { world, scenario, handedOver } = story
  if (fact.neededBy === undefined) return true
  const identity = world.identityOf(fact.neededBy)
  const referrer = world.truths.get(identity)
  if (referrer === undefined || !referrer.fact.there) return true
  const isProtected = scenario.options.protect.some((id) => world.identityOf(id) === identity)
  const handed = handedOver.entries.some((id) => id !== null && world.identityOf(id) === identity)
  const plain = referrer.fact.refusal === undefined && referrer.fact.busy === undefined
  return plain && handed && !isProtected && depth < longestChain && isCurable(story, referrer, depth + 1)
}

/** Whether a request that carries this record alone is short enough. */
const fits = ({ traits, family }: Story['scenario'], id: string): boolean =>
  family === 'uuid-list' || '/records?ids='.length + encodeURIComponent(id).length < (traits.maxUrlBytes ?? 8_000)

const anything: ReadonlyArray<Status> = ['deleted', 'absent', 'rejected', 'untouched', 'unconfirmed']
