import { inspect } from 'node:util'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import {
  assertAllGone,
  avePointOpus,
  type BulkRecordProvider,
  datoCms,
  defaults,
  deleteRecords,
  describe,
  NotAllGoneError,
  planDeletion,
  type RunEvent,
  UsageError,
  uuidList,
} from '../../../src/index.ts'
import { deadUrl, listen, type SeenRequest } from '../../support/listen.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { counts, doneWithin, fastClock, item, key, listener, many, startShelf, together, uuid } from './harness.ts'

const test = suite('events and reports', { deadlineMs: 20_000 })

const troubled = async (after: (closer: () => unknown) => void) => {
  const emulator = await startUuidList({ retryAfter: 'decimals', retryAfterMs: 200 })
  after(emulator.close)
  const ids = many(300, uuid)
  emulator.seed(ids.filter((_, index) => index % 50 !== 3))
  emulator.refuse([ids[77], ids[201]] as string[])
  emulator.fault('lost-after', { route: 'delete', nth: 3 })
  emulator.fault('429', { route: 'delete', nth: 6 })
  const { events, of, onEvent } = listener()
  const report = await deleteRecords(doneWithin(4_000, uuidList(emulator.options)), ids, {
    clock: fastClock(),
    batchSize: 25,
    onEvent,
  })
  return { emulator, ids, report, events, of }
}

test('events tell the run in order, and the last one holds the report', async ({ after }) => {
  const { report, events, of } = await troubled(after)
  assert.is(events[0]?.kind, 'run-started')
  assert.is(events.at(-1)?.kind, 'run-ended')
  assert.is(of('run-started').length, 1)
  assert.is(of('run-ended').length, 1)
  const { outcomes: _, ...summary } = report
  assert.equal(of('run-ended')[0]?.report, summary)
  for (let at = 1; at < events.length; at++)
    assert.ok((events[at] as RunEvent).at >= (events[at - 1] as RunEvent).at, 'time goes on')
  assert.equal(
    of('batch-sent').map(({ batch }) => batch),
    of('batch-sent').map((_, index) => index + 1),
    'batches are numbered from 1',
  )
  const settled = of('settled')
  for (const [index, event] of settled.entries()) {
    const before = settled[index - 1]
    const sum = ({ totals }: typeof event) => Object.values(totals).reduce((total, count) => total + count, 0)
    assert.ok(before === undefined || sum(event) >= sum(before))
    assert.ok(before === undefined || event.requests >= before.requests)
  }
  assert.equal(settled.at(-1)?.totals, report.totals)
  assert.is(settled.at(-1)?.requests, report.requests)
  assert.ok(of('in-doubt').length >= 1)
  assert.ok(of('paused').length >= 1)
  assert.ok(of('call-failed').some(({ tag }) => tag === 'Throttled'))
  assert.ok(of('call-failed').some(({ tag }) => tag === 'Interrupted'))
  for (const { tag, detail } of of('call-failed')) assert.ok(detail !== '', tag)
})

test('events are plain data', async ({ after }) => {
  const { events } = await troubled(after)
  for (const event of events) assert.equal(JSON.parse(JSON.stringify(event)), event)
})

test('a report is plain data, with times that are times', async ({ after }) => {
  const { report } = await troubled(after)
  assert.equal(JSON.parse(JSON.stringify(report)), report)
  assert.match(report.startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.ok(Date.parse(report.endedAt) >= Date.parse(report.startedAt))
  assert.is(report.provider, 'uuid-list')
})

test('one event for an abort, one for a halt, and what it says', async ({ after }) => {
  const emulator = await startDatoCms({ rate: 'none', jobMs: 3 })
  after(emulator.close)
  const ids = many(50, item)
  emulator.seed(ids)
  emulator.fault('403', { route: 'delete', times: Number.POSITIVE_INFINITY })
  const { of, onEvent } = listener()
  const report = await deleteRecords(datoCms(emulator.options), ids, { batchSize: 10, onEvent, clock: fastClock() })
  const [halted, ...more] = of('halted')
  assert.equal(more, [])
  const { at: _, kind: __, ...halt } = halted ?? { at: 0, kind: '' }
  assert.equal(halt, report.halted)
  assert.is(of('aborted').length, 0)
  assert.ok(report.halted?.error !== undefined && describe(report.halted.error).includes('403'))
})

test('a listener that deletes, in its turn, does not disturb the run', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const [ids, others] = [many(50, uuid), many(50, uuid, 100)]
  emulator.seed([...ids, ...others])
  const provider = uuidList(emulator.options)
  const inner: Array<Promise<unknown>> = []
  const report = await deleteRecords(provider, ids, {
    batchSize: 10,
    onEvent: ({ kind }) => {
      if (kind === 'batch-sent') inner.push(deleteRecords(provider, others.splice(0, 10)))
    },
  })
  await Promise.all(inner)
  assert.equal(counts(report), { deleted: 50 })
  assert.is(emulator.existing().size, 0)
})

test('what is told of a run can be changed by nobody who listens', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(50, uuid)
  emulator.seed(ids)
  const report = await deleteRecords(uuidList(emulator.options), ids, {
    batchSize: 10,
    onEvent: (event) => {
      if (event.kind === 'settled') Object.assign(event.totals, { deleted: 1_000_000, rejected: 7 })
    },
  })
  assert.equal(report.totals, { deleted: 50, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
})

/** A server that says back whatever it was sent, in every place where something is read. */
const echo = async (after: (closer: () => unknown) => void, status: number) => {
  const server = await listen((request: SeenRequest) => {
    const said = `you sent ${request.headers.authorization} and ${request.body} and ${JSON.stringify(request.headers)}`
    return {
      status,
      headers: { 'request-id': String(request.headers.authorization), 'x-request-id': said.slice(0, 200) },
      json: {
        statusCode: status,
        message: [said],
        error: said,
        error_type: said,
        error_message: said,
        failedItems: [{ rowKey: 'key 1, é', message: said }],
        data: [{ attributes: { code: said, details: { said } } }],
      },
    }
  })
  after(server.close)
  return server.url
}

test('no credential in a report, an event or an error, whatever the backend says back', async ({ after }) => {
  const secrets = {
    token: 'tok-8f1c2a9e+/=',
    clientSecret: 's3cr3t "quoted" & more%',
    header: 'proxy-key-77aa',
    clientId: 'client-1',
  }
  const dead = await deadUrl()
  const http = { headers: { 'x-proxy-key': secrets.header } }
  await together([200, 201, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 503], async (status) => {
    const url = await echo(after, status)
    const providers: ReadonlyArray<[BulkRecordProvider, ReadonlyArray<string>]> = [
      [uuidList({ baseUrl: url, object: 'io_showcase', token: secrets.token, http }), many(3, uuid)],
      [uuidList({ baseUrl: url, object: 'io_showcase', token: async () => secrets.token, http }), many(3, uuid)],
      [datoCms({ baseUrl: url, apiToken: secrets.token, http }), many(3, item)],
      [avePointOpus({ baseUrl: url, token: secrets.token, http }), many(3, key)],
      [
        avePointOpus({
          baseUrl: url,
          tokenUrl: `${url}/connect/token`,
          clientId: secrets.clientId,
          clientSecret: secrets.clientSecret,
          http,
        }),
        many(3, key),
      ],
      [
        avePointOpus({
          baseUrl: dead,
          tokenUrl: `${dead}/connect/token`,
          clientId: secrets.clientId,
          clientSecret: secrets.clientSecret,
        }),
        many(3, key),
      ],
    ]
    for (const [provider, ids] of providers) {
      const { events, onEvent } = listener()
      const report = await deleteRecords(provider, ids, {
        clock: fastClock(1_000),
        attempts: 2,
        callTimeoutMs: 300_000,
        onEvent,
      })
      const error = await (async () => assertAllGone(report))().catch((cause: unknown) => cause)
      for (const [what, text] of Object.entries({
        report: JSON.stringify(report),
        events: JSON.stringify(events),
        inspected: inspect([report, events, error], { depth: 12 }),
      })) {
        for (const secret of [secrets.token, secrets.clientSecret, secrets.header]) {
          for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
            assert.not.ok(text.includes(form), `${provider.name}, ${status}: the ${what} holds ${form}`)
          assert.not.ok(text.includes(new URLSearchParams({ s: secret }).toString().slice(2)), `${what} ${status}`)
        }
      }
    }
  })
})

test('no credential in a UsageError', () => {
  const secret = 'tok-8f1c2a9e'
  const misuses: ReadonlyArray<() => unknown> = [
    () => uuidList({ baseUrl: 'ftp://x', object: 'o', token: secret }),
    () => uuidList({ baseUrl: `https://user:${secret}@x`, object: 'o', token: 't' }),
    () => uuidList({ baseUrl: `https://x?key=${secret}`, object: 'o', token: 't' }),
    () => datoCms({ apiToken: `${secret} with a space` }),
    () => datoCms({ apiToken: secret, environment: 'a b' }),
    () => avePointOpus({ region: 'us', clientId: '', clientSecret: secret }),
    () => datoCms({ apiToken: secret, http: { headers: { authorization: secret } } }),
    () => datoCms({ apiToken: secret, http: { headers: { 'x-key': `${secret}\n` } } }),
  ]
  for (const misuse of misuses) {
    assert.throws(misuse, (error: unknown) => {
      assert.instance(error, UsageError)
      assert.not.match(inspect(error), secret)
      return true
    })
  }
})

test('a plan sends nothing, and a run does what it said', async ({ after }) => {
  const [uuids, dato, opus] = await Promise.all([
    startUuidList(),
    startDatoCms({ jobMs: 1, rate: 'none' }),
    startAvePointOpus(),
  ])
  after(() => Promise.all([uuids.close(), dato.close(), opus.close()]))
  const systems = [
    [uuids, uuidList(uuids.options), many(450, uuid)],
    [dato, datoCms(dato.options), many(450, item)],
    [opus, avePointOpus(opus.options), many(100, key)],
  ] as const
  for (const [emulator, provider, ids] of systems) {
    emulator.seed(ids)
    const given = [...ids, '', ids[0] as string, '\n', ids[1] as string]
    const protect = [ids[5] as string]
    for (const batchSize of [undefined, 10]) {
      const options = { protect, ...(batchSize && { batchSize }) }
      const plan = await planDeletion(provider, given, options)
      assert.is(emulator.calls.length, 0, 'a plan sends nothing')
      const size = batchSize ?? provider.capabilities.maxBatchSize
      const records = ids.length - 1
      assert.is(plan.provider, provider.name)
      assert.is(plan.records, records)
      assert.is(plan.duplicates, 2)
      assert.equal(plan.turnedAway, { 'invalid-id': 2, protected: 1, 'too-large': 0 })
      assert.is(plan.batches, Math.ceil(records / size))
      assert.equal(plan.capabilities, provider.capabilities)
    }
    const plan = await planDeletion(provider, given, { protect })
    const { of, onEvent } = listener()
    const report = await deleteRecords(provider, given, { protect, onEvent, clock: fastClock() })
    const tokens = emulator.calls.filter(({ url }) => url.endsWith('/token')).length
    const askedAgain = emulator.calls.filter(({ url, status }) => url.includes('/job-results/') && status === 404)
    assert.is(of('batch-sent').length, plan.batches, provider.name)
    assert.is(report.requests - tokens - askedAgain.length, plan.requests, provider.name)
  }
})

test('a plan knows the time that the declared rate and the options leave', async () => {
  const provider = datoCms({ apiToken: 'a-token' })
  const plan = await planDeletion(provider, many(200 * 100, item))
  // 100 submits, 100 polls, one control; 48 in each three seconds.
  assert.is(plan.requests, 201)
  assert.is(plan.seconds, (Math.ceil(201 / 48) - 1) * 3)
  const whole = await planDeletion(provider, many(200 * 100, item), { rate: { share: 1 } })
  assert.is(whole.seconds, (Math.ceil(201 / 60) - 1) * 3)
  const slow = await planDeletion(provider, many(200 * 100, item), { rate: { requestsPerSecond: 2 } })
  assert.is(slow.seconds, 100)
  const none = await planDeletion(provider, [])
  assert.equal([none.requests, none.seconds, none.batches, none.records], [0, 0, 0, 0])
})

test("a plan rejects with its source's own error", async () => {
  const broken = new Error('the export broke off')
  const source = (function* () {
    yield item(1)
    throw broken
  })()
  assert.is(await rejection(planDeletion(datoCms({ apiToken: 'a-token' }), source)), broken)
  const strange = [item(1), 7] as unknown as string[]
  assert.match(String(await rejection(planDeletion(datoCms({ apiToken: 'a-token' }), strange))), 'entry 2')
})

test('the defaults are told, and are those of a run', async ({ after }) => {
  assert.is(defaults.concurrency, 4)
  assert.is(defaults.attempts, 4)
  assert.is(defaults.callTimeoutMs, 30_000)
  assert.is(defaults.jobDeadlineMs, 600_000)
  assert.is(defaults.drainMs, 30_000)
  assert.is(defaults.maxJobs, 1_000)
  assert.is(defaults.diagnoses, 20)
  const ids = many(400, (n) => `r${n}`)
  const shelf = await startShelf(after, { records: ids, latencyMs: 4 })
  await deleteRecords(shelf.provider, ids)
  assert.is(shelf.mostAtOnce(), 4)
})

test('NotAllGoneError tells the totals and the first twenty', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  const ids = many(60, key)
  emulator.seed(ids)
  emulator.refuse(ids.slice(0, 30))
  const report = await deleteRecords(avePointOpus(emulator.options), ids)
  const error = (await rejection((async () => assertAllGone(report))())) as NotAllGoneError
  assert.instance(error, NotAllGoneError)
  assert.equal(error.totals, report.totals)
  assert.is(error.reasons.length, 20)
  assert.equal(
    error.reasons.map(({ id }) => id),
    ids.slice(0, 20),
  )
  assert.match(error.message, /30 rejected/)
})
