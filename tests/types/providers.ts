import * as t from 'io-ts'
import ky from 'ky'
import { defineHttpProvider, defineProvider, type HttpOptions, on } from '../../src/http-provider.ts'
import { avePointOpus } from '../../src/providers/avepoint-opus/avepoint-opus.ts'
import { datoCms } from '../../src/providers/datocms/datocms.ts'
import { directus } from '../../src/providers/directus.ts'
import { dynamoDb } from '../../src/providers/dynamodb/dynamodb.ts'
import { uuidList } from '../../src/providers/uuid-list/uuid-list.ts'
import { zendesk } from '../../src/providers/zendesk/zendesk.ts'

export const fine: ReadonlyArray<HttpOptions> = [
  {},
  { fetch },
  { fetch: globalThis.fetch },
  { fetch: async (url, init) => fetch(url, { ...init, keepalive: true }) },
  { headers: { 'x-hint': 'blue' }, userAgent: 'migration/1' },
]

// @ts-expect-error ky retries by itself, and would send a deletion twice
export const retrying: HttpOptions = { fetch: ky }

// @ts-expect-error so does an instance of it that was told not to: it may be told otherwise
export const toldNotTo: HttpOptions = { fetch: ky.create({ retry: 0 }) }

// @ts-expect-error who is asking?
datoCms({})

// @ts-expect-error a misspelt option would delete from production
datoCms({ apiToken: 't', enviroment: 'sandbox' })

// @ts-expect-error a region or a base URL, not both
avePointOpus({ region: 'us', baseUrl: 'https://opus.example.com', token: 't' })

// @ts-expect-error there is no such region
avePointOpus({ region: 'mars', token: 't' })

// @ts-expect-error an id without its secret
avePointOpus({ region: 'us', clientId: 'c' })

// @ts-expect-error a token or credentials, not both
avePointOpus({ region: 'us', clientId: 'c', clientSecret: 's', token: 't' })

// @ts-expect-error permanence is yes, no, or left to the object
uuidList({ baseUrl: 'https://max.example.com', object: 'o', token: 't', permanentDelete: 'yes' })

// @ts-expect-error a token or an agent, not both
zendesk({ baseUrl: 'https://acme.zendesk.com', type: 'tickets', token: 't', email: 'a@example.com', apiToken: 'k' })

// @ts-expect-error keys are of three kinds
directus({ baseUrl: 'https://cms.example.com', collection: 'articles', token: 't', keyType: 'number' })

const table = { region: 'eu-west-1', table: 'sessions', partitionKey: 'id' }
const credentials = { accessKeyId: 'k', secretAccessKey: 's' }

/** What AWS's own providers of credentials return holds more than is needed. */
dynamoDb({ ...table, credentials: async () => ({ ...credentials, expiration: new Date(0), accountId: '1' }) })

// @ts-expect-error a key without its secret
dynamoDb({ ...table, credentials: { accessKeyId: 'k' } })

const capabilities = { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased' } as const

export const overAnSdk = [
  defineProvider({ name: 'sdk', capabilities, deleteBatch: async () => ({ kind: 'AllDeleted' }) }),
  defineProvider({ name: 'sdk', capabilities, deleteBatch: async () => ({ tag: 'Throttled', retryAfterMs: 500 }) }),
  // @ts-expect-error there is no such trouble
  defineProvider({ name: 'sdk', capabilities, deleteBatch: async () => ({ tag: 'Tired' }) }),
  // @ts-expect-error a job's state is no answer to a deletion
  defineProvider({ name: 'sdk', capabilities, deleteBatch: async () => ({ kind: 'Pending' }) }),
]

const wellDefined = {
  name: 'test',
  verified: 'documentation',
  capabilities: { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  baseUrl: 'https://api.example.com',
} as const
const request = () => ({ method: 'DELETE', path: 'x' }) as const

export const provider = defineHttpProvider({
  ...wellDefined,
  deleteBatch: {
    request,
    replies: [
      on(200, t.unknown, () => ({ kind: 'AllDeleted' })),
      on(404, t.unknown, () => ({ tag: 'Unavailable', detail: 'a row may mean an error' })),
    ],
  },
})

defineHttpProvider({
  ...wellDefined,
  // @ts-expect-error a job's state is no answer to a deletion
  deleteBatch: { request, replies: [on(200, t.unknown, () => ({ kind: 'Pending' }))] },
})

defineHttpProvider({
  ...wellDefined,
  // @ts-expect-error a codec's type is the type that its row reads
  deleteBatch: { request, replies: [on(200, t.type({ n: t.number }), (body) => ({ kind: body.m }))] },
})

defineHttpProvider({
  ...wellDefined,
  deleteBatch: { request, replies: [] },
  // @ts-expect-error at least one form, or none at all
  findExisting: [],
})
