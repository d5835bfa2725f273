import { type AvePointOpusEmulator, startAvePointOpus, startUuidList } from '../../../src/emulators/index.ts'
import { avePointOpus, deleteRecords, type RunOptions, uuidList } from '../../../src/index.ts'
import { type Answer, listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'
import {
  type After,
  audit,
  checkBooks,
  counts,
  deletions,
  fastClock,
  hangUp,
  key,
  listener,
  lower,
  many,
  outcomeOf,
  realSleep,
  startShelf,
  tally,
  together,
  uuid,
} from './harness.ts'

const test = suite('per record', { deadlineMs: 20_000 })

type Settings = NonNullable<Parameters<typeof startAvePointOpus>[0]>

interface Scene {
  readonly settings?: Settings
  readonly ids: ReadonlyArray<string>
  readonly missing?: ReadonlyArray<string>
  readonly refused?: ReadonlyArray<string>
  readonly options?: RunOptions
  readonly config?: Partial<Parameters<typeof avePointOpus>[0]>
  readonly before?: (emulator: AvePointOpusEmulator) => void
}

const scene = async (after: After, { settings, ids, missing = [], refused = [], options, config, before }: Scene) => {
  const emulator = await startAvePointOpus(settings)
  after(emulator.close)
  const seeded = ids.filter((id) => !missing.includes(id))
  emulator.seed(seeded)
  emulator.refuse(refused)
  before?.(emulator)
  const provider = avePointOpus({ ...emulator.options, ...config } as Parameters<typeof avePointOpus>[0])
  const { onEvent, of } = listener()
  const report = await deleteRecords(provider, ids, { clock: fastClock(), onEvent, ...options })
  audit(emulator, report, { distinct: ids, seeded })
  return { emulator, report, of }
}

const tokens = (emulator: AvePointOpusEmulator) => emulator.calls.filter(({ url }) => url === '/connect/token')
const endless = { times: Number.POSITIVE_INFINITY }

test('418 as a status and in the body, every shape of failedItems and of message', async ({ after }) => {
  const ids = many(30, key)
  const refused = [ids[2], ids[13], ids[14], ids[20]] as string[]
  const readable = ['strings', 'rowKey', 'id', 'disposalId', 'recordId'] as const
  const unreadable = ['strangers', 'missing', 'empty', 'unreadable'] as const
  for (const partial of ['http-418', 'body-418'] as const) {
    for (const message of ['string', 'list', 'null'] as const) {
      for (const failedItems of [...readable, ...unreadable]) {
        const { emulator, report } = await scene(after, { settings: { partial, failedItems, message }, ids, refused })
        const name = `${partial}, ${failedItems}, ${message}`
        const isReadable = (readable as ReadonlyArray<string>).includes(failedItems)
        const expected = isReadable ? { 'deleted by reply': 26, rejected: 4 } : { unconfirmed: 30 }
        assert.equal(tally(report.outcomes), expected, name)
        assert.is(deletions(emulator).length, 2, `${name}: an answer that says nothing would only come again`)
        if (!isReadable || failedItems === 'strings') continue
        const outcome = outcomeOf(report, refused[0] as string)
        assert.match(outcome.status === 'rejected' ? outcome.reason.message : '', 'not been approved', name)
      }
    }
  }
})

test('all refused, and none refused', async ({ after }) => {
  const ids = many(31, key)
  const { report } = await scene(after, { ids, refused: ids })
  assert.equal(tally(report.outcomes), { rejected: 31 })
  const { emulator, report: fine } = await scene(after, { ids })
  assert.equal(tally(fine.outcomes), { 'deleted by reply': 31 })
  assert.is(deletions(emulator).length, 3)
  assert.is(tokens(emulator).length, 1)
  assert.ok(fine.outcomes.every((outcome) => 'effect' in outcome && outcome.effect === 'marked'))
})

test('204 is done, or says nothing, as the tenant has it', async ({ after }) => {
  const ids = many(20, key)
  const settings = { success: 204 } as const
  const { report } = await scene(after, { settings, ids })
  assert.equal(tally(report.outcomes), { 'deleted by reply': 20 })
  const { report: doubted } = await scene(after, { settings, ids, config: { noContent: 'unconfirmed' } })
  assert.equal(tally(doubted.outcomes), { unconfirmed: 20 })
})

test('errors that are told in the body of a 200 are errors', async ({ after }) => {
  const ids = many(20, key)
  await together(['429', '500', '503'] as const, async (fault) => {
    for (const errors of ['http', 'body'] as const) {
      const { report, of } = await scene(after, {
        settings: { errors },
        ids,
        before: (emulator) => emulator.fault(fault, { route: 'delete' }),
      })
      assert.equal(tally(report.outcomes), { 'deleted by reply': 20 }, `${fault} ${errors}`)
      assert.is(of('call-failed')[0]?.tag, fault === '429' ? 'Throttled' : 'Interrupted')
    }
  })
})

test('a lost answer, and no reader: sent again, and what was done is done', async ({ after }) => {
  const ids = many(25, key)
  await together(['lost-after', 'lost-before', 'late', 'truncated', '500', 'html', 'slow'] as const, async (fault) => {
    const { emulator, report } = await scene(after, {
      settings: { lateMs: 30, slowMs: 800 },
      ids,
      options: { clock: fastClock(5), ...(fault === 'slow' && { callTimeoutMs: 2_000 }) },
      before: (each) => each.fault(fault, { route: 'delete' }),
    })
    assert.equal(tally(report.outcomes), { 'deleted by reply': 25 }, fault)
    assert.is(deletions(emulator).length, 3, fault)
  })
})

test('after a lost answer, "failed" is no proof that a record is there, and "not found" none that it was missing', async ({
  after,
}) => {
  const ids = many(10, key)
  for (const fault of ['lost-after', 'lost-before'] as const) {
    const { report } = await scene(after, {
      settings: { destroyedAgain: 'failed' },
      ids,
      refused: [ids[0] as string],
      missing: [ids[1] as string],
      before: (emulator) => emulator.fault(fault, { route: 'delete' }),
    })
    const told = tally(report.outcomes)
    assert.not.ok('rejected' in told, fault)
    if (fault === 'lost-after') assert.equal(told, { unconfirmed: 10 })
    else assert.equal(told, { 'deleted by reply': 8, unconfirmed: 2 })
  }
})

test('lost again and again: unconfirmed after as many sendings as attempts', async ({ after }) => {
  const ids = many(10, key)
  for (const attempts of [1, 3]) {
    const { emulator, report } = await scene(after, {
      ids,
      options: { attempts },
      before: (each) => each.fault('lost-before', { route: 'delete', ...endless }),
    })
    assert.equal(tally(report.outcomes), { unconfirmed: 10 })
    assert.is(deletions(emulator).length, attempts)
  }
})

test('what must not be sent twice is not: unconfirmed', async ({ after }) => {
  const ids = many(8, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    capabilities: { replay: 'unsafe', maxBatchSize: 4 },
    destroy: (sent, nth, records) => {
      for (const id of sent) records.delete(id)
      return nth === 1 ? hangUp : { status: 204 }
    },
  })
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock() })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { unconfirmed: 4, 'deleted by reply': 4 })
  assert.is(shelf.deletions.length, 2)
})

test('what must not be sent twice goes again once a reader has shown that it is there', async ({ after }) => {
  const ids = many(8, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    capabilities: { replay: 'unsafe', maxBatchSize: 8 },
    destroy: (sent, nth, records) => {
      // Half of it was done before the connection broke.
      for (const id of nth === 1 ? sent.slice(0, 4) : sent) records.delete(id)
      return nth === 1 ? hangUp : { status: 204 }
    },
  })
  const report = await deleteRecords(shelf.provider, ids)
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 4, 'deleted by reply': 4 })
  assert.equal(shelf.deletions[1], ids.slice(4))
})

test('an answer that was taken and says nothing: read back, else unconfirmed, and not sent again', async ({
  after,
}) => {
  const ids = many(8, (n) => `r${n}`)
  for (const readable of [true, false]) {
    const shelf = await startShelf(after, {
      records: ids,
      readable,
      destroy: (sent, _, records) => {
        for (const id of sent) records.delete(id)
        return { status: 202 }
      },
    })
    const report = await deleteRecords(shelf.provider, ids)
    assert.equal(tally(report.outcomes), readable ? { 'deleted by read-back': 8 } : { unconfirmed: 8 })
    assert.is(shelf.deletions.length, 1)
  }
})

test('verdicts are joined by id, whatever their order, and by position', async ({ after }) => {
  const ids = many(20, (n) => `r${n}`)
  const locked = new Set(['r3', 'r17'])
  const missing = new Set(['r5'])
  const verdict = (id: string) => (locked.has(id) ? 'rejected' : missing.has(id) ? 'absent' : 'deleted')
  for (const by of ['id', 'position'] as const) {
    const shelf = await startShelf(after, {
      records: ids,
      readable: false,
      destroy: (sent) =>
        by === 'id'
          ? { json: { verdicts: [...sent].reverse().map((id) => ({ id, is: verdict(id) })) } }
          : { status: 207, json: sent.map(verdict) },
    })
    const report = await deleteRecords(shelf.provider, ids)
    checkBooks(report, ids)
    for (const { id, status } of report.outcomes) assert.is(status, verdict(id), `${by} ${id}`)
  }
})

test('a reply by id in another letter case is about the same record', async ({ after }) => {
  const ids = many(4, (n) => `Record-${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: (sent) => ({ json: { verdicts: sent.map((id) => ({ id: id.toUpperCase(), is: 'deleted' })) } }),
    spec: { identityOf: lower },
  })
  const report = await deleteRecords(shelf.provider, ids)
  checkBooks(report, ids)
  assert.equal(counts(report), { deleted: 4 })
})

test('"not done, send these again": sent again for as long as anything passes, and then untouched', async ({
  after,
}) => {
  const ids = many(10, (n) => `r${n}`)
  const stubborn = new Set(['r4', 'r7'])
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: (sent, nth) => ({
      status: 207,
      json: sent.map((id) => (stubborn.has(id) || (nth === 1 && id === 'r1') ? 'again' : 'deleted')),
    }),
  })
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(), attempts: 2, maxWaitMs: 10_000 })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by reply': 8, 'untouched: throttled': 2 })
  assert.is(report.halted?.because, 'unavailable')
  assert.equal(
    shelf.deletions.slice(0, 3).map((sent) => sent.length),
    [10, 3, 2],
  )
  assert.ok(
    shelf.deletions.length > 4 && shelf.deletions.length <= 12,
    `${shelf.deletions.length} sendings in ten seconds`,
  )
})

test('a throttle that lasts: untouched, throttled, and not for ever', async ({ after }) => {
  const ids = many(40, key)
  const { emulator, report } = await scene(after, {
    ids,
    options: { clock: fastClock(100), maxWaitMs: 120_000 },
    before: (each) => each.fault('429', { route: 'delete', ...endless }),
  })
  assert.equal(tally(report.outcomes), { 'untouched: throttled': 40 })
  assert.ok(deletions(emulator).length <= 30, `${deletions(emulator).length} requests`)
})

test('a storm of throttles that lets some pass spends nobody', async ({ after }) => {
  const ids = many(300, key)
  const emulator = await startAvePointOpus({ rate: { requests: 5, perMs: 40 }, retryAfter: 'none' })
  after(emulator.close)
  emulator.seed(ids)
  const report = await deleteRecords(avePointOpus(emulator.options), ids, { clock: fastClock(10), concurrency: 8 })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.equal(counts(report), { deleted: 300 })
})

test('one token request for an expiry, however many calls wait, and none is sent with a dead token', async ({
  after,
}) => {
  const ids = many(15 * 60, key)
  const { emulator, report } = await scene(after, {
    settings: { tokenLifetimeMs: 1_000, latencyMs: 150 },
    ids,
    options: { concurrency: 8, clock: fastClock(1) },
  })
  assert.equal(counts(report), { deleted: ids.length })
  const spent = Date.parse(report.endedAt) - Date.parse(report.startedAt)
  // A token of 1,000 ms is renewed after 900 ms.
  assert.ok(tokens(emulator).length <= Math.ceil(spent / 900) + 1, `${tokens(emulator).length} tokens in ${spent} ms`)
  assert.ok(tokens(emulator).length >= 2)
  // A machine that stands still for 100 ms lets one die on its way.
  assert.ok(emulator.calls.filter(({ status }) => status === 401).length <= 2)
})

test('a token that dies before its time: one refresh for all calls that met it', async ({ after }) => {
  const ids = many(15 * 40, key)
  const emulator = await startAvePointOpus({ tokenLifetimeMs: 500, latencyMs: 120 })
  after(emulator.close)
  emulator.seed(ids)
  const report = await deleteRecords(avePointOpus(emulator.options), ids, { concurrency: 8, clock: fastClock(1) })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.equal(counts(report), { deleted: ids.length })
  const spent = Date.parse(report.endedAt) - Date.parse(report.startedAt)
  assert.ok(tokens(emulator).length <= Math.ceil(spent / 500) + 1, `${tokens(emulator).length} tokens in ${spent} ms`)
})

test('a 401 is answered with one refresh, and a second one is final', async ({ after }) => {
  const ids = many(200, key)
  for (const concurrency of [1, 6]) {
    const { emulator, report } = await scene(after, {
      ids,
      options: { concurrency },
      before: (each) => each.fault('401', { route: 'delete', ...endless }),
    })
    assert.equal(tally(report.outcomes), { 'untouched: halted': 200 })
    assert.is(report.halted?.because, 'denied')
    assert.is(tokens(emulator).length, 2)
    assert.ok(
      deletions(emulator).length <= concurrency + 1,
      `${deletions(emulator).length}, concurrency ${concurrency}`,
    )
  }
})

test('a 401 now and then costs one refresh each', async ({ after }) => {
  const ids = many(300, key)
  const { emulator, report } = await scene(after, {
    ids,
    before: (each) => {
      for (const nth of [2, 9, 15]) each.fault('401', { route: 'delete', nth })
    },
  })
  assert.equal(counts(report), { deleted: 300 })
  assert.is(tokens(emulator).length, 4)
})

test('all calls that wait for the first token share one request', async ({ after }) => {
  const ids = many(300, key)
  const { emulator, report } = await scene(after, {
    settings: { slowMs: 100 },
    ids,
    options: { concurrency: 10 },
    before: (each) => each.fault('slow', { route: 'token' }),
  })
  assert.equal(counts(report), { deleted: 300 })
  assert.is(tokens(emulator).length, 1)
})

test('a token request that fails has sent no delete: nothing is in doubt', async ({ after }) => {
  const ids = many(60, key)
  await together(['500', '503', '429', 'lost-after', 'html', 'truncated'] as const, async (fault) => {
    const { report, of } = await scene(after, {
      ids,
      before: (each) => each.fault(fault, { route: 'token', times: 2 }),
    })
    assert.equal(tally(report.outcomes), { 'deleted by reply': 60 }, fault)
    assert.is(of('in-doubt').length, 0, fault)
  })
})

test('a token function is asked once, and again after a 401', async ({ after }) => {
  const emulator = await startUuidList({ tokenLifetimeMs: 400, latencyMs: 25 })
  after(emulator.close)
  const ids = many(400, uuid)
  emulator.seed(ids)
  let asked = 0
  const token = async () => {
    asked++
    await realSleep(5)
    return emulator.issueToken()
  }
  const report = await deleteRecords(uuidList({ ...emulator.options, token }), ids, { batchSize: 5, concurrency: 3 })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(counts(report), { deleted: 400 })
  const spent = Date.parse(report.endedAt) - Date.parse(report.startedAt)
  assert.ok(asked >= 2 && asked <= Math.ceil(spent / 400) + 1, `${asked} tokens in ${spent} ms`)
})

test('a redirect is denied, and the credentials do not follow it', async ({ after }) => {
  const elsewhere = await listen(() => ({ status: 200, json: { statusCode: 200 } }))
  after(elsewhere.close)
  const ids = many(50, key)
  for (const status of [300, 301, 302, 303, 307, 308]) {
    const server = await listen(() => ({ status, headers: { location: `${elsewhere.url}/records` } }))
    after(server.close)
    const report = await deleteRecords(avePointOpus({ baseUrl: server.url, token: 'the-token' }), ids, {
      clock: fastClock(status === 303 ? 40 : 1),
    })
    // "See there" may mean that it is done.
    const expected = status === 303 ? { unconfirmed: 50 } : { 'untouched: halted': 50 }
    assert.equal(tally(report.outcomes), expected, String(status))
    assert.is(report.halted?.because, status === 303 ? undefined : 'denied')
  }
  assert.is(elsewhere.requests.length, 0)
})

test('an answer that is no answer is never a success', async ({ after }) => {
  const ids = many(3, key)
  const answers: ReadonlyArray<Answer> = [
    { status: 200, text: '' },
    { status: 200, text: 'OK' },
    { status: 200, json: {} },
    { status: 200, json: [] },
    { status: 200, json: null },
    { status: 200, json: { statusCode: '200' } },
    { status: 200, text: '<html>signed out</html>' },
    { status: 206, json: { statusCode: 200 } },
    { status: 201, json: { statusCode: 201 } },
    { status: 299, text: 'fine' },
    { status: 200, json: { statusCode: 200, failedItems: 'none' } },
    { status: 200, json: { statusCode: 200, failedItems: [null] } },
    { status: 200, json: { statusCode: 302 } },
  ]
  await together(answers, async (answer) => {
    const server = await listen(() => answer)
    after(server.close)
    const provider = avePointOpus({ baseUrl: server.url, token: 'the-token' })
    const report = await deleteRecords(provider, ids, { attempts: 1, clock: fastClock() })
    const { deleted, absent, rejected } = report.totals
    assert.is(deleted + absent + rejected, 0, JSON.stringify(answer))
  })
})

test('an answer without end is cut off at the limit: in doubt, and not in memory', async ({ after }) => {
  const ids = many(3, key)
  const server = await listen(() => ({
    script: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = 'x'.repeat(64 * 1024)
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', pour)
      pour()
    },
  }))
  after(server.close)
  const provider = avePointOpus({ baseUrl: server.url, token: 'the-token', http: { maxResponseBytes: 500_000 } })
  const report = await deleteRecords(provider, ids, { attempts: 1 })
  assert.equal(tally(report.outcomes), { unconfirmed: 3 })
})

test('an answer that trickles for ever is cut off by the time-out', async ({ after }) => {
  const ids = many(3, key)
  const server = await listen(() => ({
    script: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(drip))
    },
  }))
  after(server.close)
  const provider = avePointOpus({ baseUrl: server.url, token: 'the-token' })
  const report = await deleteRecords(provider, ids, { attempts: 1, callTimeoutMs: 300 })
  assert.equal(tally(report.outcomes), { unconfirmed: 3 })
})
