import { startUuidList } from '../../../src/emulators/index.ts'
import type { PlainFetch } from '../../../src/http-provider.ts'
import {
  type BulkRecordProvider,
  defineProvider,
  deleteRecords,
  type Report,
  type RunEvent,
  type RunOptions,
  uuidList,
} from '../../../src/index.ts'
import { hurriedClock } from '../../support/hurried-clock.ts'
import { assert, suite } from '../../support/suite.ts'
import { checkBooks, counts, many, outcomeOf, tally, uuid } from './harness.ts'
import { startYard } from './yard.ts'

const test = suite('judged')

const record = (n: number): string => `r${String(n).padStart(4, '0')}`
for (const [name, readLagMs] of [
  ['two seconds, as declared', 2_000],
  ['five seconds, which is what is taken of a backend that says nothing', undefined],
] as const) {
  for (const failed of [false, true]) {
    const first = failed ? 'a job that failed' : 'a count'
    test(`${first} is not held against a read that lags: ${name}`, async ({ after }) => {
      const clock = hurriedClock()
      const ids = many(200, record)
      const yard = await startYard(after, {
        records: ids,
        held: ids.slice(0, 5),
        clock,
        lagMs: 1_500,
        says: () => 'counts',
        job: (nth) => (failed && nth === 1 ? 'failed' : 'once'),
        capabilities: { readLagMs },
      })
      const report = await deleteRecords(yard.provider, ids, { clock })
      checkBooks(report, ids)
      assert.equal(tally(report.outcomes), { 'deleted by read-back': 195, rejected: 5 })
      assert.is(yard.removed.size, 195)
      for (const id of ids.slice(0, 5)) assert.is(outcomeOf(report, id).status, 'rejected')
    })
  }
}

const lostBatch = { maxBatchSize: 5, atomicity: 'all-or-nothing', lateEffectMs: 3_000, readLagMs: 2_000 } as const

test('one record of a lost batch that somebody made again says nothing of the others', async ({ after }) => {
  const clock = hurriedClock()
  const ids = many(4, record)
  const yard = await startYard(after, {
    records: ids,
    clock,
    capabilities: lostBatch,
    says: (nth) => (nth === 1 ? 'lost' : 'verdicts'),
    onDeleted: (nth, { change }) => nth === 1 && change(record(0), true),
  })
  const report = await deleteRecords(yard.provider, ids, { clock })
  checkBooks(report, ids)
  assert.equal(counts(report), { deleted: 4 }, 'we deleted them all, and none was missing')
  assert.is(outcomeOf(report, record(1)).status, 'deleted')
  assert.equal(yard.deletions.slice(1), [[record(0)]], 'what is there again goes again, alone')
})

test('one record of a lost batch that an index still lists says nothing of the others', async ({ after }) => {
  const clock = hurriedClock()
  const ids = many(4, record)
  // What the index shows of this one is what was so two seconds ago, for ever.
  const behind = new Set([record(0)])
  const yard = await startYard(after, {
    records: ids,
    clock,
    capabilities: lostBatch,
    says: (nth) => (nth === 1 ? 'lost' : 'verdicts'),
  })
  const provider = defineIndex(yard.provider, behind)
  const report = await deleteRecords(provider, ids, { clock })
  checkBooks(report, ids)
  assert.is(report.totals.absent, 0)
  for (const id of ids.slice(1)) assert.equal(brief(report, id), 'deleted by read-back')
})

/** Goes on to list some of the records, for as long as nobody asks for them alone. */
const defineIndex = (provider: BulkRecordProvider, behind: ReadonlySet<string>): BulkRecordProvider => {
  const { findExisting } = provider
  if (findExisting === undefined) throw new Error('it can be read')
  return {
    ...provider,
    findExisting: (batch, context) => async () => {
      const answer = await findExisting(batch, context)()
      if (answer._tag === 'Left') return answer
      const { right } = answer
      const listed = 'ids' in right ? right.ids : 'existing' in right ? right.existing : right
      const stale = batch.ids.length > 1 ? batch.ids.filter((id) => behind.has(id)) : []
      return { ...answer, right: new Set([...listed, ...stale]) }
    },
  }
}

const brief = (report: Report, id: string): string => Object.keys(tally([outcomeOf(report, id)])).join()

test('a lost batch of which one record is there was not applied, where nobody else is at work', async ({ after }) => {
  const ids = many(4, record)
  for (const [others, expected] of [
    ['none', { 'deleted by reply': 3, 'absent by read-back': 1 }],
    ['may', { 'deleted by reply': 3, 'deleted by read-back': 1 }],
  ] as const) {
    const clock = hurriedClock()
    const yard = await startYard(after, {
      records: ids.slice(1),
      clock,
      capabilities: lostBatch,
      says: (nth) => (nth === 1 ? 'dropped' : 'verdicts'),
    })
    const report = await deleteRecords(yard.provider, ids, { clock, others })
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), expected, others)
  }
})

test('of a record that is handed in twice, the one is somebody else to the other', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const [id = ''] = many(1, uuid)
  emulator.seed([id])
  // Both are sent at once, and each in its turn arrives after the other.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn: PlainFetch = async (url, init) => {
    const answer = last.then(() => fetch(url, init))
    last = answer
    return answer
  }
  const provider = uuidList({ ...emulator.options, http: { fetch: inTurn } })
  const options = { clock: hurriedClock(), batchSize: 1, concurrency: 2, duplicates: 'allow', others: 'none' } as const
  const report = await deleteRecords(provider, [id, id], options)
  assert.equal(tally(report.outcomes), { 'deleted by reply': 1, 'absent by reply': 1 })
})

test('an answer that can not be true, if nobody else is at work, is no refusal', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const [id = ''] = many(1, uuid)
  emulator.seed([id])
  // Read before it is sent, and then deleted by somebody all the same.
  const forestalled: PlainFetch = async (url, init) => {
    if (init.method === 'DELETE') await fetch(url, init)
    return fetch(url, init)
  }
  const provider = uuidList({ ...emulator.options, http: { fetch: forestalled } })
  const report = await deleteRecords(provider, [id], { clock: hurriedClock(), others: 'none' })
  const outcome = outcomeOf(report, id)
  assert.ok(outcome.status === 'unconfirmed' && outcome.reason.code === 'contradiction', JSON.stringify(outcome))
})

test('a job that was carried out twice, with the counts of the second time: none was absent', async ({ after }) => {
  const clock = hurriedClock()
  const ids = many(10, record)
  const yard = await startYard(after, { records: ids, clock, says: () => 'counts', job: () => 'twice' })
  const report = await deleteRecords(yard.provider, ids, { clock })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 10 })
})

test('a job that was carried out twice, with a verdict of the second time: what was listed was not absent', async ({
  after,
}) => {
  const clock = hurriedClock()
  const ids = many(3, record)
  const yard = await startYard(after, { records: ids, clock, job: () => 'twice' })
  const report = await deleteRecords(yard.provider, ids, { clock })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 3 })
})

test('three refusals alike are those of the records, where reading has proven that hundreds are gone', async ({
  after,
}) => {
  const clock = hurriedClock()
  const good = many(300, record)
  const bad = many(3, record, 900)
  let settled = 0
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'settled') settled = event.totals.deleted
  }
  const source = async function* () {
    yield* good
    while (settled < good.length) await new Promise((resolve) => setTimeout(resolve, 2))
    for (const [at, id] of bad.entries()) {
      yield id
      while (yard.deletions.filter(([first = '']) => bad.includes(first)).length <= at)
        await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const yard = await startYard(after, {
    records: [...good, ...bad],
    clock,
    capabilities: { maxBatchSize: 50, readLagMs: 0 },
    says: (_, ids) => (ids.some((id) => bad.includes(id)) ? 'refused' : 'accepted'),
  })
  const report = await deleteRecords(yard.provider, source(), { clock, concurrency: 1, onEvent })
  assert.is(report.halted, undefined)
  assert.is(report.totals.deleted, 300)
  assert.equal(tally(report.outcomes.slice(-3)), { rejected: 3 })
})

test('a word that the contract does not have is a bug: the run halts, and its records are in doubt', async () => {
  const words: Readonly<Record<string, unknown>> = {
    'a verdict': { kind: 'ByPosition', verdicts: [{ is: 'gone' }, { is: 'deleted' }, { is: 'deleted' }] },
    'a verdict by id': { kind: 'ById', silence: 'deleted', verdicts: [{ id: 'b', is: 'purged' }] },
    'a kind of reply': { kind: 'Done' },
    'a silence': { kind: 'ById', silence: 'gone', verdicts: [] },
  }
  for (const [name, reply] of Object.entries(words)) {
    for (const readable of [true, false]) {
      const records = new Set(['a', 'b', 'c', 'd'])
      const provider = defineProvider({
        name: 'wordy',
        capabilities: {
          maxBatchSize: 3,
          atomicity: 'per-record',
          replay: 'safe',
          effect: 'erased',
          lateEffectMs: 3_000,
          readLagMs: 0,
        },
        deleteBatch: async ({ ids }) => {
          for (const id of ids) if (id !== 'c') records.delete(id)
          return reply as never
        },
        ...(readable && { findExisting: async ({ ids }) => ids.filter((id) => records.has(id)) }),
      })
      const options: RunOptions = { clock: hurriedClock(), concurrency: 1 }
      const report = await deleteRecords(provider, ['a', 'b', 'c', 'd'], options)
      checkBooks(report, ['a', 'b', 'c', 'd'])
      assert.is(report.halted?.because, 'defect', name)
      const expected = readable
        ? { 'deleted by read-back': 2, 'untouched: halted': 2 }
        : { unconfirmed: 3, 'untouched: halted': 1 }
      assert.equal(tally(report.outcomes), expected, `${name}, ${readable ? 'readable' : 'not readable'}`)
    }
  }
})

/** Takes deletions and says nothing of them: only reading tells. `held` stays. */
const mute = (
  held: ReadonlyArray<string>,
  list: (there: ReadonlyArray<string>, asked: ReadonlyArray<string>) => unknown,
) => {
  const gone = new Set<string>()
  const asked: Array<ReadonlyArray<string>> = []
  const provider = defineProvider({
    name: 'mute',
    capabilities: {
      maxBatchSize: 10,
      atomicity: 'per-record',
      replay: 'unsafe',
      effect: 'erased',
      lateEffectMs: 3_000,
      readLagMs: 0,
    },
    deleteBatch: async ({ ids }) => {
      for (const id of ids) if (!held.includes(id)) gone.add(id)
      return { kind: 'Accepted' }
    },
    findExisting: async ({ ids }) => {
      asked.push(ids)
      return list(
        ids.filter((id) => !gone.has(id)),
        ids,
      ) as never
    },
  })
  return { provider, asked }
}

test('a list that is cut short tells of what it lists, and the rest is asked again', async () => {
  const ids = many(10, record)
  const held = ids.slice(0, 5)
  const { provider, asked } = mute(held, (there) => ({ ids: there.slice(0, 2), complete: there.length <= 2 }))
  const report = await deleteRecords(provider, ids, { clock: hurriedClock(), attempts: 1 })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 5, 'untouched: attempts-spent': 5 })
  const again = asked.filter((each) => each.length === 8)
  assert.ok(again.length > 0, 'those that were listed are not asked for again')
})

test('a list that is never whole says of nobody that it is gone', async () => {
  const ids = many(10, record)
  const { provider } = mute([record(0)], (there) => ({ ids: there, complete: false }))
  const report = await deleteRecords(provider, ids, { clock: hurriedClock(), attempts: 1 })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'untouched: attempts-spent': 1, unconfirmed: 9 })
  for (const outcome of report.outcomes)
    if (outcome.status === 'unconfirmed') assert.is(outcome.reason.code, 'unreadable')
})

test('what a list leaves out stays in doubt, and nothing else does', async () => {
  const ids = many(10, record)
  const lost = record(7)
  const { provider } = mute([record(0)], (there, asked) => ({
    ids: there.filter((id) => id !== lost),
    complete: true,
    unread: asked.filter((id) => id === lost),
  }))
  const report = await deleteRecords(provider, ids, { clock: hurriedClock(), attempts: 1 })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 8, 'untouched: attempts-spent': 1, unconfirmed: 1 })
  const outcome = outcomeOf(report, lost)
  assert.ok(outcome.status === 'unconfirmed' && outcome.reason.code === 'unreadable')
})

test('one read of many that gets lost costs the record that it asked for, and no other', async ({ after }) => {
  const clock = hurriedClock()
  const ids = many(10, record)
  const lost = record(4)
  const yard = await startYard(after, {
    records: ids,
    held: [record(0)],
    clock,
    says: () => 'accepted',
    capabilities: { replay: 'unsafe', readLagMs: 0 },
    oneByOne: (id) => id !== lost,
  })
  const report = await deleteRecords(yard.provider, ids, { clock, attempts: 1 })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 8, 'untouched: attempts-spent': 1, unconfirmed: 1 })
  assert.is(outcomeOf(report, lost).status, 'unconfirmed')
})
