import * as E from 'fp-ts/lib/Either.js'
import { hubSpot } from '../../src/providers/hubspot.ts'
import { assert, suite } from '../support/suite.ts'
import { ask, refusesOptions } from './ask.ts'

const test = suite('hubspot')

const fine = { token: 'hubspot-token', objectType: 'contacts' }
const contacts = (baseUrl: string) => hubSpot({ ...fine, baseUrl })

const results = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id, properties: {}, archived: false }))
const missing = (...ids: ReadonlyArray<string>) => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: 'Could not get some CONTACT objects',
  context: { ids },
})

interface Read {
  readonly status: string
  readonly results: ReadonlyArray<{ readonly id: string }>
  readonly errors: ReadonlyArray<ReturnType<typeof missing>>
}

test('facts', () => {
  const provider = hubSpot(fine)
  assert.equal([provider.name, provider.verified], ['hubspot', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 100,
    atomicity: 'per-record',
    replay: 'safe',
    effect: 'recoverable',
    rate: { requests: 100, perMs: 10_000 },
  })
})

test('a 204 says nothing about any record', async ({ after }) => {
  const { remove, requests } = await ask(after, contacts, { status: 204 })
  assert.equal(await remove('1', '2'), E.right({ kind: 'Accepted' }))
  assert.equal(
    [requests[0]?.target, requests[0]?.body],
    ['/crm/v3/objects/contacts/batch/archive', JSON.stringify({ inputs: [{ id: '1' }, { id: '2' }] })],
  )
})

test('reads what is there, all of it or some', async ({ after }) => {
  const all = await ask(after, contacts, { json: { status: 'COMPLETE', results: results('2', '1') } })
  assert.equal(await all.look('1', '2'), E.right(new Set(['1', '2'])))
  const some = { status: 'COMPLETE', results: results('2'), numErrors: 1, errors: [missing('1')] }
  const { look } = await ask(after, contacts, { status: 207, json: some })
  assert.equal(await look('1', '2'), E.right(new Set(['2'])))
})

test('a record that was merged into another one is still there', async ({ after }) => {
  const answer = { results: results('900'), numErrors: 1, errors: [missing('1')] }
  const { look } = await ask(after, contacts, { status: 207, json: answer })
  assert.equal(await look('1', '2'), E.right(new Set(['2'])))
  const unclear = await ask(after, contacts, { json: { results: results('900') } })
  assert.equal(
    await unclear.look('1', '2'),
    E.right(new Set(['1', '2'])),
    'asked for one by one, each is another one now',
  )
})

test('merged or not, what failed to be read is unread', async ({ after }) => {
  const { look } = await ask(after, contacts, ({ body }) => {
    const isOf = (id: string) => body.includes(`"${id}"`)
    const errors = isOf('2') ? [{ ...missing('2'), category: 'RATE_LIMITS' }] : []
    return { status: 207, json: { results: isOf('1') ? results('900') : [], errors } }
  })
  assert.equal(await look('1', '2'), E.right({ ids: new Set(['1']), complete: true, unread: ['2'] }))
})

test('a refusal has the vendor’s category and the id that support asks for', async ({ after }) => {
  const json = { status: 'error', message: 'Invalid input', category: 'VALIDATION_ERROR', correlationId: 'c-1' }
  const { remove } = await ask(after, contacts, { status: 400, json })
  const result = await remove('1')
  assert.ok(E.isLeft(result) && result.left.tag === 'Refused')
  assert.equal(result.left.reason, {
    code: 'vendor:VALIDATION_ERROR',
    message: 'Invalid input',
    status: 400,
    requestId: 'c-1',
  })
})

test('says which account, and whether it is a sandbox', async ({ after }) => {
  for (const [accountType, production] of [
    ['STANDARD', 'yes'],
    ['SANDBOX', 'no'],
  ]) {
    const { identify } = await ask(after, contacts, { json: { portalId: 12, accountType } })
    const place = await identify()
    assert.is(place && E.isRight(place) && place.right.production, production)
  }
})

test('what is not said to be missing is unread, under whatever it is named', async ({ after }) => {
  const failed = (...ids: ReadonlyArray<string>) => ({ ...missing(...ids), category: 'INTERNAL_ERROR' })
  const complete = { status: 'COMPLETE', results: results('1'), errors: [] }
  const answers: ReadonlyArray<readonly [Read, ReadonlyArray<string>]> = [
    [{ ...complete, errors: [failed('2', '3'), missing('4')] }, ['2', '3']],
    [{ ...complete, errors: [missing('4')] }, ['2', '3']],
    [{ ...complete, status: 'PROCESSING' }, ['2', '3', '4']],
    [{ ...complete, status: 'CANCELED', errors: [missing('2', '3', '4')] }, ['2', '3', '4']],
  ]
  for (const [answer, unread] of answers) {
    const { look } = await ask(after, contacts, ({ body }) => {
      const { inputs } = JSON.parse(body) as { inputs: ReadonlyArray<{ id: string }> }
      const isAsked = (id: string) => inputs.some((input) => input.id === id)
      const errors = answer.errors.map(({ context, ...error }) => ({
        ...error,
        context: { ids: context.ids.filter(isAsked) },
      }))
      return { status: 207, json: { ...answer, errors, results: answer.results.filter(({ id }) => isAsked(id)) } }
    })
    const looked = await look('1', '2', '3', '4')
    assert.ok(looked && E.isRight(looked) && 'unread' in looked.right, JSON.stringify(answer))
    assert.equal([[...looked.right.ids], [...(looked.right.unread ?? [])].sort()], [['1'], unread])
  }
  const archived = { status: 'COMPLETE', results: [...results('1'), { id: '2', archived: true }] }
  assert.equal(await (await ask(after, contacts, { json: archived })).look('1', '2'), E.right(new Set(['1'])))
})

test('an account that is moving is waited for', async ({ after }) => {
  const { remove } = await ask(after, contacts, { status: 477, headers: { 'retry-after': '90' } })
  const result = await remove('1')
  assert.ok(E.isLeft(result) && result.left.tag === 'Throttled')
  assert.is(result.left.retryAfterMs, 90_000)
})

test('options that can not be meant are refused', () => {
  refusesOptions(hubSpot, fine, [
    [{ objectType: 'contacts/../deals' }, 'objectType'],
    [{ token: '' }, 'token'],
    [{ object: 'contacts' }, 'unknown option'],
  ])
})
