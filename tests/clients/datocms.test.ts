/** The vendor's own client against our emulator, and what it sends beside what our adapter sends. */
import { isDeepStrictEqual } from 'node:util'
import { ApiError, buildClient, type RawApiTypes } from '@datocms/cma-client'
import { type DatoCmsEmulatorSettings, startDatoCms } from '../../src/emulators/index.ts'
import { deleteRecords, identifyPlace } from '../../src/index.ts'
import { datoCms } from '../../src/providers/datocms/datocms.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('clients: datocms', { deadlineMs: 30_000 })

type After = (closer: () => unknown) => void

interface Sent {
  readonly method: string
  readonly target: string
  readonly headers: Headers
  readonly json: unknown
}

/** Notes what goes out on its way to the emulator. */
const noting = () => {
  const sent: Sent[] = []
  const fetchFn: typeof fetch = (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const text = typeof init?.body === 'string' ? init.body : ''
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    sent.push({ method: request.method, target: pathname + search, headers: request.headers, json })
    return fetch(input, init)
  }
  return { sent, fetchFn }
}

const start = async (after: After, settings: DatoCmsEmulatorSettings = {}) => {
  const emulator = await startDatoCms({ rate: 'none', jobMs: 0, ...settings })
  after(emulator.close)
  const { sent, fetchFn } = noting()
  const { apiToken, environment, baseUrl } = emulator.options
  const client = buildClient({ apiToken, environment, baseUrl, fetchFn, autoRetry: false })
  return { emulator, client, sent }
}

const idOf = (n: number) => `record${String(n).padStart(16, '0')}`
const ids = Array.from({ length: 4 }, (_, n) => idOf(n))

const blog: DatoCmsEmulatorSettings = {
  models: [
    { id: 'model-post', apiKey: 'post', fields: [{ apiKey: 'hero', to: ['post'], onDelete: 'fail' }] },
    { id: 'model-page', apiKey: 'page', fields: [{ apiKey: 'posts', type: 'links', to: ['post'] }] },
  ],
  record: (id) => ({
    model: id < idOf(2) ? 'post' : 'page',
    attributes: id === idOf(1) ? { hero: idOf(0) } : id === idOf(2) ? { posts: [idOf(1), idOf(0)] } : {},
  }),
}

/** Its types say what is always there; what is read of it is said here once more, because a type checks nothing. */
const checkItem = (item: RawApiTypes.Item): void => {
  assert.is(item.type, 'item')
  assert.is(item.relationships.item_type.data.type, 'item_type')
  assert.is(typeof item.relationships.item_type.data.id, 'string')
  assert.is(typeof item.attributes, 'object')
  const { created_at, updated_at, published_at, status, is_valid, current_version } = item.meta
  for (const time of [created_at, updated_at]) assert.not(Number.isNaN(Date.parse(time)))
  assert.is(status, published_at === null ? 'draft' : 'published')
  assert.equal([is_valid, typeof current_version], [true, 'string'])
}

test('lists records, and finds one', async ({ after }) => {
  for (const settings of [{}, blog]) {
    const { emulator, client } = await start(after, { ...settings, drafts: (id) => id === idOf(3) })
    emulator.seed(ids)
    const all = await client.items.rawList({ version: 'current' })
    assert.equal([all.data.map(({ id }) => id), all.meta.total_count], [ids, ids.length])
    for (const item of all.data) checkItem(item)
    assert.equal(
      (await client.items.list()).map(({ id, item_type }) => [id, item_type.type]),
      ids.slice(0, 3).map((id) => [id, 'item_type']),
    )
    const wanted = { filter: { ids: [idOf(1), idOf(9)].join(',') } }
    assert.equal(
      (await client.items.list(wanted)).map(({ id }) => id),
      [idOf(1)],
    )
    checkItem((await client.items.rawFind(idOf(1))).data)
    assert.is((await client.items.find(idOf(3), { version: 'current' })).meta.status, 'draft')
    const missing = await rejection(client.items.find(idOf(9)))
    assert.instance(missing, ApiError)
    assert.ok((missing as ApiError).findError('NOT_FOUND'))
    const paged: string[] = []
    for await (const { id } of client.items.listPagedIterator({ version: 'current' }, { perPage: 3 })) paged.push(id)
    assert.equal(paged, ids)
  }
})

test('shows models, their fields, and what refers to a record', async ({ after }) => {
  const { emulator, client } = await start(after, blog)
  emulator.seed(ids)
  const models = await client.itemTypes.list()
  assert.equal(
    models.map(({ id, api_key, fields }) => [id, api_key, fields.map((field) => field.id)]),
    [
      ['model-post', 'post', ['model-post-hero']],
      ['model-page', 'page', ['model-page-posts']],
    ],
  )
  for (const name of ['post', 'model-post']) assert.equal(await client.itemTypes.find(name), models[0])
  assert.instance(await rejection(client.itemTypes.find('nothing')), ApiError)
  const [hero, ...others] = await client.fields.list('post')
  assert.equal([hero?.id, hero?.field_type, hero?.item_type.id, others], ['model-post-hero', 'link', 'model-post', []])
  assert.equal(await client.fields.find('model-post-hero'), hero)
  assert.equal(
    (await client.fields.referencing('post')).map(({ id }) => id),
    ['model-post-hero', 'model-page-posts'],
  )
  assert.equal(
    (await client.items.references(idOf(0))).map(({ id }) => id),
    [idOf(1), idOf(2)],
  )
  assert.equal(await client.items.references(idOf(3)), [])
  assert.equal(
    (await client.environments.list()).map(({ id }) => id),
    ['main'],
  )
  assert.is((await client.site.find()).id, '155')
  assert.equal(await client.webhooks.list(), [])
})

test('deletes one record, and follows its job to what is left of it', async ({ after }) => {
  const { emulator, client } = await start(after, blog)
  emulator.seed(ids)
  emulator.refuse([idOf(2)])
  const [gone, missing, refused] = await Promise.all([
    client.items.destroy(idOf(1)),
    rejection(client.items.destroy(idOf(9))),
    rejection(client.items.destroy(idOf(2))),
  ])
  assert.equal([gone.id, gone['hero'], gone.item_type.id], [idOf(1), idOf(0), 'model-post'])
  assert.ok((missing as ApiError).findError('NOT_FOUND'))
  assert.ok((refused as ApiError).findError('DELETE_RESTRICTION'))
  assert.equal([...emulator.existing()], [idOf(0), idOf(2), idOf(3)])
})

test('deletes many, and reads the two counts', async ({ after }) => {
  const { emulator, client } = await start(after)
  emulator.seed(ids)
  emulator.refuse([idOf(2)])
  const items = [...ids, idOf(9)].map((id) => ({ type: 'item' as const, id }))
  // Its types call the answer a job; it follows that job by itself, and hands on the job's payload.
  const told: unknown = await client.items.bulkDestroy({ items })
  assert.equal(told, [])
  assert.equal([...emulator.existing()], [idOf(2)])
  assert.equal(await client.items.rawBulkDestroy({ data: bodyOf(['x']) }), {
    data: [],
    meta: { successful: 0, failed: 1 },
  } as object)
})

/** In the words of the vendor's types. */
const bodyOf = (some: ReadonlyArray<string>): RawApiTypes.ItemBulkDestroySchema['data'] => ({
  type: 'item_bulk_destroy_operation',
  relationships: { items: { data: some.map((id) => ({ type: 'item', id })) } },
})

test('our adapter sends what it sends', async ({ after }) => {
  const { emulator, client, sent } = await start(after)
  const ours = noting()
  emulator.seed(ids)
  emulator.refuse([idOf(1)])
  const provider = datoCms({ ...emulator.options, http: { fetch: ours.fetchFn } })
  await identifyPlace(provider)
  const { totals } = await deleteRecords(provider, ids)
  assert.equal([totals.deleted, totals.rejected], [3, 1])

  await client.items.bulkDestroy({ items: ids.map((id) => ({ type: 'item', id })) })
  await rejection(client.items.destroy(idOf(1)))
  await client.items.list({ version: 'current', filter: { ids: ids.join(',') }, page: { limit: ids.length } })
  await client.site.find()
  await client.environments.list()
  for (const theirs of sent) {
    const isJob = theirs.target.startsWith('/job-results/')
    const form = ({ target, json }: Sent) =>
      isJob ? target.replace(/\d+$/, 'n') : [decodeURIComponent(target).split('?')[0], json]
    const matching = ours.sent.filter(
      (one) => one.method === theirs.method && isDeepStrictEqual(form(one), form(theirs)),
    )
    assert.ok(matching.length > 0, `${theirs.method} ${theirs.target} is nothing that the adapter sends`)
    for (const { headers } of matching) {
      for (const name of ['x-api-version', 'authorization'])
        assert.is(headers.get(name), theirs.headers.get(name), `${theirs.target}: ${name}`)
      assert.match(headers.get('accept') ?? '', 'application/json')
      if (!/^\/(?:site|environments)/.test(theirs.target))
        assert.is(headers.get('x-environment'), theirs.headers.get('x-environment'))
    }
  }
  const asked = (some: ReadonlyArray<Sent>, path: string) =>
    some
      .filter(({ target }) => target.startsWith(path))
      .map(({ target }) => [...new URLSearchParams(target.slice(path.length))])
  const reads = asked(ours.sent, '/items?').map((query) => query.map(([name]) => name))
  assert.equal(
    reads[0],
    asked(sent, '/items?')[0]?.map(([name]) => name),
  )
  const bulk = ours.sent.find(({ target }) => target === '/items/bulk/destroy')
  assert.equal(bulk?.json, { data: bodyOf(ids) } satisfies RawApiTypes.ItemBulkDestroySchema)
})
