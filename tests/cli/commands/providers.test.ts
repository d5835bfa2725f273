import { registry } from '../../../src/cli/systems/registry.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../child.ts'

const test = suite('providers', { deadlineMs: 20_000 })

test('lists what is built in', async () => {
  const { code, stdout, stderr } = await expunge('providers')
  assert.equal([code, stderr], [0, ''])
  for (const { name } of registry) assert.match(stdout, name)
  assert.match(stdout, 'documentation')
})

test('says of one what it can, its options, and what comes from the environment', async () => {
  const { code, stdout } = await expunge('providers', 'datocms')
  assert.is(code, 0)
  for (const text of ['it has not met the live system', '60 requests in 3 s', '{ "env": "DATOCMS_API_TOKEN" }']) {
    assert.match(stdout, text)
  }
})

test('says it as data', async () => {
  const { stdout } = await expunge('providers', 'avepoint-opus', '--json')
  const { name, verified, capabilities, readsBack } = JSON.parse(stdout)
  assert.equal([name, verified, capabilities.effect, readsBack], ['avepoint-opus', 'documentation', 'marked', false])
})

test('a misspelt name gets a suggestion', async () => {
  const { code, stderr } = await expunge('providers', 'uuidlist')
  assert.is(code, 2)
  assert.match(stderr, 'Did you mean uuid-list?')
})

test('says where an option decides what kind of gone it is', async () => {
  const { stdout } = await expunge('providers', 'zendesk')
  assert.match(stdout, 'as type says')
})
