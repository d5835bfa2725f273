import { type DatoCmsEmulatorSettings, startDatoCms } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { ask, sleep } from '../http.ts'
import { dato } from '../talk.ts'

const test = suite('emulator of DatoCMS')

const start = async ({ after }: TestContext, settings: DatoCmsEmulatorSettings = {}) => {
  const emulator = await startDatoCms({ jobMs: 5, ...settings })
  after(() => emulator.close())
  emulator.seed(['a', 'b', 'c', 'd'])
  return { emulator, ...dato(emulator) }
}

const codeOf = (body: { data: ReadonlyArray<{ attributes: { code: string } }> }) => body.data[0]?.attributes.code

test('a bulk destroy is a job whose result is 404 until it ends, and then two counts', async (context) => {
  const { emulator, destroy, poll } = await start(context, { jobMs: 300 })
  emulator.refuse(['b'])
  const started = await destroy(['a', 'b', 'never-was'])
  assert.is(started.status, 202)
  assert.is(started.json.data.type, 'job')
  const early = await poll(started.json.data.id)
  assert.is(early.status, 404)
  assert.is(early.json.data[0].type, 'api_error')
  assert.is(codeOf(early.json), 'NOT_FOUND')
  assert.equal(emulator.calls[0]?.applied, [])
  assert.is(emulator.existing().has('a'), true)
  await sleep(350)
  const { data } = (await poll(started.json.data.id)).json
  assert.is(data.type, 'job_result')
  assert.equal(data.attributes, { status: 200, payload: { data: [], meta: { successful: 1, failed: 2 } } })
  assert.equal([...emulator.existing()], ['b', 'c', 'd'])
  assert.equal(emulator.calls[0]?.ids, ['a', 'b', 'never-was'])
  assert.equal(emulator.calls[0]?.applied, ['a'])
})

test('a missing id is counted nowhere, when asked so', async (context) => {
  const { destroy, follow } = await start(context, { missing: 'ignored' })
  assert.equal((await follow(destroy(['a', 'x']))).payload.meta, { successful: 1, failed: 0 })
})

test('a missing id has the request refused, when asked so, and nothing happens', async (context) => {
  const { emulator, destroy } = await start(context, { missing: 'refuses' })
  const refused = await destroy(['a', 'x'])
  assert.equal([refused.status, codeOf(refused.json)], [422, 'INVALID_RELATIONSHIP'])
  assert.is((await destroy(['a'])).status, 202)
  const { destroy: destroyThere } = await start(context, { missing: 'refuses', refusalStatus: 404 })
  const there = await destroyThere(['x'])
  assert.equal([there.status, codeOf(there.json)], [404, 'NOT_FOUND'])
  assert.equal(emulator.calls[0]?.applied, [])
})

test('a missing id has the job fail, when asked so, and nothing happens', async (context) => {
  const { emulator, destroy, follow } = await start(context, { missing: 'job-fails' })
  const { status, payload } = await follow(destroy(['a', 'x']))
  assert.equal([status, codeOf(payload)], [422, 'INVALID_RELATIONSHIP'])
  assert.is(emulator.existing().size, 4)
})

test('a payload is null, when asked so', async (context) => {
  const { emulator, destroy, follow } = await start(context, { jobPayload: 'null' })
  assert.equal(await follow(destroy(['a'])), { status: 200, payload: null })
  assert.is(emulator.existing().size, 3)
})

test('a job result expires, when asked so', async (context) => {
  const { destroy, poll } = await start(context, { jobMs: 0, jobResultMs: 300 })
  const { json } = await destroy(['a'])
  assert.is((await poll(json.data.id)).status, 200)
  await sleep(350)
  assert.is((await poll(json.data.id)).status, 404)
})

test('a single delete tells why in its job', async (context) => {
  const { emulator, send, follow } = await start(context)
  emulator.refuse(['b'])
  emulator.refuse(['c'], 'ITEM_LOCKED')
  const outcomes = []
  for (const id of ['a', 'b', 'c', 'x']) outcomes.push(await follow(send('DELETE', `/items/${id}`)))
  assert.is(outcomes[0].status, 200)
  assert.is(outcomes[0].payload.data.id, 'a')
  assert.equal([outcomes[1].status, codeOf(outcomes[1].payload)], [422, 'DELETE_RESTRICTION'])
  assert.equal([outcomes[2].status, codeOf(outcomes[2].payload)], [422, 'ITEM_LOCKED'])
  assert.equal([outcomes[3].status, codeOf(outcomes[3].payload)], [404, 'NOT_FOUND'])
  assert.equal(emulator.calls[0]?.applied, ['a'])
})

test('takes 1 to 200 records of the right form', async (context) => {
  const { emulator, destroy, send } = await start(context)
  const many = Array.from({ length: 201 }, (_, index) => `id-${index}`)
  assert.is((await destroy(many)).status, 422)
  assert.is((await destroy(many.slice(1))).status, 202)
  assert.is((await destroy([])).status, 422)
  for (const text of ['{', '{}', '{"data":{"type":"item_bulk_destroy_operation"}}', 'null', '[]']) {
    const { status, json } = await send('POST', '/items/bulk/destroy', { text })
    assert.equal([status, codeOf(json)], [422, 'INVALID_FORMAT'])
  }
  assert.is(emulator.calls[0]?.ids.length, 201)
})

test('lists what exists among the ids asked for', async (context) => {
  const { emulator, send } = await start(context)
  const { status, json } = await send('GET', '/items?version=current&filter[ids]=c,x,a&page[limit]=500')
  assert.is(status, 200)
  assert.equal(listed(json), [2, 'a', 'c'])
  assert.equal(emulator.calls[0]?.ids, ['c', 'x', 'a'])
  assert.equal(listed((await send('GET', '/items?filter%5Bids%5D=c%2Ca&page%5Boffset%5D=1')).json), [2, 'c'])
  assert.is((await send('GET', '/items/a')).json.data.id, 'a')
  assert.is((await send('GET', '/items/x')).status, 404)
})

test('pages hold 30 records unless told otherwise, and never more than 500', async (context) => {
  const { emulator, send } = await start(context)
  emulator.seed(Array.from({ length: 600 }, (_, index) => `id-${index}`))
  const usual = (await send('GET', '/items')).json
  assert.equal([usual.data.length, usual.meta.total_count], [30, 604])
  assert.is((await send('GET', '/items?page[limit]=500')).json.data.length, 500)
  assert.is((await send('GET', '/items?page[limit]=500&page[offset]=500')).json.data.length, 104)
  assert.is((await send('GET', '/items?page[limit]=501')).status, 422)
  assert.is((await send('GET', '/items?page[limit]=-1')).status, 422)
})

test('hides drafts from reads without version=current', async (context) => {
  const { emulator, send, destroy, follow } = await start(context, { drafts: (id) => id.startsWith('draft') })
  emulator.seed(['draft-1'])
  const published = (await send('GET', '/items?filter[ids]=a,draft-1')).json
  assert.equal(listed(published), [1, 'a'])
  assert.is((await send('GET', '/items?filter[ids]=a,draft-1&version=current')).json.meta.total_count, 2)
  assert.is((await send('GET', '/items')).json.meta.total_count, 4)
  assert.is((await send('GET', '/items?version=current')).json.meta.total_count, 5)
  assert.is((await send('GET', '/items/draft-1')).status, 404)
  assert.is((await send('GET', '/items/draft-1?version=current')).status, 200)
  await follow(destroy(['draft-1']))
  assert.is(emulator.existing().has('draft-1'), false)
  assert.is((await send('GET', '/items')).json.meta.total_count, 4)
})

test('a filter is refused, ignored or empty, when asked so', async (context) => {
  const path = '/items?version=current&filter[ids]=a'
  const refused = await (await start(context, { filter: 'refused' })).send('GET', path)
  assert.equal([refused.status, codeOf(refused.json)], [422, 'INVALID_PARAMS'])
  const ignored = await (await start(context, { filter: 'ignored' })).send('GET', path)
  assert.equal([ignored.status, ignored.json.meta.total_count], [200, 4])
  const empty = await (await start(context, { filter: 'empty' })).send('GET', path)
  assert.equal([empty.status, empty.json], [200, { data: [], meta: { total_count: 0 } }])
})

test('checks the token of every call, as long as it lives', async (context) => {
  const { emulator, send, destroy } = await start(context, { tokenLifetimeMs: 500 })
  const wrong = { authorization: 'Bearer wrong' }
  for (const path of ['/items', '/items/a', '/job-results/1', '/site', '/environments']) {
    const { status, json } = await send('GET', path, { headers: wrong })
    assert.equal([status, codeOf(json)], [401, 'INVALID_AUTHORIZATION_HEADER'])
  }
  assert.is((await destroy(['a'], { headers: wrong })).status, 401)
  assert.is((await ask('GET', `${emulator.url}/items`)).status, 401)
  assert.is((await send('GET', '/items')).status, 200)
  await sleep(550)
  assert.is((await send('GET', '/items')).status, 401)
  assert.is(emulator.existing().size, 4)
})

test('wants its headers', async (context) => {
  const { send } = await start(context)
  const codes = []
  for (const headers of [{ 'x-api-version': '2' }, { accept: 'text/html' }]) {
    codes.push(codeOf((await send('GET', '/items', { headers })).json))
  }
  const typed = await send('POST', '/items/bulk/destroy', { text: '{}', headers: { 'content-type': 'text/plain' } })
  assert.equal(
    [...codes, codeOf(typed.json)],
    ['INVALID_API_VERSION', 'INVALID_ACCEPT_HEADER', 'INVALID_CONTENT_TYPE_HEADER'],
  )
})

test('an unknown endpoint is 404 in its own style', async (context) => {
  const { send } = await start(context)
  const { status, json } = await send('GET', '/nowhere')
  assert.equal([status, codeOf(json)], [404, 'INVALID_ENDPOINT'])
  assert.is((await send('PUT', '/items')).status, 404)
})

test('shows and filters records as they are told to be', async (context) => {
  const { send } = await start(context, {
    models: [
      { id: 'm1', apiKey: 'post' },
      { id: 'm2', apiKey: 'page' },
    ],
    record: (id) => ({
      model: id < 'c' ? 'post' : 'page',
      attributes: { title: `Title ${id}` },
      updatedAt: `2024-0${id.charCodeAt(0) - 96}-01T00:00:00Z`,
    }),
  })
  const found = async (query: string) => {
    const { status, json } = await send('GET', `/items?version=current&${query}`)
    return status === 200 ? [json.meta.total_count, ...json.data.map(({ id }: { id: string }) => id)] : status
  }
  assert.equal(await found('filter[type]=post'), [2, 'a', 'b'])
  assert.equal(await found('filter[type]=m2&order_by=id_ASC&page[limit]=1&page[offset]=1'), [2, 'd'])
  assert.equal(await found('filter[type]=post,page&filter[fields][_updated_at][lt]=2024-03-01T00:00:00Z'), [
    2,
    'a',
    'b',
  ])
  assert.equal(await found('filter[fields][title][eq]=Title%20c'), [1, 'c'])
  const bad = [
    'filter[type]=none',
    'filter[type]=post&filter[ids]=a',
    'order_by=id_ASC',
    'filter[fields][_updated_at][lt]=soon',
    'filter[fields][title][matches]=x',
  ]
  for (const query of bad) assert.is(await found(query), 422, query)
  const { json } = await send('GET', '/items/a')
  const { type, id, attributes, relationships, meta } = json.data
  assert.equal(
    [type, id, attributes, relationships.item_type.data, meta.updated_at],
    ['item', 'a', { title: 'Title a' }, { type: 'item_type', id: 'm1' }, '2024-01-01T00:00:00Z'],
  )
})

test('lists models, the fields that refer to one, and webhooks', async (context) => {
  const webhook = { name: 'build', events: [{ entity_type: 'item', event_types: ['delete'] }] }
  const { send } = await start(context, {
    models: [
      { id: 'm1', apiKey: 'post' },
      { id: 'm2', apiKey: 'page', fields: [{ apiKey: 'hero', to: ['post'], onDelete: 'fail', required: true }] },
    ],
    webhooks: [webhook],
  })
  const types = (await send('GET', '/item-types')).json.data
  assert.equal(
    types.map(({ id, attributes }: { id: string; attributes: { api_key: string } }) => [id, attributes.api_key]),
    [
      ['m1', 'post'],
      ['m2', 'page'],
    ],
  )
  for (const model of ['m1', 'post']) {
    const [field, ...others] = (await send('GET', `/item-types/${model}/fields/referencing`)).json.data
    assert.equal([field.attributes.api_key, field.relationships.item_type.data.id, others.length], ['hero', 'm2', 0])
    const { required, item_item_type: link } = field.attributes.validators
    assert.equal([required, link.on_reference_delete_strategy, link.item_types], [{}, 'fail', ['m1']])
  }
  assert.equal((await send('GET', '/item-types/m2/fields/referencing')).json.data, [])
  assert.is((await send('GET', '/item-types/none/fields/referencing')).status, 404)
  const [hook] = (await send('GET', '/webhooks')).json.data
  assert.equal([hook.attributes.enabled, hook.attributes.events], [true, [{ ...webhook.events[0], filters: null }]])
  const closed = await start(context, { schema: false })
  for (const path of ['/item-types', '/webhooks']) assert.is((await closed.send('GET', path)).status, 403)
})

const listed = (page: { data: ReadonlyArray<{ id: string }>; meta: { total_count: number } }) => [
  page.meta.total_count,
  ...page.data.map(({ id }) => id),
]
