import { type DatoCmsEmulatorSettings, type DatoCmsMode, startDatoCms } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { dato } from '../talk.ts'

const test = suite('emulator of DatoCMS, places')

const start = async ({ after }: TestContext, settings: DatoCmsEmulatorSettings = {}) => {
  const emulator = await startDatoCms({ jobMs: 0, ...settings })
  after(() => emulator.close())
  return { emulator, ...dato(emulator) }
}

const both = { environments: ['main', 'sandbox'] }

test('tells the project, its environments and which is primary', async (context) => {
  const { emulator, send } = await start(context, both)
  assert.equal(emulator.options, { apiToken: 'datocms-token', environment: 'main', baseUrl: emulator.url })
  assert.is((await send('GET', '/site')).json.data.type, 'site')
  const { data } = (await send('GET', '/environments')).json
  const seen = data.map(({ id, meta }: { id: string; meta: { primary: boolean } }) => [id, meta.primary])
  assert.equal(seen, [
    ['main', true],
    ['sandbox', false],
  ])
  assert.is((await send('GET', '/environments/sandbox')).json.data.id, 'sandbox')
  assert.is((await send('GET', '/environments/nowhere')).status, 404)
})

test('these end points are missing, when asked so', async (context) => {
  const { send } = await start(context, { places: false })
  for (const path of ['/site', '/environments', '/environments/main']) assert.is((await send('GET', path)).status, 404)
})

test('every environment has records of its own; without a header the primary one is meant', async (context) => {
  const { emulator, destroy, send } = await start(context, both)
  emulator.seed(['a', 'b'])
  emulator.seed(['a', 'b'], 'sandbox')
  const there = await destroy(['a'], { headers: { 'x-environment': 'sandbox' } })
  assert.is(there.headers.get('x-environment'), 'sandbox')
  assert.equal([emulator.existing().size, emulator.existing('sandbox').size], [2, 1])
  assert.is((await destroy(['b'])).headers.get('x-environment'), 'main')
  assert.equal([...emulator.existing()], ['a'])
  const nowhere = await send('GET', '/items', { headers: { 'x-environment': 'nowhere' } })
  assert.equal([nowhere.status, nowhere.json.data[0].attributes.code], [422, 'INVALID_ENVIRONMENT'])
  assert.is(nowhere.headers.get('x-environment'), null)
})

test('a promotion moves what the primary one is, and the answers say so', async (context) => {
  const { emulator, destroy, send } = await start(context, both)
  emulator.seed(['a'])
  emulator.promote('sandbox')
  const { headers } = await destroy(['a'])
  assert.is(headers.get('x-environment'), 'sandbox')
  assert.is(emulator.existing().has('a'), true)
  assert.is((await send('GET', '/environments/sandbox')).json.data.meta.primary, true)
  assert.throws(() => emulator.promote('nowhere'), RangeError)
})

test('a job works in the environment that was primary when it was started', async (context) => {
  const { emulator, destroy, follow } = await start(context, { ...both, jobMs: 200 })
  emulator.seed(['a'])
  const started = await destroy(['a'])
  emulator.promote('sandbox')
  const end = await follow(Promise.resolve(started))
  assert.is(end.payload.meta.successful, 1)
  assert.is(emulator.existing('main').size, 0)
})

test('speaks of the environment that it was told', async (context) => {
  const { emulator } = await start(context, { ...both, environment: 'sandbox' })
  emulator.seed(['a'])
  assert.is(emulator.options.environment, 'sandbox')
  assert.is(emulator.existing('sandbox').size, 1)
  const primary = await start(context, { ...both, environment: 'primary' })
  primary.emulator.seed(['a'])
  assert.is(primary.emulator.existing('main').size, 1)
})

test('is closed for now, in every documented way', async (context) => {
  const { emulator, destroy, send } = await start(context, both)
  emulator.seed(['a'])
  const expected: ReadonlyArray<[mode: DatoCmsMode, write: number, read: number, code: string]> = [
    ['maintenance', 422, 200, 'MAINTENANCE_MODE'],
    ['read-only', 422, 200, 'ENVIRONMENT_IN_READ_ONLY_MODE'],
    ['environment-not-ready', 422, 422, 'ENVIRONMENT_NOT_READY'],
    ['site-not-ready', 422, 422, 'SITE_NOT_READY'],
    ['platform-maintenance', 503, 200, 'PLATFORM_SCHEDULED_MAINTENANCE'],
  ]
  for (const [mode, write, read, code] of expected) {
    emulator.mode(mode)
    const closed = await destroy(['a'])
    assert.equal([closed.status, closed.json.data[0].attributes.code], [write, code])
    assert.is((await send('GET', '/items')).status, read, mode)
  }
  emulator.mode('maintenance')
  assert.is((await destroy(['a'], { headers: { 'x-environment': 'sandbox' } })).status, 202)
  emulator.mode('read-only')
  assert.is((await send('GET', '/environments/main')).json.data.meta.read_only_mode, true)
  assert.is(emulator.existing().size, 1)
  emulator.mode('open')
  await destroy(['a'])
  assert.is(emulator.existing().size, 0)
})

test('a closed system has the status that it was told', async (context) => {
  const { emulator, destroy } = await start(context, { closedStatus: 503 })
  emulator.mode('read-only')
  assert.is((await destroy(['a'])).status, 503)
})
