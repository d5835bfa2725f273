import { builtIn } from '../../../src/cli/systems/registry.ts'
import { callContext } from '../../support/context.ts'
import { listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('cli: what is built in')

test('credentials of several parts are asked for together, where one of them may change', async () => {
  const server = await listen((_, count) =>
    count === 1 ? { status: 400, json: { __type: 'x#ExpiredTokenException' } } : { json: { UnprocessedItems: {} } },
  )
  let asked = 0
  const provider = builtIn('dynamodb')?.build({
    baseUrl: server.url,
    region: 'eu-west-1',
    table: 'records',
    partitionKey: 'id',
    accessKeyId: 'key-id',
    secretAccessKey: 'secret-key',
    sessionToken: async () => `session-${++asked}`,
  })
  await provider?.deleteBatch({ number: 1, ids: ['a'] }, callContext())()
  await server.close()
  assert.equal(
    server.requests.map(({ headers }) => headers['x-amz-security-token']),
    ['session-1', 'session-2'],
  )
})
