import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { realClock } from '../../../src/core/settings/clock.ts'
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

test('a signature of a wrong time is made once more, by the clock of who refused it', async ({ after }) => {
  const hours = 3_600_000
  for (const [offMs, status, tell] of [
    [-7 * hours, 400, 'Signature expired: earlier than allowed'],
    [7 * hours, 403, 'RequestTimeTooSkewed'],
    [-1 * hours, 401, 'the request has expired'],
  ] as const) {
    const times: number[] = []
    const late = Date.now() + offMs
    let asked = 0
    const server = await listen(({ headers }) => {
      const signedAt = Number(headers['x-signed-at'])
      times.push(signedAt)
      // What this server takes for the time is hours away from ours.
      const right = Math.abs(signedAt - late) < 60_000
      const date = { date: new Date(late).toUTCString() }
      return right ? { status: 204 } : { status, json: { tell }, headers: date }
    })
    after(server.close)
    const provider = defineHttpProvider({
      name: 'signed',
      verified: 'documentation',
      capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      baseUrl: server.url,
      authorization: signing<Keys>({
        credentials: async () => {
          asked++
          return keys
        },
        sign: async (_, _keys, now) => ({ 'x-signed-at': String(now) }),
      }),
      explain: (body) => ({ skewed: /expired|Skewed/.test((body as { tell: string }).tell) }),
      deleteBatch: {
        request: (ids) => ({ method: 'POST', path: 'gone', json: ids }),
        replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
      },
    })
    const context = callContext()
    const remove = () => provider.deleteBatch({ number: 1, ids: ['a'] }, context)()
    assert.equal([await remove(), await remove()], [E.right({ kind: 'AllDeleted' }), E.right({ kind: 'AllDeleted' })])
    assert.is(times.length, 3, 'one that was refused, and no other')
    assert.is(asked, 1, 'the credentials are not at fault')
  }
})

test('once only, and not without a time to go by', async ({ after }) => {
  for (const date of [new Date(Date.now() - 9e6).toUTCString(), 'yesterday']) {
    const server = await listen(() => ({ status: 400, json: {}, headers: { date } }))
    after(server.close)
    const provider = defineHttpProvider({
      name: 'signed',
      verified: 'documentation',
      capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      baseUrl: server.url,
      authorization: signing<Keys>({ credentials: keys, sign: async () => ({}) }),
      explain: () => ({ skewed: true }),
      deleteBatch: { request: (ids) => ({ method: 'POST', path: 'gone', json: ids }), replies: [] },
    })
    const result = await provider.deleteBatch({ number: 1, ids: ['a'] }, callContext())()
    assert.is(E.isLeft(result) && result.left.tag, 'Refused')
    assert.is(server.requests.length, date === 'yesterday' ? 1 : 2)
  }
})

test('the time of a signature is that of the wall clock', async ({ after }) => {
  const sealedAt: number[] = []
  const { remove } = await start(after, () => ({ status: 204 }), {
    sign: async (_, _keys, now) => {
      sealedAt.push(now)
      return {}
    },
  })
  // A machine that slept for a day: what has passed since the start of the process is less than it was.
  const clock = { ...realClock, now: () => Date.now() - 86_400_000 }
  await remove(callContext({ clock }))
  const { wall: _, ...without } = clock
  await remove(callContext({ clock: without }))
  assert.ok(Math.abs((sealedAt[0] as number) - Date.now()) < 60_000)
  assert.ok((sealedAt[1] as number) < Date.now() - 80_000_000)
})
