import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../../src/core/contract/error.ts'
import type { RunEvent } from '../../src/core/contract/events.ts'
import type { BatchReply, BulkRecordProvider, HttpReply } from '../../src/core/contract/provider.ts'
import { collect } from '../../src/core/engine/stream.ts'
import { defaults, type RunOptions } from '../../src/core/settings/options.ts'
import { virtualClock } from '../../src/testing/backends/virtual-clock.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('a backend that is closed', { deadlineMs: 20_000 })

const closed: ProviderError = { tag: 'Unavailable', detail: 'maintenance' }
const records = 2_000
const ids = Array.from({ length: records }, (_, at) => `r${at}`)

/** Closed from one time to another, in ms since the run began; an answer takes 100 ms. */
const run = async (from: number, to: number, options: RunOptions = {}) => {
  const clock = virtualClock()
  const startedAt = clock.now()
  const batches: Array<{ readonly ids: ReadonlyArray<string>; readonly at: number; readonly closed: boolean }> = []
  const events: RunEvent[] = []
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'model',
    verified: 'documentation',
    capabilities: { maxBatchSize: 100, atomicity: 'all-or-nothing', replay: 'unsafe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (batch, context) => async (): Promise<E.Either<ProviderError, BatchReply>> => {
      let isClosed = false
      const reply = await context.exchange('delete', async (): Promise<HttpReply> => {
        const at = clock.now() - startedAt
        isClosed = at >= from && at < to
        batches.push({ ids: batch.ids, at, closed: isClosed })
        await clock.sleep(100)
        return { status: isClosed ? 422 : 200, headers: new Headers(), text: '' }
      })
      return reply.status === 200 ? E.right({ kind: 'AllDeleted' }) : E.left(closed)
    },
  }
  const onEvent = (event: RunEvent) => void events.push(event)
  const report = await clock.until(collect(provider, ids, { clock, random: () => 0.5, onEvent, ...options })())
  return {
    report,
    batches,
    pauses: events.flatMap((event) => (event.kind === 'paused' ? [event.forMs] : [])),
    ms: clock.now() - startedAt,
  }
}

test('closed for good: waits that grow, a halt at the deadline, and all is untouched: unavailable', async () => {
  const { report, batches, pauses, ms } = await run(0, Number.POSITIVE_INFINITY)
  assert.is(report.halted?.because, 'unavailable')
  assert.equal(report.totals, { deleted: 0, absent: 0, rejected: 0, untouched: records, unconfirmed: 0 })
  for (const outcome of report.outcomes) assert.is(outcome.status === 'untouched' && outcome.why, 'unavailable')
  assert.ok(ms >= defaults.maxWaitMs && ms <= defaults.maxWaitMs + 60_000, `${ms} ms`)
  assert.ok(
    pauses.every((forMs, at) => at === 0 || forMs >= (pauses[at - 1] as number)),
    pauses.join(' '),
  )
  assert.ok(batches.length <= 50, `${batches.length} requests in ten minutes`)
})

test('closed in mid-run, then open again: goes on where it was, and nothing is isolated or sent twice', async () => {
  for (const from of [0, 150, 250]) {
    for (const lasts of [1_000, 60_000, 300_000]) {
      const { report, batches, ms } = await run(from, from + lasts)
      assert.is(report.halted, undefined)
      assert.is(report.totals.deleted, records)
      assert.ok(
        batches.every((batch) => batch.ids.length === 100),
        'a closed door is no reason to cut a batch',
      )
      const taken = batches.filter((batch) => !batch.closed)
      assert.is(taken.length, records / 100)
      assert.ok(batches.length - taken.length <= 30, `${batches.length - taken.length} requests in vain`)
      assert.ok(ms <= from + lasts + 35_000, `closed for ${lasts} ms, done after ${ms}`)
    }
  }
})

test('closed for good in mid-run: what was done is done, and the rest is untouched', async () => {
  const { report, batches } = await run(250, Number.POSITIVE_INFINITY)
  const done = batches.filter((batch) => !batch.closed).length * 100
  assert.is(report.halted?.because, 'unavailable')
  assert.equal(report.totals, { deleted: done, absent: 0, rejected: 0, untouched: records - done, unconfirmed: 0 })
})
