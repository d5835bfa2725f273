import * as t from 'io-ts'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import { on } from '../../../src/http-provider.ts'
import {
  avePointOpus,
  type BulkRecordProvider,
  datoCms,
  deleteRecords,
  type RecordOutcome,
  uuidList,
} from '../../../src/index.ts'
import { deadUrl } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'
import {
  audit,
  checkBooks,
  counts,
  deletions,
  doneWithin,
  fastClock,
  item,
  key,
  listener,
  lower,
  many,
  outcomeOf,
  realSleep,
  type ShelfSettings,
  startShelf,
  tally,
  until,
  uuid,
} from './harness.ts'

const test = suite('bad input')

test('no ids: a report of zeros and no request', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  for (const none of [[], new Set<string>(), (function* () {})(), (async function* () {})()]) {
    const { events, onEvent } = listener()
    const report = await deleteRecords(uuidList(emulator.options), none, { onEvent })
    assert.equal(report.totals, { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
    assert.equal(report.outcomes, [])
    assert.is(report.requests, 0)
    assert.is(report.sourceEnded, true)
    assert.is(report.halted, undefined)
    assert.is(events.at(-1)?.kind, 'run-ended')
  }
  assert.is(emulator.calls.length, 0)
})

test('invalid ids are untouched and the others go on, in each system', async ({ after }) => {
  const everywhere = ['', 'a\u0000b', 'a\nb', 'tab\t', '\u007f', '\u0085', 'x'.repeat(10_000), 'lone \ud800 surrogate']
  const [uuids, dato, opus] = await Promise.all([startUuidList(), startDatoCms({ jobMs: 5 }), startAvePointOpus()])
  after(() => Promise.all([uuids.close(), dato.close(), opus.close()]))
  const systems: ReadonlyArray<[typeof uuids | typeof dato | typeof opus, BulkRecordProvider, string[], string[]]> = [
    [
      uuids,
      uuidList(uuids.options),
      many(3, uuid),
      [`${uuid(1)},${uuid(2)}`, uuid(1).slice(1), `{${uuid(7)}}`, `${uuid(8)} `, 'not a uuid', `${uuid(9)}&x=1`],
    ],
    [dato, datoCms(dato.options), many(3, item), ['a b', item(1).slice(1), `${item(1)},${item(2)}`, '12x', '../site']],
    [opus, avePointOpus(opus.options), many(3, key), []],
  ]
  for (const [emulator, provider, valid, invalid] of systems) {
    emulator.seed(valid)
    const ids = [valid[0], ...everywhere, valid[1], ...invalid, valid[2]].map(String)
    const report = await deleteRecords(provider, ids, { clock: fastClock() })
    audit(emulator, report, { distinct: ids, seeded: valid })
    assert.equal(counts(report), { deleted: 3, untouched: everywhere.length + invalid.length }, provider.name)
    for (const id of [...everywhere, ...invalid])
      assert.equal(outcomeOf(report, id), { id, status: 'untouched', why: 'invalid-id' })
    for (const call of emulator.calls) for (const id of call.ids) assert.ok(valid.includes(id), id)
  }
})

test('nothing but invalid ids: no request', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  const report = await deleteRecords(avePointOpus(emulator.options), ['', '\n'])
  assert.equal(tally(report.outcomes), { 'untouched: invalid-id': 2 })
  assert.is(emulator.calls.length, 0)
})

test('a key of any other text is sent as it is', async ({ after }) => {
  const keys = [
    'a,b',
    ' leading and trailing ',
    '"quoted"',
    "it's",
    '\\',
    '漢字 😀',
    '%2C',
    '__proto__',
    'constructor',
    '0',
    'x'.repeat(4_000),
    'e\u0301',
    '\u00e9',
  ]
  const emulator = await startAvePointOpus()
  after(emulator.close)
  emulator.seed(keys)
  emulator.refuse(['__proto__', 'a,b'])
  const report = await deleteRecords(avePointOpus(emulator.options), keys)
  audit(emulator, report, { distinct: keys, seeded: keys })
  assert.equal(counts(report), { deleted: keys.length - 2, rejected: 2 })
  assert.is(outcomeOf(report, '__proto__').status, 'rejected')
})

test('the same identity twice, in two letter cases too: one outcome, counted as a duplicate', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const [a, b, c] = many(3, uuid) as [string, string, string]
  emulator.seed([a, b, c])
  const given = [a.toUpperCase(), b, a, b.toUpperCase(), b, c]
  for (const ids of [given, new Set(given)]) {
    emulator.seed([a, b, c])
    const sent = emulator.calls.length
    const report = await deleteRecords(uuidList(emulator.options), ids)
    checkBooks(report, [a.toUpperCase(), b, c])
    assert.equal(counts(report), { deleted: 3 })
    assert.is(report.duplicates, ids === given ? 3 : 2)
    assert.equal(deletions({ calls: emulator.calls.slice(sent) })[0]?.ids, [a.toUpperCase(), b, c])
  }
})

test('an invalid id twice is one outcome too', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const report = await deleteRecords(uuidList(emulator.options), ['', 'x', '', 'X'])
  checkBooks(report, ['', 'x'])
  assert.is(report.duplicates, 2)
})

test('case counts where the system says so', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 5 })
  after(emulator.close)
  const [one, other] = [item(1), item(1).toUpperCase()]
  emulator.seed([one])
  const report = await deleteRecords(datoCms(emulator.options), [one, other], { clock: fastClock() })
  audit(emulator, report, { distinct: [one, other], seeded: [one] })
  assert.is(report.duplicates, 0)
  assert.is(outcomeOf(report, other).status === 'rejected', false)
})

test('protected in one case and given in the other: protected', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(4, uuid)
  const [a, b] = ids as [string, string]
  const given = [a.toUpperCase(), b, ...ids.slice(2)]
  const shields: ReadonlyArray<Iterable<string> | ((id: string) => boolean)> = [
    [a, b.toUpperCase()],
    new Set([a, b.toUpperCase()]),
    (function* () {
      yield a
      yield b.toUpperCase()
    })(),
    (id) => id === a || id === b,
  ]
  for (const protect of shields) {
    emulator.seed(ids)
    const report = await deleteRecords(uuidList(emulator.options), given, { protect })
    checkBooks(report, given)
    assert.equal(tally(report.outcomes), { 'untouched: protected': 2, 'deleted by reply': 2 })
    assert.equal([...emulator.existing()].sort(), [a, b])
  }
  for (const call of deletions(emulator)) for (const id of call.ids) assert.not.ok([a, b].includes(id.toLowerCase()))
})

test('a list of the protected that can be read only once protects a counted run too', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(5, uuid)
  emulator.seed(ids)
  const protect = (function* () {
    yield* ids.slice(0, 3)
  })()
  const report = await deleteRecords(uuidList(emulator.options), ids, { protect, maxRecords: 2 })
  assert.is(report.halted, undefined)
  assert.equal(tally(report.outcomes), { 'untouched: protected': 3, 'deleted by reply': 2 })
})

test('protect that throws in mid-run: nothing is sent on a guess, and the run halts', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(5, uuid)
  emulator.seed(ids)
  const protect = (id: string) => {
    if (id === ids[2]) throw new Error('no access to the list')
    return false
  }
  const report = await deleteRecords(uuidList(emulator.options), ids, { protect })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.is(report.halted?.because, 'guard')
  assert.match(report.halted?.detail ?? '', 'no access to the list')
  assert.ok(emulator.existing().has(ids[2] as string))
})

const halfWay = new Error('the export broke off')

test('a source that throws half-way: what was sent is settled, the report says halted and why', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  const ids = many(40, key)
  emulator.seed(ids)
  const sources = {
    generator: function* () {
      yield* ids.slice(0, 33)
      throw halfWay
    },
    slow: async function* () {
      for (const id of ids.slice(0, 33)) {
        if (id === ids[31]) await until(() => emulator.existing().size <= 25)
        yield id
      }
      throw halfWay
    },
  }
  for (const source of Object.values(sources)) {
    emulator.seed(ids)
    const { of, onEvent } = listener()
    const report = await deleteRecords(avePointOpus(emulator.options), source(), { concurrency: 1, onEvent })
    checkBooks(report, ids.slice(0, 33))
    assert.is(report.halted?.because, 'source')
    assert.match(report.halted?.detail ?? '', 'the export broke off')
    assert.is(report.sourceEnded, false, 'what the source had left was never handed in')
    assert.equal(Object.keys(tally(report.outcomes)), ['deleted by reply', 'untouched: halted'])
    assert.ok(report.totals.deleted >= 15, 'the batches before the failure')
    for (const { id, status } of report.outcomes) assert.is(emulator.existing().has(id), status === 'untouched', id)
    assert.is(of('halted').length, 1)
  }
})

test('a source that throws at once, when it is opened or when it is closed', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  const broken: ReadonlyArray<Iterable<string> | AsyncIterable<string>> = [
    {
      [Symbol.iterator]: () => {
        throw halfWay
      },
    },
    {
      [Symbol.asyncIterator]: () => {
        throw halfWay
      },
    },
    { [Symbol.iterator]: () => ({ next: () => undefined as unknown as IteratorResult<string> }) },
    { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(halfWay), return: () => Promise.reject(halfWay) }) },
  ]
  for (const ids of broken) {
    const report = await deleteRecords(avePointOpus(emulator.options), ids)
    assert.is(report.halted?.because, 'source')
    assert.is(report.sourceEnded, false)
    assert.equal(report.outcomes, [])
  }
  assert.is(emulator.calls.length, 0)
})

test('an entry that is no string halts the run like a source that throws', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(6, uuid)
  for (const stranger of [7, null, undefined, { id: uuid(1) }, Symbol('id'), ['a']]) {
    emulator.seed(ids)
    const mixed = [...ids.slice(0, 4), stranger, ...ids.slice(4)] as string[]
    const report = await deleteRecords(uuidList(emulator.options), mixed, { batchSize: 2, concurrency: 1 })
    checkBooks(report, ids)
    assert.is(report.halted?.because, 'source')
    assert.match(report.halted?.detail ?? '', /entry 5 of the id source is .+, not a string/)
    for (const { id, status } of report.outcomes)
      assert.is(emulator.existing().has(id), status === 'untouched', `${id} ${status}`)
    assert.ok(report.totals.untouched >= 2)
  }
})

test('a listener that throws: reported once, the run goes on', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(30, uuid)
  const listeners: Readonly<Record<string, () => void>> = {
    throws: () => {
      throw new Error('the bar is closed')
    },
    rejects: async () => {
      throw new Error('the bar is closed')
    },
    'throws no error': () => {
      throw 'the bar is closed'
    },
  }
  for (const [how, fail] of Object.entries(listeners)) {
    emulator.seed(ids)
    const { of, events, onEvent } = listener()
    const report = await deleteRecords(uuidList(emulator.options), ids, {
      batchSize: 5,
      onEvent: (event) => {
        onEvent(event)
        return fail()
      },
    })
    assert.equal(counts(report), { deleted: 30 }, how)
    assert.is(of('listener-failed').length, 1, how)
    assert.match(of('listener-failed')[0]?.detail ?? '', 'the bar is closed')
    assert.is(of('batch-sent').length, 6, how)
    assert.ok(events.some(({ kind }) => kind === 'run-ended'))
  }
})

test('a wrong token: at most concurrency + 1 requests, all untouched, halted says denied', async ({ after }) => {
  const [uuids, dato, opus] = await Promise.all([startUuidList(), startDatoCms(), startAvePointOpus()])
  after(() => Promise.all([uuids.close(), dato.close(), opus.close()]))
  const wrong = 'wrong-token-a8f2'
  const systems: ReadonlyArray<[typeof uuids | typeof dato | typeof opus, BulkRecordProvider, string[]]> = [
    [uuids, uuidList({ ...uuids.options, token: wrong }), many(2_000, uuid)],
    [uuids, uuidList({ ...uuids.options, token: async () => wrong }), many(2_000, uuid)],
    [dato, datoCms({ ...dato.options, apiToken: wrong }), many(2_000, item)],
    [opus, avePointOpus({ ...opus.options, clientSecret: wrong }), many(300, key)],
    [opus, avePointOpus({ baseUrl: opus.options.baseUrl, token: wrong }), many(300, key)],
    [opus, avePointOpus({ baseUrl: opus.options.baseUrl, token: async () => wrong }), many(300, key)],
  ]
  for (const concurrency of [1, 4]) {
    for (const [index, [emulator, provider, ids]] of systems.entries()) {
      emulator.seed(ids)
      const sent = emulator.calls.length
      const report = await deleteRecords(provider, ids, { concurrency })
      const name = `${provider.name} (system ${index}), concurrency ${concurrency}`
      checkBooks(report, ids)
      assert.equal(tally(report.outcomes), { 'untouched: halted': ids.length }, name)
      assert.is(report.halted?.because, 'denied', name)
      const requests = emulator.calls.length - sent
      assert.ok(requests <= concurrency + 1, `${name}: ${requests} requests`)
      assert.is(report.requests, requests, name)
      assert.not.match(JSON.stringify(report), wrong)
    }
  }
})

test('a place that is not there: a halt after fewer than 25 requests, and nobody is blamed or called gone', async ({
  after,
}) => {
  const [uuids, dato, opus] = await Promise.all([startUuidList(), startDatoCms({ rate: 'none' }), startAvePointOpus()])
  after(() => Promise.all([uuids.close(), dato.close(), opus.close()]))
  const [u, d, o] = [uuids.options, dato.options, opus.options]
  const places: Readonly<Record<string, [{ readonly calls: ReadonlyArray<unknown> }, BulkRecordProvider, string[]]>> = {
    'another path': [opus, avePointOpus({ ...o, path: 'records/nowhere' }), many(300, key)],
    'another base of DatoCMS': [dato, datoCms({ ...d, baseUrl: `${d.baseUrl}/v9` }), many(1_000, item)],
    'another base of UUIDs': [uuids, uuidList({ ...u, baseUrl: `${u.baseUrl}/v9` }), many(1_000, uuid)],
    'an environment that is not there': [dato, datoCms({ ...d, environment: 'nowhere' }), many(1_000, item)],
    'the server of another system': [uuids, datoCms({ apiToken: u.token, baseUrl: u.baseUrl }), many(1_000, item)],
  }
  dato.seed(many(1_000, item))
  for (const [name, [emulator, provider, ids]] of Object.entries(places)) {
    const sent = emulator.calls.length
    const report = await deleteRecords(provider, ids, { clock: fastClock() })
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { 'untouched: halted': ids.length }, name)
    assert.is(report.halted?.because, 'refused-alike', name)
    assert.ok(emulator.calls.length - sent < 25, `${name}: ${emulator.calls.length - sent} requests`)
  }
})

test('a role that may not delete: at most concurrency + 1 requests', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(2_000, uuid)
  emulator.seed(ids)
  emulator.fault('403', { route: 'delete', times: Number.POSITIVE_INFINITY })
  const report = await deleteRecords(uuidList(emulator.options), ids)
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(tally(report.outcomes), { 'untouched: halted': 2_000 })
  assert.equal(report.halted?.error?.tag, 'Denied')
  assert.ok(deletions(emulator).length <= 5)
})

test('a role lost while jobs are polled: read back, never untouched', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 60, rate: 'none' })
  after(emulator.close)
  const ids = many(300, item)
  emulator.seed(ids)
  emulator.fault('403', { route: 'poll', times: Number.POSITIVE_INFINITY })
  const report = await deleteRecords(doneWithin(300, datoCms(emulator.options)), ids, {
    batchSize: 100,
    concurrency: 3,
    drainMs: 1_000,
  })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.is(report.halted?.because, 'denied')
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 300 })
})

test('a role lost while jobs are polled, and reads are denied too: unconfirmed, never untouched', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 60, rate: 'none' })
  after(emulator.close)
  const ids = many(300, item)
  emulator.seed(ids)
  emulator.fault('403', { route: 'poll', times: Number.POSITIVE_INFINITY })
  emulator.fault('403', { route: 'read', nth: 2, times: Number.POSITIVE_INFINITY })
  const report = await deleteRecords(doneWithin(300, datoCms(emulator.options)), ids, {
    batchSize: 100,
    concurrency: 3,
    drainMs: 1_000,
  })
  checkBooks(report, ids)
  assert.is(report.halted?.because, 'denied')
  assert.equal(tally(report.outcomes), { unconfirmed: 300 })
})

test('a role lost while a job runs on for long: what is listed after the last look is not called there', async ({
  after,
}) => {
  const emulator = await startDatoCms({ jobMs: 1_200, rate: 'none' })
  after(emulator.close)
  const ids = many(20, item)
  emulator.seed(ids)
  emulator.fault('403', { route: 'poll', times: Number.POSITIVE_INFINITY })
  const report = await deleteRecords(doneWithin(100, datoCms(emulator.options)), ids, { drainMs: 400 })
  assert.equal(tally(report.outcomes), { unconfirmed: 20 }, 'the job that was accepted may still delete them')
  await realSleep(900)
  assert.is(emulator.existing().size, 0, 'and it does')
})

test('a host that does not exist, or refuses connections: untouched', async () => {
  const ids = many(500, uuid)
  const dead = await deadUrl()
  for (const baseUrl of [dead, 'https://no-such-host.invalid']) {
    const provider = uuidList({ baseUrl, object: 'io_showcase', token: 'secret-token' })
    const { of, onEvent } = listener()
    const report = await deleteRecords(provider, ids, { clock: fastClock(100), onEvent })
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { 'untouched: unreachable': 500 })
    assert.is(report.halted?.because, 'unreachable')
    assert.ok(of('paused').length >= 3, 'it was tried again')
    assert.ok(report.requests <= 20, `${report.requests} requests`)
  }
})

test('a token server that can not be reached: untouched, and no delete is sent', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  const ids = many(30, key)
  emulator.seed(ids)
  const tokenUrl = `${await deadUrl()}/connect/token`
  const report = await deleteRecords(avePointOpus({ ...emulator.options, tokenUrl }), ids, { clock: fastClock(100) })
  assert.equal(tally(report.outcomes), { 'untouched: unreachable': 30 })
  assert.is(emulator.calls.length, 0)
})

test('a token function that never answers, or throws: untouched', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(30, uuid)
  emulator.seed(ids)
  const functions: ReadonlyArray<() => Promise<string>> = [
    () => new Promise(() => {}),
    () => Promise.reject(new Error('the vault is locked')),
    async () => '',
    async () => undefined as unknown as string,
  ]
  for (const token of functions) {
    const report = await deleteRecords(uuidList({ ...emulator.options, token }), ids, {
      clock: fastClock(100),
      callTimeoutMs: 30_000,
    })
    assert.equal(tally(report.outcomes), { 'untouched: unreachable': 30 })
  }
  assert.is(emulator.calls.length, 0)
})

const verdicts = (...said: ReadonlyArray<readonly [string, string]>) => ({
  json: { verdicts: said.map(([id, is]) => ({ id, is })) },
})

test('a reply that names strangers: nothing invented, nothing lost', async ({ after }) => {
  const ids = ['a', 'b', 'c']
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: () => verdicts(['a', 'deleted'], ['stranger', 'deleted'], ['b', 'absent']),
  })
  const report = await deleteRecords(shelf.provider, ids)
  checkBooks(report, ids)
  assert.equal(
    report.outcomes.map(({ status }) => status),
    ['deleted', 'absent', 'unconfirmed'],
  )
  assert.is(shelf.deletions.length, 1)
})

test('a stranger turns silence that means deleted into doubt', async ({ after }) => {
  const emulator = await startAvePointOpus({ failedItems: 'strangers' })
  after(emulator.close)
  const ids = many(5, key)
  emulator.seed(ids)
  emulator.refuse(ids.slice(0, 1))
  const report = await deleteRecords(avePointOpus(emulator.options), ids)
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { unconfirmed: 5 })
})

test('a reply that says the same id twice: once is enough, and two different things are a doubt', async ({ after }) => {
  const ids = ['a', 'b', 'c', 'd']
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    destroy: () =>
      verdicts(
        ['a', 'deleted'],
        ['a', 'deleted'],
        ['b', 'deleted'],
        ['b', 'rejected'],
        ['c', 'rejected'],
        ['c', 'rejected'],
      ),
  })
  const report = await deleteRecords(shelf.provider, ids)
  checkBooks(report, ids)
  assert.equal(
    report.outcomes.map(({ status }) => status),
    ['deleted', 'unconfirmed', 'rejected', 'unconfirmed'],
  )
})

test('a reply with fewer or more entries than were sent, joined by position: nothing is known of any', async ({
  after,
}) => {
  const ids = ['a', 'b', 'c']
  for (const said of [[], ['deleted'], ['deleted', 'deleted'], ['deleted', 'deleted', 'deleted', 'deleted']]) {
    const shelf = await startShelf(after, { records: ids, destroy: () => ({ status: 207, json: said }) })
    const report = await deleteRecords(shelf.provider, ids)
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { 'untouched: attempts-spent': 3 }, 'read back: they are all there')
    const blind = await deleteRecords(shelf.provider, ids, { verify: 'never' })
    assert.equal(tally(blind.outcomes), { unconfirmed: 3 })
  }
})

const talliesIn: ShelfSettings['spec'] = {
  deleteBatch: {
    request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
    replies: [
      on(200, t.type({ meta: t.type({ successful: t.number, failed: t.number }) }), ({ meta }) => ({
        kind: 'Tally',
        deleted: meta.successful,
        failed: meta.failed,
      })),
    ],
  },
}

test('counts that can not be: nothing is known of any', async ({ after }) => {
  const bad = [
    [-1, 1],
    [3, 3],
    [1.5, 1.5],
    [4, 0],
    [Number.MAX_SAFE_INTEGER, 0],
  ]
  for (const [successful, failed] of bad) {
    const payload = { data: [], meta: { successful, failed } }
    const { provider } = await startShelf(after, {
      readable: false,
      records: ['a', 'b', 'c'],
      destroy: () => ({ json: payload }),
      spec: talliesIn,
    })
    const report = await deleteRecords(provider, ['a', 'b', 'c'])
    assert.equal(tally(report.outcomes), { unconfirmed: 3 }, `${successful} ${failed}`)
  }
})

test('a reader that answers nothing proves nothing', async ({ after }) => {
  const ids = many(10, item)
  const emulator = await startDatoCms({ filter: 'empty', jobMs: 5, jobPayload: 'null' })
  after(emulator.close)
  emulator.seed(ids)
  emulator.refuse(ids.slice(0, 5))
  const report = await deleteRecords(datoCms(emulator.options), ids, { clock: fastClock() })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { unconfirmed: 10 })
  assert.is((report.outcomes[0] as Extract<RecordOutcome, { status: 'unconfirmed' }>).reason.code, 'reader-unproven')
})

test('records that fit into no request: each is said, whatever comes before and after, and the run ends', async ({
  after,
}) => {
  const long = (number: number) => `${number}-${'x'.repeat(500)}`
  for (const ids of [
    [long(1)],
    ['a', long(1)],
    [long(1), 'a'],
    [long(1), long(2), 'a', long(3), 'b', long(4), long(5)],
  ]) {
    for (const batchSize of [1, 2]) {
      for (const source of [
        ids,
        new Set(ids),
        (async function* () {
          yield* ids
        })(),
      ]) {
        const shelf = await startShelf(after, { records: ids, capabilities: { maxBatchSize: 2, maxBodyBytes: 200 } })
        const report = await deleteRecords(shelf.provider, source, { batchSize, clock: fastClock() })
        checkBooks(report, ids)
        for (const outcome of report.outcomes) {
          const expected = outcome.id.length > 500 ? 'too-large' : undefined
          assert.is(outcome.status === 'untouched' ? outcome.why : undefined, expected, outcome.id)
        }
      }
    }
  }
})
