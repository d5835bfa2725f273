import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  checkOptions,
  clientCredentials,
  defineHttpProvider,
  type HttpOptions,
  type HttpReply,
  on,
  reasonOf,
  type Said,
  UsageError,
} from '../http-provider.ts'

/** Data centres, as they stand in the host name of the API. Source: learn.avepoint.com, "Use AvePoint Graph API". */
export const avePointOpusRegions = [
  ...([
    'au',
    'sg',
    'ca',
    'ne',
    'we',
    'fr',
    'de',
    'jp',
    'kr',
    'ch',
    'uk',
    'us',
    'uae',
    'za',
    'qa',
    'gov',
    'aos2',
  ] as const),
  ...(['gcp-au', 'gcp-jp', 'gcp-us', 'gcp-we', 'gcp-kr', 'fedramp'] as const),
]

/** Token URLs by cloud. Source: learn.avepoint.com, "Authentication and Authorization". */
export const avePointOpusTokenUrls = {
  commercial: 'https://identity.avepointonlineservices.com/connect/token',
  gov: 'https://identity-gov.avepointonlineservices.com/connect/token',
  aos2: 'https://identity-aos2.avepointonlineservices.com/connect/token',
  fedramp: 'https://identity.online15.net/connect/token',
} as const

/**
 * Where: a region, or the URL of the API itself. Who: an app's credentials, or a token. For an app with a certificate,
 * `token` is a function that exchanges the signed assertion for one.
 */
export type AvePointOpusConfig = (
  | { readonly region: (typeof avePointOpusRegions)[number]; readonly baseUrl?: never }
  | { readonly baseUrl: string; readonly region?: never }
) &
  (
    | { readonly clientId: string; readonly clientSecret: string; readonly token?: never }
    | { readonly token: string | (() => Promise<string>); readonly clientId?: never; readonly clientSecret?: never }
  ) & {
    /** Whose token URL is used. Default: the region's, `commercial` for a `baseUrl`. */
    readonly cloud?: keyof typeof avePointOpusTokenUrls
    /** Default: the one of `cloud`. */
    readonly tokenUrl?: string
    /** Below the base URL. Default `records/connector/records`; older pages have `connector/records`. */
    readonly path?: string
    /**
     * What a 204 means. It is documented as "successful, no content", so by default it counts as deleted; `unconfirmed`
     * is for tenants where it turns out to mean that nothing matched.
     */
    readonly noContent?: 'deleted' | 'unconfirmed'
    /** Plain http to a host other than loopback. Default false. */
    readonly allowInsecure?: boolean
    readonly http?: HttpOptions
  }

/**
 * Connector records of AvePoint Opus: sets the status of up to 15 records a request to Destroyed, for good; the content
 * itself is destroyed elsewhere. An id is the unique key that a record was submitted with: any text.
 *
 * A 418 says that some records failed and the others were changed; it counts whether it is the HTTP status or only
 * `statusCode` in the body. Where it does not list the failed readably, it says nothing about any record, and nothing
 * can be read back. UNKNOWN: rate limits; the shape of `failedItems` (keys are read, and objects with one); whether a
 * record that was Destroyed before is listed there. Source: learn.avepoint.com, "Destroy Records".
 */
export const avePointOpus = (config: AvePointOpusConfig): BulkRecordProvider => {
  const { baseUrl, authorization } = whereAndWho(config)
  const { path = 'records/connector/records', noContent = 'deleted', http, allowInsecure } = config
  if (noContent !== 'deleted' && noContent !== 'unconfirmed')
    throw wrong("noContent must be 'deleted' or 'unconfirmed'")
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: { maxBatchSize: 15, atomicity: 'per-record', replay: 'safe', effect: 'marked' },
    baseUrl,
    authorization,
    http,
    allowInsecure,
    statusOf: (body, status) => (status === 200 && Destroyed.is(body) ? body.statusCode : status),
    explain: saidOf,
    identify: async () =>
      E.right({ key: `${baseUrl} ${path}`, label: `AvePoint Opus, ${baseUrl}`, production: 'unknown' }),
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path, json: { disposalIds: ids } }),
      replies: [
        on(200, Destroyed, (body, batch, reply) => verdictsOf(body, 'AllDeleted', batch, reply)),
        on(418, t.unknown, (body, batch, reply) => verdictsOf(body, 'Accepted', batch, reply)),
        on(204, t.unknown, () => ({ kind: noContent === 'deleted' ? 'AllDeleted' : 'Accepted' })),
      ],
    },
  })
}

const name = 'avepoint-opus'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const whereAndWho = (config: AvePointOpusConfig) => {
  checkOptions(
    name,
    config,
    'region baseUrl clientId clientSecret token cloud tokenUrl path noContent allowInsecure http',
  )
  const { region, clientId, clientSecret, token } = config
  if ((region === undefined) === (config.baseUrl === undefined)) throw wrong('give either region or baseUrl')
  if (region !== undefined && !avePointOpusRegions.includes(region)) {
    throw wrong(`region must be one of ${avePointOpusRegions.join(', ')}; for any other place give baseUrl`)
  }
  const cloud = config.cloud ?? (region === 'gov' || region === 'aos2' || region === 'fedramp' ? region : 'commercial')
  if (!Object.hasOwn(avePointOpusTokenUrls, cloud)) {
    throw wrong(`cloud must be one of ${Object.keys(avePointOpusTokenUrls).join(', ')}`)
  }
  if (token !== undefined && clientId !== undefined) throw wrong('give either a token or clientId and clientSecret')
  const { tokenUrl = avePointOpusTokenUrls[cloud] } = config
  const scope = 'records.readwrite.all'
  const credentials = clientCredentials({ tokenUrl, clientId: clientId ?? '', clientSecret: clientSecret ?? '', scope })
  return { baseUrl: region === undefined ? config.baseUrl : urlOf(region), authorization: token ?? credentials }
}

const urlOf = (region: string): string =>
  region === 'fedramp' ? 'https://graphusgovapi.online15.net' : `https://graph-${region}.avepointonlineservices.com`

const Destroyed = t.type({ statusCode: t.number })

/** `whenNoneFailed`: what it means that no record is listed as failed. */
const verdictsOf = (
  body: unknown,
  whenNoneFailed: 'AllDeleted' | 'Accepted',
  batch: Batch,
  reply: HttpReply,
): BatchReply => {
  const { failedItems, ...rest } = fieldsOf(body)
  const listed = failedItems ?? []
  if (!Array.isArray(listed)) return { kind: 'Accepted' }
  if (listed.length === 0) return { kind: whenNoneFailed }
  const verdicts = listed.map((item) => {
    const said = { message: 'it is listed as failed, without a reason', ...saidOf(rest), ...saidOf(item) }
    return {
      id: keyOf(item, batch),
      is: 'rejected',
      reason: { ...reasonOf(said, reply), code: 'failed-item' },
    } as const
  })
  // An entry without a key may stand for any record.
  return verdicts.every(hasKey) ? { kind: 'ById', verdicts, silence: 'deleted' } : { kind: 'Accepted' }
}

const hasKey = <Named>(named: Named & { readonly id: string | undefined }): named is Named & { readonly id: string } =>
  named.id !== undefined

/** The key that an entry names: one that was sent, before any other that it carries. */
const keyOf = (item: unknown, { ids }: Batch): string | undefined => {
  const { rowKey, disposalId, recordId, id } = fieldsOf(item)
  const keys = [item, rowKey, disposalId, recordId, id].filter(
    (key) => typeof key === 'string' || typeof key === 'number',
  )
  const named = keys.map(String)
  return named.find((key) => ids.includes(key)) ?? named[0]
}

/** `message` is null, a text or a list of texts; entries and sibling services have other names for it. */
const saidOf = (body: unknown): Said => {
  const { message, reason, error, requestId, traceId } = fieldsOf(body)
  const text = [message, reason, error].flat().filter((said) => typeof said === 'string' && said !== '')
  const [trace] = [requestId, traceId].filter((id) => typeof id === 'string')
  return { ...(text.length > 0 && { message: text.join('; ') }), ...(trace !== undefined && { requestId: trace }) }
}

const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> => (t.UnknownRecord.is(body) ? body : {})
