import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Existing } from '../../../src/core/contract/provider.ts'
import { defineHttpProvider, on, type ProviderError, type ReadForm } from '../../../src/http-provider.ts'
import { callContext } from '../../support/context.ts'
import { type Answer, listen, type SeenRequest } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('read-forms')

const byFilter: ReadForm = {
  form: 'filter',
  request: (ids) => ({ method: 'GET', path: `list?ids=${ids.join(',')}` }),
  replies: [on(200, t.array(t.string), (ids) => ids)],
}
const oneByOne: ReadForm = {
  form: 'one-by-one',
  maxIds: 1,
  request: ([id]) => ({ method: 'GET', path: `one/${id}` }),
  replies: [on(200, t.unknown, (_, { ids }) => ids), on(404, t.unknown, () => [])],
}

const open = async (
  after: (closer: () => unknown) => void,
  list: (ids: ReadonlyArray<string>, request: SeenRequest) => Answer,
  forms: readonly [ReadForm, ...ReadonlyArray<ReadForm>] = [byFilter, oneByOne],
) => {
  const existing = new Set<string>()
  const server = await listen((request) => {
    const { target } = request
    const ids = target.slice(target.search(/[=/]\w+[^=/]*$/) + 1).split(',')
    if (target.startsWith('/one/')) return { status: existing.has(ids[0] ?? '') ? 200 : 404 }
    return list(ids, request)
  })
  after(server.close)
  const provider = defineHttpProvider({
    name: 'test',
    verified: 'documentation',
    capabilities: { maxBatchSize: 100, maxUrlBytes: 120, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: server.url,
    identityOf: (id) => id.toLowerCase(),
    deleteBatch: { request: () => ({ method: 'DELETE', path: 'x' }), replies: [] },
    findExisting: forms,
  })
  const context = callContext()
  const find = async (ids: ReadonlyArray<string>): Promise<E.Either<ProviderError, Existing>> => {
    if (provider.findExisting === undefined) throw new Error('can not read')
    return provider.findExisting({ number: 1, ids }, context)()
  }
  return { ...server, existing, find, context }
}

const ids = (count: number, letter = 'a') =>
  Array.from({ length: count }, (_, at) => `${letter}${String(at).padStart(3, '0')}`)

test('the usual form answers with a plain set, spelled as sent', async ({ after }) => {
  const { find, requests } = await open(after, () => ({ json: ['b1', 'A2'] }))
  assert.equal(await find(['a1', 'B1', 'a2']), E.right(new Set(['B1', 'a2'])))
  assert.is(requests.length, 1)
})

test('a batch is asked for in as many requests as the length of a URL needs', async ({ after }) => {
  const { find, requests } = await open(after, (asked) => ({ json: asked.filter((id) => id.endsWith('7')) }))
  const found = await find(ids(100))
  assert.equal(found, E.right(new Set(ids(100).filter((id) => id.endsWith('7')))))
  assert.ok(requests.every(({ target }) => target.length <= 120))
  assert.is(requests.length, 5)
})

test('a form that is refused, unreadable or does not filter gives way for the rest of the run', async ({ after }) => {
  const broken: ReadonlyArray<[string, Answer]> = [
    ['refused', { status: 400, json: { error: 'bad filter' } }],
    ['no list', { json: { records: [] } }],
    ['strangers', { json: ['a1', 'z9'] }],
    ['a page', { text: '<html>' }],
    ['too long, says IIS', { status: 404, text: '<h1>Not Found</h1>' }],
  ]
  for (const [name, answer] of broken) {
    const { find, existing, requests } = await open(after, () => answer)
    existing.add('a1')
    const expected = E.right({ ids: new Set(['a1']), complete: true, form: 'one-by-one' })
    assert.equal(await find(['a1', 'a2', 'a3']), expected, name)
    assert.equal(await find(['a1']), expected, name)
    assert.equal(requests.map(({ target }) => target.split(/[?/]/)[1]).join(' '), 'list one one one one', name)
  }
})

test('a form gives way to nothing but that', async ({ after }) => {
  const troubles: ReadonlyArray<[Answer, ProviderError['tag']]> = [
    [{ status: 429 }, 'Throttled'],
    [{ status: 503 }, 'Interrupted'],
    [{ status: 403 }, 'Denied'],
    [{ script: (_, request) => void request.socket.destroy() }, 'Interrupted'],
  ]
  for (const [answer, tag] of troubles) {
    const { find, requests } = await open(after, () => answer)
    const found = await find(['a1'])
    assert.is(E.isLeft(found) && found.left.tag, tag)
    assert.is(requests.length, 1)
  }
})

test('the last form has nothing to give way to', async ({ after }) => {
  const { find } = await open(after, () => ({ json: ['stranger'] }), [byFilter])
  const found = await find(['a1'])
  assert.equal(
    found,
    E.left({ tag: 'Garbled', detail: 'the listing holds records that were not asked for', paths: [] }),
  )
})

test('a request that is too long is halved, and the length remembered', async ({ after }) => {
  const { find, requests } = await open(after, (asked) => (asked.length > 6 ? { status: 414 } : { json: asked }))
  assert.equal(await find(ids(20)), E.right(new Set(ids(20))))
  const before = requests.length
  assert.equal(await find(ids(20, 'b')), E.right(new Set(ids(20, 'b'))))
  assert.is(requests.length - before, 4)
})

test('a single id that is too long is an error, not an endless halving', async ({ after }) => {
  const { find, requests } = await open(after, () => ({ status: 414 }))
  const found = await find(['a1', 'a2'])
  assert.is(E.isLeft(found) && found.left.tag, 'TooLarge')
  assert.ok(requests.length <= 3)
})

test('reads of one batch go out a few at a time', async ({ after }) => {
  let open_ = 0
  let most = 0
  const server = await listen(async () => {
    most = Math.max(most, ++open_)
    await new Promise((resolve) => setTimeout(resolve, 10))
    open_--
    return { status: 404 }
  })
  after(server.close)
  const provider = defineHttpProvider({
    name: 'test',
    verified: 'documentation',
    capabilities: { maxBatchSize: 100, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: server.url,
    deleteBatch: { request: () => ({ method: 'DELETE', path: 'x' }), replies: [] },
    findExisting: [oneByOne],
  })
  assert.equal(await provider.findExisting?.({ number: 1, ids: ids(20) }, callContext())(), E.right(new Set()))
  assert.is(server.requests.length, 20)
  assert.is(most, 4)
})
