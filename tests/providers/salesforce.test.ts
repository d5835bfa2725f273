import * as E from 'fp-ts/lib/Either.js'
import { salesforce } from '../../src/providers/salesforce/salesforce.ts'
import { assert, suite } from '../support/suite.ts'
import { ask, refusesOptions } from './ask.ts'

const test = suite('salesforce')

const fine = { baseUrl: 'https://acme.my.salesforce.com', token: 'salesforce-token', object: 'Account' }
const accounts = (baseUrl: string) => salesforce({ ...fine, baseUrl })

const one = '001RM000003oLrH'
const oneLong = '001RM000003oLrHYAU'
const two = '001RM000003oLra'

const failed = (statusCode: string, message = 'why') => ({
  success: false,
  errors: [{ statusCode, message, fields: [] }],
})

test('facts', () => {
  const provider = accounts(fine.baseUrl)
  assert.equal([provider.name, provider.verified], ['salesforce', 'documentation'])
  const { maxBatchSize, atomicity, replay, effect } = provider.capabilities
  assert.equal([maxBatchSize, atomicity, replay, effect], [200, 'per-record', 'safe', 'recoverable'])
  assert.is(salesforce({ baseUrl: fine.baseUrl, token: 't' }).findExisting, undefined)
})

test('an id of 18 characters is the record of its first 15', () => {
  const { identityOf = String } = accounts(fine.baseUrl)
  assert.is(identityOf(oneLong), identityOf(one))
  assert.is.not(identityOf(one), identityOf(one.toLowerCase()))
})

test('results are joined by position, and a failed one has no id', async ({ after }) => {
  const results = [
    { id: oneLong, success: true, errors: [] },
    failed('ENTITY_IS_DELETED'),
    failed('INVALID_CROSS_REFERENCE_KEY'),
    failed('UNABLE_TO_LOCK_ROW'),
    failed('DELETE_FAILED', 'it is associated with a case'),
    { success: false, errors: [] },
  ]
  const { remove, requests } = await ask(after, accounts, { json: results })
  const ids = [one, two, '001RM0000000003', '001RM0000000004', '001RM0000000005', '001RM0000000006']
  const reason = { code: 'vendor:DELETE_FAILED', message: 'it is associated with a case', status: 200 }
  assert.equal(
    await remove(...ids),
    E.right({
      kind: 'ByPosition',
      verdicts: [
        { is: 'deleted' },
        { is: 'absent' },
        { is: 'absent' },
        { is: 'again' },
        { is: 'rejected', reason },
        { is: 'unclear', reason: { code: 'vendor:UNKNOWN', message: 'no reason given', status: 200 } },
      ],
    }),
  )
  assert.is(requests[0]?.target, `/services/data/v65.0/composite/sobjects?ids=${ids.join(',')}&allOrNone=false`)
})

test('an answer in another order says nothing of any record', async ({ after }) => {
  const results = [one, two].map((id) => ({ id, success: true, errors: [] })).reverse()
  const { remove } = await ask(after, accounts, { json: results })
  assert.equal(await remove(one, two), E.right({ kind: 'Accepted' }))
})

test('reads what is there by the object of all', async ({ after }) => {
  const { look, requests } = await ask(after, accounts, { json: [{ attributes: {}, Id: oneLong }, null] })
  assert.equal(await look(one, two), E.right(new Set([one])))
  assert.equal(
    [requests[0]?.method, requests[0]?.target, requests[0]?.body],
    ['POST', '/services/data/v65.0/composite/sobjects/Account', JSON.stringify({ ids: [one, two], fields: ['Id'] })],
  )
})

test('a spent limit of requests closes the backend; it says nothing against the token', async ({ after }) => {
  const json = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }]
  const { remove } = await ask(after, accounts, { status: 403, json })
  const result = await remove(one)
  assert.is(E.isLeft(result) && result.left.tag, 'Unavailable')
})

test('says which organization, and whether it is a sandbox', async ({ after }) => {
  const organization = { Id: '00D1', Name: 'Acme', IsSandbox: true }
  const { identify } = await ask(after, accounts, { json: { totalSize: 1, done: true, records: [organization] } })
  const place = await identify()
  assert.ok(place && E.isRight(place))
  assert.equal([place.right.key, place.right.production], ['00D1', 'no'])
  const forbidden = await ask(after, accounts, { status: 403, json: [{ errorCode: 'X', message: 'no' }] })
  const unknown = await forbidden.identify()
  assert.is(unknown && E.isRight(unknown) && unknown.right.production, 'unknown')
})

test('options that can not be meant are refused', () => {
  refusesOptions(salesforce, fine, [
    [{ object: 'Account; DROP' }, 'object'],
    [{ apiVersion: 'v65.0' }, 'apiVersion'],
    [{ token: undefined }, 'token'],
    [{ baseUrl: 'acme' }, 'baseUrl'],
  ])
})
