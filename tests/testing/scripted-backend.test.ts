import { type Fault, scriptedBackend, virtualClock } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('scripted backend')

type After = (closer: () => unknown) => void

const start = async (after: After) => {
  const records = new Set(['a', 'b', 'ä/ü'])
  const backend = await scriptedBackend({
    admit: ({ headers }) => (headers['x-key'] === 'no' ? { status: 401 } : undefined),
    routes: {
      'DELETE /records/{id}': ({ params: { id = '' } }) => ({ status: records.delete(id) ? 204 : 404 }),
      'POST /echo': ({ json, query }) => ({ json: { got: json(), q: query.get('q') } }),
      'GET /text': () => ({ text: 'plain', headers: { 'x-own': 'yes' } }),
      'GET /broken': () => {
        throw new Error('a bug of the test')
      },
    },
  })
  after(backend.close)
  return { ...backend, records }
}

test('routes take requests, with their words decoded', async ({ after }) => {
  const { url, records } = await start(after)
  assert.is((await fetch(`${url}/records/${encodeURIComponent('ä/ü')}`, { method: 'DELETE' })).status, 204)
  assert.equal([...records], ['a', 'b'])
  assert.is((await fetch(`${url}/records/c`, { method: 'DELETE' })).status, 404)
  const echoed = await fetch(`${url}/echo?q=1%2C2`, { method: 'POST', body: '{"x":[1]}' })
  assert.is(echoed.headers.get('content-type'), 'application/json')
  assert.equal(await echoed.json(), { got: { x: [1] }, q: '1,2' })
  const text = await fetch(`${url}/text`)
  assert.is(text.headers.get('x-own'), 'yes')
  assert.is(await text.text(), 'plain')
})

test('the ledger has every request as it came, in order', async ({ after }) => {
  const backend = await start(after)
  const { url } = backend
  await fetch(`${url}/records/a%20b?x=%2C`, { method: 'DELETE', headers: { 'X-Some': '1' } })
  await fetch(`${url}/nowhere`)
  await fetch(`${url}/text`, { headers: { 'x-key': 'no' } })
  assert.equal(
    backend.requests.map(({ method, target, path, route, status }) => [method, target, path, route, status]),
    [
      ['DELETE', '/records/a%20b?x=%2C', '/records/a%20b', 'DELETE /records/{id}', 404],
      ['GET', '/nowhere', '/nowhere', undefined, 404],
      ['GET', '/text', '/text', undefined, 401],
    ],
  )
  assert.is(backend.requests[0]?.headers['x-some'], '1')
})

test('a handler that throws is seen', async ({ after }) => {
  const { url } = await start(after)
  const answer = await fetch(`${url}/broken`)
  assert.is(answer.status, 500)
  assert.match(await answer.text(), /a bug of the test/)
})

const remove = (url: string, id: string) => fetch(`${url}/records/${id}`, { method: 'DELETE' })

for (const [fault, applied] of [
  ['lost-before', false],
  ['reset-before', false],
  ['lost-after', true],
  ['half', true],
] as ReadonlyArray<[Fault & string, boolean]>) {
  test(`${fault}: no answer, ${applied ? 'and it was done' : 'and nothing was done'}`, async ({ after }) => {
    const backend = await start(after)
    backend.fault(fault)
    assert.instance(await rejection(remove(backend.url, 'a')), TypeError)
    assert.is(backend.records.has('a'), !applied)
    assert.equal([backend.requests[0]?.status, backend.requests[0]?.fault], [0, fault])
    assert.is((await remove(backend.url, 'b')).status, 204)
  })
}

test('half an answer begins as the whole does', async ({ after }) => {
  const { url, fault } = await start(after)
  fault('half')
  const answer = await fetch(`${url}/echo`, { method: 'POST', body: '{"x":"0123456789"}' })
  assert.is(answer.status, 200)
  assert.instance(await rejection(answer.text()), TypeError)
})

test('silence lasts for as long as the caller waits', async ({ after }) => {
  const { url, fault, records } = await start(after)
  for (const [kind, id] of [
    ['silent-before', 'a'],
    ['silent-after', 'b'],
  ] as const) {
    fault(kind)
    const controller = new AbortController()
    const waiting = rejection(fetch(`${url}/records/${id}`, { method: 'DELETE', signal: controller.signal }))
    await fetch(`${url}/text`)
    controller.abort()
    assert.is(((await waiting) as Error).name, 'AbortError')
  }
  assert.equal([...records].sort(), ['a', 'ä/ü'])
})

test('answers in place of the true one, and true ones that are changed', async ({ after }) => {
  const { url, fault, records } = await start(after)
  fault({ answer: { status: 429, headers: { 'retry-after': '7' } } })
  fault({ answer: ({ path }) => ({ status: 418, text: path }) })
  fault('html')
  fault({ change: ({ status }) => ({ status: 200, json: { was: status } }) })
  const [throttled, asked, page, changed] = [
    await remove(url, 'a'),
    await remove(url, 'a'),
    await remove(url, 'a'),
    await remove(url, 'a'),
  ]
  assert.equal([throttled.status, throttled.headers.get('retry-after')], [429, '7'])
  assert.equal([asked.status, await asked.text()], [418, '/records/a'])
  assert.match(await page.text(), /<title>/)
  assert.equal(await changed.json(), { was: 204 })
  assert.not.ok(records.has('a'))
})

test('faults meet the requests that they are for', async ({ after }) => {
  const { url, fault } = await start(after)
  fault({ answer: { status: 503 } }, { route: 'GET /text', nth: 2, times: 2 })
  const statuses: number[] = []
  for (let count = 0; count < 5; count++) statuses.push((await fetch(`${url}/text`)).status)
  assert.equal(statuses, [200, 503, 503, 200, 200])
  assert.throws(() => fault('html', { route: 'GET /txt' }), /there is no route 'GET \/txt': there are DELETE/)
})

test('a delay passes on the clock that was given', async ({ after }) => {
  const clock = virtualClock(0)
  const backend = await scriptedBackend({ clock, routes: { 'GET /': () => ({ text: 'late' }) } })
  after(backend.close)
  backend.fault({ delayMs: 3_600_000 })
  const text = await clock.until(
    (async () => {
      const done = clock.busy()
      const answer = await (await fetch(`${backend.url}/`)).text()
      done()
      return answer
    })(),
  )
  assert.equal([text, clock.now()], ['late', 3_600_000])
})

test('a route that is none is refused at once', async () => {
  const error = await rejection(scriptedBackend({ routes: { 'records/{id}': () => ({}) } }))
  assert.match((error as Error).message, /a route is a method and a path/)
})

test('a limit of any kind turns away what is over it, and says for how long', async ({ after }) => {
  const backend = await scriptedBackend({
    routes: { 'GET /text': () => ({ text: 'plain' }) },
    rate: { kind: 'log', requests: 2, perMs: 60_000 },
  })
  after(backend.close)
  const answers = []
  for (let call = 0; call < 3; call++) answers.push(await fetch(`${backend.url}/text`))
  assert.equal(
    answers.map(({ status }) => status),
    [200, 200, 429],
  )
  assert.match(answers[2]?.headers.get('retry-after') ?? '', /^(60|59)$/)
  assert.is(backend.requests.length, 3)
})
