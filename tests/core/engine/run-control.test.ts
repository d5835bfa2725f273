import { startAvePointOpus, startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import {
  avePointOpus,
  datoCms,
  deleteRecords,
  type RunEvent,
  type RunOptions,
  streamOutcomes,
  uuidList,
} from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import {
  type After,
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
  realSleep,
  startShelf,
  tally,
  together,
  until,
  uuid,
} from './harness.ts'

const test = suite('run control', { deadlineMs: 20_000 })

/** A generator that tells whether it was closed, and how far it was read. */
const watched = (ids: ReadonlyArray<string>, asynchronous = false) => {
  const state = { pulled: 0, closed: false }
  const sync = function* () {
    try {
      for (const id of ids) {
        state.pulled++
        yield id
      }
    } finally {
      state.closed = true
    }
  }
  const later = async function* () {
    yield* sync()
  }
  return { state, source: asynchronous ? later() : sync() }
}

test('aborted before it begins: no request, and what is untouched is what was handed in', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(500, uuid)
  emulator.seed(ids)
  const signal = AbortSignal.abort()
  const { of, onEvent } = listener()
  for (const list of [ids, new Set(ids)]) {
    const report = await deleteRecords(uuidList(emulator.options), list, { signal, onEvent })
    audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
    assert.equal(tally(report.outcomes), { 'untouched: aborted': 500 })
    assert.is(report.sourceEnded, true, 'a list is read to its end')
    assert.is(report.halted, undefined)
  }
  for (const asynchronous of [true, false]) {
    const { state, source } = watched(ids, asynchronous)
    const report = await deleteRecords(uuidList(emulator.options), source, { signal })
    assert.equal(report.outcomes, [])
    assert.is(report.sourceEnded, false)
    assert.is(state.pulled, 0)
  }
  assert.is(emulator.calls.length, 0)
  assert.is(of('aborted').length, 2)
})

test('aborted in mid-run: what is in flight is settled, and nothing is sent after', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 40 })
  after(emulator.close)
  const ids = many(1_000, uuid)
  emulator.seed(ids)
  const controller = new AbortController()
  const { of, onEvent } = listener()
  const report = await deleteRecords(uuidList(emulator.options), ids, {
    batchSize: 10,
    signal: controller.signal,
    onEvent: (event) => {
      onEvent(event)
      if (event.kind === 'batch-sent' && event.batch === 7) setTimeout(() => controller.abort(), 10)
    },
  })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  const sent = of('batch-sent').length
  assert.equal(tally(report.outcomes), { 'deleted by reply': sent * 10, 'untouched: aborted': 1_000 - sent * 10 })
  assert.ok(sent >= 7 && sent <= 11, `${sent} batches`)
  assert.is(of('aborted').length, 1)
  assert.is(report.sourceEnded, true)
  const abortedAt = of('aborted')[0]?.at ?? 0
  assert.ok(of('batch-sent').every(({ at }) => at <= abortedAt))
  await realSleep(60)
  assert.is(deletions(emulator).length, sent, 'not even later')
})

test('a source with an end is read to it, any other is closed with return()', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 20 })
  after(emulator.close)
  const ids = many(2_000, uuid)
  for (const asynchronous of [true, false]) {
    emulator.seed(ids)
    const controller = new AbortController()
    const { state, source } = watched(ids, asynchronous)
    const report = await deleteRecords(uuidList(emulator.options), source, {
      batchSize: 10,
      signal: controller.signal,
      onEvent: ({ kind }) => kind === 'settled' && controller.abort(),
    })
    assert.ok(state.closed)
    assert.is(report.sourceEnded, false)
    assert.is(report.outcomes.length, state.pulled, 'each id that was pulled has an outcome')
    assert.ok(state.pulled < 2_000)
    checkBooks(report, ids.slice(0, state.pulled))
  }
})

test('a source that can not be closed, or does not answer when it is, holds nothing up', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(30, uuid)
  emulator.seed(ids)
  const stuck: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => {
      let pulled = 0
      return {
        next: () =>
          pulled < 30 ? Promise.resolve({ done: false, value: ids[pulled++] as string }) : new Promise(() => {}),
        return: () => new Promise(() => {}),
      }
    },
  }
  const controller = new AbortController()
  const report = await deleteRecords(uuidList(emulator.options), stuck, {
    clock: fastClock(),
    batchSize: 10,
    signal: controller.signal,
    onEvent: (event) => event.kind === 'settled' && event.totals.deleted === 30 && controller.abort(),
  })
  checkBooks(report, ids)
  assert.equal(counts(report), { deleted: 30 })
  assert.is(report.sourceEnded, false)
})

test('a slow source is not waited for with full hands', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(12, uuid)
  emulator.seed(ids)
  const slow = async function* () {
    for (const id of ids.slice(0, 5)) yield id
    await until(() => emulator.existing().size === 7)
    yield* ids.slice(5)
  }
  const report = await deleteRecords(uuidList(emulator.options), slow(), { clock: fastClock() })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(counts(report), { deleted: 12 })
})

test('aborted while jobs run: they are polled to their end', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 100, rate: 'none' })
  after(emulator.close)
  const ids = many(100, item)
  emulator.seed(ids)
  const controller = new AbortController()
  const report = await deleteRecords(datoCms(emulator.options), ids, {
    batchSize: 10,
    concurrency: 2,
    maxJobs: 3,
    signal: controller.signal,
    onEvent: ({ kind }) => kind === 'job-started' && controller.abort(),
  })
  audit(emulator, report, { distinct: ids, seeded: ids })
  const told = tally(report.outcomes)
  assert.equal(Object.keys(told).sort(), ['deleted by job', 'untouched: aborted'])
  assert.is(told['deleted by job'], deletions(emulator).length * 10)
  assert.ok(deletions(emulator).length <= 3)
})

test('drainMs bounds the wait: what is in flight longer is unconfirmed', async ({ after }) => {
  await together([0, 100], async (drainMs) => {
    const emulator = await startDatoCms({ jobMs: 5_000, rate: 'none' })
    after(emulator.close)
    const ids = many(50, item)
    emulator.seed(ids)
    const controller = new AbortController()
    const startedAt = performance.now()
    const report = await deleteRecords(datoCms(emulator.options), ids, {
      batchSize: 10,
      concurrency: 1,
      drainMs,
      signal: controller.signal,
      onEvent: (event) => event.kind === 'job-started' && event.batch === 3 && controller.abort(),
    })
    assert.ok(performance.now() - startedAt < 4_000)
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { unconfirmed: 30, 'untouched: aborted': 20 }, `drainMs: ${drainMs}`)
  })
})

test('drainMs of 0 and requests in flight: unconfirmed, and not one more request', async ({ after }) => {
  const emulator = await startAvePointOpus({ latencyMs: 100 })
  after(emulator.close)
  const ids = many(150, key)
  emulator.seed(ids)
  const controller = new AbortController()
  void until(() => deletions(emulator).length >= 4).then(() => controller.abort())
  const report = await deleteRecords(avePointOpus(emulator.options), ids, {
    drainMs: 0,
    signal: controller.signal,
  })
  await realSleep(150)
  checkBooks(report, ids)
  assert.ok(report.totals.unconfirmed + report.totals.deleted > 0)
  for (const { id, status } of report.outcomes)
    if (status === 'untouched') assert.ok(emulator.existing().has(id), `${id} was sent after all`)
  assert.ok(emulator.calls.length <= report.requests, `${emulator.calls.length} requests, ${report.requests} counted`)
})

test('a delete that waits for its token is not sent after an abort', async ({ after }) => {
  const emulator = await startAvePointOpus({ slowMs: 150 })
  after(emulator.close)
  const ids = many(60, key)
  emulator.seed(ids)
  emulator.fault('slow', { route: 'token' })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  const report = await deleteRecords(avePointOpus(emulator.options), ids, { signal: controller.signal })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.equal(tally(report.outcomes), { 'untouched: aborted': 60 })
  await realSleep(150)
  assert.is(deletions(emulator).length, 0)
})

test('an abort ends a pause, a wait before a repeat, a wait for late effects and a slow source', async ({ after }) => {
  const ids = many(40, uuid)
  const waits: Readonly<Record<string, (emulator: Awaited<ReturnType<typeof startUuidList>>) => void>> = {
    'a pause': (emulator) => emulator.fault('429', { route: 'delete' }),
    'a wait for late effects': (emulator) => emulator.fault('lost-before', { route: 'delete' }),
    'a closed backend': (emulator) => emulator.fault('503', { times: Number.POSITIVE_INFINITY }),
  }
  await together(Object.entries(waits), async ([name, before]) => {
    const emulator = await startUuidList({ retryAfter: 'seconds', retryAfterMs: 60_000 })
    after(emulator.close)
    emulator.seed(ids)
    before(emulator)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 150)
    const startedAt = performance.now()
    const report = await deleteRecords(uuidList(emulator.options), ids, { signal: controller.signal, drainMs: 200 })
    assert.ok(performance.now() - startedAt < 3_000, name)
    audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower, cut: true })
    assert.is(report.totals.deleted + report.totals.absent + report.totals.rejected, 0, name)
  })
  const patient = async function* () {
    yield* ids
    await new Promise(() => {})
  }
  const emulator = await startUuidList()
  after(emulator.close)
  emulator.seed(ids)
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 150)
  const report = await deleteRecords(uuidList(emulator.options), patient(), {
    signal: controller.signal,
    clock: fastClock(),
  })
  assert.equal(counts(report), { deleted: 40 })
  assert.is(report.sourceEnded, false)
})

/** Runs with troubles of every kind in them, aborted at every step of the way. */
const abortedAt = async (
  after: After,
  run: (after: After, options: RunOptions) => Promise<{ readonly sent: () => number }>,
): Promise<void> => {
  const rehearsal: RunEvent[] = []
  await run(after, { onEvent: (event) => void rehearsal.push(event) })
  const steps = Array.from({ length: rehearsal.length - 1 }, (_, index) => index)
  await together(
    steps.filter((step) => step % Math.ceil(steps.length / 14) === 0),
    async (step) => {
      const controller = new AbortController()
      let told = 0
      let sentAfter = 0
      const { sent } = await run(after, {
        signal: controller.signal,
        onEvent: (event) => {
          if (controller.signal.aborted && event.kind === 'batch-sent') sentAfter++
          if (told++ === step) controller.abort()
        },
      })
      assert.is(sentAfter, 0, `aborted at event ${step} (${rehearsal[step]?.kind})`)
      const before = sent()
      await realSleep(30)
      assert.is(sent(), before, `aborted at event ${step}: sent when the run was over`)
    },
  )
}

test('aborted at every step of a run over an all-or-nothing backend in trouble', async ({ after }) => {
  const ids = many(120, uuid)
  const missing = [3, 40, 41, 90].map((n) => ids[n] as string)
  const refused = [10, 77, 119].map((n) => ids[n] as string)
  const seeded = ids.filter((id) => !missing.includes(id))
  await abortedAt(after, async (closing, options) => {
    const emulator = await startUuidList({ names: false, retryAfter: 'decimals', retryAfterMs: 100, latencyMs: 1 })
    closing(emulator.close)
    emulator.seed(seeded)
    emulator.refuse(refused)
    emulator.fault('lost-after', { route: 'delete', nth: 2 })
    emulator.fault('429', { route: 'delete', nth: 6 })
    emulator.fault('500', { route: 'delete', nth: 9 })
    const report = await deleteRecords(doneWithin(3_000, uuidList(emulator.options)), ids, {
      clock: fastClock(),
      batchSize: 20,
      drainMs: 40_000,
      ...options,
    })
    audit(emulator, report, { distinct: ids, seeded, identityOf: lower, cut: true })
    return { sent: () => deletions(emulator).length }
  })
})

test('aborted at every step of a run over jobs in trouble', async ({ after }) => {
  const ids = many(120, item)
  const missing = [3, 40, 41, 90].map((n) => ids[n] as string)
  const refused = [10, 77, 119].map((n) => ids[n] as string)
  const seeded = ids.filter((id) => !missing.includes(id))
  await abortedAt(after, async (closing, options) => {
    const emulator = await startDatoCms({ rate: 'none', jobMs: 10, brokenJob: 'half', retryAfter: 'decimals' })
    closing(emulator.close)
    emulator.seed(seeded)
    emulator.refuse(refused)
    emulator.fault('lost-after', { route: 'bulk', nth: 2 })
    emulator.fault('job-fails', { route: 'bulk', nth: 4 })
    emulator.fault('500', { route: 'poll', nth: 3 })
    const report = await deleteRecords(doneWithin(3_000, datoCms(emulator.options)), ids, {
      clock: fastClock(),
      batchSize: 20,
      drainMs: 40_000,
      diagnoses: 2,
      ...options,
    })
    audit(emulator, report, { distinct: ids, seeded, cut: true })
    return { sent: () => deletions(emulator).length }
  })
})

test('a halt in mid-run: what is in flight is settled, the rest is untouched', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 10 })
  after(emulator.close)
  const ids = many(400, uuid)
  emulator.seed(ids)
  emulator.fault('403', { route: 'delete', nth: 8, times: Number.POSITIVE_INFINITY })
  const { of, onEvent } = listener()
  const report = await deleteRecords(uuidList(emulator.options), ids, { batchSize: 10, onEvent })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(tally(report.outcomes), { 'deleted by reply': 70, 'untouched: halted': 330 })
  assert.is(report.halted?.because, 'denied')
  assert.is(of('halted').length, 1)
  assert.is(report.sourceEnded, true)
})

test('maxRecords: a list that holds more is not begun', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(100, uuid)
  emulator.seed(ids)
  for (const list of [ids, new Set(ids)]) {
    const report = await deleteRecords(uuidList(emulator.options), list, { maxRecords: 99 })
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { 'untouched: halted': 100 })
    assert.is(report.halted?.because, 'guard')
  }
  assert.is(emulator.calls.length, 0)
  const given = [...ids, ...ids, 'not a uuid', ...many(5, uuid, 500)]
  const protect = many(5, uuid, 500)
  const report = await deleteRecords(uuidList(emulator.options), given, { maxRecords: 100, protect })
  assert.equal(counts(report), { deleted: 100, untouched: 6 }, 'as many as allowed; repeats and others do not count')
})

test('maxRecords: a stream never sends more', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(500, uuid)
  emulator.seed(ids)
  const { state, source } = watched(ids)
  const report = await deleteRecords(uuidList(emulator.options), source, { maxRecords: 35, batchSize: 10 })
  audit(emulator, report, { distinct: ids.slice(0, state.pulled), seeded: ids, identityOf: lower })
  assert.is(report.halted?.because, 'guard')
  assert.ok(new Set(deletions(emulator).flatMap((call) => call.ids)).size <= 35)
  assert.ok(state.closed)
  assert.is(report.sourceEnded, false)
  const none = await deleteRecords(uuidList(emulator.options), many(1, uuid, 600), { maxRecords: 0 })
  assert.equal(tally(none.outcomes), { 'untouched: halted': 1 })
})

test('dryRun sends nothing, and says what it would have sent', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(500, uuid)
  emulator.seed(ids)
  const { of, onEvent } = listener()
  const report = await deleteRecords(uuidList(emulator.options), [...ids, 'x', ids[0] as string], {
    dryRun: true,
    protect: ids.slice(0, 2),
    onEvent,
  })
  assert.equal(tally(report.outcomes), {
    'untouched: protected': 2,
    'untouched: dry-run': 498,
    'untouched: invalid-id': 1,
  })
  assert.is(report.duplicates, 1)
  assert.is(emulator.calls.length, 0)
  assert.is(report.requests, 0)
  assert.is(of('batch-sent').length, 0)
})

test("duplicates: 'allow': each has an outcome of its own, and no batch holds twins", async ({ after }) => {
  const [uuids, dato, opus] = await Promise.all([
    startUuidList({ latencyMs: 3 }),
    startDatoCms({ jobMs: 3, rate: 'none' }),
    startAvePointOpus(),
  ])
  after(() => Promise.all([uuids.close(), dato.close(), opus.close()]))
  const systems = [
    [uuids, uuidList(uuids.options), uuid],
    [dato, datoCms(dato.options), item],
    [opus, avePointOpus(opus.options), key],
  ] as const
  await together(systems, async ([emulator, provider, make]) => {
    const ids = many(30, make)
    emulator.seed(ids)
    const upper = (id: string) => (make === uuid ? id.toUpperCase() : id)
    const given = [...ids, ...ids.map(upper), ...many(3, () => ids[0] as string), ...ids]
    const report = await deleteRecords(provider, given, { duplicates: 'allow', batchSize: 10, clock: fastClock() })
    checkBooks(report, given)
    assert.is(report.duplicates, 0)
    assert.is(report.totals.deleted + report.totals.absent + report.totals.rejected, given.length, provider.name)
    for (const id of ids) assert.not.ok(emulator.existing().has(id))
    for (const call of deletions(emulator)) {
      const identities = call.ids.map(lower)
      assert.is(new Set(identities).size, identities.length, `${provider.name}: twins in ${identities}`)
    }
  })
})

test('never more exchanges at once than concurrency, or than the backend takes', async ({ after }) => {
  const ids = many(300, (n) => `r${n}`)
  for (const [concurrency, maxConcurrency] of [
    [1, undefined],
    [3, undefined],
    [7, undefined],
    [7, 2],
  ] as const) {
    const shelf = await startShelf(after, {
      records: ids,
      latencyMs: 3,
      capabilities: { ...(maxConcurrency && { maxConcurrency }) },
    })
    const report = await deleteRecords(shelf.provider, ids, { concurrency, verify: 'all', clock: fastClock() })
    assert.equal(counts(report), { deleted: 300 })
    const bound = maxConcurrency ?? concurrency
    assert.ok(shelf.mostAtOnce() <= bound, `${shelf.mostAtOnce()} at once, where ${bound} are allowed`)
    assert.ok(shelf.mostAtOnce() >= Math.min(bound, 2), 'and they are used')
  }
})

test('two runs with one provider do not disturb each other', async ({ after }) => {
  const emulator = await startAvePointOpus({ latencyMs: 2 })
  after(emulator.close)
  const [mine, yours] = [many(200, key), many(200, key, 1_000)]
  emulator.seed([...mine, ...yours])
  emulator.refuse(yours.slice(0, 5))
  const provider = avePointOpus(emulator.options)
  const controller = new AbortController()
  const [first, second] = await Promise.all([
    deleteRecords(provider, mine, {
      signal: controller.signal,
      onEvent: (event) => event.kind === 'batch-sent' && event.batch === 5 && controller.abort(),
    }),
    deleteRecords(provider, yours),
  ])
  checkBooks(first, mine)
  checkBooks(second, yours)
  assert.equal(tally(second.outcomes), { 'deleted by reply': 195, rejected: 5 })
  assert.ok(first.totals.untouched > 0)
})

test('one signal for many runs leaves no listener behind', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const controller = new AbortController()
  const { signal } = controller
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof addEventListener>) => {
      listeners++
      addEventListener.apply(signal, args)
    },
    removeEventListener: (...args: Parameters<typeof removeEventListener>) => {
      listeners--
      removeEventListener.apply(signal, args)
    },
  })
  for (let run = 0; run < 5; run++) {
    emulator.seed(many(3, uuid))
    const report = await deleteRecords(uuidList(emulator.options), many(3, uuid), { signal })
    assert.equal(counts(report), { deleted: 3 })
  }
  assert.is(listeners, 0)
})

test('an abort from within a listener, a source, protect or a token function', async ({ after }) => {
  const ids = many(100, uuid)
  const places: Readonly<Record<string, (abort: () => void) => [Iterable<string>, RunOptions, (() => void)?]>> = {
    'the first event': (abort) => [ids, { onEvent: () => abort() }],
    'a source': (abort) => [
      (function* () {
        for (const id of ids) {
          if (id === ids[50]) abort()
          yield id
        }
      })(),
      {},
    ],
    protect: (abort) => [
      ids,
      {
        protect: (id) => {
          if (id === ids[50]) abort()
          return false
        },
      },
    ],
    'a token function': (abort) => [ids, {}, abort],
  }
  for (const [name, place] of Object.entries(places)) {
    const emulator = await startUuidList()
    after(emulator.close)
    emulator.seed(ids)
    const controller = new AbortController()
    const [source, options, onToken] = place(() => controller.abort())
    const token = async () => {
      onToken?.()
      return emulator.options.token
    }
    const report = await deleteRecords(uuidList({ ...emulator.options, token }), source, {
      signal: controller.signal,
      batchSize: 10,
      ...options,
    })
    for (const { id, status } of report.outcomes)
      assert.is(emulator.existing().has(id), status === 'untouched', `${name}: ${id} ${status}`)
    assert.ok(report.totals.untouched > 0, name)
  }
})

test('a stream ended early from within its own listener', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(100, uuid)
  emulator.seed(ids)
  const stream = streamOutcomes(uuidList(emulator.options), ids, {
    batchSize: 10,
    onEvent: (event) => void (event.kind === 'settled' && event.totals.deleted >= 20 && iterator.return?.()),
  })
  const iterator = stream[Symbol.asyncIterator]()
  let taken = 0
  while (!(await iterator.next()).done) taken++
  assert.ok(taken < 100)
  await realSleep(30)
  assert.ok(emulator.existing().size > 0)
})
