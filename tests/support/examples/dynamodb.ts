/** DynamoDB in `eu-west-1`, credentials in `process.env`, and a table `sessions` with three items. */
import { startDynamoDb } from '../dynamodb-server.ts'
import { redirect } from '../redirect.ts'

export const ids: ReadonlyArray<string> = ['customer-1#2026-01-31', 'customer-1#2026-02-01', 'customer-2#2026-01-31']
process.env['AWS_ACCESS_KEY_ID'] = 'dynamo-key-id'
process.env['AWS_SECRET_ACCESS_KEY'] = 'dynamo-secret-key'

const server = await startDynamoDb()
const table = await server.createAs('sessions', 'customer', 'day')
await table.put(
  ids.map((id) => {
    const [customer = '', day = ''] = id.split('#')
    return { customer: { S: customer }, day: { S: day } }
  }),
)
redirect('https://dynamodb.eu-west-1.amazonaws.com', server.url)

export const close = () => server.close()
