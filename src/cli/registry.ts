import type { BulkRecordProvider } from '../index.ts'
import { type AvePointOpusConfig, avePointOpus, avePointOpusTokenUrls } from '../providers/avepoint-opus.ts'
import { type DatoCmsConfig, datoCms } from '../providers/datocms.ts'
import { type UuidListConfig, uuidList } from '../providers/uuid-list.ts'

/** An option of a built-in provider, as the configuration takes it. */
export interface ProviderOption {
  readonly name: string
  /** Must be written out: no default decides where, and how irrevocably. */
  readonly required?: true
  /** Comes from the environment, a file or a command; the latter two are asked again when the backend no longer takes it. */
  readonly secret?: true
  /** The variable that is usual for it. */
  readonly variable?: string
  readonly meaning: string
}

/** A provider that comes with the package. */
export interface BuiltIn {
  readonly name: string
  readonly summary: string
  readonly options: ReadonlyArray<ProviderOption>
  readonly build: (options: Readonly<Record<string, unknown>>) => BulkRecordProvider
  /** Options that make a provider, to show its capabilities. */
  readonly sample: Readonly<Record<string, unknown>>
}

const baseUrl = { name: 'baseUrl', meaning: 'the address of the API' } as const
const allowInsecure = { name: 'allowInsecure', meaning: 'plain http to a host other than this machine' } as const

/** What the name of a `provider` may be. */
export const registry: ReadonlyArray<BuiltIn> = [
  {
    name: 'datocms',
    summary: 'records of a DatoCMS project',
    options: [
      {
        name: 'apiToken',
        required: true,
        secret: true,
        variable: 'DATOCMS_API_TOKEN',
        meaning: 'a token of the project, whose role may delete',
      },
      { name: 'environment', required: true, meaning: 'the id of an environment, or "primary"' },
      { ...baseUrl, meaning: 'default https://site-api.datocms.com' },
      allowInsecure,
    ],
    build: (options) => datoCms(options as unknown as DatoCmsConfig),
    sample: { apiToken: 'x', environment: 'main' },
  },
  {
    name: 'uuid-list',
    summary: 'objects deleted by a list of UUIDs: PTC ServiceMax Core, Max platform',
    options: [
      { ...baseUrl, required: true, meaning: "the tenant's server" },
      { name: 'object', required: true, meaning: 'the full identifier of the object, such as io_showcase' },
      { name: 'token', required: true, secret: true, variable: 'MAX_TOKEN', meaning: 'an access token' },
      { name: 'permanentDelete', required: true, meaning: 'true: for good; false: can be taken back' },
      { name: 'maxBatchSize', meaning: 'records in one transaction, default 200' },
      { name: 'maxUrlBytes', meaning: 'bytes of path and query, default 8,000' },
      allowInsecure,
    ],
    build: (options) => uuidList(options as unknown as UuidListConfig),
    sample: { baseUrl: 'https://max.example.com', object: 'io_showcase', token: 'x', permanentDelete: true },
  },
  {
    name: 'avepoint-opus',
    summary: 'connector records of AvePoint Opus',
    options: [
      { name: 'region', meaning: 'the data centre, such as us; or give baseUrl' },
      baseUrl,
      { name: 'clientId', meaning: 'the id of an app; or give token' },
      { name: 'clientSecret', secret: true, variable: 'OPUS_CLIENT_SECRET', meaning: 'the secret of the app' },
      {
        name: 'token',
        secret: true,
        variable: 'OPUS_TOKEN',
        meaning: 'an access token, for an app with a certificate',
      },
      { name: 'cloud', meaning: `whose token URL: ${Object.keys(avePointOpusTokenUrls).join(', ')}` },
      { name: 'tokenUrl', meaning: 'another token URL' },
      { name: 'path', meaning: 'below the address, default records/connector/records' },
      { name: 'noContent', meaning: 'what a 204 means: deleted (default) or unconfirmed' },
      allowInsecure,
    ],
    build: (options) => avePointOpus(options as unknown as AvePointOpusConfig),
    sample: { region: 'us', clientId: 'x', clientSecret: 'x' },
  },
]

export const builtIn = (name: string): BuiltIn | undefined => registry.find((each) => each.name === name)
