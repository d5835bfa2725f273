import { startUuidList, type UuidListEmulatorSettings } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { sleep } from '../http.ts'
import { inList, uuid, uuids } from '../talk.ts'

const test = suite('emulator of a UUID list')

const start = async ({ after }: TestContext, settings: UuidListEmulatorSettings = {}) => {
  const emulator = await startUuidList(settings)
  after(() => emulator.close())
  emulator.seed([a, b, c])
  return { emulator, ...uuids(emulator) }
}

const [a, b, c, gone] = [uuid(10), uuid(11), uuid(12), uuid(99)] as const

test('deletes a list in one transaction, logically', async (context) => {
  const { emulator, remove } = await start(context)
  assert.equal(emulator.options, { baseUrl: emulator.url, object: 'io_showcase', token: 'uuid-list-token' })
  const { status, json } = await remove([a, b])
  assert.equal([status, json], [200, {}])
  assert.equal([...emulator.existing()], [c])
  assert.equal([...emulator.recoverable()], [a, b])
  assert.equal(emulator.calls[0]?.applied, [a, b])
})

test('one bad record rolls all back, and the text names it', async (context) => {
  const { emulator, remove } = await start(context)
  emulator.refuse([b], 'is referenced')
  const missing = await remove([a, gone, b])
  assert.equal(
    [missing.status, missing.json],
    [404, { error_type: 'entity_not_found_error', error_message: `Entity not found UUID: ${gone}` }],
  )
  const refused = await remove([a, b, gone])
  assert.equal(
    [refused.status, refused.json],
    [400, { error_type: 'operation_error', error_message: `Error Deleting Records. Exception={${b} is referenced}` }],
  )
  const invalid = await remove([a, 'no-uuid'])
  assert.equal(
    [invalid.status, invalid.json.error_type, invalid.json.error_message],
    [400, 'invalid_parameter_error', 'The request did not provide a valid Record ID: no-uuid'],
  )
  assert.is(emulator.existing().size, 3)
  assert.equal(
    emulator.calls.map((call) => call.applied),
    [[], [], []],
  )
})

test('a repeat within one transaction is not found, in any letter case', async (context) => {
  const { emulator, remove } = await start(context)
  assert.is((await remove([a, a.toUpperCase()])).status, 404)
  assert.is(emulator.existing().size, 3)
})

test('UUIDs compare without regard to case, and are kept in lower case', async (context) => {
  const { emulator, remove, send, path } = await start(context)
  emulator.seed([uuid(0xabc).toUpperCase()])
  assert.is(emulator.existing().has(uuid(0xabc)), true)
  assert.is((await send('GET', `${path}/${uuid(0xabc).toUpperCase()}`)).json.io_uuid, uuid(0xabc))
  assert.is((await remove([uuid(0xabc).toUpperCase()])).status, 200)
  assert.equal(emulator.calls.at(-1)?.applied, [uuid(0xabc).toUpperCase()])
  assert.is(emulator.existing().size, 3)
  assert.throws(() => emulator.seed(['no-uuid']), TypeError)
})

test('no ids at all is a missing parameter', async (context) => {
  const { remove, send, path } = await start(context)
  for (const answer of [await remove([]), await send('DELETE', path)]) {
    assert.equal([answer.status, answer.json.error_type], [400, 'missing_parameter_error'])
  }
})

test('a permanent delete leaves nothing to recover', async (context) => {
  const { emulator, remove, send, path } = await start(context)
  await remove([a], '&permanent_delete=true')
  assert.equal([...emulator.recoverable()], [])
  await remove([b], '&permanent_delete=false')
  assert.equal([...emulator.recoverable()], [b])
  await send('DELETE', `${path}/${c}?permanent_delete=true`)
  assert.equal([emulator.existing().size, emulator.recoverable().size], [0, 1])
  const physical = await start(context, { physicalDelete: true })
  await physical.remove([a])
  assert.is(physical.emulator.recoverable().size, 0)
})

test('deletes and reads one', async (context) => {
  const { emulator, send, path } = await start(context)
  assert.is((await send('GET', `${path}/${a}`)).status, 200)
  assert.is((await send('DELETE', `${path}/${a}`)).status, 200)
  assert.is((await send('DELETE', `${path}/${a}`)).status, 404)
  assert.is((await send('GET', `${path}/${a}`)).status, 404)
  assert.is((await send('GET', `${path}/no-uuid`)).status, 400)
  assert.equal(
    emulator.calls.map((call) => call.ids),
    [[a], [a], [a], [a], ['no-uuid']],
  )
})

test('has its errors in every documented shape', async (context) => {
  const text = `Entity not found UUID: ${gone}`
  const shapes: ReadonlyArray<[UuidListEmulatorSettings, unknown]> = [
    [{ errorShape: 'error' }, { error: { error_type: 'entity_not_found_error', error_message: text } }],
    [
      { errorShape: 'errors', errorTypeName: 'type', errorMessageName: 'message' },
      { errors: [{ type: 'entity_not_found_error', message: text }] },
    ],
    [
      { errorShape: 'array', errorTypeName: 'errorType', errorMessageName: 'errorMessage' },
      [{ errorType: 'entity_not_found_error', errorMessage: text }],
    ],
    [
      { errorTypeName: 'code', errorMessageName: 'detail', notFoundType: 'entity_not_found' },
      { code: 'entity_not_found', detail: text },
    ],
  ]
  for (const [settings, expected] of shapes) {
    const { remove } = await start(context, settings)
    assert.equal((await remove([gone])).json, expected)
  }
})

test('refusals are anonymous, or name a stranger, when asked so', async (context) => {
  const anonymous = await start(context, { names: false })
  anonymous.emulator.refuse([b], 'locked')
  assert.is((await anonymous.remove([gone])).json.error_message, 'Entity not found UUID:')
  assert.is((await anonymous.remove([b])).json.error_message, 'Error Deleting Records. Exception={locked}')
  const { remove } = await start(context, { names: 'stranger' })
  const { error_message } = (await remove([gone])).json
  assert.match(error_message, /^Entity not found UUID: [0-9a-f-]{36}$/)
  assert.not.match(error_message, gone)
})

test('lists by SMQL what is not deleted', async (context) => {
  const { emulator, list, remove } = await start(context)
  await remove([b])
  const { status, json, headers } = await list(inList([a, b, c, gone]), '&fields=io_uuid&limit=500')
  assert.equal([status, json, headers.get('x-total-count')], [200, [{ io_uuid: a }, { io_uuid: c }], '2'])
  assert.equal(emulator.calls.at(-1)?.ids, [a, b, c, gone])
  for (const filter of [`IO_UUID IN ( "${a}" , '${gone}' )`, `(io_uuid in ('${a}'))`, `io_uuid = '${a}'`]) {
    assert.equal((await list(filter, '&fields=io_uuid')).json, [{ io_uuid: a }], filter)
  }
  assert.equal((await list(inList([a, c]), '&limit=1&offset=1&fields=io_uuid')).json, [{ io_uuid: c }])
  const unknown = await list(`io_name like '%'`)
  assert.equal([unknown.status, unknown.json.error_type], [400, 'invalid_parameter_error'])
  assert.is((await list(inList([a]), '&limit=few')).status, 400)
})

test('without a filter it lists all, 100 at a time', async (context) => {
  const { emulator, send, path } = await start(context)
  emulator.seed(Array.from({ length: 150 }, (_, index) => uuid(1000 + index)))
  const { json, headers } = await send('GET', path)
  assert.equal([json.length, headers.get('x-total-count')], [100, '153'])
  assert.equal(Object.keys(json[0]), ['io_uuid', 'io_name'])
})

test('a filter is refused, ignored or empty, when asked so', async (context) => {
  const refused = await (await start(context, { filter: 'refused' })).list(inList([a]))
  assert.equal([refused.status, refused.json.error_type], [400, 'invalid_parameter_error'])
  assert.is((await (await start(context, { filter: 'ignored' })).list(inList([a]))).json.length, 3)
  const empty = await (await start(context, { filter: 'empty' })).list(inList([a]))
  assert.equal([empty.json, empty.headers.get('x-total-count')], [[], '0'])
})

test('a request line that is too long is refused by the web server', async (context) => {
  for (const tooLong of [undefined, 413, 431, 404] as const) {
    const settings = tooLong === undefined ? {} : { tooLong }
    const { emulator, remove, path } = await start(context, settings)
    const fits = Math.floor((8192 - `DELETE ${path}?uuids= HTTP/1.1`.length + 1) / 37)
    const ids = Array.from({ length: fits + 1 }, (_, index) => uuid(index))
    emulator.seed(ids)
    const refused = await remove(ids)
    assert.is(refused.status, tooLong ?? 414)
    assert.match(refused.headers.get('content-type') ?? '', 'text/html')
    assert.is((await remove(ids.slice(1))).status, 200)
    assert.equal([fits, emulator.existing().size], [220, 1])
  }
})

test('an unknown object is an error that names no record', async (context) => {
  const { send } = await start(context)
  const nowhere = await send('DELETE', `/v2/io_typo?uuids=${a}`)
  assert.equal([nowhere.status, nowhere.json.error_message], [404, 'Entity not found: io_typo'])
  const other = await (await start(context, { wrongObject: 400 })).send('GET', `/v2/io_typo/${a}`)
  assert.equal([other.status, other.json.error_type], [400, 'invalid_parameter_error'])
  assert.is((await send('GET', '/v3/io_showcase')).json.error_type, 'not_found_error')
})

test('tokens end, and new ones are to be had', async (context) => {
  const { emulator, send, path, remove } = await start(context, { tokenLifetimeMs: 400 })
  assert.is((await send('GET', path)).status, 200)
  await sleep(450)
  const { status, json } = await remove([a])
  assert.equal([status, json.error_message], [401, 'Invalid Token Errors'])
  const authorization = `Bearer ${await emulator.issueToken()}`
  assert.is((await send('DELETE', `${path}/${a}`, { headers: { authorization } })).status, 200)
  assert.is((await send('GET', path, { headers: { authorization: 'Bearer wrong' } })).status, 401)
})

test('a success has no body, when asked so', async (context) => {
  const { status, text } = await (await start(context, { successBody: 'empty' })).remove([a])
  assert.equal([status, text], [200, ''])
})

test('filters by what records are told to be, and counts, unless it is asked not to', async (context) => {
  const record = (id: string) => ({ io_name: id === a ? "it's a" : 'another', io_modified: id === a ? '2020' : '2025' })
  const { list } = await start(context, { record })
  const found = await list("io_modified < '2024' and io_name != 'another'", '&fields=io_uuid,io_name')
  assert.equal([found.json, found.headers.get('x-total-count')], [[{ io_uuid: a, io_name: "it's a" }], '1'])
  assert.equal((await list("io_modified > '2030'")).json, [])
  for (const bad of ['io_modified', "io_name like 'x'", "io_name = 'x' or io_name = 'y' and"]) {
    assert.is((await list(bad)).status, 400, bad)
  }
  const { list: silent } = await start(context, { counts: false })
  assert.is((await silent("io_name != 'x'")).headers.get('x-total-count'), null)
})
