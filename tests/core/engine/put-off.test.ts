/** "Later" is no refusal and no failed attempt: it is waited out, for as long as may be waited. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { defineHttpProvider, on } from '../../../src/http-provider.ts'
import { type BulkRecordProvider, deleteRecords, type Report, type RunOptions } from '../../../src/index.ts'
import { type VirtualClock, virtualClock } from '../../../src/testing.ts'
import { type Answer, listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'
import { type After, checkBooks, hangUp, listener, many, type ShelfSettings, startShelf, tally } from './harness.ts'

const test = suite('put off', { deadlineMs: 20_000 })

const id = (n: number): string => `r${n}`

const timed = async (provider: BulkRecordProvider, ids: ReadonlyArray<string>, options: RunOptions = {}) => {
  const clock = virtualClock()
  const began = clock.now()
  const heard = listener()
  const settings = { clock, random: () => 0.5, onEvent: heard.onEvent, ...options }
  const report = await clock.until(deleteRecords(clock.watch(provider), ids, settings))
  checkBooks(report, [...ids])
  return { report, ms: clock.now() - began, ...heard }
}

const shelfRun = async (after: After, ids: ReadonlyArray<string>, settings: ShelfSettings, options?: RunOptions) => {
  const shelf = await startShelf(after, { records: ids, ...settings })
  return { shelf, ...(await timed(shelf.provider, ids, options)) }
}

const laters: ReadonlyArray<Answer> = [420, 423, 425, 429].flatMap((status): Answer[] => [
  { status },
  { status, headers: { 'retry-after': '2' } },
  { status, headers: { 'retry-after': '0' } },
  { status, json: { error: 'locked' } },
])

const told = ({ status, headers, json }: Answer): string => `${status} ${JSON.stringify(headers ?? json ?? '')}`

test('more often than there are attempts: waited for, and deleted', async ({ after }) => {
  for (const later of laters) {
    const ids = many(20, id)
    let left = 9
    const { report } = await shelfRun(
      after,
      ids,
      {
        destroy: (sent, _, records) => {
          if (left-- > 0) return later
          for (const one of sent) records.delete(one)
          return { status: 204 }
        },
      },
      { attempts: 1 },
    )
    assert.equal(tally(report.outcomes), { 'deleted by reply': 20 }, told(later))
    assert.is(report.halted, undefined)
  }
})

test('on reads', async ({ after }) => {
  for (const later of laters) {
    const ids = many(5, id)
    let left = 12
    const { report } = await shelfRun(
      after,
      ids,
      {
        destroy: (sent, _, records) => {
          for (const one of sent) records.delete(one)
          return hangUp
        },
        list: (asked, records) =>
          records.size === 0 && left-- > 0 ? later : { json: asked.filter((one) => records.has(one)) },
      },
      { attempts: 2 },
    )
    assert.equal(tally(report.outcomes), { 'deleted by read-back': 5 }, told(later))
    assert.ok(left < 0)
    assert.is(report.halted, undefined)
  }
})

/** A backend of jobs: the answers to polls are given. */
const jobsProvider = async (
  after: After,
  poll: (count: number, headers: object) => Answer,
): Promise<{ readonly provider: BulkRecordProvider; readonly polls: () => number }> => {
  let polls = 0
  const server = await listen(({ method }) =>
    method === 'DELETE' ? { status: 202, json: { job: 'j1' } } : poll(++polls, {}),
  )
  after(server.close)
  const provider = defineHttpProvider({
    name: 'jobs',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: server.url,
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
      replies: [on(202, t.type({ job: t.string }), ({ job }) => ({ kind: 'JobStarted', jobId: job }))],
    },
    followJob: (jobId) => ({
      request: { method: 'GET', path: `jobs/${jobId}` },
      replies: [
        on(200, t.type({ done: t.boolean, waitMs: t.number }), ({ done, waitMs }) =>
          done ? { kind: 'Ended', reply: { kind: 'AllDeleted' } } : { kind: 'Pending', askAgainMs: waitMs },
        ),
      ],
    }),
  })
  return { provider, polls: () => polls }
}

test('on polls', async ({ after }) => {
  for (const later of laters) {
    const { provider, polls } = await jobsProvider(after, (count) =>
      count <= 9 ? later : { json: { done: true, waitMs: 0 } },
    )
    const { report } = await timed(provider, ['a', 'b'])
    assert.equal(tally(report.outcomes), { 'deleted by job': 2 }, told(later))
    assert.is(polls(), 10)
    assert.is(report.halted, undefined)
  }
})

test('for ever: untouched, throttled, once nothing has passed for so long', async ({ after }) => {
  for (const [maxWaitMs, some] of [
    [60_000, laters],
    [600_000, laters.slice(4, 5)],
  ] as const) {
    for (const later of some) {
      const ids = many(30, id)
      const { report, ms, shelf } = await shelfRun(after, ids, { destroy: () => later }, { maxWaitMs, verify: 'all' })
      assert.equal(tally(report.outcomes), { 'untouched: throttled': 30 }, told(later))
      assert.is(report.halted?.because, 'unavailable')
      assert.match(report.halted?.detail ?? '', /HTTP 4\d\d/)
      assert.ok(ms >= maxWaitMs && ms <= maxWaitMs + 31_000, `${ms} ms`)
      assert.ok(shelf.deletions.length <= maxWaitMs / 1_000, `${shelf.deletions.length} sendings`)
    }
  }
})

test('one record that stays locked holds up nobody else', async ({ after }) => {
  const ids = many(40, id)
  const destroy: ShelfSettings['destroy'] = (sent, _, records) => {
    if (sent.includes('r7')) return { status: 423 }
    for (const one of sent) records.delete(one)
    return { status: 204 }
  }
  const { report } = await shelfRun(after, ids, { destroy }, { batchSize: 1, maxWaitMs: 30_000 })
  assert.equal(tally(report.outcomes), { 'deleted by reply': 39, 'untouched: throttled': 1 })
  assert.is(report.halted?.because, 'unavailable')
})

test('a verdict of "again" spends nothing, and its own wait is kept', async ({ after }) => {
  const sentAt: number[] = []
  const clock = virtualClock()
  const server = await listen((_, count) => {
    sentAt.push(clock.now())
    return { json: { left: count <= 8 } }
  })
  after(server.close)
  const provider = againProvider(server.url, 45_000)
  const report = await clock.until(deleteRecords(clock.watch(provider), ['a'], { clock, attempts: 1 }))
  assert.equal(tally(report.outcomes), { 'deleted by reply': 1 })
  assert.ok(sentAt.every((at, n) => n === 0 || at - (sentAt[n - 1] as number) >= 45_000))
})

const againProvider = (baseUrl: string, retryAfterMs: number): BulkRecordProvider =>
  defineHttpProvider({
    name: 'again',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl,
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
      replies: [
        on(200, t.type({ left: t.boolean }), ({ left }, { ids }) => ({
          kind: 'ByPosition',
          verdicts: ids.map(() => (left ? { is: 'again', retryAfterMs } : { is: 'deleted' })),
        })),
      ],
    },
  })

/** Until when, how to go on, and nothing that waited. */
const assertAtOnce = (
  { report, ms }: { readonly report: Report; readonly ms: number },
  why: 'throttled' | 'unavailable',
  name: string,
): void => {
  assert.is(report.halted?.because, 'unavailable', name)
  assert.match(report.halted?.detail ?? '', /asks to wait until \d{4}-\d\d-\d\dT[\d:.]+Z/, name)
  assert.match(report.halted?.detail ?? '', 'maxWaitMs', name)
  for (const outcome of report.outcomes) {
    if (outcome.status !== 'unconfirmed') assert.is(outcome.status === 'untouched' && outcome.why, why, name)
  }
  assert.ok(ms <= 61_000, `${name}: ${ms} ms`)
}

const hour = 3_600

const longAsks = (): ReadonlyArray<string> => [
  '601',
  String(hour),
  '5, 3600',
  '86400.5',
  new Date(Date.now() + hour * 1_000).toUTCString(),
  String(Math.ceil(Date.now() / 1_000) + hour),
  String(Date.now() + hour * 1_000),
  '999999999',
  '9'.repeat(18),
]

test('a longer wait than may be is not begun: 429', async ({ after }) => {
  for (const value of longAsks()) {
    const ids = many(50, id)
    const settings: ShelfSettings = {
      readable: false,
      destroy: () => ({ status: 429, headers: { 'retry-after': value } }),
    }
    const { shelf, ...run } = await shelfRun(after, ids, settings, { concurrency: 1 })
    if (value.length < 18) assertAtOnce(run, 'throttled', value)
    assert.equal(tally(run.report.outcomes), { 'untouched: throttled': 50 }, value)
    assert.is(shelf.deletions.length, 1, value)
  }
})

test('a longer wait than may be is not begun: 503, closed in so many words or not', async ({ after }) => {
  for (const closed of [true, false]) {
    for (const value of longAsks().slice(0, 5)) {
      const ids = many(50, id)
      const settings: ShelfSettings = {
        readable: false,
        spec: { explain: () => ({ closed }) },
        destroy: () => ({ status: 503, headers: { 'retry-after': value } }),
      }
      const { shelf, ...run } = await shelfRun(after, ids, settings, { concurrency: 1 })
      assertAtOnce(run, 'unavailable', value)
      const whole = closed ? { 'untouched: unavailable': 50 } : { unconfirmed: 10, 'untouched: unavailable': 40 }
      assert.equal(tally(run.report.outcomes), whole, value)
      assert.is(shelf.deletions.length, 1, value)
    }
  }
})

test('a wait that is allowed is waited for', async ({ after }) => {
  for (const [value, maxWaitMs] of [
    ['600', 600_000],
    ['3600', 3_600_000],
    ['3', 3_000],
  ] as const) {
    let asked = 0
    const destroy: ShelfSettings['destroy'] = () =>
      asked++ === 0 ? { status: 429, headers: { 'retry-after': value } } : { status: 204 }
    const { report, ms } = await shelfRun(after, ['a'], { destroy }, { maxWaitMs })
    assert.equal(tally(report.outcomes), { 'deleted by reply': 1 }, value)
    assert.ok(ms >= Number(value) * 1_000, `${ms}`)
  }
})

test('a longer wait than may be, wherever it is read', async ({ after }) => {
  const jobs = await jobsProvider(after, () => ({ json: { done: false, waitMs: 3_600_000 } }))
  const again = await listen(() => ({ json: { left: true } }))
  after(again.close)
  const window = await startShelf(after, {
    records: many(40, id),
    readable: false,
    destroy: (sent, _, records) => {
      for (const one of sent) records.delete(one)
      const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7200' }
      return { status: 204, headers }
    },
  })
  const token = await listen(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
  after(token.close)
  const credentials = { tokenUrl: `${token.url}/token`, clientId: 'me', clientSecret: 'hidden-words' }
  const shelf = await startShelf(after, { records: many(5, id), spec: { authorization: credentials } })
  const runs = {
    'a job': await timed(jobs.provider, many(5, id), { jobDeadlineMs: 7_200_000 }),
    'a verdict': await timed(againProvider(again.url, 3_600_000), many(5, id)),
    'a rate window': await timed(window.provider, many(40, id), { concurrency: 1, batchSize: 10 }),
    'a token': await timed(shelf.provider, many(5, id)),
  }
  for (const [name, run] of Object.entries(runs))
    assertAtOnce({ ...run, report: withoutDeleted(run.report) }, 'throttled', name)
  assert.equal(tally(runs['a job'].report.outcomes), { unconfirmed: 5 })
  assert.equal(tally(runs['a verdict'].report.outcomes), { 'untouched: throttled': 5 })
  assert.equal(tally(runs['a rate window'].report.outcomes), { 'deleted by reply': 10, 'untouched: throttled': 30 })
  assert.equal(tally(runs['a token'].report.outcomes), { 'untouched: throttled': 5 })
  assert.is(token.requests.length, 1)
  assert.is(window.deletions.length, 1)
})

const withoutDeleted = (report: Report): Report => ({
  ...report,
  outcomes: report.outcomes.filter(({ status }) => status !== 'deleted'),
})

test('a rate window that nobody waits for halts nothing', async ({ after }) => {
  const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7200' }
  const { report } = await shelfRun(after, ['a'], { readable: false, destroy: () => ({ status: 204, headers }) })
  assert.equal(tally(report.outcomes), { 'deleted by reply': 1 })
  assert.is(report.halted, undefined)
})

test('an adapter that waits by itself for longer than may be ends the run, and the wait', async () => {
  const sleeping = (clock: VirtualClock): BulkRecordProvider => ({
    specification: 1,
    name: 'sleeper',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (_, context) => async () => {
      await context.clock.sleep(7_200_000, context.signal)
      return E.left({ tag: 'Throttled', detail: `slept until ${clock.now()}` })
    },
  })
  const clock = virtualClock()
  const began = clock.now()
  const report = await clock.until(deleteRecords(sleeping(clock), ['a', 'b'], { clock }))
  assert.is(report.halted?.because, 'unavailable')
  assert.is(report.totals.deleted, 0)
  assert.ok(clock.now() - began <= 61_000)
})

test('an abort ends any wait', async ({ after }) => {
  const asks: ReadonlyArray<Answer> = [
    { status: 429, headers: { 'retry-after': '500' } },
    { status: 423, headers: { 'retry-after': '500' } },
    { status: 503, headers: { 'retry-after': '500' } },
    { status: 425 },
  ]
  for (const ask of asks) {
    const shelf = await startShelf(after, { records: many(5, id), destroy: () => ask, readable: false })
    const clock = virtualClock()
    const began = clock.now()
    const stop = new AbortController()
    clock.sleep(20_000).then(() => stop.abort())
    const report = await clock.until(
      deleteRecords(clock.watch(shelf.provider), many(5, id), { clock, signal: stop.signal, drainMs: 5_000 }),
    )
    const { status } = ask
    assert.equal(tally(report.outcomes), status === 503 ? { unconfirmed: 5 } : { 'untouched: aborted': 5 }, told(ask))
    assert.ok(clock.now() - began <= 26_000, `${clock.now() - began} ms`)
  }
})
