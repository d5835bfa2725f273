import { join } from 'node:path'
import { keep, planOf } from '../../../src/cli/plan/run-plan.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { uuidList } from '../../../src/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge } from '../child.ts'
import { makeRun, newFolder } from '../made-run.ts'

const test = suite('status', { deadlineMs: 20_000 })

const made = async ({ after }: TestContext, onlyPlanned: boolean): Promise<string> => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const ids = Array.from({ length: 400 }, () => crypto.randomUUID())
  emulator.seed(ids)
  const path = join(folder, 'run.db')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  await makeRun(path, [{ name: 'max', provider, ids, onlyPlanned }])
  return path
}

const statusOf = async (path: string) => JSON.parse((await expunge('status', path, '--json')).stdout)

test('a plan that was not begun; one that has ended', async (context) => {
  const planned = await statusOf(await made(context, true))
  assert.equal([planned.run.state, planned.targets[0].state, planned.targets[0].settled], ['planned', 'planned', 0])
  const path = await made(context, false)
  const ended = await statusOf(path)
  assert.equal([ended.run.state, ended.targets[0].settled, ended.targets[0].inFlight.records], ['ended', 400, 0])
  const { code, stdout, stderr } = await expunge('status', path)
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /max +ended +400 +400 +400 +0 +0/)
})

test('beside a process that writes: speed, pause and why, oldest in flight, time left', async (context) => {
  const path = await made(context, true)
  const journal = openJournal(path)
  context.after(journal.close)
  const target = journal.target('max')
  const now = Date.now()
  await target.runStarted({ at: now - 10_000, options: {} })
  const records = await target.pending(-1, 300)
  const indexes = records.map(({ index }) => index)
  await target.intend({ number: 1, indexes: indexes.slice(0, 200), at: now - 9_000 })
  await target.settle(
    records.slice(0, 200).map(({ index, id }) => ({
      index,
      outcome: { id, status: 'deleted', evidence: 'reply', effect: 'erased' },
      attempts: 1,
      at: now,
    })),
  )
  await target.closeBatch(1)
  await target.intend({ number: 2, indexes: indexes.slice(200), at: now - 5_000 })
  const pause = { until: now + 60_000, why: 'throttled' }
  target.saveProgress({ requests: 7, recordsPerSecond: 20, pause }, now)

  const { run, targets } = await statusOf(path)
  const [max] = targets
  assert.equal(
    [run.state, max.state, max.settled, max.requests, max.recordsPerSecond],
    ['running', 'running', 200, 7, 20],
  )
  assert.equal(max.inFlight, { batches: 1, jobs: 0, records: 100 })
  assert.ok(max.oldestMs >= 5_000 && max.oldestMs < 15_000)
  assert.is(max.pause.why, 'throttled')
  assert.is(max.leftMs, 10_000)
  const { stdout } = await expunge('status', path)
  assert.match(stdout, /max: waits for another \d+ s \(throttled\)/)
  assert.match(stdout, /max: 100 records in flight; the oldest was sent \d+ s ago/)
})

test('a process that died, one that was halted', async (context) => {
  const path = await made(context, true)
  const journal = openJournal(path)
  await journal.target('max').runStarted({ at: Date.now(), options: {} })
  journal.close()
  assert.is((await statusOf(path)).run.state, 'interrupted')
  const again = openJournal(path)
  keep(again, 'status', {
    state: 'halted',
    at: '2026-03-01T12:00:00.000Z',
    targets: [{ name: 'max', state: 'halted', detail: 'no more' }],
  })
  await again.target('max').runEnded({
    provider: 'uuid-list',
    totals: { deleted: 0, absent: 0, rejected: 0, untouched: 400, unconfirmed: 0 },
    duplicates: 0,
    requests: 3,
    startedAt: '2026-03-01T11:00:00.000Z',
    endedAt: '2026-03-01T12:00:00.000Z',
    sourceEnded: true,
    halted: { because: 'denied', detail: 'no more' },
  })
  assert.is(planOf(again).targets.length, 1)
  again.close()
  const { run, targets } = await statusOf(path)
  assert.equal(
    [run.state, run.endedAt, targets[0].detail, targets[0].requests],
    ['halted', '2026-03-01T12:00:00.000Z', 'no more', 3],
  )
})

test('a file that is none, and one that is not there', async (context) => {
  const { folder, remove } = newFolder()
  context.after(remove)
  const missing = await expunge('status', join(folder, 'none.db'))
  assert.ok([2, 5].includes(missing.code ?? 0), missing.stderr)
  assert.match(missing.stderr, 'none.db')
})
