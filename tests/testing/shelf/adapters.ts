/** Sound adapters for the systems of the shelf, as their authors would write them: what each broken one has in place of one line. */
import * as t from 'io-ts'
import {
  type BulkRecordProvider,
  commaList,
  defineHttpProvider,
  type Explanation,
  type HttpProviderSpec,
  on,
  type ReadForm,
  urlComponent,
  type Verdict,
} from '../../../src/http-provider.ts'
import { shelfToken } from './records.ts'

/** What a broken adapter does otherwise. */
export type Otherwise = Partial<HttpProviderSpec> & { readonly facts?: Partial<BulkRecordProvider['capabilities']> }

type Adapter = (otherwise?: Otherwise) => (baseUrl: string) => BulkRecordProvider

const adapter =
  (spec: Omit<HttpProviderSpec, 'baseUrl' | 'name' | 'verified'>): Adapter =>
  ({ facts, ...otherwise } = {}) =>
  (baseUrl) =>
    defineHttpProvider({
      name: 'shelf',
      verified: 'documentation',
      baseUrl,
      authorization: shelfToken,
      ...spec,
      ...otherwise,
      capabilities: { ...spec.capabilities, ...facts },
    })

const EntryCodec = t.intersection([t.type({ ok: t.boolean }), t.partial({ error: t.string })])
const NamedEntry = t.intersection([t.type({ id: t.string }), EntryCodec])
export const Results = t.type({ results: t.array(NamedEntry) })
export const Nameless = t.type({ results: t.array(EntryCodec) })
export const Failures = t.type({ failed: t.array(NamedEntry) })

type Said = Omit<t.TypeOf<typeof NamedEntry>, 'id'>

export const verdictOf = ({ ok, error = 'unknown' }: Said): Verdict => {
  if (ok) return { is: 'deleted' }
  if (error === 'busy') return { is: 'again' }
  return error === 'not-found'
    ? { is: 'absent' }
    : { is: 'rejected', reason: { code: error, message: `it is ${error}` } }
}

export const named = (entries: ReadonlyArray<{ readonly id: string } & Said>) =>
  entries.map((entry) => ({ id: entry.id, ...verdictOf(entry) }))

export const deleteRequest = (ids: ReadonlyArray<string>) => ({
  method: 'POST' as const,
  path: 'delete',
  json: { ids },
})

const facts = {
  maxBatchSize: 10,
  atomicity: 'per-record',
  replay: 'safe',
  effect: 'erased',
  lateEffectMs: 3_000,
} as const

export const Listed = t.type({ records: t.array(t.type({ id: t.string })), total: t.number })

export const listForm: ReadForm = {
  form: 'list',
  request: (ids) => ({ method: 'POST', path: 'list', json: { ids } }),
  replies: [
    on(200, Listed, ({ records, total }) => ({ ids: records.map(({ id }) => id), complete: records.length === total })),
  ],
}

export const resultsAdapter = adapter({
  capabilities: facts,
  deleteBatch: {
    request: deleteRequest,
    replies: [on(200, Results, ({ results }) => ({ kind: 'ById', verdicts: named(results), silence: 'unconfirmed' }))],
  },
  findExisting: [listForm],
})

export const inOrderAdapter = adapter({
  capabilities: facts,
  deleteBatch: {
    request: deleteRequest,
    replies: [on(200, Nameless, ({ results }) => ({ kind: 'ByPosition', verdicts: results.map(verdictOf) }))],
  },
})

export const failuresAdapter = adapter({
  capabilities: facts,
  deleteBatch: {
    request: deleteRequest,
    replies: [on(200, Failures, ({ failed }) => ({ kind: 'ById', verdicts: named(failed), silence: 'deleted' }))],
  },
})

const Refusal = t.type({ error: t.intersection([t.type({ code: t.string }), t.partial({ id: t.string })]) })

export const explainRefusal: NonNullable<HttpProviderSpec['explain']> = (body, _status, { ids }): Explanation => {
  if (!Refusal.is(body)) return {}
  const { code, id } = body.error
  const is = code === 'not-found' ? 'absent' : 'rejected'
  return { code, blames: is, culprits: ids.filter((one) => one === id).map((one) => ({ id: one, is })) }
}

export const transactionAdapter = adapter({
  capabilities: { ...facts, maxBatchSize: 50, maxUrlBytes: 300, atomicity: 'all-or-nothing' },
  explain: explainRefusal,
  deleteBatch: {
    request: (ids) => ({ method: 'DELETE', path: `records?ids=${commaList(ids)}` }),
    replies: [on(204, t.undefined, () => ({ kind: 'AllDeleted' }))],
  },
  findExisting: [listForm],
})

export const singleAdapter = adapter({
  capabilities: { ...facts, maxBatchSize: 1 },
  // A dot alone would be taken for a folder.
  isValidId: (id) => !/^\.{1,2}$/.test(id),
  deleteBatch: {
    request: ([id = '']) => ({ method: 'DELETE', path: `records/${urlComponent(id)}` }),
    replies: [
      on(204, t.undefined, () => ({ kind: 'AllDeleted' })),
      on(404, Refusal, (_, { ids }) => ({
        kind: 'ById',
        verdicts: ids.map((id) => ({ id, is: 'absent' })),
        silence: 'unconfirmed',
      })),
    ],
  },
})

export const silentAdapter = adapter({
  capabilities: facts,
  deleteBatch: { request: deleteRequest, replies: [on(204, t.undefined, () => ({ kind: 'Accepted' }))] },
  findExisting: [listForm],
})

const Started = t.type({ job: t.string })
export const JobBody = t.union([
  t.type({ state: t.literal('running') }),
  t.type({ state: t.literal('failed'), message: t.string }),
  t.type({ state: t.literal('done'), results: t.array(NamedEntry) }),
])

export const pollRequest = (jobId: string) => ({ method: 'GET' as const, path: `jobs/${urlComponent(jobId)}` })

export const jobsAdapter = adapter({
  capabilities: facts,
  deleteBatch: {
    request: deleteRequest,
    replies: [on(202, Started, ({ job }) => ({ kind: 'JobStarted', jobId: job }))],
  },
  followJob: (jobId) => ({
    request: pollRequest(jobId),
    replies: [
      on(200, JobBody, (body) => {
        if (body.state === 'running') return { kind: 'Pending' }
        if (body.state === 'failed') return { tag: 'JobFailed', jobId, detail: body.message }
        return { kind: 'Ended', reply: { kind: 'ById', verdicts: named(body.results), silence: 'unconfirmed' } }
      }),
    ],
  }),
  findExisting: [listForm],
})
