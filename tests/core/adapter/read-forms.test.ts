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

/** A list that says how many there are, and how many of them it may show. */
const counted: ReadForm = {
  form: 'counted',
  request: (ids) => ({ method: 'GET', path: `list?ids=${ids.join(',')}` }),
  replies: [
    on(200, t.type({ ids: t.array(t.string), all: t.number }), ({ ids, all }) => ({
      ids,
      complete: ids.length === all,
    })),
  ],
}

test('what a list leaves out is asked for again, until every id is in a whole answer', async ({ after }) => {
  for (const most of [1, 3, 7]) {
    const there = new Set(ids(30).filter((_, at) => at % 3 !== 0))
    const list = (asked: ReadonlyArray<string>) => {
      const found = asked.filter((id) => there.has(id))
      return { json: { ids: found.slice(0, most), all: found.length } }
    }
    const { find } = await open(after, list, [counted])
    assert.equal(await find(ids(30)), E.right(there), `${most} at most`)
  }
})

test('an id whose answer is never whole is unread: the others are what they are', async ({ after }) => {
  const list = (asked: ReadonlyArray<string>) => {
    const found = asked.filter((id) => id < 'a010')
    return { json: { ids: asked.includes('a017') ? [] : found, all: found.length + (asked.includes('a017') ? 1 : 0) } }
  }
  const { find, requests } = await open(after, list, [counted])
  const found = await find(ids(20))
  assert.equal(found, E.right({ ids: new Set(ids(10)), complete: true, unread: ['a017'] }))
  assert.ok(requests.length < 20, `${requests.length} requests`)
})

test('an answer may say by itself which ids it leaves out', async ({ after }) => {
  const form: ReadForm = {
    ...counted,
    replies: [
      on(200, t.array(t.string), (shown, batch) => ({ ids: shown, complete: true, unread: batch.ids.slice(5) })),
    ],
  }
  const { find, requests } = await open(after, (asked) => ({ json: asked.slice(0, 2) }), [form])
  assert.equal(await find(ids(12)), E.right(new Set(['a000', 'a001', 'a005', 'a006', 'a010', 'a011'])))
  assert.is(requests.length, 3)
})

test('where no answer is ever whole, it is given up, and nothing is called gone', async ({ after }) => {
  const { find, requests } = await open(after, () => ({ json: { ids: [], all: 1 } }), [counted])
  const found = await find(ids(20))
  assert.is(E.isLeft(found) && found.left.tag, 'Garbled')
  assert.ok(requests.length <= 20, `${requests.length} requests`)
})

test('of many single reads, one that is lost is unread', async ({ after }) => {
  for (const lost of [{ status: 500 }, { text: '<html>' }, { status: 400, json: {} }] as const) {
    const single: ReadForm = { ...oneByOne, request: ([id]) => ({ method: 'GET', path: `list?id=${id}` }) }
    const { find, requests } = await open(
      after,
      ([id = '']) => (id === 'a004' ? lost : { status: id < 'a007' ? 200 : 404 }),
      [single],
    )
    const there = ids(7).filter((id) => id !== 'a004')
    assert.equal(await find(ids(10)), E.right({ ids: new Set(there), complete: true, unread: ['a004'] }))
    assert.ok(requests.length <= 11)
  }
})

test('one poisoned id does not hide the others of its request', async ({ after }) => {
  const list = (asked: ReadonlyArray<string>) =>
    asked.includes('a013')
      ? { status: 400, json: { error: 'not a number' } }
      : { json: { ids: asked, all: asked.length } }
  const { find } = await open(after, list, [counted])
  const there = ids(20).filter((id) => id !== 'a013')
  assert.equal(await find(ids(20)), E.right({ ids: new Set(there), complete: true, unread: ['a013'] }))
})

test('what turns us back ends the read, whatever else is known by then', async ({ after }) => {
  const { find } = await open(after, ([id = '']) => (id === 'a003' ? { status: 429 } : { json: [id] }), [
    { ...byFilter, maxIds: 1 },
  ])
  const found = await find(ids(8))
  assert.is(E.isLeft(found) && found.left.tag, 'Throttled')
})

test('ids that a form can not carry are asked for apart, under its name', async ({ after }) => {
  const form: ReadForm = {
    ...byFilter,
    apart: {
      ids: (id) => id.startsWith('b'),
      request: (id) => ({ method: 'GET', path: `one/${id}` }),
      replies: [on(200, t.unknown, (_, batch) => batch.ids), on(404, t.unknown, () => [])],
    },
  }
  const list = (asked: ReadonlyArray<string>) => ({ json: asked.filter((id) => id !== 'a2') })
  const { find, existing, requests } = await open(after, list, [form])
  existing.add('b1')
  assert.equal(await find(['a1', 'b1', 'a2', 'b2']), E.right(new Set(['a1', 'b1'])))
  assert.equal(requests.map(({ target }) => target).sort(), ['/list?ids=a1,a2', '/one/b1', '/one/b2'])
})
