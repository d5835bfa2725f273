import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { defineHttpProvider } from '../../../src/core/adapter/http-provider.ts'
import type { ProviderError } from '../../../src/core/contract/error.ts'
import { on } from '../../../src/core/http/rows.ts'
import type { Authorization } from '../../../src/core/http/tokens.ts'
import { callContext, type TestCallContext } from '../../support/context.ts'
import { type Answer, listen, type SeenRequest } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('tokens')

/** A backend at `/api`, which accepts the tokens that `good` says, and a token URL at `/token`. */
const open = async (
  good: (token: string, count: number) => boolean,
  token: (count: number) => Answer | Promise<Answer> = (count) => ({ json: { access_token: `token-${count}` } }),
) => {
  const counts = { api: 0, token: 0 }
  const sent: string[] = []
  const forms: SeenRequest[] = []
  const server = await listen((request) => {
    if (request.target === '/token') {
      forms.push(request)
      return token(++counts.token)
    }
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? ''
    sent.push(bearer)
    return good(bearer, ++counts.api) ? { json: {} } : { status: 401, json: { message: 'who are you?' } }
  })
  const credentials = { tokenUrl: `${server.url}/token`, clientId: 'client', clientSecret: 's3cret/+', scope: 'all' }
  return { ...server, counts, sent, forms, credentials }
}

const providerOf = (baseUrl: string, authorization: Authorization) =>
  defineHttpProvider({
    name: 'test',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: `${baseUrl}/api`,
    authorization,
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: ids }),
      replies: [on(200, t.unknown, () => ({ kind: 'AllDeleted' }))],
    },
  })

const remove = (provider: ReturnType<typeof providerOf>, context: TestCallContext = callContext()) =>
  provider.deleteBatch({ number: 1, ids: ['a'] }, context)()

const errorOf = (result: E.Either<ProviderError, unknown>): ProviderError => {
  if (E.isLeft(result)) return result.left
  throw new Error('expected an error')
}

const times = <A>(count: number, act: () => A): A[] => Array.from({ length: count }, act)

test('a string is sent as it is; a 401 is final, and no second request goes out', async ({ after }) => {
  const backend = await open((token) => token === 'right')
  after(backend.close)
  assert.ok(E.isRight(await remove(providerOf(backend.url, 'right'))))
  const error = errorOf(await remove(providerOf(backend.url, 'wrong')))
  assert.equal(error, { tag: 'Denied', status: 401, detail: '{"message":"who are you?"}' })
  assert.equal(backend.sent, ['right', 'wrong'])
})

test('client credentials are one form post, asked after the gate, and its token is kept', async ({ after }) => {
  const backend = await open(() => true)
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  const context = callContext()
  await remove(provider, context)
  await remove(provider, context)
  assert.equal(context.purposes, ['delete', 'token', 'delete'])
  const [form] = backend.forms
  assert.is(form?.method, 'POST')
  assert.is(form?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.is(form?.headers.authorization, undefined)
  assert.equal(Object.fromEntries(new URLSearchParams(form?.body)), {
    client_id: 'client',
    client_secret: 's3cret/+',
    scope: 'all',
    grant_type: 'client_credentials',
  })
})

test('a client that is refused asks once more for its secret, which may have changed meanwhile', async ({ after }) => {
  let right = 'old-secret'
  let asked = 0
  const backend = await open(
    (token, count) => token === 'token-1' && count === 1,
    () => {
      const secret = new URLSearchParams(backend.forms.at(-1)?.body).get('client_secret')
      return secret === right ? { json: { access_token: `token-${backend.counts.token}` } } : { status: 401, json: {} }
    },
  )
  after(backend.close)
  const clientSecret = async () => (asked++ === 0 ? 'old-secret' : `new-secret-${asked}`)
  const provider = providerOf(backend.url, { ...backend.credentials, clientSecret })
  assert.ok(E.isRight(await remove(provider)))
  assert.is(asked, 1)
  right = 'new-secret-2'
  const refused = errorOf(await remove(provider))
  assert.equal([refused.tag, asked, backend.counts.token], ['Denied', 2, 3], 'the new token was refused, too')
  right = 'nobody knows'
  const denied = errorOf(await remove(provider))
  assert.is(denied.tag, 'Denied')
  assert.equal([asked, backend.counts.token], [3, 5], 'asked once more, and no more than that')
})

test('a secret that can not be had has sent nothing', async ({ after }) => {
  const backend = await open(() => true)
  after(backend.close)
  for (const clientSecret of [async () => '', async () => Promise.reject(new Error('the vault is sealed'))]) {
    const error = errorOf(await remove(providerOf(backend.url, { ...backend.credentials, clientSecret })))
    assert.is(error.tag, 'Unreachable')
  }
  assert.equal(backend.counts, { api: 0, token: 0 })
})

test('however many calls wait, one request fetches the token', async ({ after }) => {
  const backend = await open(() => true)
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  const results = await Promise.all(times(20, () => remove(provider)))
  assert.ok(results.every(E.isRight))
  assert.equal(backend.counts, { api: 20, token: 1 })
})

/** Calls at each time, and waits after each until so many tokens were asked for and have come. */
const callAt = async (
  backend: Awaited<ReturnType<typeof open>>,
  calls: ReadonlyArray<readonly [ms: number, tokens: number]>,
): Promise<void> => {
  const provider = providerOf(backend.url, backend.credentials)
  const clock = { time: 0, now: () => clock.time, sleep: async () => {} }
  for (const [ms, tokens] of calls) {
    clock.time = ms
    await remove(provider, callContext({ clock }))
    while (backend.counts.token < tokens) await new Promise((resolve) => setTimeout(resolve, 1))
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

test('a token is renewed before it ends, behind the call that finds it old', async ({ after }) => {
  const backend = await open(
    () => true,
    (count) => ({ json: { access_token: `token-${count}`, expires_in: 3600 } }),
  )
  after(backend.close)
  const minutes = [
    [0, 1],
    [58.9, 1],
    [59, 2],
    [59.1, 2],
    [60, 2],
    [117.9, 2],
    [118.1, 3],
    [118.2, 3],
  ] as const
  await callAt(
    backend,
    minutes.map(([minute, tokens]) => [minute * 60_000, tokens]),
  )
  assert.is(backend.sent.map((token) => token.slice('token-'.length)).join(' '), '1 1 1 2 2 2 2 3')
  assert.is(backend.counts.token, 3)
})

test('a short life has a short margin, and text will do for expires_in', async ({ after }) => {
  const backend = await open(
    () => true,
    (count) => ({ json: { access_token: `token-${count}`, expires_in: '2' } }),
  )
  after(backend.close)
  await callAt(backend, [
    [0, 1],
    [1_799, 1],
    [1_800, 2],
    [1_801, 2],
  ])
  assert.is(backend.sent.join(' '), 'token-1 token-1 token-1 token-2')
})

test('a renewal that takes long, or fails, holds nobody up while the old token is good, and is asked for once', async ({
  after,
}) => {
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const backend = await open(
    () => true,
    async (count) => {
      if (count === 2) await gate
      return count === 3 ? { status: 500, json: {} } : { json: { access_token: `token-${count}`, expires_in: 100 } }
    },
  )
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  const clock = { time: 0, now: () => clock.time, sleep: async () => {} }
  const call = async (ms: number) => {
    clock.time = ms
    return remove(provider, callContext({ clock }))
  }
  for (const ms of [0, 90_000, 91_000, 94_999]) assert.ok(E.isRight(await call(ms)))
  assert.is(backend.sent.join(' '), 'token-1 token-1 token-1 token-1')
  const late = call(95_000)
  letGo()
  assert.ok(E.isRight(await late))
  assert.is(backend.sent.at(-1), 'token-2')
  // Its renewal fails, and is not asked for again before it has to be.
  for (const ms of [180_000, 181_000, 182_000]) assert.ok(E.isRight(await call(ms)))
  while (backend.counts.token < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.is(backend.sent.at(-1), 'token-2')
  assert.ok(E.isRight(await call(185_000)))
  assert.equal([backend.sent.at(-1), backend.counts.token], ['token-4', 4])
})

test('a 401 renews the token once, and the call goes again', async ({ after }) => {
  const backend = await open((token) => token !== 'token-1')
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  assert.ok(E.isRight(await remove(provider)))
  assert.equal(backend.sent, ['token-1', 'token-2'])
  assert.is(backend.counts.token, 2)
})

test('many calls that meet a 401 share one renewal', async ({ after }) => {
  let good = 'token-1'
  const backend = await open((token) => token === good)
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  await remove(provider)
  good = 'token-2'
  const results = await Promise.all(times(8, () => remove(provider)))
  assert.ok(results.every(E.isRight))
  assert.equal(backend.counts, { api: 1 + 8 + 8, token: 2 })
})

test('when the renewed token is refused too, it is tried once, not once for each call', async ({ after }) => {
  const backend = await open(() => false)
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  const results = await Promise.all(times(4, () => remove(provider)))
  for (const result of results) assert.is(errorOf(result).tag, 'Denied')
  assert.equal(backend.counts, { api: 5, token: 2 })
})

test('a refusal is not for ever: the next run starts afresh', async ({ after }) => {
  const state = { down: true }
  const backend = await open(() => !state.down)
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  assert.is(errorOf(await remove(provider)).tag, 'Denied')
  state.down = false
  assert.ok(E.isRight(await remove(provider)))
})

test('a 401 for a token that was renewed meanwhile does not renew again', async ({ after }) => {
  const slow = Promise.withResolvers<void>()
  const server = await listen(async ({ target, headers }) => {
    if (target === '/token') return { json: { access_token: `token-${++issued}` } }
    if (headers.authorization === 'Bearer token-2') return { json: {} }
    if (++old === 1) await slow.promise
    return { status: 401 }
  })
  let issued = 0
  let old = 0
  after(server.close)
  const credentials = { tokenUrl: `${server.url}/token`, clientId: 'c', clientSecret: 's' }
  const provider = providerOf(server.url, credentials)
  const late = remove(provider)
  while (old === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(E.isRight(await remove(provider)))
  slow.resolve()
  assert.ok(E.isRight(await late))
  assert.is(issued, 2)
})

test('a function that has nothing new to give is asked once more, and the request is not repeated', async ({
  after,
}) => {
  const backend = await open(() => false)
  after(backend.close)
  let asked = 0
  const provider = providerOf(backend.url, async () => {
    asked++
    return 'stale'
  })
  assert.is(errorOf(await remove(provider)).tag, 'Denied')
  assert.is(asked, 2)
  assert.equal(backend.sent, ['stale'])
})

test('a function is asked when there is no token, and again after a 401', async ({ after }) => {
  const backend = await open((token) => token === 'second')
  after(backend.close)
  const tokens = ['first', 'second']
  const provider = providerOf(backend.url, async () => tokens.shift() ?? 'none left')
  for (const _ of [1, 2, 3]) assert.ok(E.isRight(await remove(provider)))
  assert.equal(backend.sent, ['first', 'second', 'second', 'second'])
})

test('without a token nothing is sent', async ({ after }) => {
  const backend = await open(() => true)
  after(backend.close)
  const broken: ReadonlyArray<() => Promise<string>> = [
    async () => Promise.reject(new Error('vault is sealed')),
    async () => '',
    async () => 'two words',
    async () => 'line\nbreak',
    async () => undefined as unknown as string,
    () => {
      throw new Error('not even a promise')
    },
  ]
  for (const token of broken) assert.is(errorOf(await remove(providerOf(backend.url, token))).tag, 'Unreachable')
  assert.is(backend.counts.api, 0)
})

test('a token URL that refuses is Denied, one that puts off is Throttled, one that fails is Unreachable', async ({
  after,
}) => {
  const table: ReadonlyArray<[Answer, ProviderError['tag']]> = [
    [{ status: 400, json: { error: 'invalid_client', error_description: 'unknown client' } }, 'Denied'],
    [{ status: 401, text: 'no' }, 'Denied'],
    [{ status: 403, text: 'no' }, 'Denied'],
    [{ status: 302, headers: { location: 'https://login.example.com' } }, 'Denied'],
    [{ status: 404, text: 'no' }, 'Unreachable'],
    [{ status: 407 }, 'Denied'],
    [{ status: 420 }, 'Throttled'],
    [{ status: 429, headers: { 'retry-after': '1' } }, 'Throttled'],
    [{ status: 503, headers: { 'retry-after': '1' } }, 'Unreachable'],
    [{ status: 500 }, 'Unreachable'],
    [{ status: 200, json: { token: 'elsewhere' } }, 'Unreachable'],
    [{ status: 200, text: '<html>sign in</html>' }, 'Unreachable'],
    [{ status: 200, json: { access_token: '' } }, 'Unreachable'],
    [{ script: (_, request) => void request.socket.destroy() }, 'Unreachable'],
  ]
  for (const [answer, tag] of table) {
    const backend = await open(
      () => true,
      () => answer,
    )
    after(backend.close)
    assert.is(errorOf(await remove(providerOf(backend.url, backend.credentials))).tag, tag, JSON.stringify(answer))
    assert.is(backend.counts.api, 0)
  }
})

test('time that runs out while waiting for a token has sent nothing, then or later', async ({ after }) => {
  const token = Promise.withResolvers<string>()
  const backend = await open(() => true)
  after(backend.close)
  const provider = providerOf(backend.url, () => token.promise)
  const error = errorOf(await remove(provider, callContext({ timeoutMs: 50 })))
  assert.is(error.tag, 'Unreachable')
  token.resolve('late')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.is(backend.counts.api, 0)
})

test('when the run that fetches the token is cut, the others fetch it themselves', async ({ after }) => {
  const backend = await open(
    () => true,
    (count) => (count === 1 ? { script: () => {} } : { json: { access_token: 'good' } }),
  )
  after(backend.close)
  const provider = providerOf(backend.url, backend.credentials)
  const cut = callContext()
  const first = remove(provider, cut)
  while (backend.counts.token === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const others = times(3, () => remove(provider))
  cut.giveUp()
  assert.equal(errorOf(await first), { tag: 'Aborted', sent: false, detail: 'cut short while waiting for a token' })
  assert.ok((await Promise.all(others)).every(E.isRight))
  assert.equal(backend.counts, { api: 3, token: 2 })
})

test('when the run is ending, a token is not asked for', async ({ after }) => {
  const backend = await open(() => true)
  after(backend.close)
  const context = callContext()
  context.close()
  const error = errorOf(await remove(providerOf(backend.url, backend.credentials), context))
  assert.equal(error, { tag: 'Aborted', sent: false, detail: 'the run is ending' })
  assert.equal(backend.counts, { api: 0, token: 0 })
})

test('what the token URL echoes is not shown', async ({ after }) => {
  const backend = await open(
    () => true,
    () => ({
      status: 401,
      json: { error: 'invalid_client', error_description: 'client s3cret/+ (s3cret%2F%2B) is wrong' },
    }),
  )
  after(backend.close)
  const error = errorOf(await remove(providerOf(backend.url, backend.credentials)))
  assert.not.match(JSON.stringify(error), 's3cret')
  assert.match(error.detail, 'invalid_client')
})
