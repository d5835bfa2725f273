import { presence } from '../../index.ts'
import type { Answer } from '../backends/loopback.ts'
import type { TrueAnswer } from '../backends/relay.ts'
import { type Spoiling, spoilt } from '../backends/spoil.ts'
import { audit, outcomeOf, said } from '../kit/audit.ts'
import { expect, misfit } from '../kit/breach.ts'
import type { CasePlan } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import type { Scene } from '../kit/scene.ts'

/** Lists that are not what they should be. */
export const replyCases: ReadonlyArray<CasePlan> = (
  [
    ['too few', 'missing'],
    ['duplicates', 'twice'],
    ['strangers', 'stranger'],
  ] as const
).map(
  ([what, how]): CasePlan => ({
    name: `a reply with ${what}: what it does not say is not made up`,
    meets: 'requests',
    play: (scene) => spoiled(scene, how),
  }),
)

/** A record that the backend refused, or one that it deleted: what the reply says of it is lost. */
const spoiled = async (scene: Scene, how: Spoiling) => {
  const { backend, provider, identityOf } = scene
  const count = Math.max(2, Math.min(6, provider.capabilities.maxBatchSize))
  const [withBad, allGood] = [scene.ids(count), scene.ids(count, 2 * count)]
  const bad = withBad.at(-1) ?? ''
  await scene.seed([...withBad, ...allGood])
  await backend.refuse?.(bad)
  const isFirstSpoilt = spoil(scene, how, withBad)
  const told = await scene.run(withBad)
  audit(scene, told)
  if (backend.refuse !== undefined) {
    if (!told.after.has(identityOf(bad))) misfit(`refuse was given ${bad}, and its backend deleted it`)
    const outcome = outcomeOf(told, bad)
    expect(
      presence(outcome) !== 'gone',
      () => `called ${said(outcome)}, of which the reply said nothing, and the backend had refused it`,
      'silence to prove nothing',
    )
  }
  const isSpoilt = spoil(scene, how, allGood)
  const second = await scene.run(allGood)
  audit(scene, second)
  if (!isFirstSpoilt() && !isSpoilt()) return notApplicable('no answer to its deletions lists records')
  if (how === 'twice' || !isSpoilt()) return undefined
  const unsaid = outcomeOf(second, allGood.at(-1) ?? '')
  expect(
    unsaid.status !== 'deleted' || unsaid.evidence === 'read-back',
    () => `called ${said(unsaid)}, which the reply listed no more, though it lists what was deleted`,
    'it to be in doubt',
  )
  return undefined
}

/** Spoils what is said of the last one, in the answers that say something of it; returns whether any did. */
export const spoil = (
  { relay, subject, ids: idsFrom, identityOf }: Scene,
  how: Spoiling | 'reversed',
  ids: ReadonlyArray<string>,
): (() => boolean) => {
  const names = { entry: ids.at(-1) ?? '', stranger: idsFrom(1, 100)[0] ?? '', ids, identityOf }
  let done = false
  const change = (answer: TrueAnswer): Answer => {
    const changed =
      how === 'reversed' || subject.spoil === undefined ? spoilt(answer, how, names) : subject.spoil(answer, how, names)
    done ||= changed !== undefined
    return changed ?? answer
  }
  relay.meddle({ fault: ({ purpose }) => (purpose === 'delete' || purpose === 'poll' ? { change } : undefined) })
  return () => done
}
