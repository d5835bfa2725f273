import * as t from 'io-ts'
import { defineHttpProvider, defineProvider, on, troubleOf, verdictOfItem } from '../../../src/http-provider.ts'
import { deleteRecords, findExisting } from '../../../src/index.ts'
import { listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('items, texts and bodies')

const facts = { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' } as const

test('the trouble of a status is that of the table', () => {
  const tagOf = (status: number) => troubleOf({ status }).tag
  const tags: Readonly<Record<string, ReadonlyArray<number>>> = {
    Denied: [301, 302, 307, 308, 401, 403, 407],
    TooLarge: [413, 414, 431],
    Throttled: [420, 423, 425, 429],
    Interrupted: [408, 500, 502, 503, 504, 599],
    Refused: [400, 404, 405, 409, 410, 412, 418, 422, 451],
    Garbled: [200, 204, 303],
  }
  for (const [tag, statuses] of Object.entries(tags))
    for (const status of statuses) assert.is(tagOf(status), tag, `${status}`)
  assert.equal(troubleOf({ status: 429, headers: { 'Retry-After': 7 }, text: 'slow down' }), {
    tag: 'Throttled',
    detail: 'HTTP 429: slow down',
    retryAfterMs: 7_000,
  })
  const dated = { date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'retry-after': ['Thu, 01 Jan 2026 00:01:00 GMT'] }
  assert.equal(troubleOf({ status: 503, headers: dated }).tag, 'Interrupted')
  assert.is(
    (troubleOf({ status: 503, headers: new Headers({ 'retry-after': '3' }) }) as { retryAfterMs: number }).retryAfterMs,
    3_000,
  )
  assert.is((troubleOf({ status: 429, headers: dated }) as { retryAfterMs: number }).retryAfterMs, 60_000)
  assert.is(troubleOf({ status: 400 }, { passes: true }).tag, 'Throttled')
  assert.is(troubleOf({ status: 409, headers: { 'bad header\n': 'x', other: undefined } }).tag, 'Refused')
})

test('an entry with a status of its own', () => {
  const reply = { status: 200, headers: new Headers(), text: '' }
  const is = (status: number, more = {}) => verdictOfItem({ status, ...more }, reply)?.is
  assert.equal(
    [200, 202, 204].map((status) => is(status)),
    ['deleted', 'deleted', 'deleted'],
  )
  assert.equal(
    [404, 410].map((status) => is(status)),
    ['absent', 'absent'],
  )
  assert.equal(
    [420, 423, 425, 429].map((status) => is(status)),
    ['again', 'again', 'again', 'again'],
  )
  assert.equal(
    [408, 500, 503, 302].map((status) => is(status)),
    [undefined, undefined, undefined, undefined],
  )
  assert.is(is(404, { missing: false }), 'rejected')
  assert.is(is(409, { passes: true }), 'again')
  assert.equal(verdictOfItem({ status: 429, headers: { 'retry-after': '2' } }, reply), {
    is: 'again',
    retryAfterMs: 2_000,
  })
  assert.equal(verdictOfItem({ status: 403, code: 'locked', message: 'it is locked' }, reply), {
    is: 'rejected',
    reason: { code: 'vendor:locked', message: 'it is locked', status: 403 },
  })
})

test('bodies of every kind go out as they are meant', async ({ after }) => {
  const server = await listen(() => ({ status: 204 }))
  after(server.close)
  const bodies = [
    { json: { a: 1 } },
    { text: '<a/>', mediaType: 'application/xml' },
    { ndjson: [{ delete: { _id: 'a' } }, { delete: { _id: 'b' } }] },
    { form: { id: ['a', 'b c'], mode: 'hard' } },
    { bytes: new TextEncoder().encode('é') },
    { text: 'plain' },
  ]
  for (const body of bodies) {
    const provider = defineHttpProvider({
      name: 'shelf',
      verified: 'documentation',
      capabilities: facts,
      baseUrl: server.url,
      deleteBatch: {
        request: () => ({ method: 'POST', path: 'delete', ...body }),
        replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
      },
    })
    const { totals } = await deleteRecords(provider, ['a'])
    assert.is(totals.deleted, 1)
  }
  assert.equal(
    server.requests.map(({ headers, body }) => [headers['content-type'], body]),
    [
      ['application/json', '{"a":1}'],
      ['application/xml', '<a/>'],
      ['application/x-ndjson', '{"delete":{"_id":"a"}}\n{"delete":{"_id":"b"}}\n'],
      ['application/x-www-form-urlencoded', 'id=a&id=b+c&mode=hard'],
      ['application/octet-stream', 'é'],
      ['text/plain; charset=utf-8', 'plain'],
    ],
  )
  const several = () =>
    defineHttpProvider({
      name: 'shelf',
      verified: 'documentation',
      capabilities: facts,
      baseUrl: server.url,
      deleteBatch: { request: () => ({ method: 'POST', path: 'delete', json: {}, text: '' }), replies: [] },
    })
  assert.throws(several, /one body, and this one has json and text/)
})

test('an answer that is taken as text is no web page, and a HEAD has none', async ({ after }) => {
  const there = new Set(['a', 'b'])
  const server = await listen(({ method, target }) => {
    if (method === 'HEAD') return { status: there.has(target.slice(1)) ? 200 : 404 }
    there.delete('a')
    return { status: 200, headers: { 'content-type': 'text/xml' }, text: '<gone>a</gone>' }
  })
  after(server.close)
  const provider = defineHttpProvider({
    name: 'shelf',
    verified: 'documentation',
    capabilities: facts,
    baseUrl: server.url,
    accepts: 'text',
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'delete', text: ids.join('\n') }),
      replies: [
        on(200, t.string, (text) => ({
          kind: 'ById',
          silence: 'unconfirmed',
          verdicts: [...text.matchAll(/<gone>(\w+)<\/gone>/g)].map(([, id = '']) => ({ id, is: 'deleted' })),
        })),
      ],
    },
    findExisting: [
      {
        form: 'head',
        maxIds: 1,
        request: ([id]) => ({ method: 'HEAD', path: `${id}` }),
        replies: [on(200, t.unknown, (_, { ids }) => ids), on(404, t.unknown, () => [])],
      },
    ],
  })
  const { totals } = await deleteRecords(provider, ['a'])
  assert.is(totals.deleted, 1)
  const { found } = await findExisting(provider, ['a', 'b'])
  assert.equal(
    found.map(({ presence }) => presence),
    ['gone', 'present'],
  )
  assert.ok(server.requests.every(({ headers }) => headers['accept'] === '*/*'))
})

test('a reader of an SDK asks in pieces, and in the next form where one is of no use', async () => {
  const asked: Array<readonly [string, number]> = []
  const there = new Set(['a', 'c', 'e'])
  const base = { name: 'sdk', capabilities: facts, deleteBatch: async () => ({ kind: 'Accepted' }) as const }
  const ids = ['a', 'b', 'c', 'd', 'e']
  const presences = ['present', 'gone', 'present', 'gone', 'present']
  const find = (form: string) => async (batch: { readonly ids: ReadonlyArray<string> }) => {
    asked.push([form, batch.ids.length])
    return batch.ids.filter((id) => there.has(id))
  }
  const limited = defineProvider({ ...base, maxIds: 2, findExisting: find('usual') })
  assert.equal(
    (await findExisting(limited, ids)).found.map(({ presence }) => presence),
    presences,
  )
  assert.equal(asked.splice(0), [
    ['usual', 2],
    ['usual', 2],
    ['usual', 1],
  ])
  const forms = defineProvider({
    ...base,
    findExisting: [
      { form: 'filter', findExisting: async () => ({ tag: 'Refused', detail: 'no such filter', status: 400 }) },
      { form: 'one-by-one', maxIds: 1, findExisting: find('one-by-one') },
    ],
  })
  const read = await findExisting(forms, ids)
  assert.equal(
    read.found.map(({ presence }) => presence),
    presences,
  )
  assert.equal(read.provenForms, ['one-by-one'])
  assert.is(asked.length, 5)
})
