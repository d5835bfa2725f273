import { type Emulator, startAvePointOpus, startDatoCms, startUuidList } from '../../../src/emulators/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { breaks, sleep } from '../http.ts'
import { dato, destruction, opus, uuid, uuids } from '../talk.ts'

const test = suite('emulator server')

test('the rate window tells what is left, and on a 429 when it ends', async ({ after }) => {
  const emulator = await startDatoCms({ rate: { requests: 3, perMs: 1000 }, ratePhaseMs: 0 })
  after(() => emulator.close())
  const { send } = dato(emulator)
  const seen = []
  for (let call = 0; call < 4; call += 1) {
    const { status, headers } = await send('GET', '/items')
    seen.push([
      status,
      headers.get('x-ratelimit-limit'),
      headers.get('x-ratelimit-remaining'),
      headers.get('x-ratelimit-reset'),
    ])
  }
  assert.equal(seen, [
    [200, '3', '2', null],
    [200, '3', '1', null],
    [200, '3', '0', null],
    [429, '3', '0', '1'],
  ])
  await sleep(1000)
  assert.is((await send('GET', '/items')).status, 200)
})

test('by default DatoCMS takes 60 requests in 3 s, polls included, and other systems any number', async ({ after }) => {
  const emulator = await startDatoCms({ ratePhaseMs: 0 })
  const other = await startUuidList()
  after(() => Promise.all([emulator.close(), other.close()]))
  const { send, poll } = dato(emulator)
  const answers = await Promise.all(
    Array.from({ length: 62 }, (_, index) => (index % 2 === 0 ? send('GET', '/items') : poll('1'))),
  )
  const refused = answers.filter(({ status }) => status === 429)
  assert.is(refused.length, 2)
  assert.ok(refused.every(({ json }) => json.data[0].attributes.code === 'RATE_LIMIT_EXCEEDED'))
  assert.match(refused[0]?.headers.get('x-ratelimit-reset') ?? '', /^[23]$/)
  const others = await Promise.all(Array.from({ length: 100 }, () => uuids(other).send('GET', '/v2/io_showcase')))
  assert.ok(others.every(({ status, headers }) => status === 200 && headers.get('x-ratelimit-limit') === null))
})

test('the window has a phase of its own', async ({ after }) => {
  const emulator = await startDatoCms({ rate: { requests: 1, perMs: 1000 }, ratePhaseMs: 700 })
  after(() => emulator.close())
  const { send } = dato(emulator)
  assert.is((await send('GET', '/items')).status, 200)
  await sleep(400)
  assert.is((await send('GET', '/items')).status, 200)
  assert.is((await send('GET', '/items')).status, 429)
})

test('there is no limit and no such header, when asked so', async ({ after }) => {
  const emulator = await startDatoCms({ rate: 'none' })
  after(() => emulator.close())
  const answers = await Promise.all(Array.from({ length: 100 }, () => dato(emulator).send('GET', '/items')))
  assert.ok(answers.every(({ status, headers }) => status === 200 && !headers.has('x-ratelimit-limit')))
})

test('every system refuses over the rate that it is given, and tells the rest of its window', async ({ after }) => {
  const rate = { requests: 1, perMs: 60_000 }
  const list = await startUuidList({ rate, ratePhaseMs: 58_500, retryAfter: 'seconds' })
  const records = await startAvePointOpus({ rate, ratePhaseMs: 58_500, retryAfter: 'seconds' })
  const cms = await startDatoCms({ rate, ratePhaseMs: 58_500, retryAfter: 'seconds' })
  after(() => Promise.all([list.close(), records.close(), cms.close()]))
  const { destroy } = await opus(records)
  await uuids(list).send('GET', '/v2/io_showcase')
  await destroy(['a'])
  await dato(cms).poll('1')
  const refused = [await uuids(list).send('GET', '/v2/io_showcase'), await destroy(['a']), await dato(cms).poll('1')]
  for (const { status, headers } of refused) {
    assert.is(status, 429)
    assert.match(headers.get('retry-after') ?? '', /^[12]$/)
  }
})

test('a delay is told in every style, or not at all', async ({ after }) => {
  const styles: ReadonlyArray<['seconds' | 'decimals' | 'date' | 'none', RegExp]> = [
    ['seconds', /^2$/],
    ['decimals', /^1\.500$/],
    ['date', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['none', /^nothing$/],
  ]
  for (const [retryAfter, expected] of styles) {
    const emulator = await startUuidList({ retryAfter, retryAfterMs: 1500 })
    after(() => emulator.close())
    emulator.fault('429')
    emulator.fault('503')
    for (const status of [429, 503]) {
      const answer = await uuids(emulator).send('GET', '/v2/io_showcase')
      assert.is(answer.status, status)
      const told = answer.headers.get('retry-after') ?? 'nothing'
      assert.match(told, expected)
      if (retryAfter === 'date') assert.ok(Date.parse(told) - Date.now() > 1400)
    }
  }
})

test('every call is logged as it came', async ({ after }) => {
  const emulator = await startUuidList()
  after(() => emulator.close())
  const before = Date.now()
  emulator.seed([uuid(1)])
  await uuids(emulator).remove([uuid(1)], '&permanent_delete=true')
  const { at, ...call } = emulator.calls[0] ?? { at: 0 }
  assert.equal(call, {
    method: 'DELETE',
    url: `/v2/io_showcase?uuids=${uuid(1)}&permanent_delete=true`,
    ids: [uuid(1)],
    status: 200,
    applied: [uuid(1)],
  })
  assert.ok(at >= before && at <= Date.now())
})

test('answers take their time, when asked so', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 100 })
  after(() => emulator.close())
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: 5 }, () => uuids(emulator).send('GET', '/v2/io_showcase')))
  const took = performance.now() - startedAt
  assert.ok(took >= 99 && took < 400, String(took))
})

test('a body that is too long is refused, and nothing happens', async ({ after }) => {
  const emulator = await startDatoCms({ maxBodyBytes: 1000 })
  after(() => emulator.close())
  const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`)
  emulator.seed(ids)
  const { status, json } = await dato(emulator).send('POST', '/items/bulk/destroy', { json: destruction(ids) })
  assert.equal([status, json.data[0].attributes.code], [413, 'INVALID_REQUEST'])
  assert.is(emulator.existing().size, 100)
})

test('a caller who goes away before the answer leaves status 0 behind', async ({ after }) => {
  const emulator = await startUuidList({ latencyMs: 200 })
  after(() => emulator.close())
  emulator.seed([uuid(1)])
  const { send, path } = uuids(emulator)
  assert.ok(await breaks(send('DELETE', `${path}/${uuid(1)}`, { signal: AbortSignal.timeout(50) })))
  await sleep(250)
  assert.equal([emulator.calls[0]?.status, emulator.calls[0]?.applied], [0, [uuid(1)]])
})

test('closing ends open calls, pending jobs and late work at once', async () => {
  const list = await startUuidList({ lateMs: 300 })
  const cms = await startDatoCms({ jobMs: 300 })
  list.seed([uuid(1)])
  cms.seed(['a'])
  list.fault('late')
  const held = breaks(uuids(list).remove([uuid(1)]))
  await dato(cms).destroy(['a'])
  const startedAt = performance.now()
  await Promise.all([list.close(), cms.close(), cms.close()])
  assert.ok(performance.now() - startedAt < 250)
  assert.ok(await held)
  await sleep(350)
  assert.equal([list.existing().size, cms.existing().size], [1, 1])
  assert.ok(await breaks(dato(cms).send('GET', '/items')))
})

test('listens on the port that it was given, and says so when it is taken', async ({ after }) => {
  const emulator: Emulator = await startUuidList()
  after(() => emulator.close())
  const port = Number(new URL(emulator.url).port)
  assert.ok(await breaks(startUuidList({ port })))
  await emulator.close()
  const again = await startUuidList({ port })
  after(() => again.close())
  assert.is(again.url, emulator.url)
})
