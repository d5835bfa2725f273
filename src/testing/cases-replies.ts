import { presence } from '../index.ts'
import { audit, outcomeOf, said } from './audit.ts'
import { expect, misfit } from './breach.ts'
import { type CasePlan, exchanges } from './case-plan.ts'
import type { Scene } from './scene.ts'
import { type Spoiling, spoilt } from './spoil.ts'

/** Lists that are not what they should be. Answers without any list pass as they are. */
export const replyCases: ReadonlyArray<CasePlan> = (
  [
    ['too few', 'missing'],
    ['duplicates', 'twice'],
    ['strangers', 'stranger'],
  ] as const
).map(
  ([what, how]): CasePlan => ({
    name: `a reply with ${what}: what it does not say is not made up`,
    applies: exchanges,
    play: (scene) => spoiled(scene, how),
  }),
)

/** A record that the backend refused, and what the reply says of it is lost. */
const spoiled = async (scene: Scene, how: Spoiling): Promise<void> => {
  const { backend, provider, subject } = scene
  const ids = scene.ids(Math.max(2, Math.min(6, provider.capabilities.maxBatchSize)))
  const entry = ids.at(-1) ?? ''
  const [stranger = ''] = scene.ids(1, ids.length)
  await scene.seed(ids)
  await backend.refuse?.(entry)
  scene.relay.meddle({
    fault: ({ purpose }) =>
      purpose === 'delete' || purpose === 'poll'
        ? {
            change: (answer) => (subject.spoil ?? spoilt)(answer, how, { entry, stranger, ids }) ?? answer,
          }
        : undefined,
  })
  const told = await scene.run(ids)
  audit(scene, told)
  if (backend.refuse === undefined) return
  if (!told.after.has(scene.identityOf(entry))) misfit(`refuse was given ${entry}, and its backend deleted it`)
  const outcome = outcomeOf(told, entry)
  expect(
    presence(outcome) !== 'gone',
    () => `called ${said(outcome)}, of which the reply said nothing, and the backend had refused it`,
    'silence to prove nothing',
  )
}
