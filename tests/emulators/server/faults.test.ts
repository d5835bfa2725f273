import {
  type DatoCmsEmulatorSettings,
  type FaultKind,
  startAvePointOpus,
  startDatoCms,
  startUuidList,
} from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { breaks, sleep } from '../http.ts'
import { dato, opus, uuid, uuids } from '../talk.ts'

const test = suite('faults')

const [a, b] = [uuid(1), uuid(2)] as const

const startUuids = async ({ after }: TestContext, settings = {}) => {
  const emulator = await startUuidList(settings)
  after(() => emulator.close())
  emulator.seed([a, b])
  return { emulator, ...uuids(emulator) }
}

const startDato = async ({ after }: TestContext, settings: DatoCmsEmulatorSettings = {}) => {
  const emulator = await startDatoCms({ jobMs: 0, ...settings })
  after(() => emulator.close())
  emulator.seed(['a', 'b', 'c', 'd'])
  return { emulator, ...dato(emulator) }
}

test('lost-before: no answer, and nothing applied', async (context) => {
  const { emulator, remove } = await startUuids(context)
  emulator.fault('lost-before')
  assert.ok(await breaks(remove([a])))
  assert.equal(emulator.existing().size, 2)
  const { ids, status, applied } = emulator.calls[0] ?? {}
  assert.equal({ ids, status, applied }, { ids: [a], status: 0, applied: [] })
})

test('lost-after: no answer, but applied', async (context) => {
  const { emulator, remove } = await startUuids(context)
  emulator.fault('lost-after')
  assert.ok(await breaks(remove([a])))
  assert.equal([...emulator.existing()], [b])
  assert.equal([emulator.calls[0]?.status, emulator.calls[0]?.applied], [0, [a]])
})

test('lost-after: the job was started all the same', async (context) => {
  const { emulator, destroy } = await startDato(context, { jobMs: 200 })
  emulator.fault('lost-after', { route: 'delete' })
  assert.ok(await breaks(destroy(['a'])))
  assert.is(emulator.existing().size, 4)
  await sleep(300)
  assert.equal([emulator.existing().size, emulator.calls[0]?.applied], [3, ['a']])
})

test('late: applied later, even when the caller has gone', async (context) => {
  const { emulator, send, path } = await startUuids(context, { lateMs: 300 })
  emulator.fault('late')
  assert.ok(await breaks(send('DELETE', `${path}?uuids=${a}`, { signal: AbortSignal.timeout(20) })))
  assert.is(emulator.existing().size, 2)
  await sleep(350)
  assert.equal([...emulator.existing()], [b])
  assert.equal([emulator.calls[0]?.status, emulator.calls[0]?.applied], [0, [a]])
})

test('late: a caller who waits gets no answer either', async (context) => {
  const { emulator, remove } = await startUuids(context, { lateMs: 20 })
  emulator.fault('late')
  assert.ok(await breaks(remove([a])))
  assert.is(emulator.existing().size, 1)
})

test('statuses: in the words of each system, and nothing applied', async (context) => {
  const list = await startUuids(context)
  const cms = await startDato(context)
  for (const kind of ['401', '403', '429', '500', '503'] as const) {
    list.emulator.fault(kind)
    cms.emulator.fault(kind)
    const fromList = await list.remove([a])
    const fromCms = await cms.destroy(['a'])
    assert.equal([fromList.status, fromCms.status], [Number(kind), Number(kind)])
    assert.type(fromList.json.error_type, 'string')
    assert.is(fromCms.json.data[0].type, 'api_error')
  }
  assert.equal([list.emulator.existing().size, cms.emulator.existing().size], [2, 4])
  assert.is((await list.remove([a])).status, 200)
})

test('html: a page with status 200, and nothing applied', async (context) => {
  const { emulator, remove } = await startUuids(context)
  emulator.fault('html')
  const { status, text, headers } = await remove([a])
  assert.is(status, 200)
  assert.match(text, /^<!doctype html>/)
  assert.match(headers.get('content-type') ?? '', 'text/html')
  assert.is(emulator.existing().size, 2)
})

test('truncated: applied, and half an answer', async (context) => {
  const { emulator, destroy } = await startDato(context)
  emulator.fault('truncated')
  assert.ok(await breaks(destroy(['a'])))
  assert.equal([emulator.calls[0]?.status, emulator.calls[0]?.applied], [202, ['a']])
  const { emulator: other, remove } = await startUuids(context, { successBody: 'empty' })
  other.fault('truncated')
  assert.ok(await breaks(remove([a])))
  assert.equal([other.calls[0]?.status, other.calls[0]?.applied], [0, [a]])
})

test('slow: applied at once, answered later', async (context) => {
  const { emulator, remove } = await startUuids(context, { slowMs: 200 })
  emulator.fault('slow')
  const startedAt = performance.now()
  const answer = remove([a])
  await sleep(50)
  assert.is(emulator.existing().size, 1)
  assert.is((await answer).status, 200)
  assert.ok(performance.now() - startedAt >= 199)
})

test('job-fails and job-never-ends: as much is done as the options say', async (context) => {
  const left = { nothing: 4, half: 2, everything: 0 }
  for (const brokenJob of ['nothing', 'half', 'everything'] as const) {
    const { emulator, destroy, follow } = await startDato(context, { brokenJob })
    emulator.fault('job-fails', { route: 'delete' })
    const { status, payload } = await follow(destroy(['a', 'b', 'c', 'd']))
    assert.equal([status, payload.data[0].attributes.code], [500, 'EXCEPTION'])
    assert.is(emulator.existing().size, left[brokenJob])
  }
  const { emulator, destroy, poll } = await startDato(context, { brokenJob: 'half' })
  emulator.fault('job-never-ends')
  const { json } = await destroy(['a', 'b'])
  for (let attempt = 0; attempt < 3; attempt += 1) assert.is((await poll(json.data.id)).status, 404)
  assert.equal([...emulator.existing()], ['b', 'c', 'd'])
})

test('job faults count the calls that start jobs, and only where there are jobs', async (context) => {
  const { emulator, send, destroy, follow } = await startDato(context)
  emulator.fault('job-fails')
  await send('GET', '/items')
  assert.is((await follow(destroy(['a']))).status, 500)
  const { emulator: list } = await startUuids(context)
  assert.throws(() => list.fault('job-fails'), TypeError)
})

test('nth and times pick the calls', async (context) => {
  const { emulator, send } = await startDato(context)
  emulator.fault('500', { nth: 2, times: 2 })
  emulator.fault('403', { nth: 5, times: Number.POSITIVE_INFINITY })
  const statuses = []
  for (let call = 0; call < 8; call += 1) statuses.push((await send('GET', '/items')).status)
  assert.equal(statuses, [200, 500, 500, 200, 403, 403, 403, 403])
})

test('two faults for the same call: the second has the next one', async (context) => {
  const { emulator, send } = await startDato(context)
  emulator.fault('500')
  emulator.fault('503')
  const statuses = []
  for (let call = 0; call < 3; call += 1) statuses.push((await send('GET', '/items')).status)
  assert.equal(statuses, [500, 503, 200])
})

test('route is a purpose word, or a part of the path', async (context) => {
  const { emulator, send, destroy } = await startDato(context)
  emulator.fault('500', { route: 'poll' })
  emulator.fault('503', { route: '/bulk/' })
  emulator.fault('403', { route: 'single' })
  assert.is((await send('GET', '/items')).status, 200)
  assert.is((await destroy(['a'])).status, 503)
  assert.is((await destroy(['a'])).status, 202)
  assert.is((await send('DELETE', '/items/b')).status, 403)
  assert.is((await send('GET', '/job-results/1')).status, 500)
})

test('tokens are spared, unless aimed at; and a call that is turned away is not counted', async ({ after }) => {
  const emulator = await startAvePointOpus()
  after(() => emulator.close())
  emulator.seed(['a'])
  emulator.fault('500')
  const { send, token, destroy } = await opus(emulator)
  const wrong = { headers: { authorization: 'Bearer wrong' }, json: {} }
  assert.is((await send('DELETE', '/records/connector/records', wrong)).status, 401)
  assert.is((await destroy(['a'])).status, 500)
  emulator.fault('503', { route: 'token' })
  assert.is((await token()).status, 503)
  assert.is((await token()).status, 200)
})

test('a wrong fault is refused at once', async (context) => {
  const { emulator } = await startUuids(context)
  assert.throws(() => emulator.fault('418' as FaultKind), TypeError)
  for (const when of [{ nth: 0 }, { nth: 1.5 }, { times: 0 }, { times: Number.NaN }]) {
    assert.throws(() => emulator.fault('500', when), RangeError)
  }
})
