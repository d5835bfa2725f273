import { isDeepStrictEqual } from 'node:util'
import { AskingFailedError } from '../../index.ts'
import type { Answer, Fault } from '../backends/loopback.ts'
import type { TrueAnswer } from '../backends/relay.ts'
import { spoilt } from '../backends/spoil.ts'
import { audit, said } from '../kit/audit.ts'
import { breach, expect, named } from '../kit/breach.ts'
import { type CasePlan, unlessReads } from '../kit/case.ts'
import { isDeletion, isReading, type Scene } from '../kit/scene.ts'

/** What reading shows, and what it doesn't. */
export const readingCases: ReadonlyArray<CasePlan> = [
  {
    name: 'reading back lists what exists, and nothing else',
    unless: unlessReads,
    tests: ['findExisting'],
    play: async (scene) => {
      const count = Math.min(2 * scene.provider.capabilities.maxBatchSize + 1, 301)
      const ids = scene.ids(Math.max(6, count))
      const there = ids.filter((_, index) => index % 3 !== 1)
      await scene.seed(there)
      const { found } = await scene.lookUp(ids)
      const wanted = ids.map((id) => ({ id, presence: there.includes(id) ? 'present' : 'gone' }))
      const at = wanted.findIndex((one, index) => !isDeepStrictEqual(one, found[index]))
      if (at >= 0)
        breach(
          `read ${named([wanted[at]?.id ?? ''])} as ${found[at]?.presence}, and it is ${wanted[at]?.presence}`,
          'the records that exist, spelled as they were asked for',
        )
    },
  },
  {
    name: 'an empty list proves nothing: no absence is believed from an unproven reader',
    meets: 'requests',
    play: (scene) => blind(scene),
  },
  ...(
    [
      ['500', { answer: { status: 500, text: 'oops' } }],
      ['404', { answer: { status: 404, json: { error: 'not found' } } }],
      ['403', { answer: { status: 403, json: { error: 'forbidden' } } }],
      ['an empty body', { answer: { status: 200 } }],
      ['an empty object', { answer: { status: 200, json: {} } }],
      ['HTML', 'html'],
      ['a reset', 'reset-before'],
    ] as ReadonlyArray<[string, Fault]>
  ).map(
    ([what, fault]): CasePlan => ({
      name: `a read that is answered with ${what} shows nothing`,
      unless: unlessReads,
      meets: 'requests',
      play: (scene) => failing(scene, fault),
    }),
  ),
  {
    name: 'a listing of other records shows nothing: its filter does not work',
    unless: unlessReads,
    meets: 'requests',
    play: (scene) => {
      const ids = scene.ids(4)
      const strangers = (answer: TrueAnswer): Answer => {
        let text = answer.text
        for (const [index, entry] of ids.entries()) {
          const names = { entry, stranger: scene.ids(1, 100 + index)[0] ?? '', ids, identityOf: scene.identityOf }
          text = (scene.subject.spoil ?? spoilt)({ ...answer, text }, 'stranger', names)?.text ?? text
        }
        return { ...answer, text }
      }
      return failing(scene, { change: strangers })
    },
  },
]

/** All reads go to a backend without any record: a wrong place, a wrong filter, a copy that lags behind. */
const blind = async (scene: Scene): Promise<void> => {
  const twin = await scene.emptyTwin()
  const [lost, done] = [scene.ids(3), scene.ids(3, 3)]
  await scene.seed([...lost, ...done])
  const divert = { divert: (request: Parameters<typeof isReading>[0]) => (isReading(request) ? twin : undefined) }
  for (const [ids, fault] of [
    [lost, 'lost-before'],
    [done, 'lost-after'],
    [scene.ids(3), undefined],
  ] as const) {
    scene.relay.meddle({ ...divert, fault: (request) => (isDeletion(request) ? fault : undefined) })
    const told = await scene.run(ids)
    for (const outcome of told.report.outcomes) {
      if (!('evidence' in outcome)) continue
      const guessed = outcome.evidence === 'read-back' || outcome.status === 'absent'
      if (guessed)
        breach(
          `called ${said(outcome)}, after reads that listed nothing at all, not even records that were there`,
          'it to be unconfirmed: absence is believed from a reader that has listed something',
        )
    }
    audit(scene, told)
  }
}

const failing = async (scene: Scene, fault: Fault): Promise<void> => {
  const ids = scene.ids(4)
  await scene.seed(ids)
  // The first read of the run is a good one, so the reader is believed from then on.
  scene.relay.meddle({
    fault: (request) => {
      if (isDeletion(request)) return 'lost-before'
      // A 404 to HEAD has no words that could say what was not found.
      const isSaidSo = request.method === 'HEAD' && statusOf(fault) === 404
      return isReading(request) && request.nth > 1 && !isSaidSo ? fault : undefined
    },
  })
  audit(scene, await scene.run(ids))
  const gone = await seenGone(scene, ids)
  expect(
    gone.length === 0,
    () => `read ${named(gone)} as gone, from answers that listed nothing`,
    'unknown, or an error',
  )
}

const statusOf = (fault: Fault): number | undefined =>
  typeof fault === 'object' && 'answer' in fault && typeof fault.answer === 'object' ? fault.answer.status : undefined

/** Which of them a look calls gone; none where it could not look. */
export const seenGone = async (scene: Scene, ids: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const looked = await scene.lookUp(ids).catch((cause: unknown) => {
    if (cause instanceof AskingFailedError) return undefined
    throw cause
  })
  return (looked?.found ?? []).filter(({ presence }) => presence === 'gone').map(({ id }) => id)
}
