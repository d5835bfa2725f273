import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryCatch } from 'fp-ts/lib/TaskEither.js'
import { startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import {
  type BulkRecordProvider,
  datoCms,
  defineProvider,
  deleteRecords,
  type RunEvent,
  type RunOptions,
  uuidList,
} from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'

const test = suite('durable runs that are stopped', { deadlineMs: 30_000 })

const journalOf = ({ after }: Pick<TestContext, 'after'>) => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-stopping-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const journal = openJournal(join(folder, 'run.db'))
  after(journal.close)
  return journal
}
const uuids = (count: number) =>
  Array.from({ length: count }, (_, at) => `84a33b7e-833a-47da-95ed-${String(at).padStart(12, '0')}`)

type Setting = (context: Pick<TestContext, 'after'>) => Promise<{
  readonly provider: BulkRecordProvider
  readonly ids: ReadonlyArray<string>
}>

const capabilities = { maxBatchSize: 7, atomicity: 'per-record', replay: 'safe', effect: 'erased' } as const

const settings: Readonly<Record<string, Setting>> = {
  'a list of ids': async ({ after }) => {
    const emulator = await startUuidList()
    after(emulator.close)
    const ids = uuids(3_000)
    emulator.seed(ids)
    return { ids, provider: uuidList({ ...emulator.options, permanentDelete: true }) }
  },
  jobs: async ({ after }) => {
    const emulator = await startDatoCms({ jobMs: 20, rate: 'none' })
    after(emulator.close)
    const ids = Array.from({ length: 1_500 }, (_, at) => `item-${String(at).padStart(17, '0')}`)
    emulator.seed(ids)
    return { ids, provider: datoCms(emulator.options) }
  },
  'an adapter of functions': async () => ({
    ids: uuids(300),
    provider: defineProvider({ name: 'shelf', capabilities, deleteBatch: async () => ({ kind: 'AllDeleted' }) }),
  }),
  'a provider of another make': async () => ({
    ids: uuids(300),
    provider: {
      specification: 1,
      name: 'bare',
      verified: 'documentation',
      capabilities,
      isValidId: () => true,
      deleteBatch: (_, { exchange }) =>
        tryCatch(
          async () => {
            await exchange('delete', async (_signal, onSent) => {
              onSent()
              return { status: 200, headers: new Headers(), text: '' }
            })
            return { kind: 'AllDeleted' }
          },
          () => ({ tag: 'Aborted', sent: false, detail: 'the run is ending' }),
        ),
    },
  }),
}

/** Runs until batches wait for their turn, stops, and shows what the events and the journal say of it. */
const stopped = async (
  context: Pick<TestContext, 'after'>,
  setting: Setting,
  stop: (event: RunEvent, abort: () => void) => void,
  options: RunOptions = {},
) => {
  const { provider, ids } = await setting(context)
  const target = journalOf(context).target('one')
  const signal = new AbortController()
  let settled: Extract<RunEvent, { kind: 'settled' }> | undefined
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'settled') settled = event
    stop(event, () => setTimeout(() => signal.abort(), 20))
  }
  const rate = { requestsPerSecond: 6 }
  const paced = { journal: target, signal: signal.signal, onEvent, rate, concurrency: 4, ...options }
  const { totals, halted } = await deleteRecords(provider, ids, paced)
  return { totals, halted, settled, target, provider, ids }
}

for (const [name, setting] of Object.entries(settings)) {
  test(`a paced run that is aborted leaves a whole journal: ${name}`, async (context) => {
    let sent = 0
    const { totals, halted, settled, target, provider, ids } = await stopped(context, setting, (event, abort) => {
      if (event.kind === 'batch-sent' && ++sent === 5) abort()
    })
    assert.is(halted, undefined, JSON.stringify(halted))
    assert.is(totals.unconfirmed, 0)
    assert.ok(totals.untouched > 0 && totals.deleted > 0, JSON.stringify(totals))
    const { deleted, absent, rejected } = settled?.totals ?? totals
    assert.equal({ deleted, absent, rejected }, { deleted: totals.deleted, absent: 0, rejected: 0 })
    assert.is((await target.totals()).deleted, deleted)
    assert.equal(await target.openBatches(), [])
    const rest = await deleteRecords(provider, undefined, { journal: target })
    assert.is(rest.totals.deleted, ids.length)
  })
}

test('a paced run that halts leaves a whole journal', async (context) => {
  let calls = 0
  const setting: Setting = async () => ({
    ids: uuids(300),
    provider: defineProvider({
      name: 'shelf',
      capabilities,
      deleteBatch: async () => (++calls > 3 ? { tag: 'Denied', detail: 'not any more' } : { kind: 'AllDeleted' }),
    }),
  })
  const { totals, halted, target } = await stopped(context, setting, () => {})
  assert.is(halted?.because, 'denied', JSON.stringify(halted))
  assert.equal(totals, { deleted: 21, absent: 0, rejected: 0, untouched: 279, unconfirmed: 0 })
  assert.equal(await target.openBatches(), [])
})

test('what one call sends once more, with a new token, is on record with the later time', async (context) => {
  const emulator = await startUuidList()
  context.after(emulator.close)
  const ids = uuids(600)
  emulator.seed(ids)
  const target = journalOf(context).target('one')
  const { token, ...others } = emulator.options as { readonly token: string }
  let tokens = 0
  let refused = 0
  const onRecord: number[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const headers = new Headers(init?.headers)
    if (init?.method === 'DELETE') {
      for (const { at } of await target.openBatches()) onRecord.push(at)
      if (headers.get('authorization')?.endsWith('token-1') && ++refused === 1)
        return new Response('{}', { status: 401 })
    }
    headers.set('authorization', `Bearer ${token}`)
    return globalThis.fetch(url, { ...init, headers })
  }
  const provider = uuidList({
    ...others,
    token: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return `token-${++tokens}`
    },
    permanentDelete: true,
    http: { fetch },
  } as Parameters<typeof uuidList>[0])
  const { totals, halted } = await deleteRecords(provider, ids, { journal: target, concurrency: 1 })
  assert.is(halted, undefined, JSON.stringify(halted))
  assert.is(refused, 1)
  assert.is(totals.deleted, 600)
  assert.ok((onRecord[1] ?? 0) > (onRecord[0] ?? 0), onRecord.join())
})
