import * as t from 'io-ts'
import {
  type Batch,
  type BulkRecordProvider,
  type ConnectionOptions,
  type Contents,
  checkOptions,
  defineHttpProvider,
  type Explanation,
  type HttpReply,
  type Listing,
  on,
  type ProviderError,
  type RequestSpec,
  reasonOf,
  UsageError,
  urlComponent,
} from '../http-provider.ts'

export interface AirtableConfig extends ConnectionOptions {
  /** The id of the base, `app…`. */
  readonly baseId: string
  /** The id of the table, `tbl…`, or its name. */
  readonly table: string
  /** A personal access token, or a function that returns a token: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /** Default `https://api.airtable.com`. */
  readonly baseUrl?: string
}

/**
 * Records of an Airtable table: 10 a request, in the query string. An id is `rec` and 14 letters and digits.
 *
 * A record that is not there makes the whole request fail. After a 429 nothing is answered for 30 seconds. Deleted
 * records stay in the base's trash for some days. A 403 that may as well mean "not found" is taken for a refusal of these
 * records, and the run halts when three are refused alike. UNKNOWN: whether a request that fails leaves all records
 * alone; the words for a record that is not there (one that is named is believed). Source: airtable.com/developers,
 * "Delete multiple records" and "Errors".
 */
export const airtable = (config: AirtableConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseId table token baseUrl allowInsecure http')
  const { baseId, table, token, baseUrl = 'https://api.airtable.com', ...connection } = config
  if (typeof baseId !== 'string' || !/^app[a-z\d]{14}$/i.test(baseId))
    throw new UsageError(`${name}: baseId must be the id of a base, app and 14 letters and digits`)
  if (typeof table !== 'string' || table === '') throw new UsageError(`${name}: table must be an id or a name`)
  const path = `v0/${baseId}/${urlComponent(table)}`
  const list = (ids: ReadonlyArray<string>): RequestSpec => ({
    method: 'GET',
    path: `${path}?pageSize=100&filterByFormula=OR(${ids.map((id) => `RECORD_ID()=%27${id}%27`).join(',')})`,
  })
  const hidden = on(403, t.unknown, (body, _, reply) => forbidden(body, reply))
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 10,
      atomicity: 'all-or-nothing',
      replay: 'safe',
      effect: 'recoverable',
      rate: { requests: 5, perMs: 1_000 },
    },
    baseUrl,
    authorization: token,
    ...connection,
    explain,
    isValidId: (id) => /^rec[a-z\d]{14}$/i.test(id),
    identify: { key: `${baseUrl} ${baseId} ${table}`, label: `${table}, ${baseId}`, production: 'unknown' },
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: `${path}?${ids.map((id) => `records[]=${id}`).join('&')}` }),
      replies: [
        on(200, Deleted, ({ records }) => ({
          kind: 'ById',
          silence: 'unconfirmed',
          verdicts: records.flatMap(({ id, deleted }) => (deleted === true ? [{ id, is: 'deleted' }] : [])),
        })),
        hidden,
      ],
    },
    findExisting: [{ form: 'formula', maxIds: 100, request: list, replies: [on(200, Listed, listingOf), hidden] }],
    // Fields that are empty are left out, as ever.
    readContent: { maxIds: 100, request: list, replies: [on(200, Whole, contentsOf), hidden] },
  })
}

const name = 'airtable'

const Deleted = t.type({
  records: t.array(t.intersection([t.type({ id: t.string }), t.partial({ deleted: t.unknown })])),
})
const Listed = t.intersection([
  t.type({ records: t.array(t.type({ id: t.string })) }),
  t.partial({ offset: t.unknown }),
])

/** Complete without an `offset`, which is where the next page begins. */
const listingOf = ({ records, offset }: t.TypeOf<typeof Listed>): Listing => ({
  ids: records.map(({ id }) => id),
  complete: (offset ?? null) === null,
})

const Whole = t.intersection([
  t.type({ records: t.array(t.type({ id: t.string, fields: t.UnknownRecord })) }),
  t.partial({ offset: t.unknown }),
])

/** A record is whole with its fields; those that are not listed are not there where no page follows. */
const contentsOf = ({ records, offset }: t.TypeOf<typeof Whole>, { ids }: Pick<Batch, 'ids'>): Contents => {
  const shown = new Set(records.map(({ id }) => id))
  return {
    records: records.map((record) => ({ id: record.id, content: record })),
    absent: (offset ?? null) === null ? ids.filter((id) => !shown.has(id)) : [],
  }
}

/** An error is a word, or a type with a message. */
const Told = t.type({
  error: t.union([t.string, t.intersection([t.type({ type: t.string }), t.partial({ message: t.string })])]),
})

const explain = (body: unknown, status: number, { ids }: Pick<Batch, 'ids'>): Explanation => {
  const wait = status === 429 ? { retryAfterMs: 30_000 } : {}
  if (!Told.is(body)) return wait
  const { type, message = type } = typeof body.error === 'string' ? { type: body.error } : body.error
  const missing = status === 404 || (status === 422 && /^(?:row|record|model)\w*_not_(?:found|exist)$/i.test(type))
  const named = missing ? ids.filter((id) => message.includes(id)) : []
  return { ...wait, code: type, message, culprits: named.map((id) => ({ id, is: 'absent' })) }
}

/** Airtable does not tell a record that it hides from one that is not there. */
const forbidden = (body: unknown, reply: HttpReply): ProviderError => {
  const said = explain(body, 403, { ids: [] })
  const reason = reasonOf(said, reply)
  const detail = reason.message
  if (said.code !== 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND') return { tag: 'Denied', status: 403, detail }
  return { tag: 'Refused', status: 403, detail, culprits: [], blames: 'unknown', reason }
}
