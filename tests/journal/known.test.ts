import { DatabaseSync } from 'node:sqlite'
import type { JournalDoubt, OpenBatch, PlannedRecord } from '../../src/core/contract/journal.ts'
import { type OpenJournal, openJournal } from '../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { codeOf, deleted, ids, journalPath, planOf, rejected } from './fixtures.ts'

const test = suite('journal: what was known')

const doubt = (belief: string, deadAt = 900): JournalDoubt => ({ belief, firstSentAt: 100.25, deadAt })

const open = async (context: Pick<TestContext, 'after'>, size = 10) => {
  const path = journalPath(context)
  let journal: OpenJournal = openJournal(path)
  context.after(() => journal.close())
  await planOf(journal.target('cms'), ids(size))
  return {
    path,
    target: () => journal.target('cms'),
    reopen: () => {
      journal.close()
      journal = openJournal(path)
    },
    batches: () => journal.target('cms').openBatches() as ReadonlyArray<OpenBatch>,
    pending: () => journal.target('cms').pending(-1, 100) as ReadonlyArray<PlannedRecord>,
  }
}

test('members in doubt keep what was known when their batch was sent, an endless job’s time included', async (context) => {
  const made = await open(context)
  const endless = doubt('21000 1,2', Number.POSITIVE_INFINITY)
  const doubts = [undefined, doubt('a'), doubt('a'), endless, undefined]
  made.target().intend({ number: 1, indexes: [4, 2, 3, 0, 7], at: 500, doubts })
  for (const look of [() => {}, made.reopen]) {
    look()
    const [batch] = made.batches()
    assert.equal(
      batch?.records.map(({ index, doubt }) => [index, doubt]),
      [
        [4, undefined],
        [2, doubt('a')],
        [3, doubt('a')],
        [0, endless],
        [7, undefined],
      ],
    )
  }
})

test('a record that waits keeps what was known of it, until a later batch of it is over', async (context) => {
  const made = await open(context)
  const told = () => made.pending().map(({ index, doubt: { belief } = { belief: '' } }) => `${index}${belief}`)
  made.target().intend({ number: 1, indexes: [0, 1, 2, 3, 4], at: 500 })
  made.target().closeBatch(
    1,
    [0, 1, 2, 3].map((index) => ({ index, doubt: doubt('a') })),
  )
  made.reopen()
  assert.equal(told(), ['0a', '1a', '2a', '3a', '4', '5', '6', '7', '8', '9'])
  assert.equal(made.pending()[1]?.doubt, doubt('a'))
  // In the middle of a stretch: what is known of those beside it stays.
  made.target().intend({ number: 2, indexes: [1, 2], at: 600, doubts: [doubt('a'), doubt('a')] })
  assert.equal(told(), ['0a', '3a', '4', '5', '6', '7', '8', '9'])
  made.target().closeBatch(2, [{ index: 2, doubt: doubt('b', Number.POSITIVE_INFINITY) }])
  made.reopen()
  assert.equal(told(), ['0a', '1', '2b', '3a', '4', '5', '6', '7', '8', '9'])
  assert.is(made.pending()[2]?.doubt?.deadAt, Number.POSITIVE_INFINITY)
})

test('looked on beside the run, what is known is what is on record now', async (context) => {
  const made = await open(context)
  const reader = openJournal(made.path, { readOnly: true })
  context.after(reader.close)
  const seen = () => (reader.target('cms').pending(-1, 2) as ReadonlyArray<PlannedRecord>).map(({ doubt }) => doubt)
  assert.equal(seen(), [undefined, undefined])
  made.target().intend({ number: 1, indexes: [0], at: 500 })
  made.target().closeBatch(1, [{ index: 0, doubt: doubt('a') }])
  assert.equal(seen(), [doubt('a'), undefined])
})

test('sent again and over: the batch that stays open for others holds it no more', async (context) => {
  const made = await open(context)
  made.target().intend({ number: 1, indexes: [0, 1, 2, 3], at: 500 })
  made.target().intend({ number: 2, indexes: [1, 2], at: 600, doubts: [doubt('a'), doubt('a')] })
  assert.equal(
    made.batches().map(({ number, records }) => [number, records.map(({ index }) => index)]),
    [
      [1, [0, 3]],
      [2, [1, 2]],
    ],
  )
  made.target().settle([deleted(1)])
  made.target().closeBatch(2, [{ index: 2, doubt: doubt('b') }])
  for (const look of [() => {}, made.reopen]) {
    look()
    assert.equal(
      made.batches().map(({ number, records }) => [number, records.map(({ index }) => index)]),
      [[1, [0, 3]]],
    )
    assert.equal(
      made.pending().map(({ index }) => index),
      [2, 4, 5, 6, 7, 8, 9],
    )
    assert.equal(made.pending()[0]?.doubt, doubt('b'))
  }
})

test('answers, ends of jobs and reads are on record with the next commit, as spans', async (context) => {
  const made = await open(context)
  const target = made.target()
  target.intend({ number: 1, indexes: [0, 1, 2], at: 500 })
  target.note?.({ kind: 'answered', batch: 1, at: 510, by: 'reply', said: 'JobStarted' })
  target.note?.({ kind: 'answered', batch: 1, at: 520, by: 'job', said: 'Tally', deleted: 2, failed: 1 })
  target.note?.({ kind: 'read', form: 'usual', at: 530, proven: true, listed: [2], unlisted: [1, 0], unread: [] })
  target.closeBatch(1)
  made.reopen()
  const { sendings, reads } = made.target().history(0)
  assert.equal(sendings, [
    {
      batch: 1,
      at: 500,
      size: 3,
      closed: true,
      answers: [
        { at: 510, by: 'reply', said: 'JobStarted' },
        { at: 520, by: 'job', said: 'Tally', deleted: 2, failed: 1 },
      ],
    },
  ])
  assert.equal(reads, [{ at: 530, form: 'usual', proven: true, showed: 'not-listed' }])
  assert.is(made.target().history(2).reads[0]?.showed, 'listed')
  assert.equal(made.target().history(3), { sendings: [], reads: [], verifications: [] })
  const database = new DatabaseSync(made.path, { readOnly: true })
  context.after(() => database.close())
  assert.is(database.prepare('SELECT unlisted FROM looks').get()?.['unlisted'], '[[0,1]]')
})

test('a batch that goes out once more says once what was known of it', async (context) => {
  const made = await open(context)
  for (const at of [500, 700]) made.target().intend({ number: 1, indexes: [0], at, doubts: [doubt('a')] })
  made.reopen()
  assert.equal(
    made.batches().map(({ at, records }) => [at, records[0]?.doubt]),
    [[700, doubt('a')]],
  )
  const database = new DatabaseSync(made.path, { readOnly: true })
  context.after(() => database.close())
  assert.is(database.prepare('SELECT count(*) AS n FROM beliefs').get()?.['n'], 1)
})

test('where it is, is on record with its account', async (context) => {
  const made = await open(context)
  const place = { key: 'https://x 1 main', label: 'Site · main', production: 'yes', account: 'https://x 1' } as const
  made.target().placed?.(place)
  made.reopen()
  assert.equal(made.target().place(), place)
})

/** Settles in three commits, with gaps and reasons. */
const settled = async (context: Pick<TestContext, 'after'>) => {
  const made = await open(context, 12)
  for (const [at, some] of [[deleted(0), deleted(1), rejected(3, 'no')], [deleted(2, 9_000)], [deleted(5)]].entries()) {
    made.target().intend({ number: at + 1, indexes: some.map(({ index }) => index), at: 500 })
    made.target().settle(some)
    made.target().closeBatch(at + 1)
    if (at === 1) made.reopen()
  }
  return made
}

test('what was settled is chained, over the digest of the plan and through every process', async (context) => {
  const made = await settled(context)
  const { links, records, head, brokenAt } = made.target().chain()
  assert.equal([links, records, brokenAt], [3, 5, undefined])
  assert.match(head ?? '', /^[0-9a-f]{64}$/)
  assert.is.not(head, ((await made.target().plan()) as { digest: string }).digest)
  const other = await open(context)
  assert.equal(
    [other.target().chain().links, other.target().chain().head],
    [0, ((await other.target().plan()) as { digest: string }).digest],
  )
})

for (const { what, sql, at } of [
  { what: 'an outcome', sql: "UPDATE outcomes SET status = 'absent' WHERE first % 1000000000 = 2", at: 2 },
  { what: 'a time', sql: 'UPDATE outcomes SET settled_at = 1 WHERE first % 1000000000 = 5', at: 3 },
  { what: 'an outcome that is taken away', sql: 'DELETE FROM outcomes WHERE first % 1000000000 = 3', at: 1 },
  { what: 'the code of a reason', sql: "UPDATE reasons SET code = 'other'", at: 1 },
  { what: 'a link that is taken away', sql: 'DELETE FROM outcomes WHERE link = 2', at: 2 },
  { what: 'the plan', sql: "UPDATE targets SET digest = 'other'", at: 1 },
  { what: 'the link of an outcome', sql: 'UPDATE outcomes SET link = 1 WHERE link = 2', at: 1 },
  { what: 'the end of the last link', sql: 'UPDATE outcomes SET hash = NULL WHERE link = 3', at: 3 },
]) {
  test(`the chain tells that ${what} was altered`, async (context) => {
    const made = await settled(context)
    const database = new DatabaseSync(made.path)
    database.exec(sql)
    database.close()
    made.reopen()
    assert.is(made.target().chain().brokenAt, at)
  })
}

test('the words of a reason are no part of the chain: they may be taken away', async (context) => {
  const made = await settled(context)
  const database = new DatabaseSync(made.path)
  database.exec("UPDATE reasons SET message = ''")
  database.close()
  made.reopen()
  assert.is(made.target().chain().brokenAt, undefined)
})

test('handed in twice at once, the same is the same, and anything else is refused', async (context) => {
  const made = await open(context)
  made.target().settle([deleted(1), deleted(1)])
  assert.is(((await made.target().totals()) as { deleted: number }).deleted, 1)
  assert.is(made.target().chain().records, 1)
  made.target().settle([deleted(4), rejected(4, 'no')])
  assert.is(await codeOf(() => made.target().totals()), 'misuse')
})
