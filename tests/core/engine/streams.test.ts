import { startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import { datoCms, deleteRecords, type RecordOutcome, streamOutcomes, uuidList } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { counts, fastClock, item, listener, many, realSleep, startShelf, tally, until, uuid } from './harness.ts'

const test = suite('streams')

const byId = (one: RecordOutcome, other: RecordOutcome) => one.id.localeCompare(other.id)

const forever = function* (make: (n: number) => string): Iterable<string> {
  for (let n = 0; ; n++) yield make(n)
}

/** Waits until a count has not changed for a while. */
const standsStill = async (count: () => number): Promise<void> => {
  for (let before = -1; count() !== before; await realSleep(200)) before = count()
}

test('a stream yields what a report holds', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = [...many(60, uuid), 'not a uuid', ...many(5, uuid)]
  const start = () => {
    emulator.seed(many(60, uuid).filter((_, index) => index !== 7))
    emulator.refuse([uuid(30)])
  }
  start()
  const report = await deleteRecords(uuidList(emulator.options), ids, { batchSize: 10 })
  start()
  const { of, onEvent } = listener()
  const outcomes: RecordOutcome[] = []
  for await (const outcome of streamOutcomes(uuidList(emulator.options), ids, { batchSize: 10, onEvent }))
    outcomes.push(outcome)
  assert.equal([...outcomes].sort(byId), [...report.outcomes].sort(byId))
  const summary = of('run-ended')[0]?.report
  assert.equal(summary?.totals, report.totals)
  assert.is(summary?.duplicates, 5)
  assert.not.ok('outcomes' in (summary ?? {}))
})

test('nothing is sent, and nothing is read, before the first outcome is asked for', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  let pulled = 0
  const source = (function* () {
    for (const id of many(10, uuid)) {
      pulled++
      yield id
    }
  })()
  const { events, onEvent } = listener()
  const iterator = streamOutcomes(uuidList(emulator.options), source, { onEvent })[Symbol.asyncIterator]()
  await realSleep(30)
  assert.equal([emulator.calls.length, pulled, events.length], [0, 0, 0])
  await iterator.next()
  assert.is(pulled, 10)
  await iterator.return?.()
})

test('a run goes no further than it is followed', async ({ after }) => {
  const shelf = await startShelf(after, { readable: false, capabilities: { maxBatchSize: 1_000 } })
  const stream = streamOutcomes(
    shelf.provider,
    forever((n) => `r${n}`),
    { duplicates: 'allow' },
  )
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  const sent = () => shelf.deletions.reduce((sum, ids) => sum + ids.length, 0)
  await standsStill(sent)
  const bound = sent()
  assert.ok(bound <= 20_000, `${bound} records were sent while one outcome was taken`)
  await realSleep(100)
  assert.is(sent(), bound, 'and then it stands still')
  for (let taken = 0; taken < 10_000; taken++) await iterator.next()
  await until(() => sent() > bound)
  await iterator.return?.()
  const last = sent()
  await realSleep(50)
  assert.is(sent(), last)
})

test('leaving the loop is an abort: what is in flight is settled before the loop is left', async ({ after }) => {
  for (const how of ['break', 'throw'] as const) {
    const emulator = await startUuidList({ latencyMs: 20 })
    after(emulator.close)
    const ids = many(500, uuid)
    emulator.seed(ids)
    let closed = false
    const source = (function* () {
      try {
        yield* ids
      } finally {
        closed = true
      }
    })()
    const { of, events, onEvent } = listener()
    let taken = 0
    try {
      for await (const _ of streamOutcomes(uuidList(emulator.options), source, { batchSize: 10, onEvent })) {
        if (++taken < 25) continue
        if (how === 'break') break
        throw new Error('the file is full')
      }
    } catch (error) {
      assert.match((error as Error).message, 'the file is full')
    }
    assert.is(events.at(-1)?.kind, 'run-ended', how)
    const summary = of('run-ended')[0]?.report
    assert.is(summary?.sourceEnded, false)
    assert.is(summary?.totals.unconfirmed, 0)
    assert.is(
      500 - emulator.existing().size,
      summary?.totals.deleted,
      'the report tells what was done after the last outcome',
    )
    assert.ok(closed)
    assert.is(of('aborted').length, 1)
    const sent = emulator.calls.length
    await realSleep(40)
    assert.is(emulator.calls.length, sent)
  }
})

test('leaving a stream whose jobs run: they are followed to their end, within drainMs', async ({ after }) => {
  const emulator = await startDatoCms({ jobMs: 60, rate: 'none' })
  after(emulator.close)
  const ids = many(60, item)
  emulator.seed(ids)
  const { of, onEvent } = listener()
  const options = { batchSize: 10, maxJobs: 3, onEvent }
  for await (const _ of streamOutcomes(datoCms(emulator.options), ids, options)) break
  const totals = of('run-ended')[0]?.report.totals
  assert.is(totals?.unconfirmed, 0)
  assert.is(60 - emulator.existing().size, totals?.deleted)
})

test('a stream that was left before it began never begins', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const { events, onEvent } = listener()
  const iterator = streamOutcomes(uuidList(emulator.options), many(10, uuid), { onEvent })[Symbol.asyncIterator]()
  assert.equal(await iterator.return?.(), { done: true, value: undefined })
  assert.equal(await iterator.next(), { done: true, value: undefined })
  assert.is(emulator.calls.length, 0)
  assert.equal(events, [], 'a run that never was has nothing to tell')
})

test('outcomes may be asked for ahead', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(20, uuid)
  emulator.seed(ids)
  const iterator = streamOutcomes(uuidList(emulator.options), ids, { batchSize: 5 })[Symbol.asyncIterator]()
  const asked = await Promise.all(Array.from({ length: 25 }, () => iterator.next()))
  const outcomes = asked.flatMap(({ done, value }) => (done === true ? [] : [value as RecordOutcome]))
  assert.is(new Set(outcomes.map(({ id }) => id)).size, 20)
  assert.is(asked.filter(({ done }) => done === true).length, 5)
  assert.equal(await iterator.next(), { done: true, value: undefined })
})

test('a stream that nobody follows can still be aborted', async ({ after }) => {
  const shelf = await startShelf(after, { readable: false, capabilities: { maxBatchSize: 1_000 } })
  const controller = new AbortController()
  const { of, onEvent } = listener()
  const source = forever((n) => `r${n}`)
  const options = { duplicates: 'allow', signal: controller.signal, onEvent } as const
  const iterator = streamOutcomes(shelf.provider, source, options)[Symbol.asyncIterator]()
  await iterator.next()
  await realSleep(150)
  controller.abort()
  await until(() => of('run-ended').length === 1)
  let taken = 1
  while (!(await iterator.next()).done) taken++
  const totals = of('run-ended')[0]?.report.totals
  assert.is(taken, (totals?.deleted ?? 0) + (totals?.untouched ?? 0), 'every outcome can still be taken')
})

test('a source without end, of which nothing is sent: still held back, and left when the loop is', async ({
  after,
}) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const provider = uuidList(emulator.options)
  const sources = {
    'a dry run': [() => forever(uuid), { dryRun: true, duplicates: 'allow' }],
    'nothing but invalid ids': [() => forever((n) => `invalid ${n}`), { duplicates: 'allow' }],
    'nothing but protected ids': [() => forever(uuid), { protect: () => true, duplicates: 'allow' }],
  } as const
  for (const [what, [source, options]] of Object.entries(sources)) {
    for (const asynchronous of [false, true]) {
      const name = `${what}${asynchronous ? ', asynchronous' : ''}`
      let pulled = 0
      const counted = function* () {
        for (const id of source()) {
          // Else a run that is not held back would take all the memory there is.
          if (++pulled > 200_000) throw new Error(`${name}: not held back`)
          yield id
        }
      }
      const later = async function* () {
        yield* counted()
      }
      const outcomes: RecordOutcome[] = []
      for await (const outcome of streamOutcomes(provider, asynchronous ? later() : counted(), options)) {
        outcomes.push(outcome)
        if (outcomes.length === 100) break
      }
      assert.ok(pulled <= 50_000, `${name}: ${pulled} ids were pulled for 100 outcomes`)
      assert.is(Object.keys(tally(outcomes)).length, 1)
    }
  }
  assert.is(emulator.calls.length, 0)
})

test('a source that repeats one id for ever can be aborted', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  emulator.seed([uuid(0)])
  const controller = new AbortController()
  let pulled = 0
  const source = (function* () {
    while (true) {
      if (++pulled > 3_000_000) throw new Error('it never looks up')
      yield uuid(0)
    }
  })()
  setTimeout(() => controller.abort(), 20)
  const report = await deleteRecords(uuidList(emulator.options), source, { signal: controller.signal })
  assert.is(report.halted, undefined)
  assert.is(report.sourceEnded, false)
  assert.is(report.duplicates + 1, pulled)
})

test('a report of many records: one outcome for each, whatever the order in which they were settled', async ({
  after,
}) => {
  const shelf = await startShelf(after, { readable: false, capabilities: { maxBatchSize: 500 } })
  const ids = many(20_000, (n) => `r${n}`)
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(), concurrency: 8 })
  assert.equal(counts(report), { deleted: 20_000 })
  assert.ok(report.outcomes.every(({ id }, index) => id === ids[index]))
})
