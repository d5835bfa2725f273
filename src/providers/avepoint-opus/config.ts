import { checkOptions, clientCredentials, type HttpOptions, UsageError } from '../../http-provider.ts'

/** Data centres, as they stand in the host name of the API. Source: learn.avepoint.com, "Use AvePoint Graph API". */
export const regions = [
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
export const tokenUrls = {
  commercial: 'https://identity.avepointonlineservices.com/connect/token',
  gov: 'https://identity-gov.avepointonlineservices.com/connect/token',
  aos2: 'https://identity-aos2.avepointonlineservices.com/connect/token',
  fedramp: 'https://identity.online15.net/connect/token',
} as const

/**
 * Where: a region, or the URL of the API itself. Who: an app's credentials, or a token. For an app with a certificate,
 * `token` is a function that exchanges the signed assertion for one.
 */
export type OpusConfig = (
  | { readonly region: (typeof regions)[number]; readonly baseUrl?: never }
  | { readonly baseUrl: string; readonly region?: never }
) &
  (
    | { readonly clientId: string; readonly clientSecret: string | (() => Promise<string>); readonly token?: never }
    | { readonly token: string | (() => Promise<string>); readonly clientId?: never; readonly clientSecret?: never }
  ) & {
    /** Whose token URL is used. Default: the region's, `commercial` for a `baseUrl`. */
    readonly cloud?: keyof typeof tokenUrls
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

export const name = 'avepoint-opus'

export const wrong = (what: string) => new UsageError(`${name}: ${what}`)

export const isGuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)

/** Checks the words that a caller gave; throws `UsageError`, which says what to do. */
export const whereAndWho = (config: OpusConfig) => {
  checkOptions(
    name,
    config,
    'region baseUrl clientId clientSecret token cloud tokenUrl path noContent allowInsecure http',
  )
  const { region, clientId, clientSecret, token, path = 'records/connector/records', noContent = 'deleted' } = config
  if ((region === undefined) === (config.baseUrl === undefined)) throw wrong('give either region or baseUrl')
  if (region !== undefined && !regions.includes(region)) {
    throw wrong(`region must be one of ${regions.join(', ')}; for any other place give baseUrl`)
  }
  const cloud = config.cloud ?? (region === 'gov' || region === 'aos2' || region === 'fedramp' ? region : 'commercial')
  if (!Object.hasOwn(tokenUrls, cloud)) {
    throw wrong(`cloud must be one of ${Object.keys(tokenUrls).join(', ')}`)
  }
  if (token !== undefined && clientId !== undefined) throw wrong('give either a token or clientId and clientSecret')
  const { tokenUrl = tokenUrls[cloud] } = config
  const scope = 'records.readwrite.all'
  const credentials = clientCredentials({ tokenUrl, clientId: clientId ?? '', clientSecret: clientSecret ?? '', scope })
  if (noContent !== 'deleted' && noContent !== 'unconfirmed')
    throw wrong("noContent must be 'deleted' or 'unconfirmed'")
  return {
    baseUrl: region === undefined ? config.baseUrl : urlOf(region),
    authorization: token ?? credentials,
    path,
    noContent: noContent === 'deleted' ? 'AllDeleted' : 'Accepted',
    connection: { http: config.http, allowInsecure: config.allowInsecure },
  } as const
}

const urlOf = (region: string): string =>
  region === 'fedramp' ? 'https://graphusgovapi.online15.net' : `https://graph-${region}.avepointonlineservices.com`
