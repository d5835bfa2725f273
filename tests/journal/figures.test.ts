import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { openJournal } from '../../src/journal/index.ts'
import { assert, suite } from '../support/suite.ts'
import { deleted, ids, journalPath, planOf, rejected } from './fixtures.ts'

const test = suite('journal: figures')

/** Ten records: 0 to 3 deleted, 4 and 5 rejected, 6 in flight as a job, the others waiting. */
const halfway = async (path: string) => {
  const journal = openJournal(path)
  const target = journal.target('cms')
  await planOf(target, ids(10))
  await target.runStarted({ at: 1, options: { concurrency: 4, apiToken: 'hush', token: { env: 'TOKEN' } } })
  await target.intend({ number: 1, indexes: [0, 1, 2, 3, 4, 5], at: 1_000 })
  await target.settle([0, 1, 2, 3].map((index) => deleted(index, 2_000)))
  await target.settle([4, 5].map((index) => rejected(index, `id-${index} is locked`, 2_000)))
  await target.closeBatch(1)
  await target.intend({ number: 2, indexes: [6], at: 3_000 })
  await target.jobStarted(2, 'job-1')
  return { journal, target }
}

test('counts by reason, live figures, and records by status', async ({ after }) => {
  const { journal, target } = await halfway(journalPath({ after }))
  after(journal.close)
  assert.equal(target.counts(), [
    { status: 'deleted', evidence: 'reply', effect: 'erased', records: 4 },
    { status: 'rejected', reason: { code: 'locked', message: '{id} is locked' }, records: 2 },
  ])
  assert.equal(target.live(), { waiting: 3, settled: 6, batches: 1, jobs: 1, oldestSentAt: 3_000 })
  assert.equal(
    [...target.records({ statuses: ['rejected'], from: 5 })],
    [rejected(5, 'id-5 is locked', 2_000)].map(({ index, outcome, attempts, at }) => ({
      index,
      id: 'id-5',
      outcome,
      attempts,
      at,
    })),
  )
  assert.equal(
    [...target.records({ statuses: ['pending'] })].map(({ index }) => index),
    [6, 7, 8, 9],
  )
})

test('a sample is of distinct gone records, each as likely as any other', async ({ after }) => {
  const { journal, target } = await halfway(journalPath({ after }))
  after(journal.close)
  let state = 7
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
  const drawn = new Map<number, number>()
  for (let turn = 0; turn < 2_000; turn++) {
    const indexes = [...target.sample(2, random)].map(({ index }) => index)
    assert.is(new Set(indexes).size, 2)
    for (const index of indexes) drawn.set(index, (drawn.get(index) ?? 0) + 1)
  }
  assert.equal([...drawn.keys()].sort(), [0, 1, 2, 3])
  for (const times of drawn.values()) assert.ok(Math.abs(times - 1_000) < 150, String(times))
  assert.is([...target.sample(100, random)].length, 4)
  assert.equal([...target.sample(0, random)], [])
  assert.is([...target.sample(9, random, ['rejected'])].length, 2)
})

test('values and progress survive; credentials are never on record', async ({ after }) => {
  const path = journalPath({ after })
  const { journal, target } = await halfway(path)
  const secret = 'sesame-123456'
  journal.meta.set('config', { token: secret, nested: [{ clientSecret: secret }], proxy: `http://me:${secret}@proxy` })
  target.meta.set('place', { account: 'ACME' })
  target.meta.set('gone', 1)
  target.meta.delete('gone')
  target.saveProgress({ pausedBecause: 'throttled', until: 5 }, 4_000)
  journal.close()
  for (const word of [secret, 'hush']) assert.not(readFileSync(path).includes(word))
  const again = openJournal(path, { readOnly: true })
  after(again.close)
  const seen = again.target('cms')
  assert.equal(again.targets(), ['cms'])
  assert.equal(again.meta.get('config'), {
    token: '[left out]',
    nested: [{ clientSecret: '[left out]' }],
    proxy: 'http://proxy',
  })
  assert.is(again.meta.get('place'), undefined)
  assert.equal(seen.meta.names(), ['place'])
  assert.equal(seen.progress(), { at: 4_000, value: { pausedBecause: 'throttled', until: 5 } })
  assert.equal(seen.runs(), [
    { run: 1, startedAt: 1, options: { concurrency: 4, apiToken: '[left out]', token: { env: 'TOKEN' } } },
  ])
})

test('any SQLite tool reads it; ids and columns stand in one table', async ({ after }) => {
  const path = journalPath({ after })
  const { journal } = await halfway(path)
  journal.close()
  const database = new DatabaseSync(path)
  after(() => database.close())
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join('|'))
  assert.equal(rows('SELECT place, id, status, reason, attempts, settled_at FROM records WHERE place IN (3, 4, 6)'), [
    '3|id-3|deleted||1|1970-01-01T00:00:02.000Z',
    '4|id-4|rejected|id-4 is locked|2|1970-01-01T00:00:02.000Z',
    '6|id-6|pending|||',
  ])
  assert.equal(rows('SELECT status, records FROM totals'), ['deleted|4', 'rejected|2', 'pending|4'])
  assert.equal(rows('SELECT number, job, closed FROM batches'), ['1||1', '2|job-1|0'])
  assert.equal(rows('SELECT batch, id FROM sendings WHERE batch = 2'), ['2|id-6'])
  // Sealed away: the figures stay.
  database.exec('DELETE FROM identities')
  assert.equal(rows('SELECT status, records FROM totals'), ['deleted|4', 'rejected|2', 'pending|4'])
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
  assert.not(readFileSync(path).includes('id-4'))
})

test('ids handed in again are held against the plan', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await planOf(target, ['a', 'b', 'a', 'c'])
  const same = (...given: string[]): boolean => {
    const comparison = target.comparePlan()
    for (const id of given) comparison.add([id])
    return comparison.end()
  }
  assert.ok(same('a', 'b', 'c'))
  assert.ok(same('a', 'a', 'b', 'a', 'c', 'b'))
  assert.not(same('a', 'b'))
  assert.not(same('a', 'b', 'c', 'd'))
  assert.not(same('a', 'c', 'b'))
  assert.not(same('c', 'a', 'b', 'c'))
  assert.not(same())
})

test('runs are counted, and end with their summary', async ({ after }) => {
  const { journal, target } = await halfway(journalPath({ after }))
  after(journal.close)
  const summary = {
    provider: 'datocms',
    totals: { deleted: 4, absent: 0, rejected: 2, untouched: 3, unconfirmed: 1 },
    duplicates: 0,
    requests: 3,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    sourceEnded: true,
    halted: {
      because: 'defect',
      detail: 'x',
      error: { tag: 'Defect', detail: 'x', cause: new TypeError('no such thing') },
    },
  } as const
  await target.runEnded(summary)
  await target.runStarted({ at: 2, options: {} })
  const [first, second] = target.runs()
  assert.is(first?.summary?.requests, 3)
  assert.equal(first?.summary?.halted?.error, { tag: 'Defect', detail: 'x', cause: 'TypeError: no such thing' })
  assert.is(second?.summary, undefined)
})
