import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { openJournal } from '../../src/journal/index.ts'
import { assert, suite } from '../support/suite.ts'
import { codeOf, deleted, entries, ids, journalPath, planOf, rejected } from './fixtures.ts'

const test = suite('journal')

test('a snapshot shows one moment, whatever is written while it is read', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  const target = journal.target('cms')
  await planOf(target, ids(3))
  const open = (snapshot: boolean) => {
    const reader = openJournal(path, { readOnly: true, snapshot })
    after(reader.close)
    return reader
  }
  const [still, live] = [open(true), open(false)]
  target.intend({ number: 1, indexes: [0, 1], at: 1 })
  target.settle([deleted(0), deleted(1)])
  target.closeBatch(1)
  journal.close()
  const statuses = (reader: typeof still) =>
    [...reader.target('cms').records()].map(({ outcome }) => outcome?.status ?? 'pending')
  assert.equal(statuses(live), ['deleted', 'deleted', 'pending'])
  assert.equal(statuses(still), ['pending', 'pending', 'pending'])
  assert.is(still.target('cms').live().waiting, 3)
  assert.ok(still.isInUse(), 'it was, at that moment')
  assert.not.ok(live.isInUse())
})

test('plans in order, tells repeats, and seals with a digest that anyone can compute', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  assert.is(await target.plan(), undefined)
  await target.beginPlan()
  const given = ['a', 'b', 'A', 'ü', 'a'].map((id) => ({ id, identity: id.toLowerCase() }))
  assert.equal(await target.addToPlan(given), [true, true, false, true, false])
  assert.equal(await target.addToPlan(entries(['b', 'c'])), [false, true])
  const digest = createHash('sha256').update('1:a1:b2:ü1:c').digest('hex')
  const plan = { digest, records: 4, toSend: 4, duplicates: 3 }
  assert.equal(await target.sealPlan({ duplicates: 3, sourceEnded: true }), plan)
  assert.equal(await target.plan(), plan)
  assert.equal(
    (await target.pending(-1, 10)).map(({ id }) => id),
    ['a', 'b', 'ü', 'c'],
  )
  assert.is(await codeOf(target.beginPlan), 'misuse')
})

test('a plan that was never sealed is begun again', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  await journal.target('cms').beginPlan()
  await journal.target('cms').addToPlan([{ id: 'x', identity: 'x', refused: 'invalid-id' }])
  journal.close()
  const again = openJournal(path)
  after(again.close)
  const target = again.target('cms')
  assert.is(await target.plan(), undefined)
  await planOf(target, ['y', 'x'])
  assert.equal(
    (await target.pending(-1, 10)).map(({ id }) => id),
    ['y', 'x'],
  )
  assert.is((await target.totals()).untouched, 0)
})

test('a source that was not read to its end makes no plan', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await target.beginPlan()
  assert.is(await codeOf(() => target.sealPlan({ duplicates: 0, sourceEnded: false })), 'misuse')
  assert.is(await target.plan(), undefined)
})

test('what was turned away has its outcome, keeps its columns, and is not pending', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await target.beginPlan()
  await target.addToPlan([
    { id: '!', identity: '!', refused: 'invalid-id', columns: { name: 'x' } },
    { id: '?', identity: '?', refused: 'invalid-id' },
    { id: 'a', identity: 'a', columns: { name: 'y' } },
    { id: 'p', identity: 'p', refused: 'protected' },
  ])
  const plan = await target.sealPlan({ duplicates: 0, sourceEnded: true })
  assert.is(plan.records, 4)
  assert.is(plan.toSend, 1)
  assert.equal(await target.pending(-1, 10), [{ index: 2, id: 'a' }])
  assert.equal([...target.records()][0], {
    index: 0,
    id: '!',
    columns: { name: 'x' },
    outcome: { id: '!', status: 'untouched', why: 'invalid-id' },
    attempts: 0,
  })
  // The engine may say so again; it may not say otherwise.
  await target.settle([{ index: 3, outcome: { id: 'p', status: 'untouched', why: 'protected' }, attempts: 0, at: 1 }])
  assert.is((await target.totals()).untouched, 3)
  await target.settle([{ ...deleted(3), attempts: 1 }])
  assert.is(await codeOf(target.totals), 'misuse')
})

test('what is in flight is not pending, and comes back when its batch is closed', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await planOf(target, ids(10))
  await target.intend({ number: 1, indexes: [0, 1, 2, 5], at: 100 })
  await target.intend({ number: 2, indexes: [4, 3], at: 200 })
  await target.jobStarted(2, 'job-7')
  assert.equal(
    (await target.pending(-1, 3)).map(({ index }) => index),
    [6, 7, 8],
  )
  await target.settle([deleted(1), rejected(0, 'id-0 is locked')])
  await target.closeBatch(1)
  assert.equal(
    (await target.pending(-1, 9)).map(({ index }) => index),
    [2, 5, 6, 7, 8, 9],
  )
  assert.equal(await target.openBatches(), [
    {
      number: 2,
      size: 2,
      at: 200,
      jobId: 'job-7',
      records: [
        { index: 4, id: 'id-4' },
        { index: 3, id: 'id-3' },
      ],
    },
  ])
  assert.is(await target.lastBatch(), 2)
  assert.equal(await target.totals(), { deleted: 1, absent: 0, rejected: 1, untouched: 0, unconfirmed: 0 })
  const outcomes = [...target.outcomes('aborted')]
  assert.is(outcomes.length, 10)
  assert.equal(outcomes[0], rejected(0, 'id-0 is locked').outcome)
  assert.equal(outcomes[2], { id: 'id-2', status: 'untouched', why: 'aborted' })
  assert.is(outcomes[3]?.status, 'unconfirmed')
})

test('a record that was sent again belongs to the later batch', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await planOf(target, ids(4))
  await target.intend({ number: 1, indexes: [0, 1], at: 100 })
  await target.intend({ number: 2, indexes: [1, 2], at: 200 })
  assert.equal(
    (await target.openBatches()).map(({ number, size, records }) => [number, size, records.map(({ index }) => index)]),
    [
      [1, 2, [0]],
      [2, 2, [1, 2]],
    ],
  )
})

test('a hundred batches may be open at once, and be closed after their records got outcomes', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await planOf(target, ids(200))
  for (let index = 0; index < 100; index++) await target.intend({ number: index + 1, indexes: [index], at: 1_000 })
  await target.settle(Array.from({ length: 100 }, (_, index) => deleted(index)))
  await target.intend({ number: 101, indexes: [100], at: 1_001 })
  for (let number = 1; number <= 100; number++) await target.closeBatch(number)
  assert.is(await codeOf(() => target.closeBatch(7)), 'misuse')
  assert.equal(
    (await target.openBatches()).map(({ number }) => number),
    [101],
  )
})

test('targets share a file and nothing else', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const [cms, max] = [journal.target('cms'), journal.target('max')]
  await cms.beginPlan()
  await max.beginPlan()
  for (const id of ids(4)) {
    assert.equal(await cms.addToPlan(entries([id])), [true])
    assert.equal(await max.addToPlan(entries([id, id])), [true, false])
  }
  await cms.sealPlan({ duplicates: 0, sourceEnded: true })
  await max.sealPlan({ duplicates: 4, sourceEnded: true })
  for (const index of [0, 1, 2]) {
    for (const [target, name] of [
      [cms, 'cms'],
      [max, 'max'],
    ] as const) {
      await target.intend({ number: index + 1, indexes: [index], at: 1 })
      await target.settle([rejected(index, `${name} ${index} says no to id-${index}`)])
      await target.closeBatch(index + 1)
    }
  }
  for (const [target, name] of [
    [cms, 'cms'],
    [max, 'max'],
  ] as const) {
    assert.equal(
      [...target.outcomes('aborted')].map((outcome) =>
        'reason' in outcome ? outcome.reason?.message : outcome.status,
      ),
      [0, 1, 2].map((index) => `${name} ${index} says no to id-${index}`).concat('untouched'),
    )
    assert.is((await target.totals()).rejected, 3)
    assert.equal(await target.pending(-1, 9), [{ index: 3, id: 'id-3' }])
  }
  assert.equal(journal.targets(), ['cms', 'max'])
})

test('ids come back as they were given, however odd', async ({ after }) => {
  const path = journalPath({ after })
  const odd = [
    '\0',
    'a\0b',
    '\ud800',
    '\udc00\ud800',
    '',
    ' ',
    "'; DROP TABLE identities --",
    '😀',
    '{id}',
    'null',
    '1',
  ]
  const journal = openJournal(path)
  await planOf(journal.target('cms'), odd)
  journal.close()
  const again = openJournal(path)
  after(again.close)
  const target = again.target('cms')
  const records = await target.pending(-1, 100)
  assert.equal(
    records.map(({ id }) => id),
    odd,
  )
  const settled = odd.map((id, index) => ({
    index,
    outcome: { id, status: 'rejected', reason: { code: 'c', message: `{id} <${id}> {the id}` } } as const,
    attempts: 1,
    at: 5,
  }))
  await target.settle(settled)
  assert.equal(
    [...target.outcomes('aborted')],
    settled.map(({ outcome }) => outcome),
  )
})

test('everything of a finished plan is in one file, which only its owner reads', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  await planOf(journal.target('cms'), ids(100))
  if (process.platform !== 'win32') {
    for (const suffix of ['', '-wal', '-shm', '.lock'])
      assert.is(statSync(`${path}${suffix}`).mode & 0o777, 0o600, suffix)
  }
  journal.close()
  assert.equal(readdirSync(dirname(path)).sort(), ['run.db', 'run.db.lock'])
  assert.not(existsSync(`${path}-wal`))
  journal.close()
  assert.is(await codeOf(() => journal.target('cms')), 'closed')
})

test('outcomes of a thousand neighbours take one row; one per record costs no meaning', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  const count = 2_500
  await planOf(target, ids(count))
  for (let index = count - 1; index >= 0; index--) {
    await target.settle([index % 1_000 === 7 ? rejected(index, `id-${index} is locked`) : deleted(index)])
  }
  const outcomes = [...target.outcomes('aborted')]
  assert.is(outcomes.length, count)
  outcomes.forEach((outcome, index) => {
    const expected = index % 1_000 === 7 ? rejected(index, `id-${index} is locked`) : deleted(index)
    assert.equal(outcome, expected.outcome)
  })
})
