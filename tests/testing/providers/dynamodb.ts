import { dynamoDb } from '../../../src/providers/dynamodb/dynamodb.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { startDynamoDb } from '../../support/dynamodb-server.ts'

interface Got {
  readonly Responses?: Readonly<Record<string, ReadonlyArray<Key>>>
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: ReadonlyArray<Key> }>>
}

interface Key {
  readonly id: { readonly S: string }
}

const contentOf = (id: string) => ({ id: { S: id }, note: { S: 'kept' }, size: { N: '12345678901234567890' } })

/** A table of dynalite, which refuses nothing that has a key. */
export const dynamoDbSubject: ContractSubject = {
  provider: (baseUrl) =>
    dynamoDb({
      baseUrl,
      region: 'eu-west-1',
      table: 'table-1',
      partitionKey: 'id',
      credentials: {
        accessKeyId: 'dynamo-key-id',
        secretAccessKey: 'dynamo-secret-key',
        sessionToken: 'dynamo-session',
      },
    }),
  secrets: ['dynamo-secret-key'],
  missing: 'silent',
  skewed: () => ({
    status: 400,
    json: {
      __type: 'com.amazon.coral.service#InvalidSignatureException',
      message: 'Signature not yet current: 20260101T060000Z is still later than 20260101T000500Z',
    },
  }),
  cut: ({ status, text, headers }, { entry }) => {
    const { Responses, UnprocessedKeys = {} } = JSON.parse(text) as Got
    const items = Responses?.['table-1'] ?? []
    const kept = items.filter(({ id }) => id.S !== entry)
    if (kept.length === items.length) return undefined
    const Keys = [...(UnprocessedKeys['table-1']?.Keys ?? []), { id: { S: entry } }]
    const told = { Responses: { 'table-1': kept }, UnprocessedKeys: { 'table-1': { Keys, ConsistentRead: true } } }
    return { status, headers, text: JSON.stringify(told) }
  },
  start: async () => {
    const server = await startDynamoDb()
    const { put, items } = await server.create('id')
    return {
      url: server.url,
      seed: (ids) => put(ids.map(contentOf)),
      content: contentOf,
      existing: async () => (await items()).map(({ id }) => (id !== undefined && 'S' in id ? id.S : '')),
      busy: server.putOff,
      close: server.close,
    }
  },
}
