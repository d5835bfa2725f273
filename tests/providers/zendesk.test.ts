import * as E from 'fp-ts/lib/Either.js'
import { zendesk } from '../../src/providers/zendesk/zendesk.ts'
import { assert, suite } from '../support/suite.ts'
import { ask, refusesOptions } from './ask.ts'

const test = suite('zendesk')

const fine = { baseUrl: 'https://acme.zendesk.com', type: 'tickets', token: 'zendesk-token' } as const
const tickets = (baseUrl: string) => zendesk({ ...fine, baseUrl })

const job = (status: string, results: unknown = null, message: string | null = null) => ({
  json: { job_status: { id: 'j-1', url: 'https://x', total: 2, progress: 2, status, message, results } },
})

test('facts', () => {
  const provider = tickets(fine.baseUrl)
  assert.equal([provider.name, provider.verified], ['zendesk', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 100,
    atomicity: 'per-record',
    replay: 'safe',
    effect: 'recoverable',
    maxJobs: 30,
  })
  assert.is(zendesk({ ...fine, type: 'users' }).capabilities.effect, 'marked')
  assert.is(zendesk({ ...fine, type: 'organizations' }).capabilities.effect, 'unknown')
})

test('starts a job for the ids, as an agent with an API token', async ({ after }) => {
  const make = (baseUrl: string) => zendesk({ baseUrl, type: 'users', email: 'a@example.com', apiToken: 'secret' })
  const { remove, requests } = await ask(after, make, job('queued'))
  assert.equal(await remove('1', '2'), E.right({ kind: 'JobStarted', jobId: 'j-1' }))
  assert.equal(
    [requests[0]?.method, requests[0]?.target, requests[0]?.headers.authorization],
    [
      'DELETE',
      '/api/v2/users/destroy_many?ids=1,2',
      `Basic ${Buffer.from('a@example.com/token:secret').toString('base64')}`,
    ],
  )
})

test('a job that has ended names each record; what can not be told from it is read', async ({ after }) => {
  const results = [
    { id: 3, action: 'delete', success: false, error: 'TicketDeleteNotAuthorized', details: 'it is shared' },
    { id: 2, action: 'delete', success: false, error: 'TicketNotFound' },
    { id: 4, action: 'delete', success: false, error: 'DeleteFailed', details: 'the organization was not found' },
    { id: 1, action: 'delete', success: true, status: 'Deleted' },
  ]
  const { follow, requests } = await ask(after, tickets, job('completed', results))
  const reason = {
    code: 'vendor:TicketDeleteNotAuthorized',
    message: 'TicketDeleteNotAuthorized: it is shared',
    status: 200,
  }
  assert.equal(
    await follow('j/1', '1', '2', '3', '4'),
    E.right({
      kind: 'Ended',
      reply: {
        kind: 'ById',
        silence: 'unconfirmed',
        verdicts: [
          { id: '3', is: 'rejected', reason },
          { id: '2', is: 'absent' },
          { id: '1', is: 'deleted' },
        ],
      },
    }),
  )
  assert.is(requests[0]?.target, '/api/v2/job_statuses/j%2F1')
})

test('a job that runs, one that failed, one that was killed, and one that says nothing of any record', async ({
  after,
}) => {
  const after1 = async (answer: ReturnType<typeof job>) => (await ask(after, tickets, answer)).follow('j-1', '1')
  assert.equal(await after1(job('working')), E.right({ kind: 'Pending' }))
  assert.equal(
    await after1(job('killed', null, 'by hand')),
    E.left({ tag: 'JobFailed', jobId: 'j-1', detail: 'killed: by hand' }),
  )
  assert.equal(await after1(job('completed')), E.right({ kind: 'Ended', reply: { kind: 'Accepted' } }))
  assert.equal(
    await after1(job('completed', { success: true })),
    E.right({ kind: 'Ended', reply: { kind: 'Accepted' } }),
  )
})

test('reads what is there; what says that it is deleted is gone', async ({ after }) => {
  const shown = [
    { id: 1, active: true, deleted_at: null },
    { id: 2, active: false },
    { id: 3, deleted_at: '2026-01-01T00:00:00Z' },
  ]
  const users = (baseUrl: string) => zendesk({ ...fine, type: 'users', baseUrl })
  const { look, requests } = await ask(after, users, { json: { users: shown, count: 3 } })
  assert.equal(await look('1', '2', '3', '4'), E.right(new Set(['1'])))
  assert.is(requests[0]?.target, '/api/v2/users/show_many?ids=1,2,3,4')
})

test('reads tickets one by one, because archived ones may be in no list', async ({ after }) => {
  const notFound = { status: 404, json: { error: 'RecordNotFound', description: 'Not found' } }
  const { look } = await ask(after, tickets, ({ target }) => {
    if (target.endsWith('/1')) return { json: { ticket: { id: 1, status: 'closed' } } }
    return target.endsWith('/2') ? { json: { ticket: { id: 2, status: 'deleted' } } } : notFound
  })
  assert.equal(await look('1', '2', '3'), E.right(new Set(['1'])))
  const elsewhere = await ask(after, tickets, { status: 404, json: { error: { title: 'No help desk here' } } })
  const result = await elsewhere.look('1')
  assert.is(result && E.isLeft(result) && result.left.tag, 'Garbled')
})

test('too many jobs at once is a throttle', async ({ after }) => {
  const answer = { status: 429, headers: { 'retry-after': '7' }, json: { error: 'TooManyJobs', description: 'wait' } }
  const { remove } = await ask(after, tickets, answer)
  assert.equal(
    await remove('1'),
    E.left({ tag: 'Throttled', detail: 'HTTP 429: TooManyJobs: wait', retryAfterMs: 7_000 }),
  )
})

test('entries speak for themselves: one that says nothing, or has no id, takes nothing from the others', async ({
  after,
}) => {
  const results = [
    { id: 1, success: true },
    { id: 2 },
    { success: true },
    'done',
    { id: 3, success: true, error: 'Forbidden' },
    { id: 4, success: false },
    { id: 5, error: 'DatabaseConflict', status: 'Failed' },
    { id: 6, error: 'PermissionDenied', details: 'an owner' },
    { id: 7, error: 'WordOf2031' },
  ]
  const { follow } = await ask(after, tickets, job('completed', results))
  const ended = await follow('j-1', '1', '2', '3', '4', '5', '6', '7')
  assert.ok(ended && E.isRight(ended) && ended.right.kind === 'Ended' && ended.right.reply.kind === 'ById')
  const said = ended.right.reply.verdicts.map(({ id, is }) => `${id} ${is}`)
  assert.equal(said, ['1 deleted', '4 unclear', '5 again', '6 rejected', '7 unclear'])
})

test('a word for a job that is not known means that it goes on', async ({ after }) => {
  for (const status of ['paused', 'retrying', 'COMPLETED']) {
    const { follow } = await ask(after, tickets, job(status, []))
    assert.equal(await follow('j-1', '1'), E.right({ kind: 'Pending' }), status)
  }
})

test('a list is complete with as many as are counted, and no next page', async ({ after }) => {
  const users = (baseUrl: string) => zendesk({ ...fine, type: 'users', baseUrl })
  const shown = [{ id: 1 }]
  for (const more of [{}, { count: 1 }, { count: null, next_page: null }, { meta: { has_more: false } }]) {
    const { look } = await ask(after, users, { json: { users: shown, ...more } })
    assert.equal(await look('1', '2'), E.right(new Set(['1'])), JSON.stringify(more))
  }
  for (const more of [
    { count: 2 },
    { next_page: 'https://x' },
    { meta: { has_more: true } },
    { links: { next: 'y' } },
  ]) {
    const { look } = await ask(after, users, ({ target }) => ({
      json: { users: target.includes('1') ? shown : [], ...more },
    }))
    assert.equal(
      await look('1', '2'),
      E.right({ ids: new Set(['1']), complete: true, unread: ['2'] }),
      JSON.stringify(more),
    )
  }
})

test('two writes that met are no fault of the records', async ({ after }) => {
  const { remove } = await ask(after, tickets, { status: 409, json: { error: 'Conflict', description: 'busy' } })
  const result = await remove('1')
  assert.is(E.isLeft(result) && result.left.tag, 'Throttled')
})

test('options that can not be meant are refused', () => {
  refusesOptions(zendesk, fine, [
    [{ type: 'views' }, 'type'],
    [{ email: 'a@example.com', apiToken: 'x' }, 'either'],
    [{ token: undefined }, 'give a token'],
    [{ token: undefined, email: 'a@example.com' }, 'apiToken'],
    [{ subdomain: 'acme' }, 'unknown option'],
  ])
})
