import { presence } from '../../index.ts'
import type { Answer } from '../backends/loopback.ts'
import { spoilt } from '../backends/spoil.ts'
import { audit, expectDeleted, outcomeOf, said } from '../kit/audit.ts'
import { breach } from '../kit/breach.ts'
import { type CasePlan, unlessFollows } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, type Scene, type Told } from '../kit/scene.ts'
import { spoil } from './replies.ts'

/** Answers that are well-formed, and not what the adapter was written for. */
export const oddReplyCases: ReadonlyArray<CasePlan> = [
  {
    name: 'a reply in another order is no fault',
    meets: 'requests',
    play: (scene) => otherOrder(scene),
  },
  {
    name: 'a success of another kind, for every deletion: nothing is called deleted',
    meets: 'requests',
    play: (scene) => otherSuccess(scene),
  },
  {
    name: 'a refusal in words that nobody knows is not taken for a deletion',
    meets: 'requests',
    play: async (scene) => {
      const { backend } = scene
      if (backend.refuse === undefined) return notApplicable('its backend refuses no record')
      const ids = scene.ids(Math.max(2, Math.min(5, scene.provider.capabilities.maxBatchSize)))
      const bad = ids.at(-1) ?? ''
      await scene.seed(ids)
      await backend.refuse(bad)
      let changes = 0
      const change = ({ status, text, headers }: Required<Pick<Answer, 'status' | 'text' | 'headers'>>): Answer => {
        const changed = reworded(text, status >= 400, (entry) => JSON.stringify(entry).includes(bad))
        if (changed !== undefined) changes++
        return { status, headers, text: changed ?? text }
      }
      scene.relay.meddle({
        fault: ({ purpose }) => (purpose === 'delete' || purpose === 'poll' ? { change } : undefined),
      })
      const told = await scene.run(ids)
      audit(scene, told)
      if (changes === 0) return notApplicable('its backend refuses without words')
      expectThere(told, bad)
      return undefined
    },
  },
  {
    name: 'a job in a state that nobody knows is not at its end',
    unless: unlessFollows,
    meets: 'requests',
    play: async (scene) => {
      const { jobs } = scene.backend
      if (jobs === undefined) return notApplicable('its backend has no jobs that can be held')
      const ids = scene.ids(3)
      await scene.seed(ids)
      await jobs.hold()
      let changes = 0
      scene.relay.meddle({
        fault: ({ purpose }) =>
          purpose !== 'poll'
            ? undefined
            : {
                change: ({ status, text, headers }) => {
                  const changed = status < 300 ? reworded(text, true, () => true) : undefined
                  if (changed !== undefined) changes++
                  return { status, headers, text: changed ?? text }
                },
              },
      })
      const told = await scene.run(ids)
      audit(scene, told)
      if (changes === 0) return notApplicable('its jobs tell no state by a word')
      for (const id of ids) expectThere(told, id)
      return undefined
    },
  },
]

/** All of them are deleted in one run, and one is refused in the other. */
const otherOrder = async (scene: Scene) => {
  const { backend, provider } = scene
  const count = Math.max(2, Math.min(6, provider.capabilities.maxBatchSize))
  let isSpoilt = false
  for (const [refused, ids] of [scene.ids(count), scene.ids(count, count)].entries()) {
    await scene.seed(ids)
    if (refused > 0) await backend.refuse?.(ids.at(-1) ?? '')
    const hasSpoilt = spoil(scene, 'reversed', ids)
    const told = await scene.run(ids)
    audit(scene, told)
    isSpoilt ||= hasSpoilt()
    if (refused > 0) continue
    for (const outcome of told.report.outcomes) {
      if (outcome.status === 'deleted' || outcome.status === 'unconfirmed') continue
      breach(`called ${said(outcome)}, by a reply in another order`, 'each entry to be for the record that it names')
    }
    if (provider.findExisting !== undefined) expectDeleted(told, ids)
  }
  return isSpoilt ? undefined : notApplicable('no answer to its deletions names each record')
}

const expectThere = (told: Told, id: string): void => {
  const outcome = outcomeOf(told, id)
  // What a held job had done by then is for its backend to choose, and may be read.
  const isRead = 'evidence' in outcome && outcome.evidence === 'read-back'
  if (presence(outcome) === 'gone' && !isRead)
    breach(`called ${said(outcome)}, by a word that it can not know`, 'doubt')
}

/** Each met by every deletion of a run, and nothing was done. */
const kinds: ReadonlyArray<readonly [what: string, answer: (status: number) => Answer]> = [
  ['a text', (status) => ({ status, text: 'It works!', headers: { 'content-type': 'text/plain' } })],
  ['an error', (status) => ({ status, json: { error: { code: 'internal', message: 'it did not work' } } })],
  ['errors', (status) => ({ status, json: { errors: [{ code: 'internal', message: 'it did not work' }] } })],
  ['an error in XML', (status) => ({ status, text: '<Error><Code>InternalError</Code></Error>' })],
  ['nothing', () => ({ status: 204 })],
  ['an empty object', (status) => ({ status, json: {} })],
]

const otherSuccess = async (scene: Scene) => {
  const first = scene.ids(2)
  await scene.seed(first)
  audit(scene, await scene.run(first))
  const usual = scene.relay.requests.findLast(isDeletion)?.told
  if (usual === undefined || usual.status >= 300) return notApplicable('its backend does not say how it succeeds')
  const isEmpty = usual.text === ''
  const names = { entry: first.at(-1) ?? '', stranger: '', ids: first, identityOf: scene.identityOf }
  const lists = (scene.subject.spoil ?? spoilt)(usual, 'twice', names) !== undefined
  for (const [index, [what, answer]] of kinds.entries()) {
    // Where nothing is listed, an object without a list is no other kind; and where nothing can be read, an empty success has to do.
    const isUsual =
      what === 'nothing' ? isEmpty || scene.provider.findExisting === undefined : what === 'an empty object' && !lists
    if (isUsual) continue
    const ids = scene.ids(2, 10 * (index + 1))
    await scene.seed(ids)
    const odd = answer(usual.status === 204 ? 200 : usual.status)
    scene.relay.meddle({ fault: (request) => (isDeletion(request) ? { answer: odd } : undefined) })
    const told = await scene.run(ids, { attempts: 1 })
    for (const outcome of told.report.outcomes) {
      if (presence(outcome) !== 'gone') continue
      breach(`called ${said(outcome)}, by a ${odd.status} with ${what}, and it still exists`, 'it to be in doubt')
    }
    audit(scene, told)
  }
  return undefined
}

/** A JSON text whose words for states and reasons are others, in the parts that are meant; undefined: it has none. */
const reworded = (text: string, isWholeMeant: boolean, isMeant: (entry: unknown) => boolean): string | undefined => {
  let count = 0
  const walk = (value: unknown, key: string, meant: boolean): unknown => {
    if (typeof value === 'string' && meant && wordKeys.test(key)) {
      count++
      return 'kit-unknown-word'
    }
    if (Array.isArray(value)) return value.map((one) => walk(one, '', meant || isMeant(one)))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name, meant)]))
  }
  try {
    const changed = JSON.stringify(walk(JSON.parse(text), '', isWholeMeant))
    return count > 0 ? changed : undefined
  } catch {
    return undefined
  }
}

const wordKeys = /^(?:status|state|outcome|phase|code|statusCode|error|reason)$/
