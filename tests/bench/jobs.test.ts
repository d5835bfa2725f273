import * as E from 'fp-ts/lib/Either.js'
import { clairvoyantMs } from '../../bench/clairvoyant.ts'
import { exchangeWith } from '../../bench/exchange.ts'
import { modelServer } from '../../bench/pacing.ts'
import type { BatchReply, BulkRecordProvider, Clock } from '../../src/core/contract/provider.ts'
import { collect } from '../../src/core/engine/stream.ts'
import type { RunOptions } from '../../src/core/settings/options.ts'
import { virtualClock } from '../../src/testing/backends/virtual-clock.ts'
import { mulberry32 } from '../support/random.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('polls', { deadlineMs: 30_000 })

const records = 20_000
const cap = 200

interface Jobs {
  readonly provider: BulkRecordProvider
  readonly seen: { submits: number; polls: number; reads: number; refused: number }
}

/** A backend of jobs that ends each after a time of its own, with 60 requests per 3 s for submits and polls together. */
const backend = (clock: Clock, durationMs: () => number, phaseMs = 1_234): Jobs => {
  const server = modelServer(clock, {
    limit: () => 60,
    perMs: 3_000,
    phaseMs,
    latencyMs: 20,
    headers: 'datocms',
  })
  const seen = { submits: 0, polls: 0, reads: 0, refused: 0 }
  const jobs = new Map<string, { readonly endsAt: number; readonly reply: BatchReply }>()
  const throttled = { tag: 'Throttled', detail: 'HTTP 429' } as const
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'model of jobs',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: cap,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      rate: { requests: 60, perMs: 3_000 },
    },
    isValidId: () => true,
    deleteBatch: (batch, context) => async () => {
      const sent = await exchangeWith(context, 'delete', server.answer)
      if (E.isLeft(sent)) return sent
      const { status } = sent.right
      if (status === 429) {
        seen.refused++
        return E.left(throttled)
      }
      seen.submits++
      const jobId = `job ${batch.number}`
      jobs.set(jobId, { endsAt: clock.now() + durationMs(), reply: { kind: 'AllDeleted' } })
      return E.right({ kind: 'JobStarted', jobId })
    },
    followJob: (jobId, _batch, context) => async () => {
      const sent = await exchangeWith(context, 'poll', server.answer)
      if (E.isLeft(sent)) return sent
      const { status } = sent.right
      if (status === 429) {
        seen.refused++
        return E.left(throttled)
      }
      seen.polls++
      const job = jobs.get(jobId)
      if (job === undefined || clock.now() < job.endsAt) return E.right({ kind: 'Pending' })
      return E.right({ kind: 'Ended', reply: job.reply })
    },
  }
  return { provider, seen }
}

const run = async (durationMs: () => number, options: RunOptions = {}, count = records, phaseMs?: number) => {
  const clock = virtualClock()
  const { provider, seen } = backend(clock, durationMs, phaseMs)
  const startedAt = clock.now()
  const ids = Array.from({ length: count }, (_, at) => `r${at}`)
  const report = await clock.until(collect(provider, ids, { clock, random: () => 0.5, ...options })())
  return { report, seen, ms: clock.now() - startedAt }
}

const spread = (ms: number, by: number) => {
  const random = mulberry32(3)
  return () => ms * (1 + by * (2 * random() - 1))
}

for (const seconds of [0.3, 3, 30]) {
  test(`jobs of ${seconds} s: at most 1.3 polls a job, and 2.3 requests a batch`, async () => {
    for (const by of [0, 0.2]) {
      for (const share of [0.8, 1]) {
        const { report, seen } = await run(spread(seconds * 1_000, by), { rate: { share } })
        const batches = records / cap
        const told = `give or take ${by}, share ${share}: ${seen.polls} polls, ${report.requests} requests`
        assert.is(report.totals.deleted, records)
        assert.is(seen.submits, batches, told)
        assert.ok(seen.polls / batches <= 1.3, told)
        assert.ok(report.requests / batches <= 2.3, told)
      }
    }
  })
}

/** 20,000 records with the whole limit, begun so far into a window of the backend, beside who knows everything beforehand. */
const beside = async (seconds: number, phaseMs: number) => {
  const options = { rate: { share: 1 }, concurrency: 10 }
  const { report, seen, ms } = await run(() => seconds * 1_000, options, records, phaseMs)
  const best = clairvoyantMs(records / cap, seconds * 1_000, { requests: 60, perMs: 3_000, offsetMs: phaseMs })
  assert.is(report.totals.deleted, records)
  assert.ok(seen.refused <= 0.01 * report.requests, `${seen.refused} of ${report.requests} refused at ${phaseMs}`)
  return ms / best
}

test('begun with a window: within 1.05 of a schedule that knows everything beforehand, at most 1 % refused', async () => {
  for (const seconds of [0.3, 3, 30]) {
    const ratio = await beside(seconds, 100)
    assert.ok(ratio <= 1.05, `jobs of ${seconds} s: ${ratio}`)
  }
})

test('begun anywhere in a window: within 1.05 of it in the mean, and hardly more in the worst case', async () => {
  for (const seconds of [0.3, 3]) {
    const ratios: number[] = []
    for (let phaseMs = 20; phaseMs < 3_000; phaseMs += 150) ratios.push(await beside(seconds, phaseMs))
    const told = `jobs of ${seconds} s: ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}`
    assert.ok(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length <= 1.035, told)
    assert.ok(Math.max(...ratios) <= 1.06, told)
  }
})

test('while jobs keep the budget busy, a run takes hardly longer than its submits and one poll each', async () => {
  const { report, ms } = await run(spread(3_000, 0.2), { rate: { share: 1 } }, 100_000)
  const idealMs = ((2 * 100_000) / cap / 60 - 1) * 3_000
  assert.is(report.totals.deleted, 100_000)
  assert.ok(ms <= 1.1 * idealMs, `${ms} ms, ideally ${idealMs}`)
})

test('two jobs that hang hold the others up for a minute at most', async () => {
  let begun = 0
  const { report, ms } = await run(() => (++begun <= 2 ? 400_000 : 3_000))
  assert.is(report.totals.deleted, records)
  assert.ok(ms < 440_000, `${ms} ms`)
  begun = 0
  const { report: cut, seen } = await run(() => (++begun <= 2 ? 10_000_000 : 3_000), { jobDeadlineMs: 120_000 })
  assert.is(cut.totals.deleted, records - 2 * cap)
  assert.is(cut.totals.unconfirmed, 2 * cap)
  assert.ok(seen.polls <= 200, `${seen.polls} polls`)
})
