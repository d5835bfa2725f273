import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { OpenBatch } from '../../src/core/contract/journal.ts'
import type { BatchReply, BulkRecordProvider, JobState } from '../../src/core/contract/provider.ts'
import { beliefText, fresh, learn } from '../../src/core/judge/judgement.ts'
import { deleteRecords, type RecordOutcome } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { newFolder } from '../cli/made-run.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'

const test = suite('doubt, across a stop and a resume', { deadlineMs: 60_000 })

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, at) => `record-${at}`)

/** A system that is asked by jobs: the first deletion is carried out and its answer lost, later ones miss what is gone. */
const jobSystem = (records: ReadonlyArray<string>) => {
  const there = new Set(records)
  const jobs = new Map<string, BatchReply>()
  let sent = 0
  const provider = (onJob: () => void): BulkRecordProvider => ({
    specification: 1,
    name: 'jobs',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 10,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      lateEffectMs: 20,
      readLagMs: 0,
    },
    isValidId: () => true,
    deleteBatch: (batch) => async () => {
      sent++
      const verdicts = batch.ids.map((id) => ({
        id,
        is: there.delete(id) ? ('deleted' as const) : ('absent' as const),
      }))
      if (sent === 1) return TE.left({ tag: 'Interrupted' as const, detail: 'the answer was lost' })()
      jobs.set(`job-${sent}`, { kind: 'ById', verdicts, silence: 'unconfirmed' })
      return TE.right({ kind: 'JobStarted' as const, jobId: `job-${sent}` })()
    },
    followJob: (jobId) => async () => {
      onJob()
      const reply = jobs.get(jobId)
      const state: JobState = reply === undefined || isHeld ? { kind: 'Pending' } : { kind: 'Ended', reply }
      return TE.right(state)()
    },
  })
  let isHeld = true
  return { provider, there, release: () => (isHeld = false), sendings: () => sent }
}

const openAt = ({ after }: Pick<TestContext, 'after'>) => {
  const { folder, remove } = newFolder()
  after(remove)
  return join(folder, 'run.db')
}

test('a batch sent again in doubt, killed while its job runs: "missing" by that job is no evidence of absence', async (context) => {
  const system = jobSystem(ids(5))
  const path = openAt(context)
  const died = `${path}-died.db`
  const first = openJournal(path)
  const stop = new AbortController()
  let asked = 0
  const run = deleteRecords(
    system.provider(() => {
      if (++asked !== 2) return
      // What a process leaves that dies now: everything that is committed, and nothing else.
      for (const ending of ['', '-wal']) copyFileSync(path + ending, died + ending)
      stop.abort()
    }),
    ids(5),
    { journal: first.target('one'), signal: stop.signal, drainMs: 50, callTimeoutMs: 200, concurrency: 1 },
  )
  await run
  first.close()
  assert.is(system.sendings(), 2)
  const second = openJournal(died)
  context.after(second.close)
  const target = second.target('one')
  const open = target.openBatches() as ReadonlyArray<OpenBatch>
  const last = open.at(-1)
  assert.is(last?.jobId, 'job-2')
  assert.ok(last?.records.every(({ doubt }) => doubt !== undefined && doubt.belief !== ''))
  system.release()
  const report = await deleteRecords(
    system.provider(() => {}),
    undefined,
    { journal: target, callTimeoutMs: 200 },
  )
  assert.is(report.totals.absent, 0, JSON.stringify(report.totals))
  const statuses = [...report.outcomes].map(({ status }: RecordOutcome) => status)
  assert.ok(
    statuses.every((status) => status === 'deleted' || status === 'unconfirmed'),
    statuses.join(),
  )
  assert.is(system.there.size, 0)
})

test('a record that waits after its batch was over keeps what was known of it: "missing" is no absence then', async (context) => {
  const others = { others: 'may' } as const
  // It was sent, and nobody knows what came of it; what was sent can take no effect any more.
  const known = learn(learn(fresh, { is: 'sent' }, others), { is: 'dead' }, others)
  const missing: BulkRecordProvider = {
    ...jobSystem([]).provider(() => {}),
    deleteBatch: (batch) =>
      TE.right({
        kind: 'ById',
        verdicts: batch.ids.map((id) => ({ id, is: 'absent' as const })),
        silence: 'unconfirmed',
      }),
  }
  for (const { doubts, absent } of [
    { doubts: [], absent: 4 },
    { doubts: [0, 1, 2], absent: 1 },
  ]) {
    const path = openAt(context)
    const first = openJournal(path)
    await deleteRecords(missing, ids(4), { journal: first.target('one'), dryRun: true })
    first.target('one').intend({ number: 1, indexes: [0, 1, 2, 3], at: Date.now() - 60_000 })
    const doubt = { belief: beliefText(known), firstSentAt: Date.now() - 60_000, deadAt: Date.now() - 30_000 }
    first.target('one').closeBatch(
      1,
      doubts.map((index) => ({ index, doubt })),
    )
    first.close()
    const second = openJournal(path)
    context.after(second.close)
    const report = await deleteRecords(missing, undefined, { journal: second.target('one') })
    assert.is(report.totals.absent, absent, JSON.stringify(report.totals))
    assert.is(report.totals.deleted + report.totals.unconfirmed, 4 - absent)
  }
})
