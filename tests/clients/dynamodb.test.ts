/** AWS's own client: what it sends beside what our adapter sends, and which errors it sends again after. */
import * as aws from '@aws-sdk/client-dynamodb'
import { deleteRecords, identifyPlace } from '../../src/index.ts'
import { dynamoDb } from '../../src/providers/dynamodb/dynamodb.ts'
import { scriptedBackend } from '../../src/testing.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { assert, suite } from '../support/suite.ts'
import { dynamoDbSubject } from '../testing/providers/dynamodb.ts'
import { essence, ours, standInFor } from './between.ts'

const test = suite('clients: dynamodb', { deadlineMs: 60_000 })

const credentials = {
  accessKeyId: 'dynamo-key-id',
  secretAccessKey: 'dynamo-secret-key',
  sessionToken: 'dynamo-session',
}
const region = 'eu-west-1'
const table = 'table-1'

const clientOf = (endpoint: string, maxAttempts = 1) =>
  new aws.DynamoDBClient({ endpoint, region, credentials, maxAttempts })

test('writes and reads against dynalite, and is sent what our adapter sends', async ({ after }) => {
  const { backend, line, idOf } = await standInFor(dynamoDbSubject, after)
  const ids = Array.from({ length: 4 }, (_, n) => idOf(n))
  const client = clientOf(line.url)
  after(() => client.destroy())
  const keys = ids.map((id) => ({ id: { S: id } }))
  await client.send(
    new aws.BatchWriteItemCommand({ RequestItems: { [table]: keys.map((Item) => ({ PutRequest: { Item } })) } }),
  )
  line.passed()
  const got = await client.send(
    new aws.BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
  )
  const [theirRead] = line.passed()
  assert.is(got.Responses?.[table]?.length, ids.length)
  const deleted = await client.send(
    new aws.BatchWriteItemCommand({ RequestItems: { [table]: keys.map((Key) => ({ DeleteRequest: { Key } })) } }),
  )
  const [theirDeletion] = line.passed()
  assert.equal(deleted.UnprocessedItems, {})
  assert.equal([...(await backend.existing())], [])

  await backend.seed(ids)
  const provider = dynamoDbSubject.provider(line.url)
  await identifyPlace(provider)
  const { report, sent } = await ours(line, provider, ids)
  assert.is(report.totals.deleted, ids.length)
  assert.ok(theirRead && theirDeletion)
  const of = (operation: string) =>
    sent.find(({ headers }) => headers['x-amz-target'] === `DynamoDB_20120810.${operation}`)
  const deletion = of('BatchWriteItem')
  assert.ok(deletion)
  assert.equal(essence(deletion), essence(theirDeletion))
  for (const name of ['content-type', 'x-amz-target', 'x-amz-security-token'])
    assert.is(deletion.headers[name], theirDeletion.headers[name], name)
  const proof = /^AWS4-HMAC-SHA256 Credential=dynamo-key-id\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, /
  for (const one of [deletion, theirDeletion]) assert.match(String(one.headers['authorization']), proof)
})

type ExceptionClass = new (options: object) => { readonly $retryable?: object }

const classes = (): ReadonlyArray<ExceptionClass> =>
  Object.values(aws as unknown as Readonly<Record<string, unknown>>).filter(
    (value): value is ExceptionClass =>
      typeof value === 'function' && value.prototype instanceof aws.DynamoDBServiceException,
  )

/** Every exception that the client knows, and codes of all services of AWS. */
const exceptions = [
  ...classes().map(({ name }) => name),
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'AccessDeniedException',
  'ValidationException',
]

test('what the client would send again is not taken for the records’ fault', async ({ after }) => {
  let name = ''
  let asked = 0
  const backend = await scriptedBackend({
    routes: {
      'POST /': ({ headers }) => {
        // The answer to a read is the same for all: nothing is known.
        if (headers['x-amz-target']?.endsWith('BatchGetItem') === true) return { status: 500, json: {} }
        asked++
        if (asked > 1) return { json: { UnprocessedItems: {} } }
        return {
          status: name === 'InternalServerError' ? 500 : 400,
          json: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'so it is' },
        }
      },
    },
  })
  after(backend.close)
  const request = { RequestItems: { [table]: [{ DeleteRequest: { Key: { id: { S: 'a' } } } }] } }
  const client = clientOf(backend.url, 2)
  after(() => client.destroy())
  const provider = dynamoDb({ baseUrl: backend.url, region, table, partitionKey: 'id', credentials })
  const wrong: string[] = []
  const again: string[] = []
  for (name of new Set(exceptions)) {
    asked = 0
    await client.send(new aws.BatchWriteItemCommand(request)).catch(() => undefined)
    if (asked === 1) continue
    again.push(name)
    asked = 0
    const { outcomes } = await deleteRecords(provider, ['a'], { clock: hurriedClock(), verify: 'never' })
    if (outcomes[0]?.status !== 'deleted' && name !== 'InternalServerError')
      wrong.push(`${name}: ${JSON.stringify(outcomes[0])}`)
  }
  assert.equal(wrong, [])
  for (const marked of markedAsPassing()) assert.ok(again.includes(marked), marked)
  for (const known of ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'])
    assert.ok(again.includes(known), known)
})

/** Those with a `$retryable` of their own. */
const markedAsPassing = (): ReadonlyArray<string> => {
  const marked = classes().filter((one) => new one({ $metadata: {}, message: '' }).$retryable !== undefined)
  assert.ok(marked.length > 0)
  return marked.map(({ name }) => name)
}
