import * as E from 'fp-ts/lib/Either.js'
import { type AvePointOpusEmulatorSettings, startAvePointOpus } from '../../src/emulators/index.ts'
import { type ProviderError, UsageError } from '../../src/http-provider.ts'
import {
  type AvePointOpusConfig,
  avePointOpus,
  avePointOpusRegions,
  avePointOpusTokenUrls,
} from '../../src/providers/avepoint-opus/avepoint-opus.ts'
import { callContext } from '../support/context.ts'
import { type Answer, listen } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('avepoint-opus')

type After = (closer: () => unknown) => void

const start = async (
  after: After,
  settings: AvePointOpusEmulatorSettings = {},
  own: Partial<AvePointOpusConfig> = {},
) => {
  const emulator = await startAvePointOpus(settings)
  after(emulator.close)
  const provider = avePointOpus({ ...emulator.options, ...own } as AvePointOpusConfig)
  const remove = (ids: ReadonlyArray<string>) => provider.deleteBatch({ number: 1, ids }, callContext())()
  return { ...emulator, provider, remove }
}

/** What the provider makes of one answer. */
const told = async (after: After, answer: Answer, ids = ['a', 'b', 'c'], own: Partial<AvePointOpusConfig> = {}) => {
  const server = await listen(() => answer)
  after(server.close)
  const provider = avePointOpus({ baseUrl: server.url, token: 'opus-token', ...own } as AvePointOpusConfig)
  return provider.deleteBatch({ number: 1, ids }, callContext())()
}

const rejected = (id: string, message: string, more = {}) => ({
  id,
  is: 'rejected',
  reason: { code: 'failed-item', message, status: 418, ...more },
})

test('facts', () => {
  const provider = avePointOpus({ region: 'us', clientId: 'c', clientSecret: 's' })
  assert.is(provider.name, 'avepoint-opus')
  assert.is(provider.verified, 'documentation')
  assert.equal(provider.capabilities, { maxBatchSize: 15, atomicity: 'per-record', replay: 'safe', effect: 'marked' })
  assert.ok(provider.isValidId('any, text at all — even ü'))
  assert.is(provider.findExisting, undefined)
  assert.equal(provider.weigh?.('key "1"'), { urlBytes: 0, bodyBytes: 'key \\"1\\"'.length + 3 })
})

test('destroys what is there, in one request with a token', async ({ after }) => {
  const { seed, remove, destroyed, calls } = await start(after)
  const ids = ['key,1', 'key 2', 'ключ/3', '"4"']
  seed(ids)
  assert.equal(await remove(ids), E.right({ kind: 'AllDeleted' }))
  assert.equal([...destroyed()], ids)
  assert.equal(
    calls.map(({ method, url }) => `${method} ${url}`),
    ['POST /connect/token', 'DELETE /records/connector/records'],
  )
})

test('a 204 is a success, unless the tenant says otherwise', async ({ after }) => {
  const { seed, remove } = await start(after, { success: 204 })
  seed(['a'])
  assert.equal(await remove(['a']), E.right({ kind: 'AllDeleted' }))
  const careful = await start(after, { success: 204 }, { noContent: 'unconfirmed' })
  careful.seed(['a'])
  assert.equal(await careful.remove(['a']), E.right({ kind: 'Accepted' }))
})

test('the failed are told however they are listed, wherever the 418 stands', async ({ after }) => {
  for (const partial of ['http-418', 'body-418'] as const) {
    for (const failedItems of ['strings', 'rowKey', 'id', 'disposalId', 'recordId'] as const) {
      const { seed, refuse, remove } = await start(after, { partial, failedItems })
      seed(['a', 'b', 'c'])
      refuse(['b'], 'not approved')
      const result = await remove(['a', 'b', 'c'])
      if (E.isLeft(result) || result.right.kind !== 'ById') throw new Error(JSON.stringify(result))
      const { silence, verdicts } = result.right
      assert.is(silence, 'deleted')
      assert.equal(
        verdicts.map(({ id, is }) => [id, is]),
        [['b', 'rejected']],
      )
      const [verdict] = verdicts
      const reason = verdict?.is === 'rejected' ? verdict.reason : undefined
      assert.match(reason?.message ?? '', failedItems === 'strings' ? 'Processed with exceptions.' : 'not approved')
      assert.ok(reason?.requestId)
    }
  }
})

test('a 418 that does not list the failed says nothing about any record', async ({ after }) => {
  for (const partial of ['http-418', 'body-418'] as const) {
    for (const failedItems of ['missing', 'empty', 'unreadable'] as const) {
      const { seed, refuse, remove } = await start(after, { partial, failedItems })
      seed(['a', 'b'])
      refuse(['b'])
      assert.equal(await remove(['a', 'b']), E.right({ kind: 'Accepted' }), `${partial} ${failedItems}`)
    }
  }
})

test('strangers are passed on, for the engine to distrust the silence', async ({ after }) => {
  const { seed, refuse, remove } = await start(after, { failedItems: 'strangers' })
  seed(['a', 'b'])
  refuse(['b'])
  const result = await remove(['a', 'b'])
  assert.ok(E.isRight(result) && result.right.kind === 'ById')
  assert.match(JSON.stringify(result), 'stranger-0')
})

test('an answer is judged by the status that its body states', async ({ after }) => {
  const json = (statusCode: unknown, more = {}) => ({ json: { statusCode, message: null, ...more } })
  const table: ReadonlyArray<[Answer, string]> = [
    [json(200), 'AllDeleted'],
    [json(200, { failedItems: [] }), 'AllDeleted'],
    [json(200, { failedItems: null }), 'AllDeleted'],
    [json(200, { failedItems: 'b' }), 'Accepted'],
    [json(200, { failedItems: ['b'] }), 'ById'],
    [json(204), 'AllDeleted'],
    [json(400), 'Refused'],
    [json(401), 'Denied'],
    [json(403), 'Denied'],
    [json(429), 'Throttled'],
    [json(500), 'Interrupted'],
    [json(201), 'Garbled'],
    [json('200'), 'Garbled'],
    [{ json: {} }, 'Garbled'],
    [{ json: [] }, 'Garbled'],
    [{ text: '' }, 'Garbled'],
    [{ text: '<html>' }, 'Garbled'],
    [{ status: 201, ...json(201) }, 'Garbled'],
    [{ status: 418, text: '' }, 'Accepted'],
    [{ status: 418, text: '<html>' }, 'Accepted'],
    [{ status: 418, json: ['b'] }, 'Accepted'],
    [{ status: 418, json: { failedItems: [{ rowKey: 'b' }, { position: 2 }] } }, 'Accepted'],
    [{ status: 418, json: { failedItems: { rowKey: 'b' } } }, 'Accepted'],
    [{ status: 500, ...json(200) }, 'Interrupted'],
    [{ status: 404, text: '<html>' }, 'Refused'],
  ]
  for (const [answer, expected] of table) {
    const result = await told(after, answer)
    assert.is(E.isRight(result) ? result.right.kind : result.left.tag, expected, JSON.stringify(answer))
  }
})

test('entries name a key that was sent, by any of its names, as text or number', async ({ after }) => {
  const failedItems = [
    'a',
    { id: 'd9da492f-cc67-4920-99f9-6fbaae1f1410', rowKey: 'b', message: ['one', 'two'] },
    { recordId: 'elsewhere', disposalId: 'c', error: 'three' },
    7,
  ]
  const headers = { 'request-id': 'r1' }
  const result = await told(after, { status: 418, headers, json: { statusCode: 418, failedItems } }, [
    'a',
    'b',
    'c',
    '7',
  ])
  const request = { requestId: 'r1' }
  assert.equal(
    result,
    E.right({
      kind: 'ById',
      silence: 'deleted',
      verdicts: [
        rejected('a', 'it is listed as failed, without a reason', request),
        rejected('b', 'one; two', request),
        rejected('c', 'three', request),
        rejected('7', 'it is listed as failed, without a reason', request),
      ],
    }),
  )
})

test('errors are told in the words of the vendor', async ({ after }) => {
  const refused = await told(after, { status: 400, json: { statusCode: 400, message: ['Too', 'many'], traceId: 't1' } })
  const reason = { code: 'http-400', message: 'Too; many', status: 400, requestId: 't1' }
  assert.equal(
    refused,
    E.left({ tag: 'Refused', status: 400, detail: 'Too; many', culprits: [], blames: 'unknown', reason }),
  )
  const denied = await told(after, { status: 403, json: { traceId: 't', error: 'Forbidden', statusCode: 403 } })
  assert.equal(denied, E.left({ tag: 'Denied', status: 403, detail: 'Forbidden' }))
})

test('errors that stand in the body of a 200 are errors', async ({ after }) => {
  const { seed, fault, remove } = await start(after, { errors: 'body', retryAfter: 'decimals', retryAfterMs: 1_500 })
  seed(['a'])
  fault('429')
  fault('500')
  const tagOf = async () => {
    const result = await remove(['a'])
    return E.isLeft(result) ? result.left : undefined
  }
  assert.equal(await tagOf(), { tag: 'Throttled', detail: 'HTTP 429: Too many requests.', retryAfterMs: 1_500 })
  assert.is((await tagOf())?.tag, 'Interrupted')
})

test('a token that has ended is renewed on the 401', async ({ after }) => {
  const { seed, fault, remove, calls, destroyed } = await start(after)
  seed(['a'])
  fault('401', { route: 'delete' })
  assert.equal(await remove(['a']), E.right({ kind: 'AllDeleted' }))
  assert.equal([...destroyed()], ['a'])
  assert.equal(
    calls.map(({ method, status }) => `${method} ${status}`),
    ['POST 200', 'DELETE 401', 'POST 200', 'DELETE 200'],
  )
})

test('a wrong secret is Denied, and no record is touched', async ({ after }) => {
  const { seed, remove, calls } = await start(after, {}, {
    clientSecret: 'wrong-secret',
  } as Partial<AvePointOpusConfig>)
  seed(['a'])
  const result = await remove(['a'])
  assert.is(E.isLeft(result) && result.left.tag, 'Denied')
  assert.not.match(JSON.stringify(result), 'wrong-secret')
  assert.equal(
    calls.map(({ url }) => url),
    ['/connect/token'],
  )
})

test('the older path can be chosen', async ({ after }) => {
  const { seed, remove, calls } = await start(after, {}, { path: 'connector/records' })
  seed(['a'])
  assert.equal(await remove(['a']), E.right({ kind: 'AllDeleted' }))
  assert.is(calls.at(-1)?.url, '/connector/records')
})

test('every region has its hosts', async () => {
  const hosts = async (config: Partial<AvePointOpusConfig>) => {
    const urls: string[] = []
    const fetch = async (url: string) => {
      urls.push(url)
      return Response.json(url.includes('/token') ? { access_token: 'opus-token' } : { statusCode: 200 })
    }
    const given = { clientId: 'c', clientSecret: 's', ...config, http: { fetch } } as AvePointOpusConfig
    const result = await avePointOpus(given).deleteBatch({ number: 1, ids: ['a'] }, callContext())()
    assert.equal(result, E.right({ kind: 'AllDeleted' }))
    return urls
  }
  const path = '/records/connector/records'
  for (const region of avePointOpusRegions) {
    const cloud = region === 'gov' || region === 'aos2' || region === 'fedramp' ? region : 'commercial'
    const base =
      region === 'fedramp' ? 'https://graphusgovapi.online15.net' : `https://graph-${region}.avepointonlineservices.com`
    assert.equal(await hosts({ region }), [avePointOpusTokenUrls[cloud], `${base}${path}`])
  }
  assert.is(avePointOpusRegions.length, 23)
  const own = { baseUrl: 'https://opus.example.com/api/', cloud: 'aos2' } as const
  assert.equal(await hosts(own), [avePointOpusTokenUrls.aos2, `https://opus.example.com/api${path}`])
  const elsewhere = { region: 'us', tokenUrl: 'https://id.example.com/token' } as const
  assert.equal((await hosts(elsewhere))[0], 'https://id.example.com/token')
})

test('where and who: two places, two lives, no doubt', async () => {
  const identify = async (config: AvePointOpusConfig): Promise<E.Either<ProviderError, unknown> | undefined> =>
    avePointOpus(config).identify?.(callContext())()
  assert.equal(
    await identify({ region: 'gov', token: 'opus-token' }),
    E.right({
      key: 'https://graph-gov.avepointonlineservices.com records/connector/records',
      label: 'AvePoint Opus, https://graph-gov.avepointonlineservices.com',
      production: 'unknown',
    }),
  )
  const bad: ReadonlyArray<[Record<string, unknown>, RegExp]> = [
    [{ token: 't' }, /either region or baseUrl/],
    [{ region: 'us', baseUrl: 'https://x.example.com', token: 't' }, /either region or baseUrl/],
    [{ region: 'mars', token: 't' }, /region must be one of au, sg/],
    [{ region: 'us', cloud: 'rain', token: 't' }, /cloud must be one of commercial/],
    [{ region: 'us' }, /clientId is missing/],
    [{ region: 'us', clientId: 'c' }, /clientSecret is missing/],
    [{ region: 'us', token: 't', clientId: 'c', clientSecret: 's' }, /either a token or/],
    [{ region: 'us', token: '' }, /token is missing/],
    [{ region: 'us', token: 't', noContent: 'maybe' }, /noContent must be/],
    [{ region: 'us', token: 't', nocontent: 'deleted' }, /unknown option "nocontent"/],
    [{ baseUrl: 'http://opus.example.com', token: 't' }, /allowInsecure/],
  ]
  for (const [config, says] of bad) {
    assert.throws(
      () => avePointOpus(config as unknown as AvePointOpusConfig),
      (error: Error) => error instanceof UsageError && says.test(error.message),
    )
  }
})
