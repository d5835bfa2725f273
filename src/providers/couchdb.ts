import * as t from 'io-ts'
import {
  type Authorization,
  type BatchReply,
  type BulkRecordProvider,
  basicAuth,
  type ConnectionOptions,
  checkOptions,
  defineHttpProvider,
  type Explanation,
  type HttpReply,
  on,
  type ProviderError,
  reasonOf,
  UsageError,
  urlComponent,
  type Verdict,
} from '../http-provider.ts'

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
  return defineHttpProvider<Revisions>({
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
    prepare: (batch, call) =>
      call({
        purpose: 'read',
        batch,
        request: read(batch.ids),
        replies: [on(200, Listed, revisionsIn), on(404, t.unknown, () => noDatabase(database))],
      }),
    deleteBatch: {
      request: (ids, revisions) => ({
        method: 'POST',
        path: `${path}/_bulk_docs`,
        json: {
          docs: ids.flatMap((_id) => {
            const _rev = revisions.get(_id)
            return _rev === undefined ? [] : [{ _id, _rev, _deleted: true }]
          }),
        },
      }),
      replies: (revisions) => [
        on([201, 202], Written, (written, { ids }, reply) => verdictsOf(written, ids, revisions, reply)),
      ],
    },
    findExisting: [
      { form: 'all-docs', request: read, replies: [on(200, Listed, (listed) => [...revisionsIn(listed).keys()])] },
    ],
  })
}

const name = 'couchdb'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

/** The current revision of each document that is there. */
type Revisions = ReadonlyMap<string, string>

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

/** A document that was deleted is listed as such; one that never was has an error in place of its id. */
const Listed = t.type({
  rows: t.array(
    t.union([
      t.type({ id: t.string, value: t.intersection([t.type({ rev: t.string }), t.partial({ deleted: t.boolean })]) }),
      t.type({ key: t.string, error: t.literal('not_found') }),
    ]),
  ),
})

const revisionsIn = ({ rows }: t.TypeOf<typeof Listed>): Revisions =>
  new Map(rows.flatMap((row) => ('id' in row && row.value.deleted !== true ? [[row.id, row.value.rev]] : [])))

const Written = t.array(
  t.union([
    t.type({ id: t.string, ok: t.literal(true) }),
    t.intersection([t.type({ id: t.string, error: t.string }), t.partial({ reason: t.string })]),
  ]),
)

/** What was written is left to be read back. What had no revision was gone, if the same answer listed another one. */
const verdictsOf = (
  written: t.TypeOf<typeof Written>,
  ids: ReadonlyArray<string>,
  revisions: Revisions,
  reply: HttpReply,
): BatchReply => {
  const gone = revisions.size === 0 ? [] : ids.filter((id) => !revisions.has(id))
  const refused = written.flatMap((entry) => ('error' in entry ? [{ id: entry.id, ...verdictOf(entry, reply) }] : []))
  const verdicts = [...gone.map((id) => ({ id, is: 'absent' }) as const), ...refused]
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

const verdictOf = ({ error, reason }: { error: string; reason?: string }, reply: HttpReply): Verdict => {
  if (error === 'conflict') return { is: 'again' }
  return { is: 'rejected', reason: reasonOf({ code: error, message: reason ?? error }, reply) }
}

const Told = t.intersection([t.type({ error: t.string }), t.partial({ reason: t.string })])

const explain = (body: unknown): Explanation =>
  Told.is(body) ? { code: body.error, message: `${body.error}: ${body.reason ?? 'no reason given'}` } : {}
