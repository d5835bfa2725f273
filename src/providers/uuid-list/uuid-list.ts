import * as t from 'io-ts'
import {
  AskingFailedError,
  type AskOptions,
  type Batch,
  type BulkRecordProvider,
  type Contents,
  checkOptions,
  commaList,
  defineHttpProvider,
  type HttpOptions,
  type HttpReply,
  type IdSource,
  type Listing,
  on,
  type ProviderError,
  UsageError,
} from '../../http-provider.ts'
import { errorIn, explain, readsAsSuccess, saysGone } from './errors.ts'
import { recordCount, recordList, type UuidListSelection } from './records.ts'

export interface UuidListConfig {
  /** The tenant's server: `https://<server_name>`. */
  readonly baseUrl: string
  /** The object's full identifier, such as `io_showcase`. */
  readonly object: string
  /** A token, or a function that returns one: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /**
   * `true` deletes physically, for good. `false` asks for a logical delete, which can be taken back; UNKNOWN whether it
   * outweighs an object that is configured for physical deletes. Left out, that setting decides.
   */
  readonly permanentDelete?: boolean
  /** Most records in one transaction. Default 200; no limit is documented. */
  readonly maxBatchSize?: number
  /** Most bytes of path and query. Default 8,000: common servers take 8,192 of request line; IIS takes 2,048 of query. */
  readonly maxUrlBytes?: number
  /** Plain http to a host other than loopback. Default false. */
  readonly allowInsecure?: boolean
  readonly http?: HttpOptions
}

/** What else can be asked of the system. Each rejects with `AskingFailedError` where it can't be. */
export interface UuidList extends BulkRecordProvider {
  /** The records that a filter finds: `deleteRecords(max, max.listRecords({ filter }))`. Throws `UsageError` for misuse. */
  readonly listRecords: (selection: UuidListSelection, options?: AskOptions) => IdSource
  /** How many records the object has. */
  readonly countRecords: (options?: AskOptions) => Promise<number>
}

/**
 * A system that deletes a list of UUIDs in a query string, in one transaction: PTC ServiceMax Core, Max platform. An id
 * is a UUID in any letter case.
 *
 * One record that can't be deleted rolls all back; the error's text names it, and is believed only where it names a
 * record of the batch. UNKNOWN: the JSON of an error (every likely shape is read); the SMQL for a list of ids (where it
 * is refused or does not filter, records are read one by one); whether a record deleted logically can still be read
 * singly (one that says `io_deleted` counts as gone). Source: the vendor's REST reference, "Delete Records".
 */
export const uuidList = (config: UuidListConfig): UuidList => {
  checkOptions(name, config, 'baseUrl object token permanentDelete maxBatchSize maxUrlBytes allowInsecure http')
  const {
    baseUrl,
    object,
    token,
    permanentDelete,
    maxBatchSize = 200,
    maxUrlBytes = 8_000,
    allowInsecure,
    http,
  } = config
  if (typeof object !== 'string' || !/^[\w.-]*\w$/.test(object))
    throw wrong('object must be an identifier such as io_showcase')
  if (permanentDelete !== undefined && typeof permanentDelete !== 'boolean')
    throw wrong('permanentDelete must be true or false')
  if (!(Number.isInteger(maxBatchSize) && maxBatchSize > 0)) throw wrong('maxBatchSize must be a whole number over 0')
  if (!(Number.isInteger(maxUrlBytes) && maxUrlBytes > 0)) throw wrong('maxUrlBytes must be a whole number over 0')
  const path = `v2/${object}`
  const permanence = permanentDelete === undefined ? '' : `&permanent_delete=${permanentDelete}`
  const effect = permanentDelete === undefined ? 'unknown' : permanentDelete ? 'erased' : 'recoverable'
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: { maxBatchSize, maxUrlBytes, atomicity: 'all-or-nothing', replay: 'safe', effect },
    baseUrl,
    authorization: token,
    allowInsecure,
    http,
    isValidId: isUuid,
    identityOf: (id) => id.toLowerCase(),
    weigh: () => uuidWeight,
    explain: (body, status, batch) => explain(body, status, batch, object),
    identify: { key: `${baseUrl} ${object}`, label: `${object}, ${baseUrl}`, production: 'unknown' },
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: `${path}?uuids=${commaList(ids)}${permanence}` }),
      // A body is documented nowhere. What reads as an error, or is no JSON, is no success by its status alone.
      replies: [on(200, t.unknown, (body) => ({ kind: readsAsSuccess(body) ? 'AllDeleted' : 'Accepted' }))],
    },
    findExisting: [
      {
        form: 'filter',
        request: (ids) => ({
          method: 'GET',
          path: `${path}?filter=${filterOf(ids)}&fields=io_uuid&limit=${ids.length}`,
        }),
        replies: [on(200, t.array(Listed), listed), on(404, t.unknown, notListed)],
      },
      {
        form: 'one-by-one',
        maxIds: 1,
        request: ([id]) => ({ method: 'GET', path: `${path}/${id}` }),
        replies: [
          on(200, t.UnknownRecord, shown),
          on(404, t.unknown, (body) => (saysGone(body, object) ? [] : notGone)),
        ],
      },
    ],
    // A list shows the fields that are asked for by name; a record by itself is shown whole.
    readContent: {
      maxIds: 1,
      request: ([id]) => ({ method: 'GET', path: `${path}/${id}` }),
      replies: [
        on(200, t.UnknownRecord, contentOf),
        on(404, t.unknown, (body, { ids }) => (saysGone(body, object) ? { records: [], absent: ids } : notGone)),
      ],
    },
    more: ({ list, ask }) => ({
      listRecords: (selection: UuidListSelection, options?: AskOptions) => list(recordList(path, selection), options),
      countRecords: async (options?: AskOptions) => {
        const count = await ask((call) => call(recordCount(path)), options)
        if (count === undefined) throw new AskingFailedError(uncounted)
        return count
      },
    }),
  })
}

/** The same system by the name of its best-known product. */
export const serviceMaxMax = uuidList

const name = 'uuid-list'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

/** 32 hexadecimal digits, and dashes where they belong. Every id of a run passes here; a regular expression takes twice as long. */
const isUuid = (id: string): boolean => {
  if (id.length !== 36 || id[8] !== '-' || id[13] !== '-' || id[18] !== '-' || id[23] !== '-') return false
  let digits = 0
  for (let at = 0; at < 36; at++) digits += hexadecimal[id.charCodeAt(at)] ?? 0
  return digits === 32
}

const hexadecimal = Uint8Array.from({ length: 128 }, (_, code) => (/[\da-f]/i.test(String.fromCharCode(code)) ? 1 : 0))

const uuidWeight = { urlBytes: 37, bodyBytes: 0 }

const filterOf = (ids: ReadonlyArray<string>): string => `io_uuid%20in%20(${ids.map((id) => `%27${id}%27`).join(',')})`

const uncounted: ProviderError = { tag: 'Garbled', detail: 'it does not say how many records there are', paths: [] }

const notGone: ProviderError = { tag: 'Garbled', detail: 'a 404 that is not about the record', paths: [] }

const Listed = t.type({ io_uuid: t.string })

/**
 * Complete with as many records as the server counts. Where it does not count, and may cut its pages shorter than was asked
 * for, only an empty page is complete: what a page leaves out is asked for again. More than were asked for are another list.
 */
const listed = (
  records: ReadonlyArray<t.TypeOf<typeof Listed>>,
  { ids }: Batch,
  { headers }: HttpReply,
): Listing | ProviderError => {
  const count = headers.get('x-total-count')
  const detail = `the page has ${records.length} of ${count} records`
  if (Number(count) > ids.length) return { tag: 'Garbled', detail, paths: [] }
  const isAll = count === null ? records.length === 0 : Number(count) === records.length
  return { ids: records.map((record) => record.io_uuid), complete: isAll }
}

/** IIS says so of a query that is too long, and not in the words of the application. */
const notListed = (body: unknown, { ids }: Batch, reply: HttpReply): ProviderError => {
  const detail = 'there is no such list'
  if (errorIn(body) === undefined && ids.length > 1)
    return { tag: 'TooLarge', detail: `HTTP 404: ${detail}, or it is too long to be asked for` }
  return { tag: 'Refused', status: reply.status, detail, culprits: [], blames: 'unknown' }
}

/** A record that is shown is there; one that is empty, or reads as an error, shows nothing. */
const shown = (record: Readonly<Record<string, unknown>>, { ids }: Batch): ReadonlyArray<string> | Listing => {
  if (record['io_deleted'] === true) return []
  if (Listed.is(record)) return [record.io_uuid]
  return Object.keys(record).length > 0 && readsAsSuccess(record) ? ids : { ids: [], complete: false }
}

/** Whole is a record that says which one it is, and more than that. */
const contentOf = (record: Readonly<Record<string, unknown>>, { ids: [id = ''] }: Batch): Contents => {
  if (record['io_deleted'] === true) return { records: [], absent: [id] }
  const isIt = Listed.is(record) && record.io_uuid.toLowerCase() === id.toLowerCase()
  return { records: isIt && Object.keys(record).length > 1 ? [{ id, content: record }] : [] }
}
