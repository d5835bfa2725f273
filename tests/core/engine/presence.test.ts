import { startUuidList } from '../../../src/emulators/index.ts'
import { assertAllGone, deleteRecords, NotAllGoneError, presence, type Report, uuidList } from '../../../src/index.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { checkBooks, doneWithin, fastClock, hangUp, listener, many, outcomeOf, startShelf, uuid } from './harness.ts'

const test = suite('presence')

const refusal = (report: Report) => rejection((async () => assertAllGone(report))())

test('gone, present or unknown: what is true of each record', async ({ after }) => {
  const ids = ['deleted', 'missing', 'locked', 'lost', 'protected', '']
  const shelf = await startShelf(after, {
    records: ids.filter((id) => id !== 'missing'),
    readable: false,
    capabilities: { maxBatchSize: 1, replay: 'unsafe' },
    destroy: ([id = ''], _, records) => {
      if (id === 'lost') return hangUp
      if (id !== 'locked') records.delete(id)
      const is = id === 'missing' ? 'absent' : id === 'locked' ? 'rejected' : 'deleted'
      return { json: { verdicts: [{ id, is }] } }
    },
  })
  const report = await deleteRecords(shelf.provider, ids, { protect: ['protected'] })
  checkBooks(report, ids)
  assert.equal(
    report.outcomes.map((outcome) => [outcome.id, outcome.status, presence(outcome)]),
    [
      ['deleted', 'deleted', 'gone'],
      ['missing', 'absent', 'gone'],
      ['locked', 'rejected', 'present'],
      ['lost', 'unconfirmed', 'unknown'],
      ['protected', 'untouched', 'present'],
      ['', 'untouched', 'present'],
    ],
  )
  assert.equal(
    outcomeOf(report, 'deleted'),
    { id: 'deleted', status: 'deleted', evidence: 'reply', effect: 'erased' },
    'what kind of gone it is, is said too',
  )
  const error = (await refusal(report)) as NotAllGoneError
  assert.instance(error, NotAllGoneError)
  assert.equal(error.totals, { deleted: 1, absent: 1, rejected: 1, untouched: 2, unconfirmed: 1 })
  assert.equal(
    error.reasons.map(({ id }) => id),
    ['locked', 'lost', 'protected', ''],
  )
  assert.match(error.message, '1 rejected, 2 untouched, 1 unconfirmed')
})

test('all gone, whoever did it: nothing is thrown', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(30, uuid)
  emulator.seed(ids.slice(0, 20))
  emulator.fault('lost-after', { route: 'delete', nth: 2 })
  const options = { clock: fastClock(), batchSize: 5 }
  const report = await deleteRecords(doneWithin(4_000, uuidList(emulator.options)), [...ids, ...ids], options)
  assert.equal([report.totals.deleted, report.totals.absent, report.duplicates], [20, 10, 30])
  assertAllGone(report)
  assertAllGone(await deleteRecords(uuidList(emulator.options), []))
})

test('all that was handed in is gone, and the source held more: not all gone', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(5, uuid)
  const sources = {
    'a source that throws': (function* () {
      yield* ids
      throw new Error('the export broke off')
    })(),
    'a source with an entry that is no id': [...ids, 7 as unknown as string],
  }
  for (const [name, source] of Object.entries(sources)) {
    emulator.seed(ids)
    const report = await deleteRecords(uuidList(emulator.options), source, { batchSize: 1, concurrency: 1 })
    const error = (await refusal(report)) as NotAllGoneError
    assert.instance(error, NotAllGoneError, name)
    assert.is(error.halted?.because, 'source')
    assert.match(error.message, 'the run halted: ')
  }
  const controller = new AbortController()
  emulator.seed(ids)
  const endless = (async function* () {
    yield* ids
    await new Promise(() => {})
  })()
  const { onEvent } = listener()
  const report = await deleteRecords(uuidList(emulator.options), endless, {
    clock: fastClock(),
    signal: controller.signal,
    onEvent: (event) => {
      onEvent(event)
      if (event.kind === 'settled' && event.totals.deleted === 5) controller.abort()
    },
  })
  assert.equal(report.totals.deleted, 5)
  assert.match(((await refusal(report)) as NotAllGoneError).message, 'the id source was not read to its end')
})

test('what is held is asked for each batch, and kept from a search that has begun', async ({ after }) => {
  const ids = many(12, (index) => `r${index}`)
  const held = new Map([['r1', 'Case 1']])
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    capabilities: { maxBatchSize: 4, atomicity: 'all-or-nothing' },
    destroy: (batch, _, records) => {
      if (batch.includes('r6')) {
        held.set('r7', 'Case 2')
        return { status: 422, json: {} }
      }
      for (const id of batch) records.delete(id)
      return { status: 204 }
    },
  })
  const asked: ReadonlyArray<string>[] = []
  const report = await deleteRecords(shelf.provider, ids, {
    concurrency: 1,
    clock: fastClock(),
    holds: (some) => {
      asked.push(some)
      return some.map((id) => held.get(id))
    },
  })
  checkBooks(report, ids)
  assert.equal(outcomeOf(report, 'r1'), { id: 'r1', status: 'untouched', why: 'held', reference: 'Case 1' })
  assert.equal(outcomeOf(report, 'r7'), { id: 'r7', status: 'untouched', why: 'held', reference: 'Case 2' })
  assert.is(outcomeOf(report, 'r6').status, 'unconfirmed')
  assert.is(report.totals.deleted, 9)
  assert.ok(asked.every((some) => some.length <= 4))
})

test("where what is held can't be told, nothing more is sent", async ({ after }) => {
  const ids = many(8, (index) => `r${index}`)
  const shelf = await startShelf(after, { records: ids, capabilities: { maxBatchSize: 2 } })
  let asked = 0
  const holds = (some: ReadonlyArray<string>) => {
    asked++
    // Told when the batch was cut, and not any more when it was about to be put on record.
    if (asked === 4) throw new Error('holds.csv is gone')
    return some.map(() => undefined)
  }
  const report = await deleteRecords(shelf.provider, ids, { concurrency: 1, holds })
  assert.is(report.halted?.because, 'guard')
  assert.match(report.halted?.detail ?? '', 'holds.csv is gone')
  assert.equal([report.totals.deleted, report.totals.untouched], [2, 6])
})
