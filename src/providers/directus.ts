import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type BulkRecordProvider,
  type ConnectionOptions,
  type Contents,
  checkOptions,
  defineHttpProvider,
  type Exchange,
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

export interface DirectusConfig extends ConnectionOptions {
  /** The project's address: `https://cms.example.com`. */
  readonly baseUrl: string
  readonly collection: string
  /** A token, or a function that returns one: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /** The name of the collection's primary key. Default `id`. */
  readonly primaryKey?: string
  /** What its keys are: `text` (default), `integer` or `uuid`. Two spellings of one key are one record. */
  readonly keyType?: 'text' | 'integer' | 'uuid'
  /** Most records in one request, which is one transaction. Default 100; a server may be set to a lower one. */
  readonly maxBatchSize?: number
}

/**
 * Items of a Directus collection, in one transaction: one that can't be deleted rolls all back. An id is a primary key.
 *
 * The server answers 204 to an administrator's token whether a key was there or not, so each batch is read back: one more
 * request for each. To any other token, the whole batch is a 403, in the same words whether an item is not there, is not
 * ours to delete, has a key of another kind, or the role may delete nothing: so it is taken for a refusal of these items,
 * the batch is searched, each suspect is read, and the run halts when three are refused alike. The effect is `unknown`:
 * revisions keep what was in an item, where the collection has them. UNKNOWN: whether keys of a text type differ by case,
 * which is the database's to say. Source: docs.directus.io, items, and the server's public source.
 */
export const directus = (config: DirectusConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl collection token primaryKey keyType maxBatchSize allowInsecure http')
  const { baseUrl, collection, token, primaryKey = 'id', keyType = 'text', maxBatchSize = 100, ...connection } = config
  if (typeof collection !== 'string' || !/^\w+$/.test(collection) || collection.startsWith('directus_'))
    throw wrong('collection must be the name of one of the project, not of the system')
  if (typeof primaryKey !== 'string' || !/^\w+$/.test(primaryKey)) throw wrong('primaryKey must be the name of a field')
  if (!Object.hasOwn(keyTypes, keyType)) throw wrong(`keyType must be one of ${Object.keys(keyTypes).join(', ')}`)
  if (!(Number.isInteger(maxBatchSize) && maxBatchSize > 0)) throw wrong('maxBatchSize must be a whole number over 0')
  const path = `items/${urlComponent(collection)}`
  const refused = on([400, 403], t.unknown, (body, _, reply) => refusal(body, reply))
  const listed = (ids: ReadonlyArray<string>, fields: string): RequestSpec => ({
    method: 'GET',
    path: `${path}?fields=${fields}&limit=${ids.length}&meta=filter_count&filter=${filterOf(primaryKey, ids)}`,
  })
  const one = (id: string, fields: string): RequestSpec => ({
    method: 'GET',
    path: `${path}/${urlComponent(id)}?fields=${fields}`,
  })
  const list = (ids: ReadonlyArray<string>): Exchange<ReadonlyArray<string>> => ({
    purpose: 'read',
    request: listed(ids, primaryKey),
    replies: [on(200, Listed, ({ data }) => data.map((item) => String(item[primaryKey]))), refused],
  })
  return defineHttpProvider<Stored>({
    name,
    verified: 'documentation',
    capabilities: { maxBatchSize, atomicity: 'all-or-nothing', replay: 'safe', effect: 'unknown' },
    baseUrl,
    authorization: token,
    ...connection,
    explain,
    ...keyTypes[keyType],
    identify: { key: `${baseUrl} ${collection}`, label: `${collection}, ${baseUrl}`, production: 'unknown' },
    prepare: (batch, call) => asStored(batch, (ids) => call(list(ids))),
    deleteBatch: {
      request: (ids, stored) => ({ method: 'DELETE', path, json: ids.map((id) => stored.get(id.toLowerCase()) ?? id) }),
      // The server deletes where the key is, and says the same where it is not: 204 says nothing of any item.
      replies: [on(204, t.unknown, () => ({ kind: 'Accepted' })), refused],
    },
    findExisting: [
      {
        form: 'filter',
        request: (ids) => list(ids).request,
        replies: [on(200, Listed, (listed, { ids }) => listingOf(listed, primaryKey, ids)), refused],
        apart: {
          ids: isRewritten,
          request: (id) => one(id, primaryKey),
          replies: [
            on(200, t.type({ data: t.UnknownRecord }), ({ data }) => [String(data[primaryKey])]),
            on([403, 404], t.unknown, (body, _, reply) => missing(body, reply)),
          ],
        },
      },
    ],
    readContent: {
      maxIds: 100,
      request: (ids) => listed(ids, '*'),
      replies: [on(200, Listed, (found, { ids }) => contentsOf(found, primaryKey, ids)), refused],
      apart: {
        ids: isRewritten,
        request: (id) => one(id, '*'),
        replies: [
          on(200, t.type({ data: t.UnknownRecord }), ({ data }, { ids: [id = ''] }) =>
            String(data[primaryKey]) === id ? { records: [{ id, content: data }] } : { records: [] },
          ),
          on([403, 404], t.unknown, (body, { ids }, reply) => {
            const told = missing(body, reply)
            return 'tag' in told ? told : { records: [], absent: ids }
          }),
        ],
      },
    },
  })
}

const name = 'directus'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const isUuid = (id: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)

const keyTypes = {
  text: {},
  integer: { isValidId: (id: string) => /^(?:0|-?[1-9]\d{0,18})$/.test(id) },
  uuid: { isValidId: isUuid, identityOf: (id: string) => id.toLowerCase() },
} as const

/** As JSON: in a list with commas, a key with a comma in it would be two. */
const filterOf = (primaryKey: string, ids: ReadonlyArray<string>): string =>
  urlComponent(JSON.stringify({ [primaryKey]: { _in: ids.flatMap(spellings) } }))

/** Words that the server puts something else for wherever they stand in a filter: a value, the time, or who asks. */
const isRewritten = (id: string): boolean => /^(?:true|false|null)$/i.test(id) || id.startsWith('$')

/** Some databases tell capitals apart in a UUID, and each has its own way to write one: it is looked for in both. */
const spellings = (id: string): ReadonlyArray<string> =>
  isUuid(id) ? [...new Set([id, id.toLowerCase(), id.toUpperCase()])] : [id]

const Listed = t.type({ data: t.array(t.UnknownRecord), meta: t.type({ filter_count: t.number }) })

/** Complete with as many items as the filter finds: a server may be set to answer with fewer. A UUID is shown as it was asked for. */
const listingOf = (
  { data, meta }: t.TypeOf<typeof Listed>,
  primaryKey: string,
  ids: ReadonlyArray<string>,
): Listing => {
  const shown = data.map((item) => String(item[primaryKey]))
  const stored = new Set(shown.filter(isUuid).map((key) => key.toLowerCase()))
  const found = ids.filter((id) => isUuid(id) && stored.has(id.toLowerCase()))
  const strangers = [...stored].filter((key) => !found.some((id) => id.toLowerCase() === key))
  return {
    ids: [...shown.filter((key) => !isUuid(key)), ...found, ...strangers],
    complete: meta.filter_count === data.length,
  }
}

/** Whole are items with their key, as many as the filter finds: then the others are not there. */
const contentsOf = (
  { data, meta }: t.TypeOf<typeof Listed>,
  primaryKey: string,
  ids: ReadonlyArray<string>,
): Contents => {
  const records = data.flatMap((item) => {
    const key = item[primaryKey]
    const isKey = typeof key === 'string' || typeof key === 'number'
    return isKey ? [{ id: spelledAs(String(key), ids), content: item }] : []
  })
  const shown = new Set(records.map(({ id }) => id))
  const isAll = meta.filter_count === data.length && records.length === data.length
  return { records, absent: isAll ? ids.filter((id) => !shown.has(id)) : [] }
}

/** A UUID is stored in one spelling, and asked for in another. */
const spelledAs = (key: string, ids: ReadonlyArray<string>): string =>
  isUuid(key) ? (ids.find((id) => id.toLowerCase() === key.toLowerCase()) ?? key) : key

/** An item that is not there, or not this role's to see, is a 403 of the application, as it is no part of a list. */
const missing = (body: unknown, reply: HttpReply): ReadonlyArray<string> | ProviderError => {
  const { code = '' } = explain(body)
  return code === 'FORBIDDEN' || /^(?:item_|record_)?not_found$/i.test(code) ? [] : refusal(body, reply)
}

/** Keys by their lower case, where they are stored in another spelling than the one given. */
type Stored = ReadonlyMap<string, string>

/**
 * A UUID that is given in capitals is deleted as it is stored: some databases tell capitals apart. What can't be read goes
 * as it was given.
 */
const asStored = async (
  { ids }: Batch,
  ask: (ids: ReadonlyArray<string>) => Promise<E.Either<ProviderError, ReadonlyArray<string>>>,
): Promise<E.Either<ProviderError, Stored>> => {
  const stored = new Map<string, string>()
  const inCapitals = ids.filter((id) => isUuid(id) && id !== id.toLowerCase())
  for (let at = 0; at < inCapitals.length; at += mostAsked) {
    const found = await ask(inCapitals.slice(at, at + mostAsked))
    if (E.isLeft(found) && lasting.has(found.left.tag)) return found
    if (E.isRight(found)) for (const key of found.right) stored.set(key.toLowerCase(), key)
  }
  return E.right(stored)
}

/** UUIDs in a request: with both spellings of each, they fit into a URL. */
const mostAsked = 50

/** What the deletion would meet, too. */
const lasting: ReadonlySet<string> = new Set(['Throttled', 'Unavailable', 'Unreachable', 'Denied', 'Aborted'])

const Told = t.type({
  errors: t.array(t.intersection([t.type({ message: t.string }), t.partial({ extensions: t.UnknownRecord })])),
})

const explain = (body: unknown): Explanation => {
  const error = Told.is(body) ? body.errors[0] : undefined
  if (error === undefined) return {}
  const code = error.extensions?.['code']
  return { message: error.message, ...(typeof code === 'string' && { code }) }
}

/** Step by step: an expression for the whole would look at the rest once for each limit that is spoken of. */
const isOverLimit = (detail: string): boolean => {
  if (/\bbatch mutation limit\b/i.test(detail)) return true
  const at = detail.search(/\blimit\b/i)
  return at >= 0 && /\bless than or equal\b/i.test(detail.slice(at))
}

/** A 403 of the application speaks of the batch; any other, of a proxy say, speaks of us. */
const refusal = (body: unknown, reply: HttpReply): ProviderError => {
  const said = explain(body)
  const reason = reasonOf(said, reply)
  const { status } = reply
  const detail = reason.message
  if (status === 400 && isOverLimit(detail)) return { tag: 'TooLarge', detail }
  if (status === 403 && said.code !== 'FORBIDDEN') return { tag: 'Denied', status, detail }
  return { tag: 'Refused', status, detail, culprits: [], blames: 'unknown', reason }
}
