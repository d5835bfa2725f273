import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  basicAuth,
  defineHttpProvider,
  on,
  type Signing,
  type SigningSpec,
  signing,
} from '../../../src/http-provider.ts'
import { callContext } from '../../support/context.ts'
import { type Answer, listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('signing')

interface Keys extends Readonly<Record<string, string>> {
  readonly key: string
  readonly secret: string
}

const keys = { key: 'key-id-1', secret: 'a secret, with é' }

/** A provider over a server of the test's own. */
const start = async (
  after: (closer: () => unknown) => void,
  answer: (count: number) => Answer,
  spec: Partial<SigningSpec<Keys>> = {},
  authorization?: Signing,
) => {
  const server = await listen((_, count) => answer(count))
  after(server.close)
  const provider = defineHttpProvider({
    name: 'signed',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: server.url,
    authorization:
      authorization ??
      signing<Keys>({
        credentials: keys,
        sign: async ({ method, url, body }, { key, secret }, now) => ({
          authorization: `Seal ${key}:${secret.length}`,
          'x-sealed': [method, new URL(url).pathname, body, new Date(now).getUTCFullYear() > 2025].join(' '),
        }),
        ...spec,
      }),
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'gone', json: ids }),
      replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
    },
  })
  return { server, remove: (context = callContext()) => provider.deleteBatch({ number: 1, ids: ['a'] }, context)() }
}

test('a request goes out with headers made of it, and the secret stays', async ({ after }) => {
  const { server, remove } = await start(after, () => ({ status: 204 }))
  assert.equal(await remove(), E.right({ kind: 'AllDeleted' }))
  assert.is(server.requests[0]?.headers.authorization, 'Seal key-id-1:16')
  assert.is(server.requests[0]?.headers['x-sealed'], 'POST /gone ["a"] true')
})

test('credentials that can be asked for are asked for again after a 401, once', async ({ after }) => {
  let asked = 0
  const credentials = async () => ({ ...keys, key: `key-id-${++asked}` })
  const { server, remove } = await start(after, (count) => ({ status: count === 1 ? 401 : 204 }), { credentials })
  assert.equal(await remove(), E.right({ kind: 'AllDeleted' }))
  assert.equal(
    server.requests.map(({ headers }) => headers.authorization),
    ['Seal key-id-1:16', 'Seal key-id-2:16'],
  )
})

test('credentials that are given once are not tried twice', async ({ after }) => {
  const { server, remove } = await start(after, () => ({ status: 401, text: `no ${keys.secret} for ${keys.key}` }))
  const result = await remove()
  assert.ok(E.isLeft(result) && result.left.tag === 'Denied')
  assert.is(server.requests.length, 1)
  assert.not.match(JSON.stringify(result), keys.secret)
})

test('what can not be signed is not sent', async ({ after }) => {
  const sign = async () => {
    throw new Error(`no such module, says ${keys.secret}`)
  }
  const { server, remove } = await start(after, () => ({ status: 204 }), { sign })
  assert.equal(
    await remove(),
    E.left({
      tag: 'Denied',
      status: 401,
      detail: "the request can't be signed: no such module, says [redacted]",
    }),
  )
  assert.is(server.requests.length, 0)
})

test('a signature that comes too late is not used', async ({ after }) => {
  const context = callContext()
  const sign = async () => {
    context.giveUp()
    return {}
  }
  const { server, remove } = await start(after, () => ({ status: 204 }), { sign })
  const result = await remove(context)
  assert.is(E.isLeft(result) && result.left.tag, 'Unreachable')
  assert.is(server.requests.length, 0)
})

test('a password is sent as Basic authentication, and shown in neither form', async ({ after }) => {
  const encoded = Buffer.from('ü:open sesame', 'utf8').toString('base64')
  let asked = 0
  const password = async () => (++asked === 1 ? 'out of date' : 'open sesame')
  const answer = (count: number) => ({ status: count === 1 ? 401 : 400, text: `${encoded}, that is open sesame` })
  const { server, remove } = await start(after, answer, {}, basicAuth('ü', password))
  const result = await remove()
  assert.is(server.requests[1]?.headers.authorization, `Basic ${encoded}`)
  assert.match(JSON.stringify(result), '[redacted], that is [redacted]')
  assert.not.match(JSON.stringify(result), 'sesame')
})
