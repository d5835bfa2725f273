import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import ky from 'ky'
import {
  type BulkRecordProvider,
  defineHttpProvider,
  type HttpProviderSpec,
  on,
  type ProviderError,
  UsageError,
} from '../../../src/http-provider.ts'
import { callContext } from '../../support/context.ts'
import { type Answer, listen, type SeenRequest } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('http-provider')

type Spec = HttpProviderSpec<undefined>

const specFor = (baseUrl: string, more: Partial<Spec> = {}): Spec => ({
  name: 'test',
  verified: 'documentation',
  capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  baseUrl,
  authorization: 'the-token',
  deleteBatch: {
    request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
    replies: [
      on(200, t.type({ done: t.array(t.string) }), ({ done }) => ({
        kind: 'ById',
        verdicts: done.map((id) => ({ id, is: 'deleted' })),
        silence: 'unconfirmed',
      })),
      on([204, 205], t.unknown, () => ({ kind: 'AllDeleted' })),
      on(202, t.type({ job: t.string }), ({ job }) => ({ kind: 'JobStarted', jobId: job })),
      on(409, t.unknown, () => ({ tag: 'Unavailable', detail: 'somebody else is at it' })),
    ],
  },
  ...more,
})

const serve = async (
  after: (closer: () => unknown) => void,
  answer: (request: SeenRequest, count: number) => Answer | Promise<Answer>,
  more: Partial<Spec> = {},
) => {
  const server = await listen(answer)
  after(server.close)
  return { ...server, provider: defineHttpProvider(specFor(server.url, more)) }
}

const remove = (provider: BulkRecordProvider, ids = ['a', 'b'], context = callContext()) =>
  provider.deleteBatch({ number: 1, ids }, context)()

const errorOf = (result: E.Either<ProviderError, unknown>): ProviderError => {
  if (E.isLeft(result)) return result.left
  throw new Error(`expected an error, not ${JSON.stringify(result.right)}`)
}

test('an answer means what its row says', async ({ after }) => {
  const answers: Answer[] = [
    { json: { done: ['a'], and: 'more' } },
    { status: 204 },
    { status: 205 },
    { status: 202, json: { job: 'j1' } },
    { status: 409, text: 'busy' },
  ]
  const { provider, requests } = await serve(after, (_, count) => answers[count - 1] ?? {})
  const results = []
  for (const _ of answers) results.push(await remove(provider))
  assert.equal(results, [
    E.right({ kind: 'ById', verdicts: [{ id: 'a', is: 'deleted' }], silence: 'unconfirmed' }),
    E.right({ kind: 'AllDeleted' }),
    E.right({ kind: 'AllDeleted' }),
    E.right({ kind: 'JobStarted', jobId: 'j1' }),
    E.left({ tag: 'Unavailable', detail: 'somebody else is at it' }),
  ])
  assert.is(requests.length, answers.length)
  const [{ method, target, body, headers } = requests[1] as SeenRequest] = requests
  assert.equal([method, target, body], ['DELETE', '/records', '{"ids":["a","b"]}'])
  assert.equal(
    [headers.authorization, headers['content-type'], headers.accept, headers['user-agent']],
    ['Bearer the-token', 'application/json', 'application/json', 'expunge/0.1.0'],
  )
})

test('what does not read as expected is garbled, and says where', async ({ after }) => {
  const table: ReadonlyArray<[Answer, ReadonlyArray<string>]> = [
    [{ json: { done: ['a', 7] } }, ['done.1']],
    [{ json: {} }, ['done']],
    [{ json: null }, ['(the whole body)']],
    [{ text: '' }, ['(the whole body)']],
    [{ text: '<html><title>Sign in</title>' }, []],
    [{ text: '{"done":["a"', headers: { 'content-type': 'application/json' } }, []],
    [{ status: 204 + 2, text: 'partial' }, []],
    [{ status: 201, json: { done: ['a'] } }, []],
  ]
  const { provider } = await serve(after, (_, count) => table[count - 1]?.[0] ?? {})
  for (const [answer, paths] of table) {
    const error = errorOf(await remove(provider))
    assert.is(error.tag, 'Garbled', JSON.stringify(answer))
    assert.equal((error as { paths: unknown }).paths, paths)
  }
})

test('a page of HTML is never a success', async ({ after }) => {
  const anything = {
    request: specFor('').deleteBatch.request,
    replies: [on(200, t.unknown, () => ({ kind: 'AllDeleted' as const }))],
  }
  const { provider } = await serve(after, () => ({ text: '<!doctype html><title>Please sign in</title>' }), {
    deleteBatch: anything,
  })
  const error = errorOf(await remove(provider))
  assert.is(error.tag, 'Garbled')
  assert.match(error.detail, 'Please sign in')
})

test('the adapter explains what core has triaged', async ({ after }) => {
  const answers = [
    { status: 422, json: { code: 'LOCKED', text: 'it is locked' }, headers: { 'request-id': 'r1' } },
    { status: 503, json: { code: 'MAINTENANCE', text: 'back at six' }, headers: { 'retry-after': '60' } },
    { status: 500, json: { code: 'OOPS', text: 'oops' } },
  ]
  const seen: unknown[] = []
  const { provider } = await serve(after, (_, count) => answers[count - 1] ?? {}, {
    explain: (body, status, batch) => {
      seen.push(status, batch.ids.length)
      const { code, text } = body as { code: string; text: string }
      return { code, message: text, closed: code === 'MAINTENANCE', blames: code === 'LOCKED' ? 'rejected' : 'unknown' }
    },
  })
  const refused = errorOf(await remove(provider))
  assert.equal(refused, {
    tag: 'Refused',
    status: 422,
    detail: 'it is locked',
    culprits: [],
    blames: 'rejected',
    reason: { code: 'vendor:LOCKED', message: 'it is locked', status: 422, requestId: 'r1' },
  })
  assert.equal(errorOf(await remove(provider)), {
    tag: 'Unavailable',
    detail: 'HTTP 503: back at six',
    retryAfterMs: 60_000,
  })
  assert.equal(errorOf(await remove(provider)), { tag: 'Interrupted', status: 500, detail: 'HTTP 500: oops' })
  assert.equal(seen, [422, 2, 503, 2, 500, 2])
})

test('where the body has a status of its own, that one counts', async ({ after }) => {
  const statuses = [204, 401, 429, 500, 400]
  const { provider, requests } = await serve(after, (_, count) => ({ json: { statusCode: statuses[count - 1] } }), {
    statusOf: (body, status) => (t.type({ statusCode: t.number }).is(body) ? body.statusCode : status),
  })
  const tags = []
  for (const _ of statuses) {
    const result = await remove(provider)
    tags.push(E.isRight(result) ? result.right.kind : result.left.tag)
  }
  assert.equal(tags, ['AllDeleted', 'Denied', 'Throttled', 'Interrupted', 'Refused'])
  assert.is(requests.length, 5)
})

test('a member never throws: a bug is a defect, without what it carried', async ({ after }) => {
  const broken = () => {
    throw Object.assign(new Error('no property of undefined, Bearer the-token'), { request: { token: 'the-token' } })
  }
  const row = on(200, t.unknown, broken)
  const request = () => ({ method: 'DELETE', path: 'x' }) as const
  const specs: ReadonlyArray<Partial<Spec>> = [
    { deleteBatch: { request, replies: [row] } },
    { explain: broken, deleteBatch: { request, replies: [] } },
    { statusOf: broken },
    { prepare: broken },
  ]
  for (const more of specs) {
    const { provider } = await serve(after, () => ({ json: {} }), more)
    const error = errorOf(await remove(provider))
    assert.is(error.tag, 'Defect')
    assert.match(error.detail, 'no property of undefined')
    assert.not.match(JSON.stringify(error), 'the-token')
  }
})

test('prepare comes first, and its failure is the failure of the batch', async ({ after }) => {
  const server = await listen(({ method }) => (method === 'GET' ? { json: { revision: '7' } } : { status: 204 }))
  after(server.close)
  const spec = (status: number): HttpProviderSpec<string> => ({
    ...(specFor(server.url) as unknown as HttpProviderSpec<string>),
    prepare: (batch, call) =>
      call<string>({
        purpose: 'read',
        request: { method: 'GET', path: `revisions?ids=${batch.ids.join(',')}` },
        replies: [on(status, t.type({ revision: t.string }), ({ revision }) => revision)],
      }),
    deleteBatch: {
      request: (ids, revision) => ({ method: 'DELETE', path: `records?rev=${revision}`, json: ids }),
      replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
    },
  })
  const context = callContext()
  assert.equal(await remove(defineHttpProvider(spec(200)), ['a', 'b'], context), E.right({ kind: 'AllDeleted' }))
  assert.equal(context.purposes, ['read', 'delete'])
  assert.equal(
    server.requests.map(({ target }) => target),
    ['/revisions?ids=a,b', '/records?rev=7'],
  )
  assert.equal(errorOf(await remove(defineHttpProvider(spec(201)))), {
    tag: 'Unreachable',
    detail: 'before the deletion was sent: HTTP 200 was not expected: {"revision":"7"}',
  })
  assert.is(server.requests.length, 3)
})

test('credentials are in no error, whatever echoes them', async ({ after }) => {
  const echo = ({ headers }: SeenRequest) =>
    `you sent ${headers.authorization}; \u0000 that is ${headers.authorization} again`
  const { provider } = await serve(after, (request, count) =>
    count === 1
      ? { status: 403, text: echo(request) }
      : { status: 422, text: echo(request), headers: { 'request-id': 'the-token' } },
  )
  for (const tag of ['Denied', 'Refused']) {
    const error = errorOf(await remove(provider))
    assert.is(error.tag, tag)
    assert.match(error.detail, 'you sent Bearer [redacted]; that is Bearer [redacted] again')
    assert.not.match(JSON.stringify(error), 'the-token')
  }
})

test('a vendor that talks too much is cut short', async ({ after }) => {
  const { provider } = await serve(after, () => ({ status: 400, text: `line\r\n${'x'.repeat(10_000)}` }))
  const error = errorOf(await remove(provider)) as Extract<ProviderError, { tag: 'Refused' }>
  assert.is(error.detail.length, 300)
  assert.is(error.reason?.message.length, 300)
  assert.match(error.detail, /^line x+…$/)
})

test('a redirect is Denied, and the token goes nowhere else', async ({ after }) => {
  const elsewhere = await listen(() => ({ json: { done: ['a', 'b'] } }))
  after(elsewhere.close)
  const { provider, requests } = await serve(after, () => ({ status: 307, headers: { location: elsewhere.url } }))
  const error = errorOf(await remove(provider))
  assert.equal([error.tag, (error as { status: number }).status], ['Denied', 307])
  assert.equal([requests.length, elsewhere.requests.length], [1, 0])
})

test('the ends of a call are told apart', async ({ after }) => {
  const { provider, requests } = await serve(after, () => ({ script: () => {} }))
  assert.is(errorOf(await remove(provider, ['a'], callContext({ timeoutMs: 50 }))).tag, 'Interrupted')
  const given = callContext()
  const cut = remove(provider, ['a'], given)
  while (requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  given.giveUp()
  assert.equal(errorOf(await cut), { tag: 'Aborted', sent: true, detail: 'the run gave up waiting for the answer' })
  assert.equal(errorOf(await remove(provider, ['a'], given)), {
    tag: 'Aborted',
    sent: false,
    detail: 'the run is ending',
  })
  assert.is(requests.length, 2)
})

test('a body over the limit is garbled', async ({ after }) => {
  const { provider } = await serve(after, () => ({ json: { done: ['x'.repeat(200)] } }), {
    http: { maxResponseBytes: 100 },
  })
  assert.equal(errorOf(await remove(provider)), {
    tag: 'Garbled',
    detail: 'the answer is longer than 100 bytes',
    paths: [],
  })
})

test('headers: the adapter wins over the request of the caller, in any case', async ({ after }) => {
  const server = await listen(() => ({ status: 204 }))
  after(server.close)
  const spec = specFor(`${server.url}/base/`, {
    headers: { 'X-Api-Version': '3' },
    http: { headers: { 'X-Proxy-Hint': 'blue' }, userAgent: 'migration/2' },
    scheme: 'Token',
    deleteBatch: {
      request: (ids) => ({
        method: 'POST',
        path: '/bulk',
        json: ids,
        headers: { 'Content-Type': 'application/vnd.api+json' },
      }),
      replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
    },
  })
  await remove(defineHttpProvider(spec))
  const { target, headers } = server.requests[0] as SeenRequest
  assert.is(target, '/base/bulk')
  assert.is(headers['x-api-version'], '3')
  assert.is(headers['x-proxy-hint'], 'blue')
  assert.is(headers['user-agent'], 'migration/2')
  assert.is(headers['content-type'], 'application/vnd.api+json')
  assert.is(headers.authorization, 'Token the-token')
})

test('what can not be meant is refused before anything is sent, and says what to do', () => {
  const define = (more: Record<string, unknown>) => () =>
    defineHttpProvider({ ...specFor('https://api.example.com'), ...more } as Spec)
  const table: ReadonlyArray<[Record<string, unknown>, RegExp]> = [
    [{ authorization: '' }, /token is missing, empty/],
    [{ authorization: undefined }, /token is missing, empty/],
    [{ authorization: null }, /token is missing, empty/],
    [{ authorization: 'a\n' }, /line break/],
    [{ authorization: { tokenUrl: 'https://id.example.com', clientId: '', clientSecret: 's' } }, /clientId is missing/],
    [{ authorization: { tokenUrl: 'https://id.example.com', clientId: 'c' } }, /clientSecret is missing/],
    [
      { authorization: { tokenUrl: 'http://id.example.com', clientId: 'c', clientSecret: 's' } },
      /tokenUrl is plain http/,
    ],
    [{ baseUrl: undefined }, /baseUrl must be a URL/],
    [{ baseUrl: 'api.example.com' }, /baseUrl must be a URL/],
    [{ baseUrl: 'ftp://api.example.com' }, /must begin with https/],
    [{ baseUrl: 'https://user:hunter22@api.example.com' }, /use the options for credentials/],
    [{ baseUrl: 'https://api.example.com?key=1' }, /must end before/],
    [{ baseUrl: 'http://api.example.com' }, /allowInsecure: true/],
    [{ baseUrl: 'http://127.0.0.1.example.com' }, /allowInsecure: true/],
    [{ baseUrl: 'http://localhost.example.com' }, /allowInsecure: true/],
    [{ http: { fetch: ky } }, /plain fetch/],
    [{ http: { fetch: ky.create({ retry: 0 }) } }, /plain fetch/],
    [{ http: { fetch: 'fetch' } }, /must be a function/],
    [{ http: { headers: { Authorization: 'Basic x' } } }, /can't set Authorization/],
    [{ http: { headers: { 'bad name': 'x' } } }, /invalid name/],
    [{ http: { headers: { 'x-a': 'line\nbreak' } } }, /that a header can carry/],
    [{ http: { headers: { 'x-a': 7 } } }, /that a header can carry/],
    [{ http: { headers: { 'Content-Length': '7' } } }, /the adapter sets it/],
    [{ http: { headers: { 'X-API-version': '4' } }, headers: { 'x-api-version': '3' } }, /the adapter sets it/],
    [{ http: { headers: { 'x-place': 'b' } }, pin: { header: 'X-Place' } }, /the adapter sets it/],
    [{ http: { userAgent: 'a\r\nb' } }, /userAgent/],
    [{ http: { maxResponseBytes: 0 } }, /maxResponseBytes/],
    [{ http: { retries: 3 } }, /unknown option "retries"/],
    [
      { deleteBatch: { request: ([id]: string[]) => ({ path: id?.slice(1).at(-1)?.trim() }), replies: [] } },
      /give weigh/,
    ],
  ]
  for (const [more, says] of table) {
    assert.throws(define(more), (error: unknown) => {
      assert.instance(error, UsageError)
      assert.match((error as Error).message, says)
      assert.not.match((error as Error).message, 'hunter22')
      return true
    })
  }
  for (const baseUrl of [
    'http://localhost:1',
    'http://127.0.0.1',
    'http://127.9.9.9',
    'http://[::1]:8080',
    'http://x.localhost',
  ]) {
    assert.not.throws(define({ baseUrl }))
  }
  assert.not.throws(define({ baseUrl: 'http://api.example.com', allowInsecure: true }))
})

test('weights are learnt from the request builder', async () => {
  const { weigh, overhead } = defineHttpProvider(specFor('https://api.example.com/base'))
  assert.equal(overhead, { urlBytes: '/base/records'.length, bodyBytes: '{"ids":[]}'.length })
  assert.equal(weigh?.('ab"ä'), { urlBytes: 0, bodyBytes: ',"ab\\"ä"'.length + 1 })
})

test('a job is asked below its own path', async ({ after }) => {
  const answers: Answer[] = [{ status: 404 }, { json: { ok: 3, failed: 1 } }, { status: 403, text: 'not yours' }]
  const { provider, requests } = await serve(after, (_, count) => answers[count - 1] ?? {}, {
    followJob: (jobId) => ({
      request: { method: 'GET', path: `jobs/${jobId}` },
      replies: [
        on(404, t.unknown, () => ({ kind: 'Pending' })),
        on(200, t.type({ ok: t.number, failed: t.number }), ({ ok, failed }) => ({
          kind: 'Ended',
          reply: { kind: 'Tally', deleted: ok, failed },
        })),
      ],
    }),
  })
  const context = callContext()
  const follow = () => provider.followJob?.('j1', { number: 1, ids: ['a'] }, context)()
  assert.equal(await follow(), E.right({ kind: 'Pending' }))
  assert.equal(await follow(), E.right({ kind: 'Ended', reply: { kind: 'Tally', deleted: 3, failed: 1 } }))
  assert.equal(await follow(), E.left({ tag: 'Denied', status: 403, detail: 'not yours' }))
  assert.equal(context.purposes, ['poll', 'poll', 'poll'])
  assert.is(requests[0]?.target, '/jobs/j1')
})

test('a pinned place is sent, and learnt from the first answer', async ({ after }) => {
  const places = ['main', 'main', 'other', 'other', 'other']
  const { provider, requests } = await serve(
    after,
    (_, count) => ({ status: count === 4 ? 404 : 204, headers: { 'x-place': places[count - 1] ?? '' } }),
    { pin: { header: 'x-place' } },
  )
  const context = callContext()
  assert.ok(E.isRight(await remove(provider, ['a'], context)))
  assert.ok(E.isRight(await remove(provider, ['a'], context)))
  for (const status of [204, 404]) {
    const detail = 'x-place is "other" in an answer, but this run is about "main"'
    assert.equal(errorOf(await remove(provider, ['a'], context)), { tag: 'Denied', status, detail, inDoubt: true })
  }
  assert.ok(E.isRight(await remove(provider, ['a'], callContext())))
  assert.equal(
    requests.map(({ headers }) => headers['x-place']),
    [undefined, 'main', 'main', 'main', undefined],
  )
})
