import {
  type AvePointOpusConfig,
  avePointOpus,
  avePointOpusTokenUrls,
} from '../../providers/avepoint-opus/avepoint-opus.ts'
import { type DatoCmsConfig, datoCms } from '../../providers/datocms/datocms.ts'
import { type UuidListConfig, uuidList } from '../../providers/uuid-list/uuid-list.ts'
import { allowInsecure, type BuiltIn, baseUrl } from './built-in.ts'
import { databases } from './built-in-databases.ts'
import { services } from './built-in-services.ts'

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
      {
        name: 'permanentDelete',
        required: true,
        decidesEffect: true,
        meaning: 'true: for good; false: can be taken back',
      },
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
  ...databases,
  ...services,
]

export const builtIn = (name: string): BuiltIn | undefined => registry.find((each) => each.name === name)

/** The options of a built-in provider that are secrets; none of any other. */
export const secretOptionsOf = (name: string): ReadonlyArray<string> =>
  builtIn(name)?.options.flatMap((option) => (option.secret === true ? [option.name] : [])) ?? []
