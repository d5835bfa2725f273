import * as t from 'io-ts'
import {
  type Authorization,
  type Batch,
  type BulkRecordProvider,
  basicAuth,
  type ConnectionOptions,
  checkOptions,
  defineHttpProvider,
  type Exchange,
  type Explanation,
  on,
  type ProviderError,
  UsageError,
  urlComponent,
} from '../../http-provider.ts'
import { Listed, listingOf, type Prepared, type Rows, revisionsOf, rowsOf, unsureIn, verdictsOf } from './answers.ts'
import { contentsOf, withConflicts } from './contents.ts'

export interface CouchDbConfig extends ConnectionOptions {
  /** The server, such as `https://couch.example.com:6984`. */
  readonly baseUrl: string
  readonly database: string
  /** With `password`: sent as Basic authentication. */
  readonly username?: string
  /** Or a function that returns it: asked for the first call and again after a 401. */
  readonly password?: string | (() => Promise<string>)
  /** A JSON Web Token, or a function that returns one; instead of a name and a password. */
  readonly token?: string | (() => Promise<string>)
  /** Most documents in one request. Default 500; only the bytes of a request are limited, by the server's settings. */
  readonly maxBatchSize?: number
}

/**
 * Documents of a CouchDB database. A batch takes two requests: one asks for the current revisions, one writes their
 * tombstones. An id is the `_id` of a document.
 *
 * A document that is edited in between is not deleted, and goes again with its new revision. That one is deleted is
 * believed when it is no longer listed, and not before: where replication has left a document with conflicts, deleting
 * the revision that won brings up the next one, which then goes again. The effect is `unknown`: earlier revisions can be
 * read until the database is compacted, and replicas keep theirs. UNKNOWN: how large a request a server takes. Source:
 * docs.couchdb.org, `/{db}/_bulk_docs` and `/{db}/_all_docs`.
 */
export const couchDb = (config: CouchDbConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl database username password token maxBatchSize allowInsecure http')
  const { baseUrl, database, maxBatchSize = 500, allowInsecure, http } = config
  if (typeof database !== 'string' || !/^[a-z][a-z0-9_$()+/-]*$/.test(database))
    throw wrong('database must be a name of lower case letters, digits and _ $ ( ) + - /, the first a letter')
  if (!(Number.isInteger(maxBatchSize) && maxBatchSize > 0)) throw wrong('maxBatchSize must be a whole number over 0')
  const path = urlComponent(database)
  const read = (ids: ReadonlyArray<string>) =>
    ({ method: 'POST', path: `${path}/_all_docs`, json: { keys: ids } }) as const
  const rows = (batch: Batch): Exchange<Rows> => ({
    purpose: 'read',
    batch,
    request: read(batch.ids),
    replies: [on(200, Listed, rowsOf), on(404, t.unknown, () => noDatabase(database))],
  })
  return defineHttpProvider<Prepared>({
    name,
    verified: 'documentation',
    capabilities: { maxBatchSize, atomicity: 'per-record', replay: 'safe', effect: 'unknown' },
    baseUrl,
    ...whoIs(config),
    allowInsecure,
    http,
    explain,
    isValidId: (id) => !id.startsWith('_'),
    identify: { key: `${baseUrl} ${database}`, label: `${database}, ${baseUrl}`, production: 'unknown' },
    prepare: (batch, call, context) => revisionsOf(batch, (some) => call(rows(some)), unsureIn(context)),
    deleteBatch: {
      request: (ids, { revisions }) => ({
        method: 'POST',
        path: `${path}/_bulk_docs`,
        json: {
          docs: ids.flatMap((_id) => {
            const _rev = revisions.get(_id)
            return _rev === undefined ? [] : [{ _id, _rev, _deleted: true }]
          }),
        },
      }),
      replies: (prepared) => [
        on([201, 202], t.array(t.unknown), (written, { ids }, reply) => verdictsOf(written, ids, prepared, reply)),
      ],
    },
    findExisting: [
      // A server may be set to list fewer rows than it was given keys: only a row of its own says that a document is gone.
      {
        form: 'all-docs',
        request: read,
        replies: [on(200, Listed, (listed, { ids }) => listingOf(rowsOf(listed), ids))],
      },
    ],
    readContent: {
      maxIds: 100,
      request: (ids) => ({
        method: 'POST',
        path: `${path}/_all_docs?include_docs=true&attachments=true&conflicts=true`,
        json: { keys: ids },
      }),
      replies: [on(200, Listed, contentsOf)],
      whole: (record, call) => withConflicts(record, call, path),
    },
  })
}

const name = 'couchdb'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

/** An option that came out `undefined` is a missing secret, not a server that asks for none. */
const whoIs = (config: CouchDbConfig): { readonly authorization?: Authorization } => {
  const { username, password, token } = config
  const isNamed = 'username' in config || 'password' in config
  if ('token' in config) {
    if (isNamed) throw wrong('give either a token or a name and a password')
    return { authorization: token as NonNullable<typeof token> }
  }
  if (!isNamed) return {}
  if (!username || !password || username.includes(':'))
    throw wrong('username must be a name without a colon, and comes with a password')
  return { authorization: basicAuth(username, password) }
}

const noDatabase = (database: string): ProviderError => ({
  tag: 'Denied',
  status: 404,
  detail: `there is no database "${database}"`,
})

const Told = t.intersection([t.type({ error: t.string }), t.partial({ reason: t.string })])

/** A node that is down, or in maintenance, is told by a 412. */
const explain = (body: unknown): Explanation =>
  Told.is(body)
    ? {
        code: body.error,
        message: `${body.error}: ${body.reason ?? 'no reason given'}`,
        closed: body.error === 'nodedown',
      }
    : {}
