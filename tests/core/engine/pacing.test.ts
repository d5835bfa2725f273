import { startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import { datoCms, deleteRecords, uuidList } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import {
  type After,
  audit,
  counts,
  deletions,
  destroyAll,
  fastClock,
  item,
  listener,
  lower,
  many,
  startShelf,
  together,
  uuid,
} from './harness.ts'

const test = suite('pacing', { deadlineMs: 20_000 })

/** How long what was under way when a throttle was told may take to arrive, in ms of the machine's. */
const grace = 600

/** A shelf that throttles its third deletion, as told; with the time of each arrival. */
const throttling = async (after: After, headers: () => Readonly<Record<string, string>>, status = 429) => {
  const arrivals: number[] = []
  let throttledAt = Number.POSITIVE_INFINITY
  const shelf = await startShelf(after, {
    records: many(120, (n) => `r${n}`),
    latencyMs: 5,
    destroy: (ids, nth, records) => {
      arrivals.push(performance.now() - 5)
      if (nth !== 3) return destroyAll(ids, nth, records)
      throttledAt = performance.now()
      return { status, headers: headers(), json: {} }
    },
  })
  return { shelf, arrivals, throttledAt: () => throttledAt }
}

test('one shared pause after a throttle, as long as the server says: seconds, decimals, a date', async ({ after }) => {
  // Twenty seconds of the run are one of the machine's.
  const tellings: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
    'seconds, and 503': () => ({ 'retry-after': '20' }),
    seconds: () => ({ 'retry-after': '20' }),
    decimals: () => ({ 'retry-after': '19.9' }),
    date: () => ({ 'retry-after': new Date(Date.now() + 21_000).toUTCString(), date: new Date().toUTCString() }),
    'a date on a clock that is wrong': () => ({
      'retry-after': 'Wed, 21 Oct 2015 07:28:21 GMT',
      date: 'Wed, 21 Oct 2015 07:28:00 GMT',
    }),
  }
  await together(Object.entries(tellings), async ([name, headers]) => {
    const throttled = !name.includes('503')
    const { shelf, arrivals, throttledAt } = await throttling(after, headers, throttled ? 429 : 503)
    const { of, onEvent } = listener()
    const report = await deleteRecords(
      shelf.provider,
      many(120, (n) => `r${n}`),
      { clock: fastClock(20), onEvent },
    )
    assert.equal(counts(report), { deleted: 120 }, name)
    assert.is(report.requests, shelf.requests.length)
    if (throttled) assert.is(of('paused').length, 1, name)
    const inPause = arrivals.filter((at) => at > throttledAt() + grace && at < throttledAt() + 980)
    assert.is(inPause.length, 0, `${name}: ${inPause.length} requests arrived in the pause`)
    assert.ok(arrivals.some((at) => at >= throttledAt() + 980))
  })
})

test('the delay of a server that names none: one pause for all, and a single request to try', async ({ after }) => {
  const { shelf, arrivals, throttledAt } = await throttling(after, () => ({}))
  const { of, onEvent } = listener()
  const ids = many(120, (n) => `r${n}`)
  const report = await deleteRecords(shelf.provider, ids, {
    clock: fastClock(1),
    random: () => 0,
    onEvent,
    concurrency: 6,
  })
  assert.equal(counts(report), { deleted: 120 })
  const [paused] = of('paused')
  assert.is(of('paused').length, 1)
  assert.ok((paused?.forMs ?? 0) >= 200, `${paused?.forMs} ms`)
  const resumed = arrivals.filter((at) => at > throttledAt() + (paused?.forMs ?? 0) - 20)
  const [first = 0, second = 0] = resumed
  assert.ok(second - first >= 5, 'the others follow when the first one was answered')
})

test('a throttle that says nonsense holds up nothing', async ({ after }) => {
  await together(['soon', '-5', '', 'NaN', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT'], async (value) => {
    const { shelf } = await throttling(after, () => ({ 'retry-after': value }))
    const ids = many(120, (n) => `r${n}`)
    const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(20) })
    assert.equal(counts(report), { deleted: 120 }, value)
  })
})

test('the rate of DatoCMS is kept without one 429, polls included', async ({ after }) => {
  // A window of three seconds is 600 ms of the machine's; its edges are not where the run begins.
  const emulator = await startDatoCms({ jobMs: 5, rate: { requests: 60, perMs: 600 }, ratePhaseMs: 250 })
  after(emulator.close)
  const ids = many(700, item)
  emulator.seed(ids)
  const report = await deleteRecords(datoCms(emulator.options), ids, {
    clock: fastClock(5),
    batchSize: 10,
    concurrency: 8,
  })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.equal(counts(report), { deleted: 700 })
  assert.is(emulator.calls.filter(({ status }) => status === 429).length, 0)
  assert.ok(emulator.calls.length >= 140)
})

test('a rate that only headers tell is kept to after the first window', async ({ after }) => {
  let windowAt = performance.now()
  let left = 10
  let refused = 0
  const ids = many(400, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: (sent, nth, records) => {
      const now = performance.now()
      if (now - windowAt >= 100) {
        windowAt = now - ((now - windowAt) % 100)
        left = 10
      }
      const reset = Math.ceil((windowAt + 100 - now) / 100)
      const headers = (remaining: number) => ({
        'ratelimit-limit': '10',
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(reset),
      })
      if (left === 0) {
        refused++
        return { status: 429, headers: headers(0), json: {} }
      }
      left--
      return { ...destroyAll(sent, nth, records), headers: headers(left) }
    },
  })
  // One second of the run is a window.
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(10), concurrency: 6 })
  assert.equal(counts(report), { deleted: 400 })
  assert.ok(refused <= 8, `${refused} of ${shelf.requests.length} requests were refused`)
})

test('never more requests a second than the caller allows', async ({ after }) => {
  const arrivals: number[] = []
  const ids = many(200, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: (sent, nth, records) => {
      arrivals.push(performance.now())
      return destroyAll(sent, nth, records)
    },
  })
  const report = await deleteRecords(shelf.provider, ids, { rate: { requestsPerSecond: 50 }, concurrency: 10 })
  assert.equal(counts(report), { deleted: 200 })
  const tookMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
  assert.ok(tookMs >= 19 * 20 - 40, `20 requests in ${tookMs} ms`)
})

test('a smaller share leaves more to others', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 1, rate: { requests: 60, perMs: 300 } })
  after(emulator.close)
  const ids = many(300, item)
  emulator.seed(ids)
  const options = { clock: fastClock(10), batchSize: 10, rate: { share: 0.25 } }
  const report = await deleteRecords(datoCms(emulator.options), ids, options)
  assert.equal(counts(report), { deleted: 300 })
  // 15 requests in each window of 300 ms; the first one and the last one may be cut short.
  const leastMs = (Math.ceil(emulator.calls.length / 15) - 2) * 300
  const tookMs = (emulator.calls.at(-1)?.at ?? 0) - (emulator.calls[0]?.at ?? 0)
  assert.ok(tookMs >= leastMs * 0.9, `${emulator.calls.length} requests in ${tookMs} ms`)
})

test('polls give way to deletions, and still none is starved', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 20, rate: { requests: 60, perMs: 300 } })
  after(emulator.close)
  const ids = many(400, item)
  emulator.seed(ids)
  const { of, onEvent } = listener()
  const options = { clock: fastClock(10), batchSize: 10, onEvent }
  const report = await deleteRecords(datoCms(emulator.options), ids, options)
  assert.equal(counts(report), { deleted: 400 })
  assert.is(of('job-ended').length, 40)
  assert.is(deletions(emulator).length, 40)
})

test('a backend that answers slowly is not hurried', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 30 })
  after(emulator.close)
  const ids = many(400, uuid)
  emulator.seed(ids)
  const report = await deleteRecords(uuidList(emulator.options), ids, { batchSize: 20, concurrency: 2 })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  const at = deletions(emulator).map((call) => call.at)
  for (const [index, from] of at.entries())
    assert.ok(at.slice(index).filter((each) => each < from + 25).length <= 2 + 1, 'no more than two at once')
})
