import { bound } from '../../bench/isolation.ts'
import { idsTo } from '../../bench/measured/ids.ts'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { avePointOpus, datoCms, deleteRecords, uuidList } from '../../src/index.ts'
import { mulberry32 } from '../support/random.ts'
import { assert, suite } from '../support/suite.ts'

/** Counted at the servers, over HTTP, where replies overtake each other. */
const test = suite('requests, counted at the emulators', { deadlineMs: 60_000 })

const drawn = (count: number, of: number): ReadonlySet<number> => {
  const random = mulberry32(7)
  const numbers = new Set<number>()
  while (numbers.size < count) numbers.add(Math.floor(random() * of))
  return numbers
}

for (const names of [true, false]) {
  test(`a list of UUIDs, 1 % missing, culprits ${names ? 'named' : 'anonymous'}: as few requests as the bound has`, async () => {
    const records = 20_000
    const missing = drawn(records / 100, records)
    const emulator = await startUuidList({ names })
    emulator.seed([...idsTo(records)].filter((_, index) => !missing.has(index)))
    const report = await deleteRecords(uuidList({ ...emulator.options, permanentDelete: true }), idsTo(records))
    const requests = emulator.calls.length
    const left = emulator.existing().size
    await emulator.close()
    const refusals = names ? 'named, lists' : 'anonymous, lists'
    // Batches in flight when the share of missing ones is not known yet; and the control.
    const most = 1.05 * bound({ refusals, p: 0.01, spread: 'spread', bad: 'missing' }) * records + 10
    assert.is(left, 0)
    assert.is(report.totals.absent, missing.size)
    assert.is(report.totals.deleted, records - missing.size)
    assert.ok(requests <= most, `${requests} requests, allowed ${most}`)
    assert.is(report.requests, requests)
  })
}

test('Opus: one token request an expiry, however many calls wait for it, and no other request too many', async () => {
  const records = 4_500
  const lifetimeMs = 1_000
  const emulator = await startAvePointOpus({ tokenLifetimeMs: lifetimeMs, latencyMs: 100 })
  emulator.seed(idsTo(records))
  const report = await deleteRecords(avePointOpus(emulator.options), idsTo(records), { concurrency: 10 })
  const tokens = emulator.calls.filter(({ url }) => url.endsWith('/connect/token'))
  const others = emulator.calls.length - tokens.length
  const refused = emulator.calls.filter(({ status }) => status === 401).length
  await emulator.close()
  assert.is(report.totals.deleted, records)
  assert.ok(tokens.length > 1, 'a token ended in mid-run')
  // A token that ends on the way, on a busy machine, costs its request twice.
  assert.is(others - refused, records / 15)
  // Renewed when a tenth of a life is left; the next is not asked for while one is good.
  for (const [at, { at: askedAt }] of tokens.entries()) {
    const before = tokens[at - 1]
    if (before !== undefined)
      assert.ok(askedAt - before.at >= 0.85 * lifetimeMs, `asked again after ${askedAt - before.at} ms`)
  }
})

test('DatoCMS: a submit and hardly more than a poll a job, and nothing refused', async () => {
  const records = 3_000
  const emulator = await startDatoCms({ jobMs: 300, latencyMs: 5 })
  const ids = Array.from({ length: records }, (_, index) => String(1_000_000 + index))
  emulator.seed(ids)
  const report = await deleteRecords(datoCms(emulator.options), ids, { rate: { share: 1 } })
  const { calls } = emulator
  await emulator.close()
  const batches = records / 200
  assert.is(report.totals.deleted, records)
  assert.is(calls.filter(({ method }) => method === 'POST').length, batches)
  assert.is(calls.filter(({ status }) => status === 429).length, 0)
  // Two jobs are asked until they have ended; a short run has few others to share that with.
  const most = 2 * batches + 12
  assert.ok(calls.length <= most, `${calls.length} requests, allowed ${most}`)
})
