import * as E from 'fp-ts/lib/Either.js'
import { deleteRecords, type Report } from '../../src/index.ts'
import { directus } from '../../src/providers/directus.ts'
import { virtualClock } from '../../src/testing.ts'
import { assert, suite } from '../support/suite.ts'
import { directusSubject } from '../testing/providers/directus.ts'
import { ask, refusesOptions } from './ask.ts'

const test = suite('directus')

const fine = { baseUrl: 'https://cms.example.com', collection: 'articles', token: 'directus-token' }
const articles = (baseUrl: string) => directus({ ...fine, baseUrl })

const error = (status: number, code: string, message: string) => ({
  status,
  json: { errors: [{ message, extensions: { code } }] },
})

test('facts', () => {
  const provider = directus(fine)
  assert.equal([provider.name, provider.verified], ['directus', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 100,
    atomicity: 'all-or-nothing',
    replay: 'safe',
    effect: 'unknown',
  })
  assert.ok(directus({ ...fine, keyType: 'integer' }).isValidId('12'))
  for (const id of ['012', '1.0', 'a']) assert.not.ok(directus({ ...fine, keyType: 'integer' }).isValidId(id))
  const { identityOf = String } = directus({ ...fine, keyType: 'uuid' })
  assert.is(identityOf('0B3F'), identityOf('0b3f'))
})

test('sends the keys as a JSON list, whatever is in them', async ({ after }) => {
  const { remove, requests } = await ask(after, articles, { status: 204 })
  assert.equal(await remove('a,b', '"c"'), E.right({ kind: 'Accepted' }))
  assert.equal(
    [requests[0]?.method, requests[0]?.target, requests[0]?.body],
    ['DELETE', '/items/articles', '["a,b","\\"c\\""]'],
  )
})

test('reads what is there; a page that was cut short shows nothing of the rest', async ({ after }) => {
  const pages = [
    { meta: { filter_count: 2 }, data: [{ id: 'a,b' }] },
    { meta: { filter_count: 1 }, data: [{ id: 'c' }] },
  ]
  const { look, requests } = await ask(after, articles, (_, count) => ({ json: pages[count - 1] }))
  assert.equal(await look('a,b', 'c', 'd'), E.right(new Set(['a,b', 'c'])))
  const query = new URL(requests[1]?.target ?? '', 'https://x').searchParams
  assert.equal(JSON.parse(query.get('filter') ?? ''), { id: { _in: ['c', 'd'] } })
  const empty = await (await ask(after, articles, { json: { meta: { filter_count: 1 }, data: [] } })).look('a')
  assert.is(empty && E.isLeft(empty) && empty.left.tag, 'Garbled')
})

test('a server that is set to a lower limit, and refuses a higher one or cuts its pages', async ({ after }) => {
  for (const refuses of [true, false]) {
    const there = new Set(Array.from({ length: 60 }, (_, n) => `key ${n}`).filter((_, n) => n % 5 > 0))
    const { look, requests } = await ask(after, articles, ({ target }) => {
      const query = new URL(target, 'https://x').searchParams
      const limit = Number(query.get('limit'))
      if (refuses && limit > 8)
        return error(400, 'INVALID_QUERY', 'Invalid query. "limit" must be less than or equal to 8.')
      const asked = (JSON.parse(query.get('filter') ?? '{}') as { id: { _in: ReadonlyArray<string> } }).id._in
      const found = asked.filter((id) => there.has(id))
      return {
        json: { data: found.slice(0, Math.min(limit, 8)).map((id) => ({ id })), meta: { filter_count: found.length } },
      }
    })
    const ids = Array.from({ length: 60 }, (_, n) => `key ${n}`)
    assert.equal(await look(...ids), E.right(there))
    assert.ok(requests.length < 25, `${requests.length} requests`)
  }
})

test('a UUID is looked for in small letters and capitals, and deleted as it is stored', async ({ after }) => {
  const stored = '6f9619ff-8b86-d011-b42d-00c04fc964ff'
  const given = stored.toUpperCase()
  const { remove, look, requests } = await ask(after, articles, ({ method }) =>
    method === 'DELETE' ? { status: 204 } : { json: { data: [{ id: stored }], meta: { filter_count: 1 } } },
  )
  assert.equal(await remove(given), E.right({ kind: 'Accepted' }))
  assert.is(requests.at(-1)?.body, JSON.stringify([stored]))
  assert.equal(await look(given), E.right(new Set([given])))
  assert.equal(JSON.parse(new URL(requests.at(-1)?.target ?? '', 'https://x').searchParams.get('filter') ?? ''), {
    id: { _in: [given, stored] },
  })
  const before = requests.length
  await remove(stored)
  assert.is(requests.length - before, 1, 'one that is given as the server writes it costs no look')
})

test('words that a filter would rewrite are read by their path', async ({ after }) => {
  const { look, requests } = await ask(after, articles, ({ target }) => {
    if (target.startsWith('/items/articles?')) return { json: { data: [{ id: 'plain' }], meta: { filter_count: 1 } } }
    const key = decodeURIComponent(/articles\/([^?]+)/.exec(target)?.[1] ?? '')
    if (key === '$NOW(+1 day)') return { json: { data: { id: key } } }
    return key === 'NULL' ? { status: 500 } : error(403, 'FORBIDDEN', "You don't have permission to access this.")
  })
  const found = await look('plain', 'TRUE', '$NOW(+1 day)', 'NULL', '$CURRENT_POLICIES')
  assert.equal(found, E.right({ ids: new Set(['plain', '$NOW(+1 day)']), complete: true, unread: ['NULL'] }))
  assert.is(requests.filter(({ target }) => target.startsWith('/items/articles?')).length, 1)
  const denied = await ask(after, articles, { status: 403, text: 'a proxy' })
  const result = await denied.look('true')
  assert.is(result && E.isLeft(result) && result.left.tag, 'Denied')
})

test('a 403 of the application refuses the batch; any other is about us', async ({ after }) => {
  for (const [answer, tag] of [
    [error(403, 'FORBIDDEN', "You don't have permission to access this."), 'Refused'],
    [error(403, 'INVALID_TOKEN', 'Invalid token.'), 'Denied'],
    [{ status: 403, text: '<html>firewall</html>' }, 'Denied'],
    [error(400, 'INVALID_FOREIGN_KEY', 'Invalid foreign key for field "article"'), 'Refused'],
    [error(400, 'INVALID_PAYLOAD', 'Invalid payload. Exceeded max batch mutation limit of 50.'), 'TooLarge'],
  ] as const) {
    const { remove } = await ask(after, articles, answer)
    const result = await remove('a')
    assert.is(E.isLeft(result) && result.left.tag, tag)
  }
})

/** What becomes of forty keys, to a token that is no administrator's. */
const forty = async (there: (n: number) => boolean, forbidden: (n: number) => boolean): Promise<Report> => {
  const clock = virtualClock()
  const backend = await directusSubject.start({ clock })
  try {
    const ids = Array.from({ length: 40 }, (_, n) => directusSubject.id?.(n) ?? '')
    await backend.seed(ids.filter((_, n) => there(n)))
    for (const [n, id] of ids.entries()) if (forbidden(n)) await backend.refuse?.(id)
    const provider = clock.watch(directusSubject.provider(backend.url ?? ''))
    return await clock.until(deleteRecords(provider, ids, { clock }))
  } finally {
    await backend.close()
  }
}

test('one 403 for all: what is not there is absent, what is there and forbidden is rejected', async () => {
  const some = await forty(
    (n) => n % 4 !== 0,
    (n) => n === 7,
  )
  assert.equal([some.totals.deleted, some.totals.absent, some.totals.rejected], [29, 10, 1])
})

test('one 403 for all: a role that may delete nothing ends the run, and blames no record', async () => {
  const none = await forty(
    () => true,
    () => true,
  )
  assert.equal([none.halted?.because, none.totals.untouched], ['refused-alike', 40])
})

test('one 403 for all: a collection in which nothing is listed proves no absence', async () => {
  const wrong = await forty(
    () => false,
    () => false,
  )
  assert.is(wrong.totals.unconfirmed, 40)
})

test('options that can not be meant are refused', () => {
  refusesOptions(directus, fine, [
    [{ collection: 'directus_users' }, 'collection'],
    [{ collection: 'a/b' }, 'collection'],
    [{ primaryKey: 'a.b' }, 'primaryKey'],
    [{ keyType: 'number' }, 'keyType'],
    [{ maxBatchSize: 0 }, 'maxBatchSize'],
  ])
})
