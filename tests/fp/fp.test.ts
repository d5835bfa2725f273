import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { concatAll } from 'fp-ts/lib/Monoid.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import * as face from '../../src/fp.ts'
import {
  AskingFailedError,
  checked,
  deleteRecords,
  ensureAllGone,
  eqOutcome,
  findExisting,
  foldOutcome,
  groupByPresence,
  identifyPlace,
  isGone,
  monoidTotals,
  NotAllGoneError,
  PlanFailedError,
  partitionOutcomes,
  planDeletion,
  type RecordOutcome,
  reduceStream,
  showError,
  showOutcome,
  streamOutcomes,
  type Totals,
  totalsOf,
  UsageError,
  writePlan,
} from '../../src/fp.ts'
import * as promises from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { avePointOpus } from '../../src/providers/avepoint-opus/avepoint-opus.ts'
import { datoCms } from '../../src/providers/datocms/datocms.ts'
import { uuidList } from '../../src/providers/uuid-list/uuid-list.ts'
import { journalPath } from '../journal/fixtures.ts'
import { deadUrl } from '../support/listen.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('the fp-ts face', { deadlineMs: 20_000 })

const opusWith = async (ids: ReadonlyArray<string>) => {
  const opus = await startAvePointOpus()
  opus.seed(ids)
  return { opus, provider: avePointOpus(opus.options) }
}

test('nothing happens before the task is run, and each time it is run it is a run of its own', async ({ after }) => {
  const { opus, provider } = await opusWith(['a', 'b'])
  after(() => opus.close())
  const task = deleteRecords(provider, ['a', 'b', 'b'])
  assert.is(opus.calls.length, 0)

  const first = await task()
  const second = await task()

  assert.equal(E.isRight(first) && first.right.totals, totals({ deleted: 2 }))
  assert.equal(E.isRight(first) && first.right.duplicates, 1)
  assert.ok(E.isRight(second))
  assert.is(opus.calls.filter(({ method }) => method === 'DELETE').length, 2)
})

test('misuse is on the left, before the first request', async ({ after }) => {
  const { opus, provider } = await opusWith(['a'])
  after(() => opus.close())
  const tasks: ReadonlyArray<TE.TaskEither<unknown, unknown>> = [
    deleteRecords(provider, ['a'], { concurrency: 0 }),
    planDeletion(provider, ['a'], { concurrency: 0 }),
    identifyPlace(provider, { concurrency: 0 }),
    TE.fromIOEither(streamOutcomes(provider, ['a'], { concurrency: 0 })),
  ]
  for (const task of tasks) {
    const result = await task()
    assert.ok(E.isLeft(result) && result.left instanceof UsageError)
    assert.match(result.left.message, 'concurrency')
  }
  assert.is(opus.calls.length, 0)
})

test('a provider that is configured wrongly is on the left, and a bug stays one', async () => {
  const wrong = checked(() => datoCms({ apiToken: '' }))
  assert.ok(E.isLeft(wrong) && wrong.left instanceof UsageError)
  const bug = new TypeError('a bug of the caller')
  assert.throws(
    () =>
      checked(() => {
        throw bug
      }),
    (thrown: unknown) => thrown === bug,
  )
})

test('a failure of the backend is in the report, on the right', async () => {
  const provider = avePointOpus({ baseUrl: await deadUrl(), token: 't' })
  const result = await deleteRecords(provider, ['a'], { attempts: 1 })()
  assert.ok(E.isRight(result))
  assert.is(result.right.halted?.because, 'unreachable')
  assert.equal(result.right.totals, totals({ untouched: 1 }))
})

test('a source that throws while it is planned is on the left, with its own error', async ({ after }) => {
  const { opus, provider } = await opusWith([])
  after(() => opus.close())
  const broken = new Error('line 7 can not be read')
  const ids = function* () {
    yield 'a'
    throw broken
  }
  const planned = await planDeletion(provider, ids())()
  assert.ok(E.isLeft(planned) && planned.left instanceof PlanFailedError)
  assert.is(planned.left.cause, broken)
  assert.is(planned.left.message, broken.message)

  const report = await deleteRecords(provider, ids())()
  assert.ok(E.isRight(report) && report.right.halted?.because === 'source')
})

test('a plan says what a run would send', async ({ after }) => {
  const { opus, provider } = await opusWith([])
  after(() => opus.close())
  const plan = await planDeletion(provider, ['a', 'a', 'b'])()
  assert.ok(E.isRight(plan))
  assert.equal([plan.right.records, plan.right.duplicates], [2, 1])
  assert.is(opus.calls.length, 0)
})

test('a stream begins when its outcomes are asked for, and is reduced in flat memory', async ({ after }) => {
  const { opus, provider } = await opusWith(['a', 'b', 'c'])
  after(() => opus.close())
  const opened = streamOutcomes(provider, ['a', 'b', 'c', 'd'])()
  assert.is(opus.calls.length, 0)
  const counted = pipe(
    opened,
    TE.fromEither,
    TE.chainTaskK(reduceStream(0, (gone, outcome) => (isGone(outcome) ? gone + 1 : gone))),
  )
  assert.equal(await counted(), E.right(3))
})

test('a plan in a journal is written, carried out, and its outcomes read from it', async ({ after }) => {
  const { opus, provider } = await opusWith(['a', 'b'])
  after(() => opus.close())
  const journal = openJournal(journalPath({ after }))
  after(() => journal.close())
  const options = { journal: journal.target('opus') }

  const written = await writePlan(provider, ['a', 'b', 'a'], options)()
  assert.equal(E.isRight(written) && [written.right.records, written.right.duplicates], [2, 1])
  assert.is(opus.calls.length, 0)

  const done = await deleteRecords(provider, undefined, options)()
  assert.ok(E.isRight(done))
  assert.equal(done.right.totals, totals({ deleted: 2 }))
  assert.equal(totalsOf(done.right.outcomes), totals({ deleted: 2 }))

  const others = await deleteRecords(provider, ['a', 'z'], options)()
  assert.ok(E.isLeft(others) && others.left instanceof UsageError)

  const broken = new Error('no such line')
  const unplanned = {
    journal: journal.target('other'),
  }
  const failing = function* (): Generator<string> {
    yield 'x'
    throw broken
  }
  const left = await deleteRecords(provider, failing(), unplanned)()
  assert.ok(E.isLeft(left) && left.left instanceof PlanFailedError)
  assert.is(left.left.cause, broken)
})

test('a question that fails is on the left', async ({ after }) => {
  const cms = await startDatoCms()
  after(() => cms.close())
  const asked = await identifyPlace(datoCms({ ...cms.options, apiToken: 'of-another-project' }))()
  assert.ok(E.isLeft(asked) && asked.left instanceof AskingFailedError)
  assert.is(asked.left.error.tag, 'Denied')
  assert.match(showError.show(asked.left.error), 'not allowed (HTTP 401)')

  const place = await identifyPlace(datoCms(cms.options))()
  assert.is(E.isRight(place) && place.right.production, 'yes')
})

test('what exists is asked for', async ({ after }) => {
  const max = await startUuidList()
  after(() => max.close())
  const [there = '', gone = ''] = ['0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81', '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b82']
  max.seed([there])
  const provider = uuidList({ ...max.options, permanentDelete: true })

  const proven = await findExisting(provider, [gone], { controls: [there] })()
  assert.equal(E.isRight(proven) && proven.right.found, [{ id: gone, presence: 'gone' }])

  const unproven = await findExisting(provider, [gone])()
  assert.equal(E.isRight(unproven) && unproven.right.found, [{ id: gone, presence: 'unknown' }])
})

test('what is thrown and is no documented error rejects: it is a bug, and no Left', async () => {
  const bug = new RangeError('a bug of the adapter')
  const provider = {
    ...avePointOpus({ region: 'us', token: 't' }),
    get capabilities(): never {
      throw bug
    },
  }
  assert.is(await rejection(deleteRecords(provider, ['a'])()), bug)
})

test('has what the other face has', () => {
  // Providers have entry points of their own, a report is looked at by `ensureAllGone`, and a run that is steered is an object
  // with methods.
  const elsewhere = [
    'assertAllGone',
    'avePointOpus',
    'datoCms',
    'defineProvider',
    'serviceMaxMax',
    'startDeletion',
    'uuidList',
  ]
  assert.equal(
    Object.keys(promises).filter((name) => !(name in face)),
    elsewhere,
  )
})

test('ids that a provider lists are deleted in one pipe, and a list that is asked wrongly is on the left', async ({
  after,
}) => {
  const cms = await startDatoCms()
  after(() => cms.close())
  cms.seed(['1', '2'])
  const deletedOf = (type: string) =>
    pipe(
      checked(() => datoCms(cms.options)),
      TE.fromEither,
      TE.bindTo('provider'),
      TE.bind('ids', ({ provider }) => TE.fromEither(checked(() => provider.listRecords({ type })))),
      TE.chain(({ provider, ids }) => deleteRecords(provider, ids)),
      TE.map(({ totals: { deleted } }) => deleted),
    )
  const wrong = await deletedOf('')()
  assert.ok(E.isLeft(wrong) && wrong.left instanceof UsageError)
  assert.is(cms.existing().size, 2)
  assert.equal(await deletedOf('article')(), E.right(2))
})

const reason = { code: 'vendor:ITEM_LOCKED', message: 'somebody is editing it' }
const five: ReadonlyArray<RecordOutcome> = [
  { id: '1', status: 'deleted', evidence: 'job', effect: 'erased' },
  { id: '2', status: 'absent', evidence: 'read-back', effect: 'erased' },
  { id: '3', status: 'rejected', reason },
  { id: '4', status: 'untouched', why: 'aborted' },
  { id: '5', status: 'unconfirmed', reason: { code: 'not-read', message: 'only counts are known' } },
]

test('folds, parts and counts every status', () => {
  assert.equal(
    five.map(
      foldOutcome({
        deleted: ({ effect }) => effect,
        absent: ({ evidence }) => evidence,
        rejected: ({ reason: { code } }) => code,
        untouched: ({ why }) => why,
        unconfirmed: () => 0,
      }),
    ),
    ['erased', 'read-back', 'vendor:ITEM_LOCKED', 'aborted', 0],
  )
  const { left, right } = partitionOutcomes(five)
  assert.equal(
    [left.map(({ id }) => id), right.map(({ id }) => id)],
    [
      ['3', '4', '5'],
      ['1', '2'],
    ],
  )
  const { gone, present, unknown } = groupByPresence(five)
  assert.equal(
    [gone, present, unknown].map((outcomes) => outcomes.map(({ id }) => id)),
    [['1', '2'], ['3', '4'], ['5']],
  )
  assert.equal(totalsOf(five), { deleted: 1, absent: 1, rejected: 1, untouched: 1, unconfirmed: 1 })
})

test('shows an outcome in a line', () => {
  assert.equal(five.map(showOutcome.show), [
    '1: deleted by job (erased)',
    '2: absent by read-back',
    '3: rejected, vendor:ITEM_LOCKED: somebody is editing it',
    '4: untouched, aborted',
    '5: unconfirmed, not-read: only counts are known',
  ])
  assert.is(
    showOutcome.show({ id: '6', status: 'untouched', why: 'attempts-spent', reason }),
    '6: untouched, attempts-spent, vendor:ITEM_LOCKED: somebody is editing it',
  )
})

test('tells outcomes apart by everything that a reader sees', () => {
  for (const [at, one] of five.entries()) {
    for (const [place, other] of five.entries()) assert.is(eqOutcome.equals(one, { ...other }), at === place)
  }
  const [deleted, , rejected] = five as unknown as [RecordOutcome, RecordOutcome, RecordOutcome]
  const others = [
    [deleted, { ...deleted, id: '9' }],
    [deleted, { ...deleted, evidence: 'reply' }],
    [deleted, { ...deleted, effect: 'marked' }],
    [rejected, { ...rejected, reason: { ...reason, code: 'http-409' } }],
    [rejected, { ...rejected, reason: { ...reason, requestId: 'r-1' } }],
    [rejected, { ...rejected, reason: { ...reason, status: 422 } }],
  ] as ReadonlyArray<[RecordOutcome, RecordOutcome]>
  for (const [one, other] of others) assert.is(eqOutcome.equals(one, other), false)
})

test('only a report of which all is gone is on the right', async ({ after }) => {
  const { opus, provider } = await opusWith(['a'])
  after(() => opus.close())
  const all = await pipe(deleteRecords(provider, ['a']), TE.chainEitherKW(ensureAllGone))()
  assert.ok(E.isRight(all) && all.right.totals.deleted === 1)
  const notAll = await pipe(deleteRecords(provider, ['a', 'never-submitted']), TE.chainEitherKW(ensureAllGone))()
  assert.ok(E.isLeft(notAll) && notAll.left instanceof NotAllGoneError)
  assert.equal(notAll.left.totals, totals({ deleted: 1, rejected: 1 }))
})

test('totals are a monoid', () => {
  const some = fc.record(
    { deleted: fc.nat(), absent: fc.nat(), rejected: fc.nat(), untouched: fc.nat(), unconfirmed: fc.nat() },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(some, some, some, (one, two, three) => {
      const { concat, empty } = monoidTotals
      assert.equal(concat(concat(one, two), three), concat(one, concat(two, three)))
      assert.equal([concat(one, empty), concat(empty, one)], [one, one])
      assert.is(concatAll(monoidTotals)([one, two, three]).rejected, one.rejected + two.rejected + three.rejected)
    }),
  )
})

const totals = (some: Partial<Totals>): Totals => ({ ...monoidTotals.empty, ...some })
