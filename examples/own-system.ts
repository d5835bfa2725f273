/**
 * An adapter for a system of your own: here one that deletes by a list in the URL, and lists those that failed. It is held
 * against the contract first, and used then. How it is written: docs/write-a-provider.md.
 *
 *     node examples/own-system.ts
 */
import { assertAllGone, deleteRecords } from 'expunge'
import { type BulkRecordProvider, commaList, defineHttpProvider, on } from 'expunge/http-provider'
import { type ContractSubject, providerContract, scriptedBackend, virtualClock } from 'expunge/testing'
import * as t from 'io-ts'

const Failures = t.type({ failed: t.array(t.type({ key: t.string, why: t.string })) })
const Parcels = t.array(t.type({ key: t.string }))

/** Parcels: up to 30 a request, for good. Deleting one that is not there is no failure: it is not told. */
const parcels = (baseUrl: string, token: string): BulkRecordProvider =>
  defineHttpProvider({
    name: 'parcels',
    verified: 'documentation',
    capabilities: { maxBatchSize: 30, maxUrlBytes: 2_000, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl,
    authorization: token,
    isValidId: (id) => /^[\w-]+$/.test(id),
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: `parcels?keys=${commaList(ids)}` }),
      replies: [
        on(200, Failures, ({ failed }) => ({
          kind: 'ById',
          silence: 'deleted',
          verdicts: failed.map(
            ({ key, why }) => ({ id: key, is: 'rejected', reason: { code: 'vendor:kept', message: why } }) as const,
          ),
        })),
      ],
    },
    findExisting: [
      {
        form: 'by-key',
        request: (ids) => ({ method: 'GET', path: `parcels?keys=${commaList(ids)}` }),
        replies: [on(200, Parcels, (listed) => listed.map(({ key }) => key))],
      },
    ],
  })

/** The system, as strict as its documents: what the contract is played against, and this example. */
const subject: ContractSubject = {
  provider: (baseUrl) => parcels(baseUrl, 'parcel-secret-token'),
  missing: 'silent',
  start: async ({ clock }) => {
    const there = new Set<string>()
    const kept = new Set<string>()
    const keysOf = (query: URLSearchParams) => query.get('keys')?.split(',') ?? []
    const backend = await scriptedBackend({
      clock,
      admit: ({ headers }) => (headers['authorization'] === 'Bearer parcel-secret-token' ? undefined : { status: 401 }),
      routes: {
        'DELETE /parcels': ({ query }) => {
          const keys = keysOf(query)
          if (keys.length > 30) return { status: 400, json: { message: 'at most 30' } }
          for (const key of keys) if (!kept.has(key)) there.delete(key)
          return { json: { failed: keys.filter((key) => kept.has(key)).map((key) => ({ key, why: 'at customs' })) } }
        },
        'GET /parcels': ({ query }) => ({
          json: keysOf(query)
            .filter((key) => there.has(key))
            .map((key) => ({ key })),
        }),
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void there.add(id)),
      existing: () => there,
      refuse: (id) => kept.add(id),
      close: backend.close,
    }
  },
}

const cases = providerContract(subject)
for (const { name, run } of cases) {
  await run().catch((error: unknown) => {
    throw new Error(`${name}: ${error}`)
  })
}
console.log(`the contract is kept: ${cases.length > 40}`)

const system = await subject.start({ clock: virtualClock() })
const ids = Array.from({ length: 100 }, (_, n) => `parcel-${n}`)
await system.seed(ids)
const report = await deleteRecords(subject.provider(system.url ?? ''), ids)
assertAllGone(report)
console.log(report.totals, `${[...(await system.existing())].length} are left`)
await system.close()
