import { createHash, createHmac } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { UsageError } from '../../src/http-provider.ts'
import { deleteRecords } from '../../src/index.ts'
import { type DynamoDbConfig, dynamoDb } from '../../src/providers/dynamodb/dynamodb.ts'
import { callContext } from '../support/context.ts'
import { type DynamoDbServer, startDynamoDb } from '../support/dynamodb-server.ts'
import { type Answer, listen, type SeenRequest } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('dynamodb')
let server: DynamoDbServer
test.before(async () => {
  server = await startDynamoDb()
})
test.after(() => server.close())

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }
const region = 'eu-west-1'

const text = (id: string) => ({ id: { S: id } })

/** What the provider makes of one answer, and the request that was answered. */
const told = async (after: (closer: () => unknown) => void, answer: Answer, ids: ReadonlyArray<string>, own = {}) => {
  const other = await listen(() => answer)
  after(other.close)
  const provider = dynamoDb({ baseUrl: other.url, region, table: 'abc', partitionKey: 'id', credentials, ...own })
  const result = await provider.deleteBatch({ number: 1, ids }, callContext())()
  const existing = await provider.findExisting?.({ number: 1, ids }, callContext())()
  return { result, existing, requests: other.requests }
}

test('facts', () => {
  const provider = dynamoDb({ region, table: 'abc', partitionKey: 'id', credentials })
  assert.equal([provider.name, provider.verified], ['dynamodb', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 25,
    atomicity: 'per-record',
    replay: 'safe',
    effect: 'erased',
    readLagMs: 0,
  })
})

test('deletes 25 a request, and every item that was asked for', async () => {
  const ids = Array.from({ length: 60 }, (_, n) => `"item" ${n}, ü`)
  const { name, put, items } = await server.create('id')
  await put([...ids, 'stays'].map(text))
  const provider = dynamoDb({ baseUrl: server.url, region, table: name, partitionKey: 'id', credentials })
  const report = await deleteRecords(provider, [...ids, 'never was'], { verify: 'all' })
  assert.equal(report.totals.deleted, 61)
  assert.equal(await items(), [text('stays')])
})

test('a key of two attributes', async () => {
  const { name, put, items } = await server.create('tenant', 'number')
  const keys = ['1', '2.5', '-30', '0'].map((N) => ({ tenant: { S: 'a' }, number: { N } }))
  await put([...keys, { tenant: { S: 'b' }, number: { N: '1' } }])
  const provider = dynamoDb({
    baseUrl: server.url,
    region,
    table: name,
    partitionKey: 'tenant',
    sortKey: 'number',
    sortKeyType: 'N',
    separator: '#',
    credentials,
  })
  const report = await deleteRecords(provider, ['a#1', 'a#2.5', 'a#-30', 'a#0', 'a', 'a#1.0', 'a#one'], {
    verify: 'all',
  })
  assert.equal([report.totals.deleted, report.totals.untouched], [4, 3])
  assert.equal(await items(), [{ tenant: { S: 'b' }, number: { N: '1' } }])
})

test('a number is valid as DynamoDB writes it, so that no two ids are one item', () => {
  const provider = dynamoDb({ region, table: 'abc', partitionKey: 'id', partitionKeyType: 'N', credentials })
  for (const id of ['0', '7', '-7', '10', '0.05', '-0.5', '12.75', '9'.repeat(38)])
    assert.ok(provider.isValidId(id), id)
  for (const id of ['-0', '07', '7.0', '.5', '1e3', '+1', ' 1', '1.', '9'.repeat(39), 'x', '']) {
    assert.not.ok(provider.isValidId(id), id)
  }
})

test('what comes back as unprocessed goes again, by its key', async ({ after }) => {
  const again = { DeleteRequest: { Key: text('b') } }
  const { result } = await told(after, { json: { UnprocessedItems: { abc: [again] } } }, ['a', 'b'])
  assert.equal(result, E.right({ kind: 'ById', silence: 'deleted', verdicts: [{ id: 'b', is: 'again' }] }))
})

test('a look that got nowhere is a throttle, not an empty list', async ({ after }) => {
  const nowhere = { Responses: { abc: [] }, UnprocessedKeys: { abc: { Keys: [text('a')] } } }
  const { existing } = await told(after, { json: nowhere }, ['a'])
  assert.ok(existing && E.isLeft(existing) && existing.left.tag === 'Throttled')
})

/** The signature that AWS would compute of a request, by its documents: "Create a signed AWS API request". */
const signatureOf = ({ headers, body }: SeenRequest): string => {
  const { authorization = '' } = headers
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(authorization) ?? []
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const canonical = ['POST', '/', '', signed.join(''), names, hash(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n')
  const keyed = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = scope.split('/').reduce<string | Buffer>(keyed, `AWS4${credentials.secretAccessKey}`)
  return keyed(key, toSign).toString('hex')
}

test('each request is signed for its own body, with a session where there is one', async ({ after }) => {
  const own = { credentials: async () => ({ ...credentials, sessionToken: 'the-session', expiration: new Date(0) }) }
  const { requests } = await told(after, { json: { UnprocessedItems: {} } }, ['a'], own)
  assert.is(requests.length, 2)
  for (const request of requests) {
    const { authorization = '' } = request.headers
    assert.match(authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, /)
    assert.match(authorization, `Signature=${signatureOf(request)}`)
    assert.is(request.headers['x-amz-security-token'], 'the-session')
  }
  assert.is(requests[0]?.headers['x-amz-target'], 'DynamoDB_20120810.BatchWriteItem')
  assert.not.match(JSON.stringify(requests), credentials.secretAccessKey)
})

const errors: ReadonlyArray<[type: string, tag: string]> = [
  ['com.amazon.coral.service#ExpiredTokenException', 'Denied'],
  ['com.amazon.coral.service#AccessDeniedException', 'Denied'],
  ['com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', 'Denied'],
  ['com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', 'Throttled'],
  ['com.amazon.coral.availability#ThrottlingException', 'Throttled'],
  ['com.amazon.coral.validate#ValidationException', 'Refused'],
]

test('a 400 is judged by the name of the error', async ({ after }) => {
  for (const [__type, tag] of errors) {
    const { result } = await told(after, { status: 400, json: { __type, message: 'why' } }, ['a'])
    assert.is(E.isLeft(result) && result.left.tag, tag, __type)
  }
})

test('credentials that have expired are asked for again', async ({ after }) => {
  let asked = 0
  const expired = { status: 400, json: { __type: 'x#ExpiredTokenException', message: 'expired' } }
  const own = { credentials: async () => ({ ...credentials, sessionToken: `session-${++asked}` }) }
  const { requests } = await told(after, expired, ['a'], own)
  assert.equal(
    requests.slice(0, 2).map(({ headers }) => headers['x-amz-security-token']),
    ['session-1', 'session-2'],
  )
})

test('a table that is not there ends the run at once', async () => {
  const provider = dynamoDb({ baseUrl: server.url, region, table: 'no-such-table', partitionKey: 'id', credentials })
  const report = await deleteRecords(provider, ['a', 'b', 'c'])
  assert.is(report.halted?.because, 'denied')
  assert.is(report.totals.untouched, 3)
})

const wrong: ReadonlyArray<[Partial<DynamoDbConfig>, string]> = [
  [{ region: 'Mars!' }, 'region'],
  [{ table: 'a' }, 'table'],
  [{ partitionKey: '' }, 'partitionKey'],
  [{ partitionKeyType: 'B' as 'S' }, 'partitionKeyType'],
  [{ sortKey: 'b' }, 'separator'],
  [{ sortKey: 'b', separator: '' }, 'empty'],
  [{ credentials: { accessKeyId: 'a', secretAccessKey: '' } }, 'credentials'],
]

test('exceptions of a 400 that pass, and those that do not', async ({ after }) => {
  for (const [code, tag] of [
    ['TransactionConflictException', 'Throttled'],
    ['TransactionInProgressException:http://internal.amazon.com/coral/', 'Throttled'],
    ['ReplicatedWriteConflictException', 'Throttled'],
    ['InternalServerError', 'Throttled'],
    ['ItemCollectionSizeLimitExceededException', 'Refused'],
    ['ValidationException', 'Refused'],
    ['ResourceNotFoundException', 'Denied'],
  ] as const) {
    const answer = { status: 400, json: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'why' } }
    const { result, existing } = await told(after, answer, ['a'])
    assert.is(E.isLeft(result) && result.left.tag, tag, code)
    assert.is(existing && E.isLeft(existing) && existing.left.tag, tag, code)
  }
  const { result } = await told(after, { status: 500, json: { __type: '#InternalServerError' } }, ['a'])
  assert.is(E.isLeft(result) && result.left.tag, 'Interrupted', 'a 500 may have happened')
})

test('an answer about another table says nothing', async ({ after }) => {
  const json = { UnprocessedItems: { other: [{ DeleteRequest: { Key: text('a') } }] } }
  assert.equal((await told(after, { json }, ['a'])).result, E.right({ kind: 'Accepted' }))
})

test('options that can not be meant are refused', () => {
  for (const [options, says] of wrong) {
    assert.throws(
      () => dynamoDb({ region, table: 'abc', partitionKey: 'id', credentials, ...options }),
      (error: unknown) => error instanceof UsageError && error.message.includes(says),
    )
  }
})
