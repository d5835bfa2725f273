import { dynamoDb } from '../../../src/providers/dynamodb/dynamodb.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { startDynamoDb } from '../../support/dynamodb-server.ts'

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
  start: async () => {
    const server = await startDynamoDb()
    const { put, items } = await server.create('id')
    return {
      url: server.url,
      seed: (ids) => put(ids.map((id) => ({ id: { S: id } }))),
      existing: async () => (await items()).map(({ id }) => (id !== undefined && 'S' in id ? id.S : '')),
      close: server.close,
    }
  },
}
