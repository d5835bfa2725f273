import { presence } from '../../index.ts'
import { audit, expectDeleted, outcomeOf, said } from '../kit/audit.ts'
import { breach, expect, misfit, named } from '../kit/breach.ts'
import { type CasePlan, unlessAtomic, unlessPerRecord, unlessSafe, unlessUnsafe } from '../kit/case.ts'
import { idsCarried } from '../kit/ids-carried.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, isReading, type Scene } from '../kit/scene.ts'

/** What a batch may hold, and what becomes of it as a whole. */
export const batchCases: ReadonlyArray<CasePlan> = [
  {
    name: 'one bad record is found, and the others are deleted',
    unless: unlessAtomic,
    play: (scene) => oneBad(scene),
  },
  {
    name: 'a refused batch leaves every record alone, as declared',
    unless: unlessAtomic,
    meets: 'requests',
    tests: ['atomicity'],
    play: (scene) => leftAlone(scene),
  },
  {
    name: 'one bad record is told from the others',
    unless: unlessPerRecord,
    play: (scene) => oneBad(scene),
  },
  {
    name: 'asking why one record is refused tells it, and does no harm',
    unless: ({ diagnose }) => (diagnose === undefined ? 'its provider can not ask for a reason' : undefined),
    play: async (scene) => {
      const ids = scene.ids(3)
      const [bad = '', missing = ''] = ids
      await scene.seed(ids.filter((id) => id !== missing))
      await scene.backend.refuse?.(bad)
      const told = await scene.run(ids)
      audit(scene, told)
      const outcome = outcomeOf(told, bad)
      if (scene.backend.refuse === undefined) return notApplicable('its backend refuses no record')
      if (outcome.status !== 'rejected') return undefined
      const { code } = outcome.reason
      expect(
        code !== 'counted-failed' && scene.calls.includes('diagnose'),
        () => `called ${said(outcome)}, though it can ask for the reason`,
        "the backend's own reason",
      )
      scene.tested('diagnose')
      return undefined
    },
  },
  {
    name: 'what is called safe to send twice does no harm when it is',
    unless: unlessSafe,
    meets: 'requests',
    tests: ['replay'],
    play: async (scene) => {
      const ids = scene.ids(5)
      await scene.seed(ids)
      scene.relay.meddle({ twice: isDeletion })
      const told = await scene.run(ids)
      const back = ids.filter((id) => told.after.has(scene.identityOf(id)))
      if (back.length > 0)
        breach(
          `declares that a deletion may be sent twice without harm, and after that ${named(back)} exist`,
          "replay: 'unsafe', or records that stay gone",
        )
      audit(scene, told)
    },
  },
  {
    name: 'what is not safe to send twice is sent once while it is in doubt',
    unless: unlessUnsafe,
    meets: 'requests',
    tests: ['replay'],
    play: async (scene) => {
      const ids = scene.ids(4)
      await scene.seed(ids)
      scene.relay.meddle({
        fault: (request) => {
          if (isReading(request)) return { answer: { status: 500 } }
          return isDeletion(request) && request.nth === 1 ? 'lost-after' : undefined
        },
      })
      const told = await scene.run(ids)
      expectSentOnce(scene, ids)
      audit(scene, told)
    },
  },
  {
    name: 'abort: nothing is sent after it, and every record has its outcome',
    play: async (scene) => {
      const ids = scene.ids(6)
      await scene.seed(ids)
      const controller = new AbortController()
      const abort = () => controller.abort()
      if (scene.hasRelay)
        scene.relay.meddle({
          onArrival: (request) => {
            if (isDeletion(request)) abort()
          },
        })
      else scene.onDeletion(abort)
      const batchSize = Math.min(2, scene.provider.capabilities.maxBatchSize)
      const told = await scene.run(ids, { signal: controller.signal, batchSize })
      audit(scene, told)
      const sent = scene.hasRelay ? scene.relay.requests.filter(isDeletion).length : scene.deletions.length
      expect(sent === 1, () => `sent ${sent} deletions, all but the first of them after the caller's abort`, 'one')
      const last = outcomeOf(told, ids.at(-1) ?? '')
      const isLeft = last.status === 'untouched' && last.why === 'aborted'
      expect(isLeft, () => `called ${said(last)} in a run that was aborted before`, 'it to be untouched (aborted)')
    },
  },
]

/** Every deletion that carries one of these is the first to do so. */
export const expectSentOnce = (scene: Scene, ids: ReadonlyArray<string>): void => {
  const sent = new Set<string>()
  for (const request of scene.relay.requests.filter(isDeletion)) {
    const carried = idsCarried(scene.subject, request, ids)
    const again = carried.filter((id) => sent.has(id))
    if (again.length > 0)
      breach(`sent ${named(again)} again while it was not known what the first sending had done`, 'one sending')
    for (const id of carried) sent.add(id)
  }
}

const oneBad = async (scene: Scene): Promise<void> => {
  const { backend, provider } = scene
  // Not in any order that sorting would leave alone: who sorts ids in place loses the places of the others.
  const ids = [...scene.ids(Math.max(3, Math.min(12, provider.capabilities.maxBatchSize)))].reverse()
  const bad = ids[Math.floor((ids.length * 2) / 3)] ?? ''
  const isAtomic = provider.capabilities.atomicity === 'all-or-nothing'
  if (backend.refuse === undefined && isAtomic)
    misfit('a batch is all or nothing, so some record can be refused: give refuse')
  // Where none can be refused, one that is not there has to do.
  await scene.seed(backend.refuse === undefined ? ids.filter((id) => id !== bad) : ids)
  await backend.refuse?.(bad)
  const told = await scene.run(ids)
  audit(scene, told)
  expectDeleted(
    told,
    ids.filter((id) => id !== bad),
  )
  if (backend.refuse === undefined) return
  if (!told.after.has(scene.identityOf(bad))) misfit(`refuse was given ${named([bad])}, and its backend deleted it`)
  const outcome = outcomeOf(told, bad)
  expect(
    presence(outcome) !== 'gone',
    () => `called ${said(outcome)}, which the backend refused to delete`,
    'it to be called rejected',
  )
  if (isAtomic)
    expect(
      outcome.status === 'rejected',
      () => `called ${said(outcome)}, which the backend refused`,
      'it to be rejected',
    )
  else scene.tested('atomicity')
}

const leftAlone = async (scene: Scene): Promise<void> => {
  const { backend, identityOf } = scene
  const ids = scene.ids(Math.max(2, Math.min(8, scene.provider.capabilities.maxBatchSize)))
  await scene.seed(ids)
  await backend.refuse?.(ids.at(-1) ?? '')
  let before = await scene.existing()
  let lost: ReadonlyArray<string> = []
  scene.relay.meddle({
    onAnswer: async (request, { status }) => {
      const now = await scene.existing()
      const refused = isDeletion(request) && status >= 400 && status < 500
      if (refused) lost = [...lost, ...[...before].filter((identity) => !now.has(identity))]
      before = now
    },
  })
  const told = await scene.run(ids)
  if (lost.length > 0)
    breach(
      `declares that a refused batch leaves every record alone, and a batch that was refused deleted ${named(lost.map(identityOf))}`,
      "atomicity: 'per-record'",
    )
  audit(scene, told)
}
