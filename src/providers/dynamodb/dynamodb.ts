import * as t from 'io-ts'
import {
  type BatchReply,
  type BulkRecordProvider,
  type ConnectionOptions,
  type Contents,
  checkOptions,
  defineHttpProvider,
  type Explanation,
  type Listing,
  on,
  type ProviderError,
  type RequestSpec,
  signing,
  UsageError,
} from '../../http-provider.ts'
import { type Keys, keysOf } from './keys.ts'
import { type AccessKey, sign } from './signature.ts'

/** What AWS's own credential providers return, too. */
export type AwsCredentials = AccessKey

export interface DynamoDbConfig extends Keys, ConnectionOptions {
  readonly region: string
  readonly table: string
  /** Or a function that returns them: asked for the first call, and again when AWS says that they have expired. */
  readonly credentials: AwsCredentials | (() => Promise<AwsCredentials>)
  /** Default `https://dynamodb.<region>.amazonaws.com`. */
  readonly baseUrl?: string
}

/**
 * Items of a DynamoDB table, 25 a request. An id is the value of the partition key; in a table with a sort key it is
 * both values with `separator` between them. Needs the package `aws4fetch`, which signs the requests.
 *
 * Items that come back as unprocessed were not deleted, and go again. The answer for an item that was not there is the
 * same as for one that was. The effect is `erased`: backups and a recovery to a point in time keep copies of the table.
 * UNKNOWN: how long an unanswered request may still be carried out. Source: docs.aws.amazon.com, API reference,
 * `BatchWriteItem` and `BatchGetItem`.
 */
export const dynamoDb = (config: DynamoDbConfig): BulkRecordProvider => {
  checkOptions(
    name,
    config,
    'region table partitionKey partitionKeyType sortKey sortKeyType separator credentials baseUrl allowInsecure http',
  )
  const {
    region,
    table,
    credentials,
    baseUrl = `https://dynamodb.${region}.amazonaws.com`,
    http,
    allowInsecure,
  } = config
  if (typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)) throw wrong('region must be a name such as eu-west-1')
  if (typeof table !== 'string' || !/^[\w.-]{3,255}$/.test(table))
    throw wrong('table must be a name of 3 to 255 letters, digits and _ . -')
  if (typeof credentials !== 'function' && !(credentials?.accessKeyId && credentials.secretAccessKey))
    throw wrong('credentials must have accessKeyId and secretAccessKey, or be a function that returns them')
  const { isValidId, keyOf, idOf, attributes } = keysOf(name, config)
  const ask = (operation: string, json: unknown): RequestSpec => ({
    method: 'POST',
    path: '',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
    json,
  })
  return defineHttpProvider({
    name,
    verified: 'documentation',
    // Reads ask for consistent ones: they show every write that was answered before.
    capabilities: { maxBatchSize: 25, atomicity: 'per-record', replay: 'safe', effect: 'erased', readLagMs: 0 },
    baseUrl,
    authorization: signing({ credentials, sign: (request, by, now) => sign(request, by, region, now) }),
    http,
    allowInsecure,
    statusOf,
    explain,
    isValidId,
    identify: { key: `${baseUrl} ${region} ${table}`, label: `${table}, ${region}`, production: 'unknown' },
    deleteBatch: {
      request: (ids) =>
        ask('BatchWriteItem', { RequestItems: { [table]: ids.map((id) => ({ DeleteRequest: { Key: keyOf(id) } })) } }),
      replies: [on(200, Written, ({ UnprocessedItems }) => replyOf(UnprocessedItems, table, idOf))],
    },
    findExisting: [
      {
        form: 'batch-get',
        request: (ids) =>
          ask('BatchGetItem', {
            RequestItems: { [table]: { Keys: ids.map(keyOf), ConsistentRead: true, ...attributes } },
          }),
        replies: [on(200, Got, (got, { ids }) => listingOf(got, ids.length, table, idOf))],
      },
    ],
    readContent: {
      maxIds: 100,
      request: (ids) =>
        ask('BatchGetItem', { RequestItems: { [table]: { Keys: ids.map(keyOf), ConsistentRead: true } } }),
      replies: [on(200, Got, (got, { ids }) => contentsOf(got, ids, table, idOf))],
    },
  })
}

const name = 'dynamodb'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const Item = t.record(t.string, t.unknown)
const Written = t.type({
  UnprocessedItems: t.record(t.string, t.array(t.type({ DeleteRequest: t.type({ Key: Item }) }))),
})
const Got = t.intersection([
  t.type({ Responses: t.record(t.string, t.array(Item)) }),
  t.partial({ UnprocessedKeys: t.record(t.string, t.type({ Keys: t.array(Item) })) }),
])

/** What comes back was not deleted, and what does not was; an answer that speaks of another table says nothing of this one. */
const replyOf = (
  unprocessed: t.TypeOf<typeof Written>['UnprocessedItems'],
  table: string,
  idOf: (key: t.TypeOf<typeof Item>) => string,
): BatchReply => {
  const { [table]: back = [], ...others } = unprocessed
  if (Object.keys(others).length > 0) return { kind: 'Accepted' }
  return {
    kind: 'ById',
    silence: 'deleted',
    verdicts: back.map(({ DeleteRequest: { Key } }) => ({ id: idOf(Key), is: 'again' })),
  }
}

/** Complete but for the keys that come back as unprocessed; an answer that got nowhere is a throttle. */
const listingOf = (
  { Responses, UnprocessedKeys = {} }: t.TypeOf<typeof Got>,
  asked: number,
  table: string,
  idOf: (key: t.TypeOf<typeof Item>) => string,
): Listing | ProviderError => {
  const ids = (Responses[table] ?? []).map(idOf)
  const { [table]: back, ...others } = UnprocessedKeys
  if (Object.keys(others).length > 0) return { ids, complete: false }
  const unread = (back?.Keys ?? []).map(idOf)
  if (unread.length >= asked) return { tag: 'Throttled', detail: 'no key was looked up' }
  return { ids, complete: true, unread }
}

/** Items come whole, up to 16 MB of them: the keys of the others come back as unprocessed, and are asked for again. */
const contentsOf = (
  got: t.TypeOf<typeof Got>,
  ids: ReadonlyArray<string>,
  table: string,
  idOf: (key: t.TypeOf<typeof Item>) => string,
): Contents | ProviderError => {
  const listing = listingOf(got, ids.length, table, idOf)
  if ('tag' in listing) return listing
  const records = (got.Responses[table] ?? []).map((item) => ({ id: idOf(item), content: item }))
  const left = new Set([...records.map(({ id }) => id), ...(listing.unread ?? [])])
  return { records, absent: listing.complete ? ids.filter((id) => !left.has(id)) : [] }
}

const Told = t.intersection([t.type({ __type: t.string }), t.partial({ message: t.string, Message: t.string })])

/** Most errors are a 400, whatever they are about. */
const statusOf = (body: unknown, status: number): number => (status === 400 && statuses[codeOf(body) ?? '']) || status

const statuses: Readonly<Record<string, number>> = {
  ExpiredTokenException: 401,
  IncompleteSignatureException: 401,
  InvalidSignatureException: 401,
  MissingAuthenticationTokenException: 401,
  RequestExpired: 401,
  RequestInTheFuture: 401,
  RequestTimeTooSkewed: 401,
  UnrecognizedClientException: 401,
  AccessDeniedException: 403,
  OptInRequired: 403,
  ResourceNotFoundException: 403,
}

/** Codes of a 400 that pass: nothing was written, and the same request may be a moment later. */
const passing: ReadonlySet<string> = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException',
  'TransactionInProgressException',
])

const codeOf = (body: unknown): string | undefined =>
  Told.is(body) ? body.__type.slice(body.__type.lastIndexOf('#') + 1).split(':', 1)[0] : undefined

/** A signature that is refused for its time is told by its code, or by the message of a code that has other reasons, too. */
const explain = (body: unknown, status: number): Explanation => {
  const code = codeOf(body)
  if (code === undefined || !Told.is(body)) return {}
  const message = `${code}: ${body.message ?? body.Message ?? 'no reason given'}`
  return {
    code,
    message,
    passes: status === 400 && passing.has(code),
    skewed: /RequestExpired|RequestInTheFuture|TooSkewed|signature (?:has )?expired|signature not yet current/i.test(
      message,
    ),
  }
}
