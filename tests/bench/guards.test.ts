import * as E from 'fp-ts/lib/Either.js'
import type { ErrorOf, ProviderError } from '../../src/core/contract/error.ts'
import type { BatchReply, BulkRecordProvider } from '../../src/core/contract/provider.ts'
import { collect } from '../../src/core/engine/stream.ts'
import type { RunOptions } from '../../src/core/settings/options.ts'
import { virtualClock } from '../../src/testing/backends/virtual-clock.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('isolation, its guards', { deadlineMs: 20_000 })

const many = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, at) => `r${at}`)

interface Model {
  readonly exists: Set<string>
  readonly bad?: ReadonlySet<string>
  readonly named: boolean
  readonly reads: boolean
  readonly wrongPlace?: boolean
  /** The answer to the n-th deletion is lost, which was applied, was not, or is so a minute later. */
  readonly loses?: { readonly nth: number; readonly applied: 'yes' | 'no' | 'late' }
  readonly cap?: number
  /** Ids that a read may ask for at once. */
  readonly readCap?: number
}

const run = async (ids: ReadonlyArray<string>, model: Model, options: RunOptions = {}) => {
  const clock = virtualClock()
  const { exists, bad = new Set(), named, reads, wrongPlace = false, loses, cap = 200, readCap = cap } = model
  const seen = { deletions: [] as ReadonlyArray<string>[], reads: [] as ReadonlyArray<string>[] }
  const refusal = (culprits: ErrorOf<'Refused'>['culprits'], blames: 'absent' | 'rejected'): ProviderError => ({
    tag: 'Refused',
    status: blames === 'absent' ? 404 : 409,
    detail: `it is ${blames}`,
    culprits,
    blames,
    reason: { code: blames, message: `it is ${blames}`, status: blames === 'absent' ? 404 : 409 },
  })
  const judge = (sent: ReadonlyArray<string>): E.Either<ProviderError, BatchReply> => {
    if (wrongPlace) return E.left(noSuchPlace)
    const culprit = sent.find((id) => !exists.has(id) || bad.has(id))
    if (culprit === undefined) {
      for (const id of sent) exists.delete(id)
      return E.right({ kind: 'AllDeleted' })
    }
    const is = exists.has(culprit) ? 'rejected' : 'absent'
    const reason = { code: is, message: 'locked' }
    const one = is === 'absent' ? { id: culprit, is } : { id: culprit, is, reason }
    return E.left(refusal(named ? [one as ErrorOf<'Refused'>['culprits'][number]] : [], is))
  }
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'model',
    verified: 'documentation',
    capabilities: { maxBatchSize: cap, atomicity: 'all-or-nothing', replay: 'safe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (batch) => async () => {
      seen.deletions.push(batch.ids)
      if (loses?.nth !== seen.deletions.length) return judge(batch.ids)
      if (loses.applied === 'yes') judge(batch.ids)
      if (loses.applied === 'late') void clock.sleep(50_000).then(() => judge(batch.ids))
      return E.left({ tag: 'Interrupted', detail: 'the connection was reset' })
    },
    ...(reads && {
      findExisting: (batch) => async () => {
        if (wrongPlace) {
          seen.reads.push(batch.ids)
          return E.left(noSuchPlace)
        }
        const existing = new Set<string>()
        for (let at = 0; at < batch.ids.length; at += readCap) {
          const asked = batch.ids.slice(at, at + readCap)
          seen.reads.push(asked)
          for (const id of asked) if (exists.has(id)) existing.add(id)
        }
        return E.right(existing)
      },
    }),
  }
  const report = await clock.until(collect(provider, ids, { clock, random: () => 0.5, ...options })())
  return { report, seen, requests: seen.deletions.length + seen.reads.length }
}

const noSuchPlace: ProviderError = {
  tag: 'Refused',
  status: 404,
  detail: 'entity not found',
  culprits: [],
  blames: 'unknown',
  reason: { code: 'not-found', message: 'entity not found', status: 404 },
}

const everyWay = [
  { named: true, reads: true },
  { named: true, reads: false },
  { named: false, reads: true },
  { named: false, reads: false },
] as const

test('a wrong object name: fewer than 25 requests for 2,000 records, and nobody is blamed', async () => {
  for (const way of everyWay) {
    for (const concurrency of [1, 2, 4]) {
      const { report, requests } = await run(
        many(2_000),
        { ...way, exists: new Set(), wrongPlace: true },
        { concurrency },
      )
      const told = `${JSON.stringify(way)}, ${concurrency} at once: ${requests} requests, ${JSON.stringify(report.totals)}`
      assert.is(report.halted?.because, 'refused-alike', told)
      assert.is(report.totals.untouched, 2_000, told)
      assert.ok(requests < 25, told)
    }
  }
})

test('a bad record in every second batch never halts a run', async () => {
  const ids = many(4_000)
  const bad = new Set(ids.filter((_, at) => at % 400 === 77))
  for (const way of everyWay) {
    const { report, requests } = await run(ids, { ...way, exists: new Set(ids), bad })
    assert.is(report.halted, undefined, JSON.stringify(way))
    assert.equal(report.totals, { deleted: 3_990, absent: 0, rejected: 10, untouched: 0, unconfirmed: 0 })
    assert.ok(requests <= (way.named ? 20 + 10 + 4 : 20 + 10 * 20), `${JSON.stringify(way)}: ${requests} requests`)
  }
})

test('a bad record at the head of every batch never halts a run', async () => {
  const ids = many(4_000)
  const bad = new Set(ids.filter((_, at) => at % 200 === 0))
  for (const way of everyWay) {
    const { report } = await run(ids, { ...way, exists: new Set(ids), bad }, { concurrency: 2 })
    assert.is(report.halted, undefined, JSON.stringify(way))
    assert.equal(report.totals, { deleted: 3_980, absent: 0, rejected: 20, untouched: 0, unconfirmed: 0 })
  }
})

test('a second run over a half-done list never halts', async () => {
  const ids = many(2_000)
  const halves = {
    first: ids.slice(1_000),
    second: ids.slice(0, 1_000),
    'every other': ids.filter((_, at) => at % 2 === 1),
  }
  for (const way of everyWay) {
    // Without names or a reader, a list that begins with what is gone looks like a wrong place: see decision 0008.
    for (const [gone, left] of Object.entries(halves)) {
      if (!way.named && !way.reads && gone === 'first') continue
      const { report, requests } = await run(ids, { ...way, exists: new Set(left) })
      const told = `${JSON.stringify(way)}, the ${gone} half is gone: ${requests} requests`
      assert.is(report.halted, undefined, told)
      assert.equal(report.totals, { deleted: 1_000, absent: 1_000, rejected: 0, untouched: 0, unconfirmed: 0 }, told)
      assert.ok(requests <= (way.reads ? 120 : 2_100), told)
    }
  }
})

test('a lost answer on a batch of 200: two rounds of reads at most, one more sending, and nothing wrong', async () => {
  const ids = many(1_000)
  for (const applied of ['yes', 'no', 'late'] as const) {
    for (const nth of [1, 3]) {
      for (const readCap of [200, 50]) {
        const exists = new Set(ids)
        const { report, seen } = await run(ids, { exists, named: true, reads: true, readCap, loses: { nth, applied } })
        const told = `${applied}, number ${nth}, ${readCap} a read: ${seen.deletions.length} deletions, ${seen.reads.length} reads`
        assert.is(report.totals.deleted, 1_000, told)
        assert.is(exists.size, 0)
        const rounds = applied === 'yes' ? 1 : 2
        const control = 1
        assert.ok(seen.reads.length <= control + (rounds * 200) / readCap, told)
        assert.is(seen.deletions.length, 5 + (applied === 'no' ? 1 : 0), told)
      }
    }
  }
})

test('a lost answer on a batch that was rolled back for a missing record: nobody is called deleted who was absent', async () => {
  const ids = many(200)
  for (const named of [true, false]) {
    const exists = new Set(ids.filter((id) => id !== 'r120'))
    const { report, seen } = await run(
      ids,
      { exists, named, reads: true, loses: { nth: 1, applied: 'no' } },
      { others: 'none' },
    )
    assert.equal(report.totals, { deleted: 199, absent: 1, rejected: 0, untouched: 0, unconfirmed: 0 })
    assert.is([...report.outcomes][120]?.status, 'absent')
    assert.ok(seen.reads.length <= 3, `${seen.reads.length} reads`)
    assert.is(seen.deletions.length, 2)
  }
})
