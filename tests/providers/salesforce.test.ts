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

const all = (count: number, result: object) => ({ json: Array.from({ length: count }, () => result) })
const within = (message: string) =>
  failed('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `T: execution of BeforeDelete ${message}`)

test('codes that pass, codes that refuse, and those that are neither', async ({ after }) => {
  const verdicts: ReadonlyArray<readonly [object, string]> = [
    [failed('TXN_SECURITY_METERING_ERROR'), 'again'],
    [failed('QUERY_TIMEOUT'), 'again'],
    [failed('REQUEST_LIMIT_EXCEEDED'), 'again'],
    [failed('UNKNOWN_EXCEPTION'), 'again'],
    [within('caused by: first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access: []'), 'again'],
    [within('caused by: first error: ENTITY_IS_DELETED, entity is deleted: []'), 'rejected'],
    [within('System.NullPointerException: Attempt to de-reference a null object'), 'rejected'],
    [failed('INSUFFICIENT_ACCESS_OR_READONLY'), 'rejected'],
    [failed('A_CODE_OF_2031'), 'unclear'],
    [{ success: true, errors: [{ statusCode: 'X', message: 'why' }] }, 'unclear'],
  ]
  const { remove } = await ask(after, accounts, { json: verdicts.map(([result]) => result) })
  const ids = verdicts.map((_, n) => `001RM000000${String(n).padStart(4, '0')}`)
  const reply = await remove(...ids)
  assert.ok(E.isRight(reply) && reply.right.kind === 'ByPosition')
  assert.equal(
    reply.right.verdicts.map(({ is }) => is),
    verdicts.map(([, is]) => is),
  )
})

test('a limit of one transaction wants a smaller request: of all, where nothing was done, else of those', async ({
  after,
}) => {
  for (const message of [
    'System.LimitException: Too many DML statements: 151',
    'Apex heap size too large: 12015234',
    'Cannot have more than 10 chunks in a single operation.',
  ]) {
    const whole = await (await ask(after, accounts, all(2, within(message)))).remove(one, two)
    assert.is(E.isLeft(whole) && whole.left.tag, 'TooLarge', message)
    const answer = { json: [{ id: one, success: true, errors: [] }, within(message)] }
    const part = await (await ask(after, accounts, answer)).remove(one, two)
    const verdicts = [{ is: 'deleted' }, { is: 'again', smaller: true }]
    assert.equal(part, E.right({ kind: 'ByPosition', verdicts }), message)
    const json = [{ errorCode: 'APEX_ERROR', message }]
    const request = await (await ask(after, accounts, { status: 400, json })).remove(one, two)
    assert.is(E.isLeft(request) && request.left.tag, 'TooLarge', message)
  }
})

test('a request that is turned back for a while', async ({ after }) => {
  const json = [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access' }]
  const { remove } = await ask(after, accounts, { status: 400, json })
  const result = await remove(one)
  assert.is(E.isLeft(result) && result.left.tag, 'Throttled')
})

test('a list is complete with an entry for each id', async ({ after }) => {
  for (const json of [[{ Id: oneLong }], [{ Id: oneLong }, { Id: one }], [{ Id: one }, { message: 'oops' }]]) {
    const { look } = await ask(after, accounts, { json })
    assert.equal(
      await look(one, two),
      E.right({ ids: new Set([one]), complete: true, unread: [two] }),
      JSON.stringify(json),
    )
  }
})

test('an id of 18 characters says twice which of its letters are capitals', () => {
  const { isValidId, identityOf = String } = accounts(fine.baseUrl)
  for (const id of [one, oneLong, oneLong.slice(0, 15) + oneLong.slice(15).toLowerCase(), '0035e000003RBkHAAW'])
    assert.ok(isValidId(id), id)
  for (const id of [
    oneLong.toLowerCase(),
    oneLong.toUpperCase(),
    `${one}AAA`,
    `${one.slice(0, -1)}hYAU`,
    `${one}YA6`,
  ]) {
    assert.not.ok(isValidId(id), id)
    assert.is(identityOf(id), id, 'it stands for no other record')
  }
})

test('options that can not be meant are refused', () => {
  refusesOptions(salesforce, fine, [
    [{ object: 'Account; DROP' }, 'object'],
    [{ apiVersion: 'v65.0' }, 'apiVersion'],
    [{ token: undefined }, 'token'],
    [{ baseUrl: 'acme' }, 'baseUrl'],
  ])
})
