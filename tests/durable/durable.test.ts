import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { datoCms, defineProvider, deleteRecords, type RunEvent, UsageError, uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('durable runs', { deadlineMs: 30_000 })

const inFolder = (after: (closer: () => unknown) => void): string => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-durable-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'run.db')
}
const uuids = (count: number) =>
  Array.from({ length: count }, (_, at) => `84a33b7e-833a-47da-95ed-${String(at).padStart(12, '0')}`)
const items = (count: number) => Array.from({ length: count }, (_, at) => `item-${String(at).padStart(17, '0')}`)

test('a run that is aborted goes on where it stopped, and sends nothing twice', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(2_000)
  emulator.seed(ids)
  emulator.refuse(ids.slice(7, 8))
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const target = journal.target('max')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const stop = new AbortController()
  let sent = 0
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'batch-sent' && ++sent === 4) stop.abort()
  }
  const handedIn = [...ids, (ids[0] ?? '').toUpperCase(), 'no uuid']
  const first = await deleteRecords(provider, handedIn, { journal: target, signal: stop.signal, onEvent })
  assert.is(first.totals.deleted + first.totals.rejected + first.totals.untouched, 2_001)
  assert.ok(first.totals.untouched > 1_000)
  const before = emulator.calls.flatMap(({ method, applied }) => (method === 'DELETE' ? applied : []))
  const second = await deleteRecords(provider, undefined, { journal: target })
  assert.equal(second.totals, { deleted: 1_999, absent: 0, rejected: 1, untouched: 1, unconfirmed: 0 })
  assert.is(second.duplicates, 1)
  assert.equal(
    [...second.outcomes].map(({ id }) => id),
    [...ids, 'no uuid'],
  )
  const sentAgain = emulator.calls.slice(-5).flatMap(({ ids: each }) => each)
  assert.equal(
    sentAgain.filter((id) => before.includes(id)),
    [],
  )
  assert.equal([...emulator.existing()], ids.slice(7, 8))
})

test('a call that waits for its turn is put on record when it has it: a doubt counts from then', async ({ after }) => {
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const target = journal.target('shelf')
  const onRecord: number[] = []
  const waiting = { began: 0, over: (): void => {} }
  const both = new Promise<void>((resolve) => {
    waiting.over = resolve
  })
  const provider = defineProvider({
    name: 'shelf',
    capabilities: { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    deleteBatch: async ({ number }) => {
      // The second batch waits at the gate, for there is one request in two seconds.
      if (number === 1) await both
      onRecord.push(await target.lastBatch())
      return { kind: 'AllDeleted' }
    },
  })
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'batch-sent' && ++waiting.began === 2) setTimeout(waiting.over, 50)
  }
  const options = { journal: target, concurrency: 2, rate: { requestsPerSecond: 0.5 }, onEvent }
  const report = await deleteRecords(provider, ['a', 'b'], options)
  assert.is(report.totals.deleted, 2)
  assert.equal(onRecord, [1, 2])
})

test('a job that outlived the run is asked for by the next one', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 600, rate: 'none' })
  after(emulator.close)
  const ids = items(200)
  emulator.seed(ids)
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const target = journal.target('cms')
  const provider = datoCms(emulator.options)
  const stop = new AbortController()
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'job-started') stop.abort()
  }
  const first = await deleteRecords(provider, ids, { journal: target, signal: stop.signal, onEvent, drainMs: 50 })
  assert.is(first.totals.unconfirmed, 200, 'nobody knows yet')
  assert.ok([...first.outcomes].every(({ status }) => status === 'unconfirmed'))
  const submits = () => emulator.calls.filter(({ method }) => method === 'POST').length
  const before = submits()
  const second = await deleteRecords(provider, undefined, { journal: target })
  assert.is(second.totals.deleted, 200)
  assert.ok([...second.outcomes].every((outcome) => outcome.status === 'deleted' && outcome.evidence === 'job'))
  assert.is(submits(), before, 'the job is asked for, not started again')
})

test('a job that is taken up is one of those that may run at once', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 600, rate: 'none' })
  after(emulator.close)
  const ids = items(6)
  emulator.seed(ids)
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const options = { journal: journal.target('cms'), batchSize: 2, maxJobs: 1, drainMs: 50 }
  const stop = new AbortController()
  const onStart = (event: RunEvent) => {
    if (event.kind === 'job-started') stop.abort()
  }
  await deleteRecords(datoCms(emulator.options), ids, { ...options, signal: stop.signal, onEvent: onStart })
  let running = 0
  let most = 0
  const onEvent = ({ kind }: RunEvent) => {
    if (kind === 'job-started') running++
    if (kind === 'job-ended') running--
    most = Math.max(most, running)
  }
  const report = await deleteRecords(datoCms(emulator.options), undefined, { ...options, onEvent })
  assert.is(report.totals.deleted, 6)
  assert.is(most, 1)
})

test('another list, or none at all, is refused before anything is sent', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(10)
  emulator.seed(ids)
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const provider = uuidList(emulator.options)
  const nothing = await rejection(deleteRecords(provider, undefined, { journal: journal.target('a') }))
  assert.instance(nothing, UsageError)
  const target = journal.target('b')
  await deleteRecords(provider, ids, { journal: target, dryRun: true })
  for (const other of [ids.slice(1), [...ids, ...uuids(11)], [...ids].reverse()]) {
    assert.instance(await rejection(deleteRecords(provider, other, { journal: target })), UsageError)
  }
  assert.equal(
    emulator.calls.filter(({ method }) => method === 'DELETE'),
    [],
  )
  const report = await deleteRecords(provider, [...ids, ...ids], { journal: target })
  assert.is(report.totals.deleted, 10)
})

test('another place than the plan was made for: nothing is sent, and nothing read', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(10)
  emulator.seed(ids)
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const target = journal.target('max')
  const report = await deleteRecords(uuidList(emulator.options), ids, { journal: target, place: 'elsewhere' })
  assert.is(report.halted?.because, 'guard')
  assert.is(report.totals.untouched, 10)
  assert.equal(emulator.calls.length, 0)
})

test('a canary that is not gone halts the run, and one that is lets the rest follow', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(500)
  emulator.seed(ids)
  emulator.refuse(ids.slice(3, 4))
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const report = await deleteRecords(provider, ids, { canary: 10 })
  assert.is(report.halted?.because, 'guard')
  assert.ok(report.totals.deleted <= 9 && report.totals.untouched >= 490, JSON.stringify(report.totals))
  const rest = ids.slice(10)
  const passed = await deleteRecords(provider, rest, { canary: 10 })
  assert.is(passed.totals.deleted, 490)
  const readBack = passed.outcomes.filter((outcome) => outcome.status === 'deleted' && outcome.evidence === 'read-back')
  assert.is(readBack.length, 10, 'the canary was read back')
})

test('too many rejected, or absent: the run halts', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(600)
  emulator.seed(ids.filter((_, at) => at % 2 === 0))
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const report = await deleteRecords(provider, ids, { halt: { absentShare: 0.3, after: 50 }, batchSize: 20 })
  assert.is(report.halted?.because, 'guard')
  assert.ok(/absent/.test(report.halted?.detail ?? ''))
  assert.ok(report.totals.untouched > 0)
})

test('a batch that is turned away for its token goes out again with a new one, and stays one batch', async ({
  after,
}) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(40)
  emulator.seed(ids)
  emulator.fault('401', { route: 'delete', nth: 2 })
  const journal = openJournal(inFolder(after))
  after(journal.close)
  const target = journal.target('max')
  const token = emulator.issueToken
  const provider = uuidList({ ...emulator.options, token, permanentDelete: true })
  const report = await deleteRecords(provider, ids, { journal: target, batchSize: 10, concurrency: 1 })
  assert.is(report.halted, undefined)
  assert.is(report.totals.deleted, 40)
  assert.is(emulator.calls.filter(({ method }) => method === 'DELETE').length, 5)
  assert.is(await target.lastBatch(), 4)
  assert.equal(await target.openBatches(), [])
})
