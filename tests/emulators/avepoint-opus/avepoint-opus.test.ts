import { type AvePointOpusEmulatorSettings, startAvePointOpus } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { ask, sleep } from '../http.ts'
import { opus } from '../talk.ts'

const test = suite('emulator of AvePoint Opus')

const start = async ({ after }: TestContext, settings: AvePointOpusEmulatorSettings = {}) => {
  const emulator = await startAvePointOpus(settings)
  after(() => emulator.close())
  emulator.seed(['a', 'b, with a comma', 'c', 'd'])
  return { emulator, ...(await opus(emulator)) }
}

const records = '/records/connector/records'
const connection = 'd9da492f-cc67-4920-99f9-6fbaae1f1410'

test('destroys up to 15 records and says so', async (context) => {
  const { emulator, destroy } = await start(context)
  const { status, json, headers } = await destroy(['a', 'b, with a comma'])
  assert.equal([status, json], [200, { statusCode: 200, message: null }])
  assert.ok(headers.get('request-id'))
  assert.equal([...emulator.existing()], ['c', 'd'])
  assert.equal([...emulator.destroyed()], ['a', 'b, with a comma'])
  assert.equal(emulator.calls.at(-1)?.applied, ['a', 'b, with a comma'])
})

test('answers 204 without a body, when asked so', async (context) => {
  const { emulator, destroy } = await start(context, { success: 204 })
  const { status, text } = await destroy(['a'])
  assert.equal([status, text, emulator.existing().size], [204, '', 3])
  assert.is((await destroy(['a', 'x'])).status, 418)
})

test('a partial failure is 418 and the others are changed', async (context) => {
  const { emulator, destroy } = await start(context)
  emulator.refuse(['c'])
  const { status, json } = await destroy(['a', 'c', 'x'])
  assert.equal([status, json.statusCode, json.failedItems], [418, 418, ['c', 'x']])
  assert.type(json.message, 'string')
  assert.equal([...emulator.existing()], ['b, with a comma', 'c', 'd'])
  assert.equal(emulator.calls.at(-1)?.applied, ['a'])
})

test('418 is only in the body, when asked so', async (context) => {
  const { destroy } = await start(context, { partial: 'body-418', message: 'list' })
  const { status, json } = await destroy(['x'])
  assert.equal([status, json.statusCode, json.message], [200, 418, ['Processed with exceptions.']])
})

test('names the failures in every shape', async (context) => {
  const shapes: ReadonlyArray<[NonNullable<AvePointOpusEmulatorSettings['failedItems']>, unknown]> = [
    ['strings', ['c']],
    ['rowKey', [{ rowKey: 'c', message: 'why' }]],
    ['id', [{ id: 'c', reason: 'why' }]],
    ['disposalId', [{ disposalId: 'c', error: 'why' }]],
    ['recordId', [{ recordId: 'c', message: 'why' }]],
    ['strangers', [{ rowKey: 'stranger-0', message: 'why' }]],
    ['missing', undefined],
    ['empty', []],
    ['unreadable', [{ position: 0 }]],
  ]
  for (const [failedItems, expected] of shapes) {
    const { emulator, destroy } = await start(context, { failedItems })
    emulator.refuse(['c'], 'why')
    assert.equal((await destroy(['a', 'c'])).json.failedItems, expected, failedItems)
  }
})

test('destroyed again is fine, or a failure', async (context) => {
  const lenient = await start(context)
  await lenient.destroy(['a'])
  assert.is((await lenient.destroy(['a'])).status, 200)
  assert.equal(lenient.emulator.calls.at(-1)?.applied, [])
  const strict = await start(context, { destroyedAgain: 'failed', missing: 'ok' })
  await strict.destroy(['a'])
  assert.equal((await strict.destroy(['a', 'x'])).json.failedItems, ['a'])
})

test('bad requests are 400, and nothing happens', async (context) => {
  const { emulator, send, destroy } = await start(context)
  const tooMany = Array.from({ length: 16 }, (_, index) => `key-${index}`)
  for (const ids of [tooMany, [], undefined, 'a', [1], ['a', '']]) {
    const { status, json } = await destroy(ids)
    assert.equal([status, json.statusCode], [400, 400])
  }
  assert.is((await send('DELETE', records, { text: '{' })).status, 400)
  assert.is(emulator.existing().size, 4)
})

test('errors are only in the body, when asked so', async (context) => {
  const { emulator, destroy } = await start(context, { errors: 'body', message: 'null' })
  const { status, json } = await destroy([])
  assert.equal([status, json], [200, { statusCode: 400, message: null }])
  emulator.fault('500')
  const failed = await destroy(['a'])
  assert.equal([failed.status, failed.json.statusCode], [200, 500])
  assert.is(emulator.existing().size, 4)
})

test('answers on the older path and on one of your own', async (context) => {
  const { destroy, send } = await start(context, { path: 'tenant/records' })
  for (const path of ['/connector/records', '/tenant/records']) assert.is((await destroy(['a'], path)).status, 200)
  const { status, json } = await send('DELETE', '/elsewhere')
  assert.equal([status, json.statusCode, json.error], [404, 404, 'Not Found'])
  assert.is((await send('PUT', records)).status, 404)
})

test('takes submissions, by the right name of the option and by the misspelt one', async (context) => {
  const { emulator, send } = await start(context)
  const submit = (more: object) =>
    send('POST', records, { json: { id: connection, data: [submission('new'), submission('a')], ...more } })
  const { status, json } = await submit({ conflictOption: 'Skip' })
  assert.equal([status, json], [201, { statusCode: 201, message: null }])
  assert.equal(emulator.calls.at(-1)?.applied, ['new'])
  assert.is((await submit({ confilictOption: 'Overwrite' })).status, 201)
  assert.equal(emulator.calls.at(-1)?.applied, ['new', 'a'])
  assert.is(emulator.existing().size, 5)
  const bad: ReadonlyArray<object> = [
    { conflictOption: 'Perhaps' },
    { conflictOption: 'Skip', id: 'no GUID' },
    { conflictOption: 'Skip', data: [] },
    { conflictOption: 'Skip', data: [{ rowKey: 'new' }] },
    { conflictOption: 'Skip', data: Array.from({ length: 16 }, (_, index) => submission(`key-${index}`)) },
  ]
  for (const more of bad) assert.is((await submit(more)).status, 400)
})

test('lists what is due', async (context) => {
  const { emulator, send, destroy } = await start(context)
  await destroy(['a'])
  const due = (query: string) =>
    send('GET', `${records}?id=${connection}&disposalDueDate=2026-01-01T00:00:00Z&${query}`)
  assert.equal((await due('startIndex=1&itemsPerPage=1')).json, {
    startIndex: 1,
    statusCode: 200,
    queriedItems: [{ rowKey: 'c' }],
  })
  assert.is((await due('')).json.queriedItems.length, 3)
  assert.is((await due('itemsPerPage=0')).json.queriedItems.length, 0)
  for (const query of ['itemsPerPage=101', 'startIndex=-1']) assert.is((await due(query)).status, 400)
  assert.is((await send('GET', `${records}?id=nothing`)).status, 400)
  const other = await send('GET', `${records}?id=${connection.replaceAll('d', 'e')}`)
  assert.equal(other.json.queriedItems, [])
  assert.is(emulator.calls.at(-1)?.status, 200)
})

test('lists what is due by then, with the names it knows', async (context) => {
  const { emulator, send } = await start(context, {
    dueAt: (key) => (key === 'c' ? '2030-01-01' : '2020-01-01'),
    leafName: (key) => `Name of ${key}`,
  })
  emulator.seed(['e'])
  const due = async (query: string) =>
    (await send('GET', `${records}?id=${connection}&disposalDueDate=2026-01-01&${query}`)).json.queriedItems
  assert.equal((await due('itemsPerPage=1'))[0], { rowKey: 'a', leafName: 'Name of a' })
  assert.equal(
    (await due('')).map(({ rowKey }: { rowKey: string }) => rowKey),
    ['a', 'b, with a comma', 'd', 'e'],
  )
  const first = async (startIndex: 'records-from-1' | 'pages', query: string) => {
    const { send: ask } = await start(context, { startIndex })
    return (await ask('GET', `${records}?id=${connection}&${query}`)).json.queriedItems[0]?.rowKey
  }
  assert.is(await first('records-from-1', 'startIndex=2'), 'b, with a comma')
  assert.is(await first('records-from-1', 'startIndex=0'), 'a')
  assert.is(await first('pages', 'startIndex=1&itemsPerPage=3'), 'd')
})

test('a submit may be refused for some, and read by one name of the option alone', async (context) => {
  const refuseSubmit = (key: string) => (key === 'new-2' ? 'No such term.' : undefined)
  const { emulator, send } = await start(context, { refuseSubmit, conflictField: 'confilictOption' })
  const data = ['new-1', 'new-2'].map(submission)
  const submit = (more: object) => send('POST', records, { json: { id: connection, data, ...more } })
  assert.is((await submit({ conflictOption: 'Skip' })).status, 400)
  const { status, json } = await submit({ confilictOption: 'Skip' })
  assert.equal([status, json.failedItems], [418, ['new-2']])
  assert.equal(emulator.submitted().get('new-1'), data[0])
  assert.equal([emulator.existing().has('new-2'), emulator.calls.at(-1)?.applied], [false, ['new-1']])
})

test('issues tokens for client credentials', async (context) => {
  const { emulator, token, issued, send } = await start(context)
  assert.equal(emulator.options, {
    baseUrl: emulator.url,
    tokenUrl: `${emulator.url}/connect/token`,
    clientId: 'opus-client',
    clientSecret: 'opus-secret',
  })
  assert.equal([issued.token_type, issued.expires_in], ['Bearer', 3600])
  const wrong: ReadonlyArray<[Readonly<Record<string, string>>, string]> = [
    [{ client_secret: 'wrong' }, 'invalid_client'],
    [{ client_id: 'wrong' }, 'invalid_client'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ scope: 'everything' }, 'invalid_scope'],
  ]
  for (const [form, error] of wrong) {
    const { status, json } = await token(form)
    assert.equal([status, json], [400, { error }])
  }
  assert.is((await ask('POST', emulator.options.tokenUrl, { json: {} })).json.error, 'invalid_request')
  const denied = await send('DELETE', records, { json: {}, headers: { authorization: 'Bearer wrong' } })
  assert.equal([denied.status, denied.json.statusCode, denied.json.error], [401, 401, 'Unauthorized'])
})

test('tokens end', async (context) => {
  const { destroy, issued, token, send } = await start(context, { tokenLifetimeMs: 400 })
  assert.is(issued.expires_in, 1)
  assert.is((await destroy(['a'])).status, 200)
  await sleep(450)
  assert.is((await destroy(['c'])).status, 401)
  const authorization = `Bearer ${(await token()).json.access_token}`
  const renewed = await send('DELETE', records, { json: { disposalIds: ['c'] }, headers: { authorization } })
  assert.is(renewed.status, 200)
})

test('a throttle is told in the words of its siblings', async (context) => {
  const { emulator, destroy } = await start(context, { retryAfter: 'seconds', retryAfterMs: 2000 })
  emulator.fault('429')
  const { status, json, headers } = await destroy(['a'])
  assert.equal([status, json.statusCode, headers.get('retry-after')], [429, 429, '2'])
  assert.equal(Object.keys(json).sort(), ['message', 'requestId', 'statusCode', 'timestamp', 'traceId'])
})

const submission = (rowKey: string) => ({
  rowKey,
  leafName: 'name',
  timeCreated: '2020-01-01T00:00:00Z',
  timeModified: '2020-01-01T00:00:00Z',
  createdBy: '[a@example.com]',
  modifiedBy: '[a@example.com]',
})
