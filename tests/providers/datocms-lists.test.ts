import { type DatoCmsEmulatorSettings, startDatoCms } from '../../src/emulators/index.ts'
import { AskingFailedError, type DatoCmsSelection, datoCms, deleteRecords, UsageError } from '../../src/index.ts'
import { all } from '../support/all.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { listen } from '../support/listen.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('datocms: lists')

type After = (closer: () => unknown) => void

const models = [
  { id: 'm-post', apiKey: 'blog_post' },
  { id: 'm-page', apiKey: 'page', fields: [{ apiKey: 'featured', to: ['blog_post'] }] },
  {
    id: 'm-home',
    apiKey: 'home',
    fields: [
      { apiKey: 'hero', to: ['blog_post', 'page'], onDelete: 'fail' },
      { apiKey: 'teaser', to: ['blog_post'], required: true },
      { apiKey: 'posts', type: 'links', to: ['blog_post'] },
      { apiKey: 'body', type: 'structured_text', to: ['page'] },
    ],
  },
] as const

/** Number n: every third a page, the others posts; the tens are old. */
const id = (n: number): string => `record-${String(n).padStart(15, '0')}`
const record = (of: string) => {
  const n = Number(of.slice(-15))
  return {
    model: n % 3 === 0 ? 'page' : 'blog_post',
    attributes: { body: 'two\nlines', title: { en: '', it: `Articolo ${n}` } },
    updatedAt: n % 10 === 0 ? '2020-05-05T00:00:00Z' : '2025-05-05T00:00:00.000+02:00',
  }
}

const start = async (after: After, count: number, settings: DatoCmsEmulatorSettings = {}) => {
  const emulator = await startDatoCms({ rate: 'none', jobMs: 5, models, record, ...settings })
  after(emulator.close)
  const ids = Array.from({ length: count }, (_, n) => id(n))
  emulator.seed(ids)
  const lists = () => emulator.calls.filter(({ url }) => url.startsWith('/items?') && !url.includes('filter[ids]'))
  return { emulator, ids, lists, dato: datoCms(emulator.options) }
}

test('one line deletes all of a type, drafts too, and the list is complete before the first deletion', async ({
  after,
}) => {
  const { emulator, ids, dato } = await start(after, 700, { drafts: (of) => of.endsWith('1') })
  const posts = ids.filter((of) => record(of).model === 'blog_post')
  const report = await deleteRecords(dato, dato.listRecords({ type: 'blog_post' }))
  assert.is(report.totals.deleted, posts.length)
  assert.equal(
    [...emulator.existing()].filter((of) => record(of).model === 'blog_post'),
    [],
  )
  assert.is(emulator.existing().size, 700 - posts.length)
  const urls = emulator.calls.map(({ url }) => url)
  const firstDeletion = urls.findIndex((url) => url.includes('destroy'))
  assert.is(urls.findLastIndex((url) => url.includes('filter[type]')) < firstDeletion, true)
  assert.ok(urls.filter((url) => url.startsWith('/items?')).every((url) => url.includes('version=current')))
})

test('by the time of the last change, by a filter, by several types; with titles', async ({ after }) => {
  const { ids, lists, dato } = await start(after, 60)
  const old = (of: string) => record(of).updatedAt.startsWith('2020')
  const isPost = (of: string) => record(of).model === 'blog_post'
  const cases: ReadonlyArray<readonly [DatoCmsSelection, (of: string) => boolean]> = [
    [{ type: 'blog_post', updatedBefore: '2024-01-01' }, (of) => isPost(of) && old(of)],
    [{ type: 'm-page', updatedBefore: new Date('2024-01-01') }, (of) => !isPost(of) && old(of)],
    [{ filter: { fields: { _updated_at: { gt: '2024-01-01T00:00:00Z' } } } }, (of) => !old(of)],
    [
      { type: 'blog_post', filter: { fields: { _updated_at: { gt: '2019-01-01' } } }, updatedBefore: '2024-01-01' },
      (of) => isPost(of) && old(of),
    ],
    [{ type: 'blog_post,page' }, () => true],
  ]
  for (const [selection, holds] of cases) {
    assert.equal(
      await all(dato.listRecords({ ...selection, pageSize: 7 })),
      ids.filter(holds),
      JSON.stringify(selection),
    )
    assert.is(await dato.countRecords(selection), ids.filter(holds).length)
  }
  assert.equal((await all(dato.listRecords({ type: 'page' }).records()))[1], {
    id: id(3),
    title: 'Articolo 3',
  })
  const [first] = lists()
  assert.is(
    first?.url,
    '/items?version=current&filter[type]=blog_post&filter[fields][_updated_at][lt]=2024-01-01T00%3A00%3A00.000Z&order_by=id_ASC&page[limit]=7&page[offset]=0',
  )
})

test('the count of all is compared before and after: a record that comes or goes is an error that says what to do', async ({
  after,
}) => {
  for (const change of ['delete', 'add'] as const) {
    const { emulator, ids } = await start(after, 60)
    let reads = 0
    const dato = datoCms({
      ...emulator.options,
      http: {
        fetch: async (url, init) => {
          const answer = await fetch(url, init)
          const existing = emulator.existing() as Set<string>
          if (url.includes('/items?') && ++reads === 1)
            existing[change](change === 'add' ? id(99_999) : (ids[58] as string))
          return answer
        },
      },
    })
    const report = await deleteRecords(dato, dato.listRecords({ type: 'blog_post,page', pageSize: 20 }))
    assert.match(report.halted?.detail ?? '', /there were 60 records, and now (?:59|61)\. Ask again/)
    assert.is(
      emulator.calls.some(({ url }) => url.includes('destroy')),
      false,
    )
  }
})

test('a filter that is not heeded is noticed', async ({ after }) => {
  const { emulator, dato } = await start(after, 60, { fieldFilter: 'ignored' })
  const options = { clock: hurriedClock(), attempts: 1 }
  const type = await rejection(all(dato.listRecords({ type: 'blog_post' }, options)))
  assert.instance(type, AskingFailedError)
  assert.match((type as Error).message, /the filter was not heeded: record .* is of another type/)
  const old = await rejection(all(dato.listRecords({ type: 'blog_post,page', updatedBefore: '2024-01-01' }, options)))
  assert.match((old as Error).message, /the filter was not heeded: record .* was changed at 2025/)
  assert.is(emulator.existing().size, 60)
})

test('429s are waited for, an unknown type is told in the words of DatoCMS', async ({ after }) => {
  const { emulator, ids, dato } = await start(after, 60)
  // More often than `attempts`: being turned back is no failed attempt.
  emulator.fault('429', { route: 'list', times: 6 })
  const options = { clock: hurriedClock() }
  assert.equal(await all(dato.listRecords({ type: 'blog_post,page' }, options)), ids)
  const error = await rejection(all(dato.listRecords({ type: 'no_such' }, options)))
  assert.instance(error, AskingFailedError)
  assert.match((error as Error).message, /refused \(HTTP 422\): INVALID_PARAMS/)
})

test('a list stays in the environment where it began', async ({ after }) => {
  const { emulator } = await start(after, 60, { environments: ['main', 'next'] })
  emulator.seed(
    Array.from({ length: 10 }, (_, n) => id(n)),
    'next',
  )
  let reads = 0
  const dato = datoCms({
    apiToken: emulator.options.apiToken,
    baseUrl: emulator.url,
    http: {
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        if (++reads === 1) emulator.promote('next')
        return answer
      },
    },
  })
  assert.equal((await all(dato.listRecords({ type: 'blog_post,page', pageSize: 20 }))).length, 60)
  const sent = emulator.calls.filter(({ url }) => url.startsWith('/items?'))
  assert.is(sent.length, 4)
})

test('which fields refer to a type, and what becomes of them', async ({ after }) => {
  const { emulator, dato } = await start(after, 0)
  const { references } = await dato.sideEffects({ type: 'blog_post' })
  assert.equal(references, [
    { model: 'page', field: 'featured', effect: 'edits' },
    { model: 'home', field: 'hero', effect: 'refuses' },
    { model: 'home', field: 'teaser', effect: 'refuses' },
    { model: 'home', field: 'posts', effect: 'edits' },
  ])
  assert.equal(
    emulator.calls.map(({ url }) => url),
    ['/item-types', '/webhooks', '/item-types/m-post/fields/referencing'],
  )
  const both = await dato.sideEffects({ type: 'blog_post,m-page' })
  assert.is(both.references?.length, 5)
  assert.is(emulator.calls.filter(({ url }) => url.includes('referencing')).length, 3)
})

test('how many webhook calls a record costs', async ({ after }) => {
  const event = (event_types: ReadonlyArray<string>, ids?: ReadonlyArray<string>, entity_type = 'item') => ({
    entity_type,
    event_types,
    ...(ids && { filters: [{ entity_type: 'item_type', entity_ids: ids }] }),
  })
  const { dato } = await start(after, 0, {
    webhooks: [
      { name: 'both', events: [event(['update', 'unpublish', 'delete'])] },
      { name: 'off', enabled: false, events: [event(['delete'])] },
      { name: 'posts', events: [event(['delete'], ['m-post'])] },
      { name: 'pages', events: [event(['delete', 'unpublish'], ['m-page'])] },
      { name: 'uploads', events: [event(['delete'], undefined, 'upload')] },
      { name: 'apart', events: [event(['unpublish']), event(['delete']), event(['delete'])] },
    ],
  })
  const { webhooks } = await dato.sideEffects({ type: 'blog_post' })
  assert.equal(webhooks, [
    { name: 'both', callsPerRecord: 2 },
    { name: 'posts', callsPerRecord: 1 },
    { name: 'apart', callsPerRecord: 2 },
  ])
})

test('a token that may not see the schema: nothing is claimed', async ({ after }) => {
  const { dato } = await start(after, 0, { schema: false })
  assert.equal(await dato.sideEffects({ type: 'blog_post' }), {})
})

test('an answer that is no list rejects, and shows no token', async ({ after }) => {
  const server = await listen(() => ({
    json: { data: [{ no: 'id' }], meta: { total_count: 1 }, echo: 'dato-secret-token' },
  }))
  after(server.close)
  const dato = datoCms({ apiToken: 'dato-secret-token', environment: 'main', baseUrl: server.url })
  const error = await rejection(all(dato.listRecords({ type: 'blog_post' }, { clock: hurriedClock() })))
  assert.instance(error, AskingFailedError)
  assert.not.match(JSON.stringify([error, String(error)]), 'dato-secret-token')
})

test('misuse is told at once', async () => {
  const dato = datoCms({ apiToken: 'x', environment: 'main' })
  const bad: ReadonlyArray<object> = [
    {},
    { updatedBefore: '2024-01-01' },
    { type: '' },
    { type: 'blog post' },
    { type: 'a', updatedBefore: 'soon' },
    { type: 'a', updatedBefore: '2021-02-29' },
    { type: 'a', updatedBefore: '05/06/2021' },
    { type: 'a', updatedBefore: 'post 3' },
    { type: 'a', updatedBefore: '2021-05-06T07:08:09' },
    { type: 'a', pageSize: 501 },
    { filter: { 'bad]name': 'x' } },
  ]
  for (const selection of bad) {
    assert.throws(
      () => dato.listRecords(selection),
      (error: unknown) => error instanceof UsageError,
      JSON.stringify(selection),
    )
  }
  assert.instance(await rejection(dato.countRecords({})), UsageError)
})
