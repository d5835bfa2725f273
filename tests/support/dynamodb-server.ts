import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** dynalite, which speaks DynamoDB's HTTP API, in this process and in memory. */
export interface DynamoDbServer {
  readonly url: string
  /** Makes an empty table with these keys, all of them texts unless they are called `n…`. */
  readonly create: (...keys: ReadonlyArray<string>) => Promise<Table>
  readonly createAs: (name: string, ...keys: ReadonlyArray<string>) => Promise<Table>
  /** The next write of many is put off, for the whole of it. */
  readonly putOff: () => void
  readonly close: () => Promise<void>
}

type Item = Readonly<Record<string, { readonly S: string } | { readonly N: string }>>

export interface Table {
  readonly name: string
  readonly put: (items: ReadonlyArray<Item>) => Promise<void>
  readonly items: () => Promise<ReadonlyArray<Item>>
}

const tooMuch = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
}

export const startDynamoDb = async (): Promise<DynamoDbServer> => {
  // It has no types, nor anything for ES modules.
  const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const handle = server.listeners('request')[0] as RequestListener
  let busy = 0
  server.removeAllListeners('request').on('request', (request, response) => {
    if (busy === 0 || !String(request.headers['x-amz-target']).endsWith('.BatchWriteItem'))
      return handle(request, response)
    busy--
    request.resume()
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(tooMuch))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let tables = 0

  const ask = async (operation: string, json: object): Promise<Readonly<Record<string, unknown>>> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      // It looks for a signature, and does not check it.
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/r/dynamodb/aws4_request, SignedHeaders=host, Signature=b',
      'x-amz-date': '20260101T000000Z',
    }
    const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(json) })
    if (!reply.ok) throw new Error(`${operation}: ${reply.status} ${await reply.text()}`)
    return (await reply.json()) as Readonly<Record<string, unknown>>
  }
  const createAs = async (TableName: string, ...keys: ReadonlyArray<string>): Promise<Table> => {
    await ask('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: key.startsWith('n') ? 'N' : 'S' })),
      KeySchema: keys.map((key, at) => ({ AttributeName: key, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    })
    while (JSON.stringify(await ask('DescribeTable', { TableName })).includes('CREATING')) await sleep(2)
    return {
      name: TableName,
      put: async (items) => {
        for (let at = 0; at < items.length; at += 25) {
          const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }))
          await ask('BatchWriteItem', { RequestItems: { [TableName]: puts } })
        }
      },
      items: async () => {
        const { Items, LastEvaluatedKey } = await ask('Scan', { TableName })
        if (LastEvaluatedKey !== undefined) throw new Error('more items than a scan shows')
        return Items as ReadonlyArray<Item>
      },
    }
  }
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const putOff = () => void busy++
  return { url, create: (...keys) => createAs(`table-${++tables}`, ...keys), createAs, putOff, close }
}
