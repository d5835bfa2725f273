import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type ConnectionOptions,
  checkOptions,
  defineHttpProvider,
  type Explanation,
  type HttpReply,
  type Listing,
  on,
  type ProviderError,
  UsageError,
  urlComponent,
  verdictOfItem,
} from '../http-provider.ts'

export interface ElasticsearchConfig extends ConnectionOptions {
  /** The cluster: `https://search.example.com:9243`. */
  readonly baseUrl: string
  /** The name of one index, or an alias of one: no list, and no pattern. */
  readonly index: string
  /** The encoded key, or a function that returns it: asked for the first call and again after a 401. */
  readonly apiKey: string | (() => Promise<string>)
  /** Most documents in one request. Default 1,000; a cluster takes about 100 MB. */
  readonly maxBatchSize?: number
}

/**
 * Documents of an Elasticsearch index, by `_bulk`: lines of JSON, each with a status of its own. An id is the `_id` of a document.
 *
 * A version conflict is another write that came between: the document is untouched, and goes again. A 5xx of one document (a
 * shard that did not answer in time) may have been done: it is read back by `_mget`, which does not lag. The effect is
 * `erased`: snapshots and other clusters keep their copies. UNKNOWN: custom routing: a document that needs one is refused.
 * Source: elastic.co/docs, "Bulk index or delete documents" and "Get multiple documents".
 */
export const elasticsearch = (config: ElasticsearchConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl index apiKey maxBatchSize allowInsecure http')
  const { baseUrl, index, apiKey, maxBatchSize = 1_000, ...connection } = config
  if (typeof index !== 'string' || !/^(?!_all$)[^\s,*?"<>|\\/#A-Z]+$/.test(index) || /^[-_+.]/.test(index))
    throw wrong('index must be the name of one index, without a pattern')
  if (!(Number.isInteger(maxBatchSize) && maxBatchSize > 0)) throw wrong('maxBatchSize must be a whole number over 0')
  const path = urlComponent(index)
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize,
      maxBodyBytes: 10_000_000,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      readLagMs: 0,
    },
    baseUrl,
    authorization: apiKey,
    scheme: 'ApiKey',
    ...connection,
    explain,
    isValidId: (id) => new TextEncoder().encode(id).length <= mostIdBytes,
    identify: async (call) => {
      const cluster = await call({
        purpose: 'read',
        request: { method: 'GET', path: '' },
        replies: [on(200, Cluster, (told) => told), on(403, t.unknown, () => undefined)],
      })
      if (E.isLeft(cluster)) return cluster
      const { cluster_uuid: account = baseUrl, cluster_name: label = baseUrl } = cluster.right ?? {}
      return E.right({ key: `${account} ${index}`, account, label: `${index}, ${label}`, production: 'unknown' })
    },
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: `${path}/_bulk`, ndjson: ids.map((_id) => ({ delete: { _id } })) }),
      replies: [on(200, Bulk, replyOf)],
    },
    findExisting: [
      {
        form: 'mget',
        request: (ids) => ({ method: 'POST', path: `${path}/_mget?_source=false`, json: { ids } }),
        replies: [on(200, Got, ({ docs }, { ids }) => listingOf(docs, ids))],
      },
    ],
  })
}

const name = 'elasticsearch'
const mostIdBytes = 512

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const Cluster = t.type({ cluster_uuid: t.string, cluster_name: t.string })
const Failure = t.intersection([t.type({ type: t.string }), t.partial({ reason: t.unknown })])
const Entry = t.type({
  delete: t.intersection([
    t.type({ _id: t.string, status: t.number }),
    t.partial({ error: t.union([Failure, t.string]) }),
  ]),
})
const Bulk = t.type({ items: t.array(Entry) })
const Got = t.type({ docs: t.array(t.intersection([t.type({ _id: t.string }), t.partial({ found: t.unknown })])) })

const codeOf = (error: t.TypeOf<typeof Failure> | string | undefined): string | undefined =>
  typeof error === 'object' ? error.type : error

/** Errors of one document that pass: another write came between, a queue is full, the index is closed to writes for now. */
const passing: ReadonlySet<string> = new Set([
  'version_conflict_engine_exception',
  'es_rejected_execution_exception',
  'circuit_breaking_exception',
  'cluster_block_exception',
])

/** An index that is not there says nothing of any document; what may have been done is left to be read back. */
const replyOf = ({ items }: t.TypeOf<typeof Bulk>, _: Batch, reply: HttpReply): BatchReply | ProviderError => {
  const lost = items.find(({ delete: { error } }) => codeOf(error) === 'index_not_found_exception')
  if (lost !== undefined) return { tag: 'Denied', status: 404, detail: 'there is no such index' }
  const verdicts = items.flatMap(({ delete: { _id: id, status, error } }) => {
    const code = codeOf(error)
    const message = typeof error === 'object' && typeof error.reason === 'string' ? { message: error.reason } : {}
    const verdict = verdictOfItem(
      { status, passes: passing.has(code ?? ''), ...(code !== undefined && { code }), ...message },
      reply,
    )
    return verdict === undefined ? [] : [{ id, ...verdict }]
  })
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

/** Complete but for the ids whose entry has an error in the place of `found`, or that have none. */
const listingOf = (docs: t.TypeOf<typeof Got>['docs'], ids: ReadonlyArray<string>): Listing => {
  const told = new Map(docs.map(({ _id, found }) => [_id, found]))
  return {
    ids: docs.flatMap(({ _id, found }) => (found === true ? [_id] : [])),
    complete: true,
    unread: ids.filter((id) => typeof told.get(id) !== 'boolean'),
  }
}

const Told = t.type({ error: t.union([Failure, t.string]) })

const explain = (body: unknown, status: number): Explanation => {
  if (!Told.is(body)) return {}
  const code = codeOf(body.error) ?? ''
  const { reason } = typeof body.error === 'object' ? body.error : { reason: body.error }
  const message = typeof reason === 'string' ? reason : code
  return { code, message, passes: status === 403 && code === 'cluster_block_exception' }
}
