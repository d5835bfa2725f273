import * as E from 'fp-ts/lib/Either.js'
import { airtable } from '../../src/providers/airtable.ts'
import { assert, suite } from '../support/suite.ts'
import { ask, refusesOptions } from './ask.ts'

const test = suite('airtable')

const fine = { baseId: 'app00000000000001', table: 'Leads & more', token: 'airtable-token' }
const leads = (baseUrl: string) => airtable({ ...fine, baseUrl })

const one = 'rec560UJdUtocSouk'
const two = 'rec3lbPRG4aVqkeOQ'

const error = (status: number, type: string, message: string) => ({ status, json: { error: { type, message } } })

test('facts', () => {
  const provider = airtable(fine)
  assert.equal([provider.name, provider.verified], ['airtable', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 10,
    atomicity: 'all-or-nothing',
    replay: 'safe',
    effect: 'recoverable',
    rate: { requests: 5, perMs: 1_000 },
  })
})

test('deletes by the query string, and believes what it is told of each', async ({ after }) => {
  const { remove, requests } = await ask(after, leads, { json: { records: [{ id: two, deleted: true }] } })
  assert.equal(
    await remove(one, two),
    E.right({ kind: 'ById', silence: 'unconfirmed', verdicts: [{ id: two, is: 'deleted' }] }),
  )
  assert.is(requests[0]?.target, `/v0/app00000000000001/Leads%20%26%20more?records[]=${one}&records[]=${two}`)
})

test('after a 429 it waits for 30 seconds, which no header says', async ({ after }) => {
  const { remove } = await ask(after, leads, { status: 429, json: { errors: [{ error: 'RATE_LIMIT_REACHED' }] } })
  const result = await remove(one)
  assert.ok(E.isLeft(result) && result.left.tag === 'Throttled')
  assert.is(result.left.retryAfterMs, 30_000)
})

test('a record that is named as not there is absent; no other is', async ({ after }) => {
  const answer = error(422, 'ROW_DOES_NOT_EXIST', `Record ID ${two} does not exist in this table`)
  const { remove } = await ask(after, leads, answer)
  const result = await remove(one, two)
  assert.ok(E.isLeft(result) && result.left.tag === 'Refused')
  assert.equal([result.left.culprits, result.left.blames], [[{ id: two, is: 'absent' }], 'unknown'])
})

test('a record that is named for another reason is not absent', async ({ after }) => {
  for (const why of ['is locked', 'has a link to a field that does not exist']) {
    const { remove } = await ask(after, leads, error(422, 'CANNOT_DELETE', `Record ${one} ${why}`))
    const result = await remove(one)
    assert.ok(E.isLeft(result) && result.left.tag === 'Refused')
    assert.equal(result.left.culprits, [])
  }
})

test('a 403 speaks of the records where it may mean "not found", and of us where it may not', async ({ after }) => {
  const hidden = error(403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions, or not found.')
  const denied = error(403, 'INVALID_PERMISSIONS', 'You are not permitted to delete records in this table')
  for (const [answer, tag] of [
    [hidden, 'Refused'],
    [denied, 'Denied'],
    [{ status: 403, text: '<html>proxy</html>' }, 'Denied'],
  ] as const) {
    const { remove, look } = await ask(after, leads, answer)
    const [removed, looked] = [await remove(one), await look(one)]
    assert.is(E.isLeft(removed) && removed.left.tag, tag)
    assert.is(looked && E.isLeft(looked) && looked.left.tag, tag)
  }
})

test('reads by a formula', async ({ after }) => {
  const { look, requests } = await ask(after, leads, { json: { records: [{ id: two, fields: {} }] } })
  assert.equal(await look(one, two), E.right(new Set([two])))
  const query = new URL(requests[0]?.target ?? '', 'https://x').searchParams
  assert.is(query.get('filterByFormula'), `OR(RECORD_ID()='${one}',RECORD_ID()='${two}')`)
})

test('a page that was cut short shows nothing of the rest', async ({ after }) => {
  const pages = [{ records: [{ id: two }], offset: 'itr1' }, { records: [{ id: one }] }]
  const { look, requests } = await ask(after, leads, (_, count) => ({ json: pages[count - 1] }))
  assert.equal(await look(one, two), E.right(new Set([one, two])))
  assert.is(requests.length, 2)
  const empty = await (await ask(after, leads, { json: { records: [], offset: 'itr1' } })).look(one)
  assert.is(empty && E.isLeft(empty) && empty.left.tag, 'Garbled')
})

test('an entry that does not say so is not deleted', async ({ after }) => {
  const records = [
    { id: one, deleted: true },
    { id: two, deleted: false },
  ]
  const { remove } = await ask(after, leads, { json: { records } })
  const verdicts = [{ id: one, is: 'deleted' }]
  assert.equal(await remove(one, two), E.right({ kind: 'ById', silence: 'unconfirmed', verdicts }))
})

test('options that can not be meant are refused', () => {
  refusesOptions(airtable, fine, [
    [{ baseId: 'base' }, 'baseId'],
    [{ table: '' }, 'table'],
    [{ token: undefined }, 'token'],
  ])
})
