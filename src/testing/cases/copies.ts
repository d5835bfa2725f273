import { isDeepStrictEqual } from 'node:util'
import type { RecordContent } from '../../http-provider.ts'
import type { Answer, Fault } from '../backends/loopback.ts'
import { spoilt } from '../backends/spoil.ts'
import { audit, expectDeleted, outcomeOf, said } from '../kit/audit.ts'
import { breach, expect, named } from '../kit/breach.ts'
import { type CasePlan, unlessReadsContent } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, isReading, type Scene, type Told } from '../kit/scene.ts'

/** Copies that are kept before records are deleted: what is not copied stays. */
export const copyCases: ReadonlyArray<CasePlan> = [
  {
    name: 'a copy of each record is there before its deletion goes out',
    unless: unlessReadsContent,
    tests: ['readContent'],
    play: (scene) => copied(scene),
  },
  {
    name: 'a record that is not there has no copy, and is left alone',
    unless: unlessReadsContent,
    play: async (scene) => {
      const [there = '', gone = '', other = ''] = scene.ids(3)
      await scene.seed([there, other])
      const { told, copies } = await runWithCopies(scene, [there, gone, other])
      expectDeleted(told, [there, other])
      expectLeft(scene, told, copies, [gone], 'it was not there')
    },
  },
  ...(
    [
      ['500', { answer: { status: 500, text: 'oops' } }],
      ['an empty object', { answer: { status: 200, json: {} } }],
      ['HTML', 'html'],
      ['a reset', 'reset-before'],
    ] as ReadonlyArray<[string, Fault]>
  ).map(
    ([what, fault]): CasePlan => ({
      name: `a content that is answered with ${what} is no copy`,
      unless: unlessReadsContent,
      meets: 'requests',
      play: async (scene) => {
        const ids = scene.ids(3)
        await scene.seed(ids)
        scene.relay.meddle({ fault: (request) => (isReading(request) ? fault : undefined) })
        const { told, copies } = await runWithCopies(scene, ids)
        expectLeft(scene, told, copies, ids, `its content was answered with ${what}`)
        expect(!scene.relay.requests.some(isDeletion), () => 'sent a deletion', 'none, where nothing could be copied')
      },
    }),
  ),
  ...(['cut', 'stranger'] as const).map(
    (how): CasePlan => ({
      name:
        how === 'cut'
          ? 'a content that an answer leaves out is no copy'
          : 'a content of another record is no copy of this one',
      unless: unlessReadsContent,
      meets: 'requests',
      play: (scene) => spoiltReads(scene, how),
    }),
  ),
]

const runWithCopies = async (
  scene: Scene,
  ids: ReadonlyArray<string>,
  onCopy: (records: ReadonlyArray<RecordContent>) => Promise<void> = async () => {},
): Promise<{ readonly told: Told; readonly copies: ReadonlyMap<string, unknown> }> => {
  const copies = new Map<string, unknown>()
  const told = await scene.run(ids, {
    backup: async (records) => {
      const end = scene.clock.busy()
      await onCopy(records).finally(end)
      for (const { id, content } of records) copies.set(scene.identityOf(id), content)
    },
  })
  audit(scene, told)
  return { told, copies }
}

const copied = async (scene: Scene): Promise<void> => {
  const ids = scene.ids(Math.min(2 * scene.provider.capabilities.maxBatchSize + 1, 61))
  await scene.seed(ids)
  const wanted = new Map<string, unknown>()
  for (const id of ids.slice(0, 3)) wanted.set(scene.identityOf(id), await scene.backend.content?.(id))
  const { told, copies } = await runWithCopies(scene, ids, async (records) => {
    const there = await scene.existing()
    const early = records.filter(({ id }) => !there.has(scene.identityOf(id))).map(({ id }) => id)
    if (early.length > 0) breach(`deleted ${named(early)} before its copy was kept`, 'the copy first')
    const strange = records.filter(({ id }) => !ids.includes(id)).map(({ id }) => id)
    if (strange.length > 0) breach(`copied ${named(strange)}`, 'the ids that were asked for, as they were given')
  })
  expectDeleted(told, ids)
  for (const id of ids) {
    const content = copies.get(scene.identityOf(id))
    const isWritten = typeof content === 'object' && content !== null && JSON.stringify(content) !== '{}'
    expect(isWritten, () => `kept ${JSON.stringify(content)} for ${named([id])}`, 'all that the record holds, as JSON')
  }
  for (const [identity, content] of wanted) {
    if (content === undefined) continue
    const kept = JSON.parse(JSON.stringify(copies.get(identity)))
    const isSame = isDeepStrictEqual(kept, JSON.parse(JSON.stringify(content)))
    expect(
      isSame,
      () => `kept ${JSON.stringify(kept)} for ${named([identity])}`,
      `all that it holds: ${JSON.stringify(content)}`,
    )
  }
}

/** Every read of the run leaves one record out, or has another one in its place. */
const spoiltReads = async (scene: Scene, how: 'cut' | 'stranger') => {
  const { subject, identityOf } = scene
  const ids = scene.ids(4)
  await scene.seed(ids)
  const [entry = ''] = ids
  const names = { entry, stranger: scene.ids(1, 100)[0] ?? '', ids, identityOf }
  let spoils = 0
  scene.relay.meddle({
    fault: (request) => {
      if (!isReading(request) || scene.calls.at(-1) !== 'readContent') return undefined
      return {
        change: (answer): Answer => {
          const own = how === 'cut' ? subject.cut?.(answer, names) : subject.spoil?.(answer, how, names)
          const given = how === 'cut' ? subject.cut : subject.spoil
          const changed = given === undefined ? spoilt(answer, how, names) : own
          if (changed === undefined || changed.text === answer.text) return answer
          spoils++
          return { status: answer.status, headers: answer.headers, ...changed }
        },
      }
    },
  })
  const { told, copies } = await runWithCopies(scene, ids)
  if (spoils === 0) return notApplicable('its answers are about one record each')
  expectLeft(
    scene,
    told,
    copies,
    [entry],
    `the answers ${how === 'cut' ? 'left it out' : 'had another one in its place'}`,
  )
  return undefined
}

const expectLeft = (
  scene: Scene,
  told: Told,
  copies: ReadonlyMap<string, unknown>,
  ids: ReadonlyArray<string>,
  why: string,
): void => {
  for (const id of ids) {
    const outcome = outcomeOf(told, id)
    if (outcome.status !== 'untouched') breach(`called ${said(outcome)}, though ${why}`, 'it to be left alone')
    if (copies.has(scene.identityOf(id))) breach(`kept a copy of ${named([id])}, though ${why}`, 'none')
  }
}
