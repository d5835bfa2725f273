import * as E from 'fp-ts/lib/Either.js'
import { parseExactly } from '../../../src/core/http/exact-json.ts'
import { startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import type { Contents, RecordContent } from '../../../src/http-provider.ts'
import {
  avePointOpus,
  type BulkRecordProvider,
  datoCms,
  deleteRecords,
  planDeletion,
  uuidList,
} from '../../../src/index.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { doneWithin, fastClock, item, many, together, uuid } from './harness.ts'

const test = suite('copies before deletion', { deadlineMs: 20_000 })

/** Keeps what it is given; may fail from the n-th call on. */
const shelf = (failsFrom = Number.POSITIVE_INFINITY) => {
  const copies = new Map<string, unknown>()
  const state = { calls: 0, atOnce: 0, mostAtOnce: 0 }
  const backup = async (records: ReadonlyArray<RecordContent>): Promise<void> => {
    state.calls++
    state.mostAtOnce = Math.max(state.mostAtOnce, ++state.atOnce)
    await Promise.resolve()
    if (state.calls >= failsFrom) throw new Error('no space left on device')
    for (const { id, content } of records) copies.set(id, content)
    state.atOnce--
  }
  return { copies, state, backup }
}

/** A backend in this process: every record is deleted by the first request, unless it is told otherwise. */
const plain = (more: Partial<BulkRecordProvider> = {}, contents?: (ids: ReadonlyArray<string>) => Contents) => {
  const deleted: string[] = []
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'plain',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (batch) => async () => {
      deleted.push(...batch.ids)
      return E.right({ kind: 'AllDeleted' })
    },
    readContent: (batch) => async () =>
      E.right(contents?.(batch.ids) ?? { records: batch.ids.map((id) => ({ id, content: { id } })) }),
    ...more,
  }
  return { provider, deleted }
}

test('DatoCMS: blocks are whole, the copy comes first, and one call is made at a time', async ({ after }) => {
  const block = (id: string) => ({ type: 'item', id: `block-${id}`, attributes: { text: 'hello' }, relationships: {} })
  const emulator = await startDatoCms({
    rate: 'none',
    jobMs: 0,
    record: (id) => ({ attributes: { title: `Record ${id}`, body: [block(id)] } }),
    drafts: (id) => id.endsWith('1'),
  })
  after(emulator.close)
  const ids = many(70, item)
  emulator.seed(ids)
  const { copies, state, backup } = shelf()
  const report = await deleteRecords(datoCms(emulator.options), ids, { backup, batchSize: 20, clock: fastClock() })
  assert.equal(report.totals, { deleted: 70, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
  assert.equal([...copies.keys()].sort(), [...ids].sort())
  const copy = copies.get(ids[3] as string) as { readonly attributes: { readonly body: ReadonlyArray<unknown> } }
  assert.equal(copy.attributes.body, [block(ids[3] as string)])
  assert.is(state.mostAtOnce, 1)
  const deletion = emulator.calls.findIndex(({ method }) => method === 'POST')
  // The first call is the control read, then comes the content.
  assert.ok(deletion >= 2)
})

test('what is not there, and what can not be read, is left alone and says why', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(6, uuid)
  const [gone = '', broken = ''] = ids
  emulator.seed(ids.slice(1))
  const provider = uuidList(emulator.options)
  const { copies, backup } = shelf()
  const without: BulkRecordProvider = {
    ...provider,
    readContent: (batch, context) => async () => {
      const read = await provider.readContent?.(batch, context)()
      if (read === undefined || E.isLeft(read)) return read ?? E.right({ records: [] })
      return E.right({ ...read.right, records: read.right.records.filter(({ id }) => id !== broken) })
    },
  }
  const report = await deleteRecords(without, ids, { backup, clock: fastClock() })
  const whys = report.outcomes.map((outcome) =>
    'why' in outcome ? [outcome.why, outcome.reason?.code] : outcome.status,
  )
  assert.equal(whys.slice(0, 2), [
    ['not-backed-up', 'not-found'],
    ['not-backed-up', 'unreadable'],
  ])
  assert.equal(report.totals.deleted, 4)
  assert.equal([...emulator.existing()], [broken])
  assert.not.ok(copies.has(gone))
})

test('a copy that fails halts the run, and nothing more is sent', async () => {
  const { provider, deleted } = plain()
  const { backup } = shelf(2)
  const ids = many(40, (n) => `r${n}`)
  const report = await deleteRecords(provider, ids, { backup, concurrency: 1, clock: fastClock() })
  assert.is(report.halted?.because, 'backup')
  assert.match(report.halted?.detail ?? '', 'no space left on device')
  assert.is(deleted.length, 10)
  assert.equal(report.totals, { deleted: 10, absent: 0, rejected: 0, untouched: 30, unconfirmed: 0 })
})

test('contents that can not be read at all halt the run instead of passing over the whole list', async () => {
  let reads = 0
  const { provider, deleted } = plain({
    readContent: () => async () => {
      reads++
      return E.left({ tag: 'Garbled', detail: 'strange', paths: [] })
    },
  })
  const report = await deleteRecords(
    provider,
    many(200, (n) => `r${n}`),
    {
      backup: shelf().backup,
      concurrency: 1,
      attempts: 1,
      clock: fastClock(),
    },
  )
  assert.is(report.halted?.because, 'backup')
  assert.is(reads, 3)
  assert.is(deleted.length, 0)
  assert.is(report.totals.untouched, 200)
})

test('two contents of one record are none, and so is an empty one', async () => {
  const { provider, deleted } = plain({}, (ids) => ({
    records: [
      ...ids.map((id) => ({ id, content: id === 'b' ? null : { id } })),
      ...(ids.includes('a') ? [{ id: 'a', content: { other: true } }] : []),
    ],
  }))
  const { copies, backup } = shelf()
  const report = await deleteRecords(provider, ['a', 'b', 'c'], { backup, clock: fastClock() })
  assert.equal(deleted, ['c'])
  assert.equal([...copies.keys()], ['c'])
  assert.is(report.totals.untouched, 2)
})

test('what is sent once more is copied once more, for it may have changed', async () => {
  let sendings = 0
  let version = 0
  const { provider } = plain({
    deleteBatch: () => async () => {
      if (++sendings > 1) return E.right({ kind: 'AllDeleted' })
      version++
      return E.right({ kind: 'ById', silence: 'unconfirmed', verdicts: [{ id: 'a', is: 'again' }] })
    },
    readContent: () => async () => E.right({ records: [{ id: 'a', content: { version } }] }),
  })
  const { copies, backup } = shelf()
  const report = await deleteRecords(provider, ['a'], { backup, clock: fastClock() })
  assert.is(report.totals.deleted, 1)
  assert.equal(copies.get('a'), { version: 1 })
})

test('a canary that can not be copied halts the run', async () => {
  const { provider, deleted } = plain({}, () => ({ records: [] }))
  const report = await deleteRecords(
    provider,
    many(30, (n) => `r${n}`),
    {
      backup: shelf().backup,
      canary: 3,
      clock: fastClock(),
    },
  )
  assert.is(report.halted?.because, 'guard')
  assert.is(deleted.length, 0)
})

test('an abort while a copy hangs ends the run, and nothing was sent', async () => {
  const { provider, deleted } = plain()
  const controller = new AbortController()
  const report = await deleteRecords(provider, ['a'], {
    backup: () => {
      controller.abort()
      return new Promise(() => {})
    },
    signal: controller.signal,
    drainMs: 10,
  })
  assert.equal([report.totals.untouched, deleted.length], [1, 0])
})

test('a provider that reads no content refuses, also for a forecast, and a forecast counts the reads', async ({
  after,
}) => {
  const opus = avePointOpus({ region: 'us', token: 'x' })
  const { backup } = shelf()
  for (const refused of [deleteRecords(opus, [], { backup }), planDeletion(opus, [], { backup })]) {
    assert.match(String(await rejection(refused)), "can't read what a record holds")
  }
  assert.match(
    String(await rejection(deleteRecords(plain().provider, [], { backup: 'cms.ndjson' as never }))),
    'backup must be a function',
  )
  const emulator = await startUuidList()
  after(emulator.close)
  const provider = uuidList(emulator.options)
  const ids = many(30, uuid)
  const [bare, copied] = [await planDeletion(provider, ids), await planDeletion(provider, ids, { backup })]
  assert.is(copied.requests - bare.requests, 30)
})

test('numbers keep all of their digits', () => {
  for (const text of [
    '{"a":12345678901234567890,"b":[1e400,-0,0.1],"c":"12345678901234567890"}',
    '{"price":0.1000000000000000055511151231257827,"n":9007199254740993}',
    '[1.0,100,1e5,123456789012345678,-12345678901234567.25e-3]',
  ]) {
    const written = JSON.stringify(parseExactly(text))
    const digits = (source: string) => source.match(/[\d.eE+-]{15,}/g)
    assert.equal(digits(written), digits(text), written)
  }
  assert.equal(parseExactly('[1.0,100,1e5,0.25]'), [1, 100, 100_000, 0.25])
  assert.throws(() => parseExactly('{'))
})

test('whatever goes wrong, nothing that had no copy is gone, and what is left for want of one is there', async ({
  after,
}) => {
  const kinds = ['lost-before', 'lost-after', 'late', '429', '500', '503', 'html', 'truncated'] as const
  const play = async (seed: number): Promise<void> => {
    const random = seeded(seed)
    const isDato = seed % 2 === 0
    const emulator = isDato
      ? await startDatoCms({ rate: 'none', jobMs: 0, lateMs: 20, missing: seed % 4 === 0 ? 'ignored' : 'failed' })
      : await startUuidList({ lateMs: 20 })
    after(emulator.close)
    const ids = many(24, isDato ? item : uuid)
    emulator.seed(ids.filter((_, n) => n % 9 !== 4))
    emulator.refuse(ids.filter((_, n) => n % 11 === 5))
    for (let fault = 0; fault < 6; fault++) {
      const kind = kinds[Math.floor(random() * kinds.length)] ?? '500'
      emulator.fault(kind, { route: random() < 0.6 ? 'read' : 'delete', nth: 1 + Math.floor(random() * 6) })
    }
    const provider: BulkRecordProvider =
      'apiToken' in emulator.options ? datoCms(emulator.options) : uuidList(emulator.options)
    const copied = new Set<string>()
    const before = new Set(emulator.existing())
    const report = await deleteRecords(doneWithin(2_000, provider), ids, {
      backup: async (records) => {
        await Promise.resolve()
        const early = records.filter(({ id }) => before.has(id) && !emulator.existing().has(id) && !copied.has(id))
        assert.equal(early, [], `seed ${seed}: gone before its copy was kept`)
        for (const { id } of records) copied.add(id)
      },
      batchSize: 7,
      attempts: 3,
      random,
      clock: fastClock(50),
    })
    const lost = [...before].filter((id) => !emulator.existing().has(id) && !copied.has(id))
    assert.equal(lost, [], `seed ${seed}: gone, with no copy`)
    for (const outcome of report.outcomes) {
      const isLeft = outcome.status === 'untouched' && outcome.why === 'not-backed-up'
      if (isLeft && before.has(outcome.id))
        assert.ok(emulator.existing().has(outcome.id), `seed ${seed}: ${outcome.id}`)
      if (outcome.status === 'deleted') assert.ok(copied.has(outcome.id), `seed ${seed}: ${outcome.id}`)
    }
  }
  await together(
    Array.from({ length: 8 }, (_, index) => index + 1),
    play,
  )
})

/** The same figures for the same seed. */
const seeded = (seed: number) => {
  let state = seed * 2_654_435_761
  return (): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0
    return state / 2 ** 32
  }
}
