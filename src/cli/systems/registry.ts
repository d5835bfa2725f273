import type { AskOptions, AvePointOpus, BulkRecordProvider } from '../../index.ts'
import { airtable } from '../../providers/airtable.ts'
import { avePointOpus, avePointOpusTokenUrls } from '../../providers/avepoint-opus/avepoint-opus.ts'
import { couchDb } from '../../providers/couchdb/couchdb.ts'
import { datoCms } from '../../providers/datocms/datocms.ts'
import { directus } from '../../providers/directus.ts'
import { type DynamoDbConfig, dynamoDb } from '../../providers/dynamodb/dynamodb.ts'
import { elasticsearch } from '../../providers/elasticsearch.ts'
import { graph } from '../../providers/graph.ts'
import { hubSpot } from '../../providers/hubspot.ts'
import { type S3Config, s3 } from '../../providers/s3/s3.ts'
import { salesforce } from '../../providers/salesforce/salesforce.ts'
import { uuidList } from '../../providers/uuid-list/uuid-list.ts'
import { zendesk } from '../../providers/zendesk/zendesk.ts'
import { awsKeys, withAwsKeys } from './aws.ts'

/** An option of a built-in provider, as the configuration takes it. */
export interface ProviderOption {
  readonly name: string
  /** Must be written out: no default decides where, and how irrevocably. */
  readonly required?: true
  /** Comes from the environment, a file or a command; the latter two are asked again when the backend no longer takes it. */
  readonly secret?: true
  /** The variable that is usual for it. */
  readonly variable?: string
  /** It decides what kind of gone a deletion is. */
  readonly decidesEffect?: true
  readonly meaning: string
}

/** A provider that comes with the package. */
export interface BuiltIn {
  readonly name: string
  readonly summary: string
  readonly options: ReadonlyArray<ProviderOption>
  readonly build: (options: Readonly<Record<string, unknown>>) => BulkRecordProvider
  /** Its place is known from itself, and asked for with the credential. */
  readonly asksPlace?: true
  /** A question that tells a good credential, where no record can be read. */
  readonly ask?: (provider: BulkRecordProvider, options: AskOptions) => Promise<unknown>
  /** Options that make a provider, to show its capabilities. */
  readonly sample: Readonly<Record<string, unknown>>
}

const baseUrl = { name: 'baseUrl', meaning: 'the address of the API' } as const
const allowInsecure = { name: 'allowInsecure', meaning: 'plain http to a host other than this machine' } as const

/** The factory checks what it is given by itself. */
const from =
  <Config>(make: (config: Config) => BulkRecordProvider): BuiltIn['build'] =>
  (options) =>
    make(options as unknown as Config)

/** What the name of a `provider` may be: the one table of what is built in. */
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
    build: from(datoCms),
    asksPlace: true,
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
    build: from(uuidList),
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
    build: from(avePointOpus),
    ask: (provider, options) => firstDue(provider as AvePointOpus, options),
    sample: { region: 'us', clientId: 'x', clientSecret: 'x' },
  },
  {
    name: 'couchdb',
    summary: 'documents of a CouchDB database',
    options: [
      { ...baseUrl, required: true, meaning: 'the server' },
      { name: 'database', required: true, meaning: 'its name' },
      { name: 'username', meaning: 'with a password; or give token; or none of them' },
      { name: 'password', secret: true, variable: 'COUCHDB_PASSWORD', meaning: "the user's" },
      { name: 'token', secret: true, variable: 'COUCHDB_TOKEN', meaning: 'a JSON Web Token' },
      { name: 'maxBatchSize', meaning: 'documents in one request, default 500' },
      allowInsecure,
    ],
    build: from(couchDb),
    sample: { baseUrl: 'https://couch.example.com', database: 'records' },
  },
  {
    name: 'dynamodb',
    summary: 'items of a DynamoDB table; needs the package aws4fetch',
    options: [
      { name: 'region', required: true, meaning: 'such as eu-west-1' },
      { name: 'table', required: true, meaning: 'its name' },
      { name: 'partitionKey', required: true, meaning: 'the name of the attribute' },
      { name: 'partitionKeyType', meaning: 'S, a text (default), or N, a number' },
      { name: 'sortKey', meaning: 'the name of the attribute, where the table has one' },
      { name: 'sortKeyType', meaning: 'S, a text (default), or N, a number' },
      { name: 'separator', meaning: 'stands between the two values of an id; with sortKey' },
      ...awsKeys,
      { ...baseUrl, meaning: "default the region's" },
      allowInsecure,
    ],
    build: (options) => dynamoDb(withAwsKeys(options) as unknown as DynamoDbConfig),
    sample: { region: 'eu-west-1', table: 'records', partitionKey: 'id', accessKeyId: 'x', secretAccessKey: 'x' },
  },
  {
    name: 'zendesk',
    summary: 'tickets, users or organizations of Zendesk',
    options: [
      { ...baseUrl, required: true, meaning: 'the account: https://acme.zendesk.com' },
      { name: 'type', required: true, decidesEffect: true, meaning: 'tickets, users or organizations' },
      { name: 'token', secret: true, variable: 'ZENDESK_TOKEN', meaning: 'an OAuth access token; or give email' },
      { name: 'email', meaning: "an agent's, with apiToken" },
      { name: 'apiToken', secret: true, variable: 'ZENDESK_API_TOKEN', meaning: 'an API token' },
      allowInsecure,
    ],
    build: from(zendesk),
    sample: { baseUrl: 'https://acme.zendesk.com', type: 'tickets', token: 'x' },
  },
  {
    name: 'salesforce',
    summary: 'records of Salesforce',
    options: [
      { ...baseUrl, required: true, meaning: "the organization's domain: https://acme.my.salesforce.com" },
      { name: 'token', required: true, secret: true, variable: 'SALESFORCE_TOKEN', meaning: 'an access token' },
      { name: 'object', meaning: 'what all records are, such as Account; without it nothing is read back' },
      { name: 'apiVersion', meaning: 'default 65.0' },
      allowInsecure,
    ],
    build: from(salesforce),
    asksPlace: true,
    sample: { baseUrl: 'https://acme.my.salesforce.com', token: 'x', object: 'Account' },
  },
  {
    name: 'hubspot',
    summary: "records of HubSpot's CRM",
    options: [
      { name: 'token', required: true, secret: true, variable: 'HUBSPOT_TOKEN', meaning: 'of a private app' },
      { name: 'objectType', required: true, meaning: 'contacts, companies, deals, or the id of any other type' },
      { ...baseUrl, meaning: 'default https://api.hubapi.com' },
      allowInsecure,
    ],
    build: from(hubSpot),
    asksPlace: true,
    sample: { token: 'x', objectType: 'contacts' },
  },
  {
    name: 'airtable',
    summary: 'records of an Airtable table',
    options: [
      { name: 'baseId', required: true, meaning: 'the id of the base, app…' },
      { name: 'table', required: true, meaning: 'the id of the table, tbl…, or its name' },
      { name: 'token', required: true, secret: true, variable: 'AIRTABLE_TOKEN', meaning: 'a personal access token' },
      { ...baseUrl, meaning: 'default https://api.airtable.com' },
      allowInsecure,
    ],
    build: from(airtable),
    sample: { baseId: 'app00000000000000', table: 'Records', token: 'x' },
  },
  {
    name: 'directus',
    summary: 'items of a Directus collection',
    options: [
      { ...baseUrl, required: true, meaning: "the project's" },
      { name: 'collection', required: true, meaning: 'its name' },
      { name: 'token', required: true, secret: true, variable: 'DIRECTUS_TOKEN', meaning: "a user's" },
      { name: 'primaryKey', meaning: 'the name of the key, default id' },
      { name: 'keyType', meaning: 'what keys are: text (default), integer or uuid' },
      { name: 'maxBatchSize', meaning: 'items in one request, default 100' },
      allowInsecure,
    ],
    build: from(directus),
    sample: { baseUrl: 'https://cms.example.com', collection: 'articles', token: 'x' },
  },
  {
    name: 's3',
    summary: 'objects of a bucket; needs the packages aws4fetch and fast-xml-parser',
    options: [
      { name: 'region', required: true, meaning: 'such as eu-west-1' },
      { name: 'bucket', required: true, meaning: 'its name' },
      { name: 'versionSeparator', meaning: 'stands between key and version of an id; default: ids are keys' },
      ...awsKeys,
      { ...baseUrl, meaning: "default the region's" },
      allowInsecure,
    ],
    build: (options) => s3(withAwsKeys(options) as unknown as S3Config),
    sample: { region: 'eu-west-1', bucket: 'records', accessKeyId: 'x', secretAccessKey: 'x' },
  },
  {
    name: 'elasticsearch',
    summary: 'documents of an Elasticsearch index',
    options: [
      { ...baseUrl, required: true, meaning: 'the cluster' },
      { name: 'index', required: true, meaning: 'the name of one index' },
      { name: 'apiKey', required: true, secret: true, variable: 'ELASTIC_API_KEY', meaning: 'an encoded key' },
      { name: 'maxBatchSize', meaning: 'documents in one request, default 1,000' },
      allowInsecure,
    ],
    build: from(elasticsearch),
    asksPlace: true,
    sample: { baseUrl: 'https://search.example.com', index: 'records', apiKey: 'x' },
  },
  {
    name: 'graph',
    summary: 'records of a collection of Microsoft Graph',
    options: [
      { name: 'collection', required: true, decidesEffect: true, meaning: 'such as users/ann@example.com/messages' },
      { name: 'token', required: true, secret: true, variable: 'GRAPH_TOKEN', meaning: 'an access token' },
      { ...baseUrl, meaning: 'default https://graph.microsoft.com/v1.0' },
      allowInsecure,
    ],
    build: from(graph),
    sample: { collection: 'users/ann@example.com/messages', token: 'x' },
  },
]

/** Of a connection that does not exist nothing is due, and whether it does is of no interest here. */
const firstDue = (provider: AvePointOpus, options: AskOptions): Promise<unknown> => {
  const due = provider.listDue({ connectionId: noConnection, before: new Date(0), pageSize: 1 }, options)
  return (due as AsyncIterable<string>)[Symbol.asyncIterator]().next()
}

const noConnection = '00000000-0000-0000-0000-000000000000'

export const builtIn = (name: string): BuiltIn | undefined => registry.find((each) => each.name === name)

/** The options of a built-in provider that are secrets; none of any other. */
export const secretOptionsOf = (name: string): ReadonlyArray<string> =>
  builtIn(name)?.options.flatMap((option) => (option.secret === true ? [option.name] : [])) ?? []
