import { type AvePointOpusEmulatorSettings, startAvePointOpus } from '../../src/emulators/index.ts'
import type { AskOptions } from '../../src/http-provider.ts'
import {
  AskingFailedError,
  avePointOpus,
  deleteRecords,
  ListChangedError,
  type ListedRecord,
  UsageError,
} from '../../src/index.ts'
import { submitRecords } from '../../src/opus-submit.ts'
import { all } from '../support/all.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { listen } from '../support/listen.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('avepoint-opus: the due list')

type After = (closer: () => unknown) => void

const query = { connectionId: 'd9da492f-cc67-4920-99f9-6fbaae1f1410', before: '2024-01-01' } as const

const start = async (after: After, count: number, settings: AvePointOpusEmulatorSettings = {}) => {
  const emulator = await startAvePointOpus(settings)
  after(emulator.close)
  const keys = Array.from({ length: count }, (_, n) => `key ${n}, of ${count}`)
  emulator.seed(keys)
  const reads = () => emulator.calls.filter(({ method }) => method === 'GET')
  return { emulator, keys, reads, opus: avePointOpus(emulator.options) }
}

test('one line deletes what is due: the list is read to its end before the first deletion', async ({ after }) => {
  const { emulator, keys, opus } = await start(after, 250, {
    dueAt: (key) => (/^key 1/.test(key) ? '2025-05-05' : '2020-02-02'),
  })
  const due = keys.filter((key) => !/^key 1/.test(key))
  const report = await deleteRecords(opus, opus.listDue(query))
  assert.is(report.totals.deleted, due.length)
  assert.equal(
    report.outcomes.map(({ id }) => id),
    due,
  )
  assert.equal([...emulator.destroyed()].sort(), [...due].sort())
  const methods = emulator.calls.map(({ method }) => method).filter((method) => method !== 'POST')
  assert.ok(methods.lastIndexOf('GET') < methods.indexOf('DELETE'))
  assert.match(
    emulator.calls.find(({ method }) => method === 'GET')?.url ?? '',
    /disposalDueDate=2024-01-01T00%3A00%3A00\.000Z/,
  )
})

test('what is submitted is due, is listed, and is destroyed', async ({ after }) => {
  const emulator = await startAvePointOpus({ connection: query.connectionId })
  after(emulator.close)
  const records = Array.from({ length: 40 }, (_, n) => ({
    rowKey: `invoice, ${n}`,
    leafName: `Invoice ${n}`,
    timeCreated: '2014-03-01T10:00:00Z',
    timeModified: '2014-03-01T10:00:00Z',
    createdBy: 'kim@example.com',
    modifiedBy: 'kim@example.com',
  }))
  const { connectionId } = query
  const submitted = await submitRecords(emulator.options, records, { connectionId, conflictOption: 'Skip' })
  assert.is(submitted.totals.submitted, 40)
  const opus = avePointOpus(emulator.options)
  const due = opus.listDue(query)
  const listed = await all(due.records())
  assert.equal(
    [...listed].sort((one, other) => one.id.localeCompare(other.id)),
    records
      .map(({ rowKey, leafName }) => ({ id: rowKey, title: leafName }))
      .sort((one, other) => one.id.localeCompare(other.id)),
  )
  assert.is((await deleteRecords(opus, due)).totals.deleted, 40)
  assert.equal(await all(due), [])
})

test('pages, titles, an empty list, a list of one', async ({ after }) => {
  const { opus, keys, reads } = await start(after, 250, { leafName: (key) => `The ${key}` })
  assert.equal(await all(opus.listDue(query)), keys)
  assert.is(reads().length, 4)
  assert.equal(await all(opus.listDue({ ...query, pageSize: 30 })), keys)
  const records: ReadonlyArray<ListedRecord> = await all(
    opus.listDue({ ...query, before: new Date('2024-01-01') }).records(),
  )
  assert.equal(records[7], { id: keys[7], title: `The ${keys[7]}` })
  for (const count of [0, 1]) {
    const { opus: other, keys: few } = await start(after, count)
    assert.equal(await all(other.listDue(query)), few)
  }
})

test('whatever startIndex counts, nothing is passed over', async ({ after }) => {
  const { opus, keys } = await start(after, 250, { startIndex: 'records-from-1' })
  assert.equal(await all(opus.listDue(query)), keys)
  const { opus: other } = await start(after, 250, { startIndex: 'pages' })
  assert.instance(await rejection(all(other.listDue(query))), ListChangedError)
})

test('what is destroyed by others while the list is read is noticed, and nothing is deleted', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(emulator.close)
  emulator.seed(Array.from({ length: 250 }, (_, n) => `${n}`))
  let reads = 0
  const opus = avePointOpus({
    ...emulator.options,
    http: {
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        if (init.method === 'GET' && ++reads === 1) (emulator.existing() as Set<string>).delete('3')
        return answer
      },
    },
  })
  const report = await deleteRecords(opus, opus.listDue(query))
  assert.match(report.halted?.detail ?? '', /the list changed while it was read/)
  assert.equal([report.halted?.because, report.outcomes.length, report.sourceEnded], ['source', 0, false])
  assert.is(emulator.destroyed().size, 0)
})

test('throttles, lost answers and tokens that end are gone through; a refusal is told, without secrets', async ({
  after,
}) => {
  const { emulator, opus, keys } = await start(after, 250, { retryAfter: 'seconds' })
  emulator.fault('429', { route: 'list' })
  emulator.fault('lost-before', { route: 'list', nth: 2 })
  emulator.fault('401', { route: 'list', nth: 3 })
  emulator.fault('html', { route: 'list', nth: 4 })
  const kinds: string[] = []
  const options: AskOptions = { clock: hurriedClock(), onEvent: ({ kind }) => kinds.push(kind) }
  assert.equal(await all(opus.listDue(query, options)), keys)
  assert.ok(kinds.includes('paused') && kinds.includes('call-failed'))
  emulator.fault('403', { route: 'list' })
  const error = await rejection(all(opus.listDue(query, options)))
  assert.instance(error, AskingFailedError)
  assert.match((error as Error).message, /not allowed \(HTTP 403\)/)
  const wrong = avePointOpus({ ...emulator.options, clientSecret: 'a-secret-that-is-wrong' })
  const denied = await rejection(all(wrong.listDue(query, options)))
  assert.instance(denied, AskingFailedError)
  assert.not.match(JSON.stringify([denied, String(denied)]), 'a-secret-that-is-wrong')
})

test('leaving early cuts the request that is under way', { deadlineMs: 5_000 }, async ({ after }) => {
  let closed = 0
  const server = await listen(() => ({
    script: (response) => {
      response.on('close', () => closed++)
    },
  }))
  after(server.close)
  const opus = avePointOpus({ baseUrl: server.url, token: 'opus-token' })
  const iterator = opus.listDue(query)[Symbol.asyncIterator]()
  const first = iterator.next()
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await iterator.return?.()
  assert.equal(await first, { done: true, value: undefined })
  while (closed === 0) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('a signal ends it with an error: half a list is none', { deadlineMs: 5_000 }, async ({ after }) => {
  const server = await listen(() => ({ script: () => {} }))
  after(server.close)
  const opus = avePointOpus({ baseUrl: server.url, token: 'opus-token' })
  const abort = new AbortController()
  const reading = all(opus.listDue(query, { signal: abort.signal }))
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  abort.abort()
  assert.instance(await rejection(reading), AskingFailedError)
  assert.instance(await rejection(all(opus.listDue(query, { signal: AbortSignal.abort() }))), AskingFailedError)
})

test('a run that is aborted while the list is read closes it, and has nothing to report', {
  deadlineMs: 5_000,
}, async ({ after }) => {
  const server = await listen(() => ({ script: () => {} }))
  after(server.close)
  const opus = avePointOpus({ baseUrl: server.url, token: 'opus-token' })
  const abort = new AbortController()
  const running = deleteRecords(opus, opus.listDue(query), { signal: abort.signal, drainMs: 0 })
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  abort.abort()
  const report = await running
  assert.equal([report.outcomes.length, report.sourceEnded, report.halted], [0, false, undefined])
})

test('misuse is told at once', () => {
  const opus = avePointOpus({ region: 'us', token: 'opus-token' })
  const bad = [{ connectionId: 'none' }, { before: 'soon' }, { pageSize: 0 }, { pageSize: 101 }, { pageSize: 1.5 }]
  for (const more of bad)
    assert.throws(
      () => opus.listDue({ ...query, ...more }),
      (error: unknown) => error instanceof UsageError,
    )
})
