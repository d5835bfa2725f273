import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Deletion, deleteRecords, type Report, startDeletion, UsageError } from '../../../src/index.ts'
import { openJournal, requestControl } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { counts, listener, many, startShelf } from './harness.ts'

const test = suite('steering', { deadlineMs: 30_000 })

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await rest(5)
}
const ids = many(60, (n) => `r${n}`)

/** Pauses once something is gone, and answers with how many were left then. */
const pausedOn = async (deletion: Deletion<unknown>, existing: () => number): Promise<number> => {
  await until(() => existing() < ids.length)
  deletion.pause()
  await rest(100)
  return existing()
}

test('a pause holds what is not sent, and settles what is; continue goes on', async ({ after }) => {
  const shelf = await startShelf(after, { records: ids, latencyMs: 10 })
  const { of, onEvent } = listener()
  const deletion = startDeletion(shelf.provider, ids, { batchSize: 2, onEvent })
  const left = await pausedOn(deletion, () => shelf.records.size)
  assert.ok(left > 0)
  await rest(1_300)
  assert.is(shelf.records.size, left, 'nothing is sent while it is paused')
  const [waiting] = of('waiting').filter(({ why }) => why === 'paused')
  assert.ok((waiting?.records ?? 0) > 0 && waiting?.untilMs === undefined, JSON.stringify(waiting))
  assert.is(of('settled').at(-1)?.inFlight, 0, 'nothing is in flight any more')
  deletion.continue()
  assert.equal(counts((await deletion.report) as Report), { deleted: 60 })
  assert.equal(
    of('steered').map(({ control }) => control.what),
    ['pause', 'continue'],
  )
})

test('a stop ends it as an abort does, also while it is paused; afterwards nothing happens', async ({ after }) => {
  const shelf = await startShelf(after, { records: ids, latencyMs: 10 })
  const deletion = startDeletion(shelf.provider, ids, { batchSize: 2 })
  const left = await pausedOn(deletion, () => shelf.records.size)
  deletion.stop()
  const report = (await deletion.report) as Report
  assert.equal(counts(report), { deleted: 60 - left, untouched: left })
  assert.is(report.halted, undefined)
  deletion.continue()
  deletion.setRate({ concurrency: 3 })
  assert.is(shelf.records.size, left)
})

test('another pace: so many in flight, so many a second', async ({ after }) => {
  const shelf = await startShelf(after, { records: ids, latencyMs: 20 })
  const wide = startDeletion(shelf.provider, ids, { batchSize: 1, concurrency: 1 })
  wide.setRate({ concurrency: 6 })
  await wide.report
  assert.ok(shelf.mostAtOnce() > 2 && shelf.mostAtOnce() <= 6, `${shelf.mostAtOnce()} at once`)
  const slow = await startShelf(after, { records: ids })
  const paced = startDeletion(slow.provider, ids, { batchSize: 1, rate: { requestsPerSecond: 20 } })
  await until(() => slow.records.size < ids.length - 2)
  paced.setRate({ requestsPerSecond: 0.01 })
  await rest(100)
  const left = slow.records.size
  await rest(400)
  assert.ok(left - slow.records.size <= 1, 'the next one goes in a hundred seconds')
  paced.setRate({ requestsPerSecond: Number.POSITIVE_INFINITY })
  assert.equal(counts((await paced.report) as Report), { deleted: 60 })
})

test('misuse is told at once', async ({ after }) => {
  const shelf = await startShelf(after, { records: [] })
  const deletion = startDeletion(shelf.provider, [])
  for (const pace of [{ share: 0 }, { share: 2 }, { requestsPerSecond: -1 }, { concurrency: 0 }, { rps: 2 }, null]) {
    assert.throws(
      () => deletion.setRate(pace as object),
      (error: unknown) => error instanceof UsageError,
      JSON.stringify(pace),
    )
  }
  assert.throws(
    () => startDeletion(shelf.provider, 'r1' as unknown as string[]),
    (error: unknown) => error instanceof UsageError,
  )
  assert.throws(
    () => startDeletion(shelf.provider, [], { limit: 3 } as object),
    (error: unknown) => error instanceof UsageError && error.message.includes('limit needs a journal'),
  )
  await deletion.report
})

test('hours: nothing is sent before they begin, and the last record is not waited for', async ({ after }) => {
  const shelf = await startShelf(after, { records: ids })
  let isOpen = false
  const report = deleteRecords(shelf.provider, ids, {
    batchSize: 5,
    closedUntil: () => (isOpen ? undefined : Date.now() + 20),
  })
  await rest(200)
  assert.is(shelf.records.size, 60)
  isOpen = true
  assert.equal(counts(await report), { deleted: 60 })
  const more = await startShelf(after, { records: ids })
  const last = await deleteRecords(more.provider, ids, {
    batchSize: 10,
    concurrency: 1,
    // They end with the last batch: what is left is to notice the end.
    closedUntil: () => (more.records.size === 0 ? Number.POSITIVE_INFINITY : undefined),
  })
  assert.equal(counts(last), { deleted: 60 })
})

test('hours that throw halt the run, with nothing sent', async ({ after }) => {
  const shelf = await startShelf(after, { records: ids })
  const { halted } = await deleteRecords(shelf.provider, ids, {
    closedUntil: () => {
      throw new Error('no calendar')
    },
  })
  assert.equal([halted?.because, halted?.detail], ['guard', 'closedUntil threw: no calendar'])
  assert.is(shelf.records.size, 60)
})

test('with a journal: on record, taken from other processes, and kept by the next run', async ({ after }) => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-steering-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'run.db')
  const journal = openJournal(path)
  after(journal.close)
  const target = journal.target('one')
  const shelf = await startShelf(after, { records: ids, latencyMs: 5 })
  const options = { journal: target, batchSize: 2 }
  const first = startDeletion(shelf.provider, ids, options)
  const left = await pausedOn(first, () => shelf.records.size)
  requestControl(path, { what: 'rate', concurrency: 2 }, 'another')
  requestControl(path, { what: 'rate', share: 0.5 }, 'one')
  await until(() => journal.controls().length === 2)
  first.stop()
  await first.report
  const { of, onEvent } = listener()
  const second = startDeletion(shelf.provider, undefined, { ...options, onEvent })
  await until(() => of('waiting').length > 0)
  assert.is(shelf.records.size, left, 'a pause lasts until it is taken back')
  assert.equal(
    of('steered').map(({ control }) => control.what),
    ['pause', 'rate'],
  )
  const [{ why, records } = {}] = of('waiting')
  assert.equal([why, records], ['paused', left], 'of a plan it is known how many wait')
  requestControl(path, { what: 'continue' })
  const { totals } = await second.report
  assert.is(totals.deleted, 60)
  assert.equal(
    journal.controls().map(({ control, target: of, takenAt }) => [control.what, of, takenAt !== undefined]),
    [
      ['pause', 'one', true],
      ['rate', 'one', true],
      ['stop', 'one', true],
      ['continue', undefined, true],
    ],
  )
})
