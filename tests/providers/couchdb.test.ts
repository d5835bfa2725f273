import * as E from 'fp-ts/lib/Either.js'
import { UsageError } from '../../src/http-provider.ts'
import { deleteRecords } from '../../src/index.ts'
import { type CouchDbConfig, couchDb } from '../../src/providers/couchdb/couchdb.ts'
import { callContext } from '../support/context.ts'
import { type CouchDbServer, startCouchDb } from '../support/couchdb-server.ts'
import { listen } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('couchdb')
let server: CouchDbServer
test.before(async () => {
  server = await startCouchDb()
})
test.after(() => server.close())

/** A database of its own. Doubt ends soon: the server is done with a request when it answers. */
const start = async (ids: ReadonlyArray<string>) => {
  const database = await server.create()
  await database.seed(ids)
  const made = couchDb({ baseUrl: server.url, database: database.name })
  const provider = { ...made, capabilities: { ...made.capabilities, lateEffectMs: 10, readLagMs: 0 } }
  return { ...database, provider }
}

test('facts', () => {
  const provider = couchDb({ baseUrl: 'https://couch.example.com', database: 'a/b' })
  assert.equal([provider.name, provider.verified], ['couchdb', 'documentation'])
  assert.equal(provider.capabilities, {
    maxBatchSize: 500,
    atomicity: 'per-record',
    replay: 'safe',
    effect: 'unknown',
  })
  assert.ok(provider.isValidId(' any text, "quoted"/ü '))
  assert.not.ok(provider.isValidId('_design/views'))
})

test('deletes what is there, finds out what is not, and leaves the rest', async () => {
  const odd = [' blank ', 'comma,comma', '"quoted"', 'ключ/3', '漢', '100%25', 'Upper', 'upper']
  const { provider, existing } = await start([...odd, 'stays'])
  const report = await deleteRecords(provider, [...odd, 'never was'])
  assert.equal([report.totals.deleted, report.totals.absent], [8, 1])
  assert.equal(await existing(), ['stays'])
})

test('reads the revisions and writes the tombstones of a batch in two requests', async ({ after }) => {
  const listed = { rows: [{ id: 'a', value: { rev: '3-c' } }] }
  const other = await listen(({ target }) =>
    target.endsWith('_all_docs') ? { json: listed } : { status: 201, json: [{ ok: true, id: 'a', rev: '4-d' }] },
  )
  after(other.close)
  const provider = couchDb({ baseUrl: other.url, database: 'a/b', username: 'ü', password: 'pass word' })
  const result = await provider.deleteBatch({ number: 1, ids: ['a'] }, callContext())()
  assert.equal(result, E.right({ kind: 'Accepted' }))
  assert.equal(
    other.requests.map(({ target, body }) => [target, JSON.parse(body)]),
    [
      ['/a%2Fb/_all_docs', { keys: ['a'] }],
      ['/a%2Fb/_bulk_docs', { docs: [{ _id: 'a', _rev: '3-c', _deleted: true }] }],
    ],
  )
  assert.is(other.requests[1]?.headers.authorization, `Basic ${Buffer.from('ü:pass word', 'utf8').toString('base64')}`)
})

test('a document that is edited in between goes again with its new revision', async () => {
  const { name, provider, ask, existing } = await start(['a', 'b'])
  let edited = false
  const fetch = async (url: string, init: RequestInit) => {
    if (url.endsWith('_bulk_docs') && !edited) {
      edited = true
      const { _rev } = (await ask('GET', 'a')) as { _rev: string }
      await ask('PUT', 'a', { _rev, title: 'edited' })
    }
    return globalThis.fetch(url, init)
  }
  const { capabilities } = provider
  const own = couchDb({ baseUrl: server.url, database: name, http: { fetch } })
  const report = await deleteRecords({ ...own, capabilities }, ['a', 'b'], { random: () => 0 })
  assert.is(report.totals.deleted, 2)
  assert.equal(await existing(), [])
})

test('a document with conflicts is deleted when no revision is left', async () => {
  const { provider, ask, existing } = await start(['plain'])
  const rev = (letter: string) => `1-${letter.repeat(32)}`
  const docs = ['a', 'b', 'c'].map((letter) => ({ _id: 'torn', _rev: rev(letter), from: letter }))
  await ask('POST', '_bulk_docs', { docs, new_edits: false })
  const report = await deleteRecords(provider, ['plain', 'torn'], { attempts: 5 })
  assert.is(report.totals.deleted, 2)
  assert.equal(await existing(), [])
})

test('a database that is not there ends the run at once', async () => {
  const provider = couchDb({ baseUrl: server.url, database: 'no-such-database' })
  const report = await deleteRecords(provider, ['a', 'b', 'c'])
  assert.is(report.halted?.because, 'denied')
  assert.match(report.halted?.detail ?? '', 'there is no database')
  assert.is(report.totals.untouched, 3)
})

test('a document that the database will not let go is rejected, with its reason', async ({ after }) => {
  const rows = ['a', 'b'].map((id) => ({ id, value: { rev: '1-a' } }))
  const written = [
    { id: 'b', error: 'forbidden', reason: 'only owners may' },
    { id: 'a', error: 'conflict', reason: 'Document update conflict.' },
  ]
  const other = await listen(({ target }) =>
    target.endsWith('_all_docs') ? { json: { rows } } : { status: 201, json: written },
  )
  after(other.close)
  const provider = couchDb({ baseUrl: other.url, database: 'a', token: 'a-token' })
  const result = await provider.deleteBatch({ number: 1, ids: ['a', 'b'] }, callContext())()
  assert.equal(
    result,
    E.right({
      kind: 'ById',
      silence: 'unconfirmed',
      verdicts: [
        { id: 'b', is: 'rejected', reason: { code: 'vendor:forbidden', message: 'only owners may', status: 201 } },
        { id: 'a', is: 'again' },
      ],
    }),
  )
})

test('errors that pass, errors that refuse, and those that are neither', async ({ after }) => {
  const said = [
    ['os_process_error', 'again'],
    ['timeout', 'again'],
    ['internal_server_error', 'again'],
    ['unknown_error', 'again'],
    ['unauthorized', 'rejected'],
    ['word_of_2031', 'unclear'],
  ] as const
  const rows = said.map(([id]) => ({ id, key: id, value: { rev: '1-a' } }))
  const written = [...said.map(([id]) => ({ id, error: id, reason: 'why' })), { error: 'forbidden' }, null]
  const other = await listen(({ target }) =>
    target.endsWith('_all_docs') ? { json: { rows } } : { status: 201, json: written },
  )
  after(other.close)
  const provider = couchDb({ baseUrl: other.url, database: 'a' })
  const result = await provider.deleteBatch({ number: 1, ids: said.map(([id]) => id) }, callContext())()
  assert.ok(E.isRight(result) && result.right.kind === 'ById')
  assert.equal(
    result.right.verdicts.map(({ id, is }) => [id, is]),
    said.map(([id, is]) => [id, is]),
  )
})

test('gone after a deletion that came to nothing that is known: not called absent', async ({ after }) => {
  let isGone = false
  const other = await listen(({ target }) => {
    const live = (id: string) => ({ id, key: id, value: { rev: '1-a' } })
    const dead = { id: 'a', key: 'a', value: { rev: '2-b', deleted: true }, doc: null }
    if (target.endsWith('_all_docs')) return { json: { rows: [isGone ? dead : live('a'), live('b')] } }
    isGone = true
    return { status: 201, json: [{ id: 'a', error: 'timeout', reason: 'slow' }] }
  })
  after(other.close)
  const provider = couchDb({ baseUrl: other.url, database: 'a' })
  const context = callContext()
  const remove = () => provider.deleteBatch({ number: 1, ids: ['a', 'b'] }, context)()
  assert.equal(await remove(), E.right({ kind: 'ById', silence: 'unconfirmed', verdicts: [{ id: 'a', is: 'again' }] }))
  assert.equal(await remove(), E.right({ kind: 'ById', silence: 'unconfirmed', verdicts: [{ id: 'a', is: 'again' }] }))
  const fresh = await provider.deleteBatch({ number: 1, ids: ['a', 'b'] }, callContext())()
  assert.ok(E.isRight(fresh) && fresh.right.kind === 'ById')
  assert.equal(fresh.right.verdicts[0], { id: 'a', is: 'absent' }, 'another run knows of no doubt')
})

test('a server that lists fewer rows than it has keys: the others are asked for again', async ({ after }) => {
  for (const most of [1, 20, 70]) {
    const ids = Array.from({ length: 90 }, (_, n) => `doc ${n}`)
    const other = await listen(({ target, body }) => {
      const { keys = [], docs = [] } = JSON.parse(body) as {
        keys?: ReadonlyArray<string>
        docs?: ReadonlyArray<{ _id: string }>
      }
      if (target.endsWith('_bulk_docs')) return { status: 201, json: docs.map(({ _id }) => ({ ok: true, id: _id })) }
      return { json: { rows: keys.slice(0, most).map((id) => ({ id, key: id, value: { rev: '1-a' } })) } }
    })
    after(other.close)
    const provider = couchDb({ baseUrl: other.url, database: 'a' })
    assert.equal(await provider.deleteBatch({ number: 1, ids }, callContext())(), E.right({ kind: 'Accepted' }))
    const { body = '' } = other.requests.at(-1) ?? {}
    assert.is((JSON.parse(body) as { docs: ReadonlyArray<unknown> }).docs.length, 90, `${most}`)
    assert.equal(await provider.findExisting?.({ number: 1, ids }, callContext())(), E.right(new Set(ids)))
  }
})

test('rows that speak of no key, or of an error, leave it unread', async ({ after }) => {
  const rows = [
    { id: 'a', key: 'a', value: { rev: '1-a' } },
    { key: 'b', error: 'not_found' },
    { key: 'c', error: 'internal_server_error', reason: 'oops' },
    null,
  ]
  const other = await listen(() => ({ json: { rows } }))
  after(other.close)
  const provider = couchDb({ baseUrl: other.url, database: 'a' })
  const found = await provider.findExisting?.({ number: 1, ids: ['a', 'b', 'c', 'd'] }, callContext())()
  assert.is(found && E.isLeft(found) && found.left.tag, false)
  assert.ok(found && E.isRight(found) && 'unread' in found.right)
  assert.equal([[...found.right.ids], [...(found.right.unread ?? [])].sort()], [['a'], ['c', 'd']])
})

const wrong: ReadonlyArray<[Partial<CouchDbConfig>, string]> = [
  [{ database: 'Upper' }, 'database'],
  [{ database: '../_users' }, 'database'],
  [{ maxBatchSize: 0 }, 'maxBatchSize'],
  [{ username: 'a' }, 'password'],
  [{ username: 'a:b', password: 'c' }, 'colon'],
  [{ username: 'a', password: 'b', token: 'c' }, 'either'],
  [{ token: '' }, 'token'],
  [{ token: undefined } as object, 'token'],
  [{ username: undefined, password: undefined } as object, 'password'],
]

test('options that can not be meant are refused', () => {
  for (const [options, says] of wrong) {
    assert.throws(
      () => couchDb({ baseUrl: 'https://couch.example.com', database: 'a', ...options }),
      (error: unknown) => error instanceof UsageError && error.message.includes(says),
    )
  }
})

test('a copy has the attachments of a document, and its other revisions where it is in conflict', async () => {
  const { ask, existing, provider } = await start([])
  const data = Buffer.from('hello').toString('base64')
  const _attachments = { 'a.txt': { content_type: 'text/plain', data } }
  await ask('POST', '_bulk_docs', { docs: [{ _id: 'with', big: 1, _attachments }, { _id: 'without' }] })
  const torn = (rev: string, text: string) => ({ _id: 'torn', _rev: `1-${rev}`, text })
  await ask('POST', '_bulk_docs', {
    new_edits: false,
    docs: [torn('a'.repeat(32), 'one'), torn('b'.repeat(32), 'two')],
  })
  const copies = new Map<string, Readonly<Record<string, unknown>>>()
  const report = await deleteRecords(provider, ['with', 'without', 'torn'], {
    backup: (records) => {
      // Of one in conflict, the first copy is whole: what comes up when a revision is deleted is copied once more.
      for (const { id, content } of records)
        copies.set(id, copies.get(id) ?? (content as Readonly<Record<string, unknown>>))
    },
  })
  assert.equal([report.totals.deleted, await existing()], [3, []])
  const attached = copies.get('with')?.['_attachments'] as typeof _attachments
  assert.is(attached['a.txt'].data, data)
  const { text, _conflicts } = copies.get('torn') ?? {}
  const others = _conflicts as ReadonlyArray<{ readonly text: string }>
  assert.equal([text, ...others.map((other) => other.text)].sort(), ['one', 'two'])
  assert.is(copies.size, 3)
})
