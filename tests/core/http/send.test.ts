import { gzipSync } from 'node:zlib'
import type { PlainFetch } from '../../../src/core/http/config.ts'
import { type HttpRequest, type Sending, send } from '../../../src/core/http/send.ts'
import { OversizedBody, transportError, UnsendableRequest } from '../../../src/core/http/transport.ts'
import { undiciFetch } from '../../../src/undici.ts'
import { deadUrl, listen } from '../../support/listen.ts'
import { assert, rejection, suite } from '../../support/suite.ts'

/** The platform's, and our own over undici: whoever changes between them sees no difference. */
const kinds = {
  "the platform's fetch": {},
  'the fetch over undici': { fetch: undiciFetch() },
}

for (const [name, own] of Object.entries(kinds)) {
  const test = suite(`http: ${name}`)

  const sending: Sending = { maxResponseBytes: 1_000, ...own }
  const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: {} })
  const sendTo = (url: string, own: Partial<Sending> = {}, signal = new AbortController().signal) =>
    send(get(url), { ...sending, ...own }, signal)

  test('a status is data, and nothing is sent twice', async ({ after }) => {
    const server = await listen((_, count) => ({ status: [500, 503, 429, 408, 401][count - 1] ?? 200, text: 'no' }))
    after(server.close)
    for (const status of [500, 503, 429, 408, 401]) {
      const reply = await sendTo(`${server.url}/x`, {})
      assert.is(reply.status, status)
      assert.is(reply.text, 'no')
    }
    assert.is(server.requests.length, 5)
  })

  test('method, headers, body and target go out as they were built', async ({ after }) => {
    const server = await listen(() => ({ status: 204 }))
    after(server.close)
    const request = {
      method: 'DELETE',
      url: `${server.url}/v2/o?uuids=a,b,c&filter[ids]=x%20y`,
      headers: { authorization: 'Bearer t', 'content-type': 'application/vnd.api+json' },
      body: '{"ids":["ä"]}',
    }
    const reply = await send(request, sending, new AbortController().signal)
    assert.is(reply.text, '')
    const [seen] = server.requests
    assert.is(seen?.method, 'DELETE')
    assert.is(seen?.target, '/v2/o?uuids=a,b,c&filter[ids]=x%20y')
    assert.is(seen?.body, '{"ids":["ä"]}')
    assert.is(seen?.headers['content-type'], 'application/vnd.api+json')
    assert.is(seen?.headers.authorization, 'Bearer t')
  })

  test('connections are used again, whatever the method, with a body and without', async ({ after }) => {
    for (const method of ['DELETE', 'POST', 'PATCH', 'PUT', 'GET']) {
      const server = await listen(() => ({ json: {} }))
      after(server.close)
      const body = method === 'GET' ? {} : { body: '{"ids":["a"]}' }
      for (let count = 0; count < 10; count++)
        await send({ ...get(`${server.url}/x`), method, ...body }, sending, new AbortController().signal)
      assert.is(server.requests.length, 10)
      // A second one where an answer is read before its connection counts as free.
      assert.ok(server.connections() <= 2, `${method}: ${server.connections()}`)
    }
  })

  test('a redirect is data and is not followed', async ({ after }) => {
    const server = await listen(() => ({ status: 302, headers: { location: '/elsewhere' } }))
    after(server.close)
    assert.is((await sendTo(`${server.url}/here`)).status, 302)
    assert.equal(
      server.requests.map(({ target }) => target),
      ['/here'],
    )
  })

  test('a body is read up to the limit, and no further', async ({ after }) => {
    const closed = Promise.withResolvers<void>()
    const server = await listen(({ target }) => {
      if (target === '/exact') return { text: 'x'.repeat(1_000) }
      if (target === '/one-more') return { text: 'x'.repeat(1_001) }
      return {
        script: (response) => {
          response.on('close', closed.resolve)
          const pour = () => {
            while (!response.destroyed && response.write('x'.repeat(65_536)));
            if (!response.destroyed) response.once('drain', pour)
          }
          pour()
        },
      }
    })
    after(server.close)
    assert.is((await sendTo(`${server.url}/exact`)).text.length, 1_000)
    assert.instance(await rejection(sendTo(`${server.url}/one-more`)), OversizedBody)
    const endless = await rejection(sendTo(`${server.url}/endless`))
    assert.instance(endless, OversizedBody)
    assert.is(transportError(endless, true, false).tag, 'Garbled')
    await closed.promise
  })

  test('the limit holds after decompression', async ({ after }) => {
    const bomb = gzipSync('x'.repeat(1_000_000))
    const server = await listen(() => ({
      script: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    }))
    after(server.close)
    assert.ok(bomb.length < 2_000)
    assert.instance(await rejection(sendTo(server.url, { maxResponseBytes: 10_000 })), OversizedBody)
  })

  test('an answer that breaks off is no answer', async ({ after }) => {
    const server = await listen(({ target }) => ({
      script: (response, request) => {
        if (target === '/length') response.writeHead(200, { 'content-length': '100' })
        response.write('{"statusCode":', () => request.socket.destroy())
      },
    }))
    after(server.close)
    for (const target of ['/length', '/chunked']) {
      const error = transportError(await rejection(sendTo(server.url + target)), true, false)
      assert.is(error.tag, 'Interrupted', target)
    }
  })

  test('a text in several pieces is put together, whatever the pieces cut through', async ({ after }) => {
    const bytes = Buffer.from('\ufeff{"name":"Zoë 漢字 🚮"}')
    const server = await listen(() => ({
      script: async (response) => {
        for (const byte of bytes) {
          response.write(Buffer.from([byte]))
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.end()
      },
    }))
    after(server.close)
    assert.is((await sendTo(server.url)).text, '{"name":"Zoë 漢字 🚮"}')
  })

  test('the signal ends a call, before and after the headers', async ({ after }) => {
    const server = await listen(({ target }) => ({
      script: (response) => {
        if (target === '/body') response.write('half')
      },
    }))
    after(server.close)
    for (const target of ['/nothing', '/body']) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 50)
      const error = await rejection(sendTo(server.url + target, {}, controller.signal))
      assert.is((error as Error).message, 'enough')
    }
  })

  test('nobody there, and no such host, are never sent', async () => {
    for (const url of [await deadUrl(), 'http://no-such-host.invalid']) {
      const error = transportError(await rejection(sendTo(`${url}/ids-go-here`)), true, false)
      assert.is(error.tag, 'Unreachable', error.detail)
      assert.not.match(error.detail, 'ids-go-here')
    }
  })
}

const test = suite('http')

const sending: Sending = { maxResponseBytes: 1_000 }
const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: {} })
const sendTo = (url: string, own: Partial<Sending> = {}, signal = new AbortController().signal) =>
  send(get(url), { ...sending, ...own }, signal)

test('a redirect that the platform hides is still a redirect', async () => {
  const hidden = { type: 'opaqueredirect', status: 0, headers: new Headers(), body: null, text: async () => '' }
  const fetch = (async () => hidden) as unknown as PlainFetch
  assert.is((await sendTo('https://api.example.com/', { fetch })).status, 300)
})

test('a fetch of the caller gets a URL and plain words, and answers like any other', async () => {
  const seen: unknown[] = []
  const fetch: PlainFetch = async (url, init) => {
    seen.push(url, init.method, init.headers, init.body, init.redirect, init.signal instanceof AbortSignal)
    return new Response('{"ok":true}', { status: 418, headers: { 'request-id': 'r1' } })
  }
  const request = { method: 'DELETE', url: 'https://api.example.com/a?b=1,2', headers: { x: 'y' }, body: '[]' }
  const reply = await send(request, { ...sending, fetch }, new AbortController().signal)
  assert.equal(seen, ['https://api.example.com/a?b=1,2', 'DELETE', { x: 'y' }, '[]', 'manual', true])
  assert.equal([reply.status, reply.text, reply.headers.get('request-id')], [418, '{"ok":true}', 'r1'])
})

test('a request that can not be built says so before anything is sent', async () => {
  const broken: HttpRequest = { method: 'GET', url: 'https://api.example.com', headers: { 'bad name': 'x' } }
  const error = await rejection(send(broken, sending, new AbortController().signal))
  assert.instance(error, UnsendableRequest)
  assert.is(transportError(error, true, false).tag, 'Defect')
})
