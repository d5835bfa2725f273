/** What never left, told in the same words by each way of sending; and what may have, told apart from it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { type BulkRecordProvider, defineHttpProvider, on, type PlainFetch } from '../../../src/http-provider.ts'
import { deleteRecords } from '../../../src/index.ts'
import { virtualClock } from '../../../src/testing.ts'
import { undiciFetch } from '../../../src/undici.ts'
import { callContext } from '../../support/context.ts'
import { deadUrl, listen } from '../../support/listen.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'

const test = suite('never sent', { deadlineMs: 30_000 })
const isThere = spawnSync('openssl', ['version']).status === 0
const whereOpensslIs = isThere ? test : test.skip

type After = TestContext['after']

const providerOf = (baseUrl: string, fetch?: PlainFetch): BulkRecordProvider =>
  defineHttpProvider({
    name: 'shelf',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl,
    ...(fetch && { http: { fetch } }),
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
      replies: [on(204, t.unknown, () => ({ kind: 'AllDeleted' }))],
    },
  })

/** The platform's, sent by another agent of its: Node's `fetch` takes one. */
const through =
  (dispatcher: Dispatcher): PlainFetch =>
  (url, init) =>
    fetch(url, { ...init, dispatcher } as RequestInit)

/** What the same deletion comes to by the platform's fetch and by undici. */
const told = async (baseUrl: string, after: After, dispatcher?: () => Dispatcher) => {
  const made = [0, 1].map(() => dispatcher?.() ?? new Agent())
  after(() => Promise.all(made.map((one) => one.destroy())))
  const [one, other] = made as [Dispatcher, Dispatcher]
  const fetches = [dispatcher === undefined ? undefined : through(one), undiciFetch({ dispatcher: other })]
  const errors = []
  for (const own of fetches) {
    const result = await providerOf(baseUrl, own).deleteBatch({ number: 1, ids: ['a'] }, callContext())()
    errors.push(E.isLeft(result) ? result.left : result.right)
  }
  assert.equal(errors[0], errors[1], baseUrl)
  return errors[0] as { readonly tag?: string; readonly detail?: string; readonly status?: number }
}

const open = async (server: Server, after: After): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  after(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** A TCP server that does this to each connection, when the first bytes have come. */
const rude = (act: (socket: Socket) => void): Server =>
  createTcp((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => act(socket))
  })

test('no host, no port, no network', async ({ after }) => {
  for (const url of [await deadUrl(), 'https://no-such-host.invalid', 'https://127.0.0.1:65000'])
    assert.is((await told(url, after)).tag, 'Unreachable', url)
})

test('no TLS handshake', async ({ after }) => {
  const servers = [
    rude((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    rude((socket) => socket.end('220 ready\r\n')),
    rude((socket) => socket.destroy()),
    rude((socket) => socket.resetAndDestroy()),
    createTcp((socket) => void socket.end()),
  ]
  for (const [at, server] of servers.entries()) {
    const port = await open(server, after)
    assert.is((await told(`https://127.0.0.1:${port}`, after)).tag, 'Unreachable', `${at}`)
  }
})

/** Certificates that sign themselves, in a folder that goes with the test. */
const certificates = (after: After) => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  after(() => rmSync(folder, { recursive: true }))
  return (host: string, days = 2) => {
    const name = `${host}-${days}`
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=IP:${host}`]
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', `${days}`, ...files, ...subject]
    execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
    const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`))
    return { key: read('key'), cert: read('pem') }
  }
}

const secure = (options: TlsOptions, onRequest: (socket: import('node:tls').TLSSocket) => void): Server => {
  const server = createTls(options, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  server.on('tlsClientError', () => {})
  return server
}

const answered = (socket: import('node:tls').TLSSocket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n')

whereOpensslIs('a certificate that is not accepted', async ({ after }) => {
  const make = certificates(after)
  const own = make('127.0.0.1')
  const elsewhere = make('192.0.2.7')
  const cases: ReadonlyArray<[string, TlsOptions, (() => Dispatcher) | undefined]> = [
    ['signed by nobody', own, undefined],
    ['of another host', elsewhere, () => new Agent({ connect: { ca: elsewhere.cert } })],
    ['of another authority', own, () => new Agent({ connect: { ca: elsewhere.cert } })],
  ]
  for (const [name, options, dispatcher] of cases) {
    let requests = 0
    const port = await open(
      secure(options, (socket) => {
        requests++
        answered(socket)
      }),
      after,
    )
    const { tag, detail = '' } = await told(`https://127.0.0.1:${port}`, after, dispatcher)
    assert.is(tag, 'Denied', name)
    assert.match(detail, /^the certificate is not accepted: /, name)
    assert.is(requests, 0, name)
    const report = await deleteRecords(providerOf(`https://127.0.0.1:${port}`, dispatcher && through(dispatcher())), [
      'a',
    ])
    assert.is(report.halted?.because, 'denied', name)
    assert.is(report.totals.untouched, 1, name)
  }
})

whereOpensslIs('no protocol in common', async ({ after }) => {
  const own = certificates(after)('127.0.0.1')
  const old = await open(secure({ ...own, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, answered), after)
  assert.is((await told(`https://127.0.0.1:${old}`, after)).tag, 'Unreachable')
})

whereOpensslIs('what goes wrong when the request has gone out is in doubt', async ({ after }) => {
  const own = certificates(after)('127.0.0.1')
  const trusting = () => new Agent({ connect: { ca: own.cert } })
  const ends: ReadonlyArray<(socket: import('node:tls').TLSSocket) => void> = [
    (socket) => socket.destroy(),
    (socket) => socket.end(),
    (socket) => (socket as unknown as { _parent: Socket })._parent.resetAndDestroy(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf'),
  ]
  for (const [at, end] of ends.entries()) {
    const port = await open(secure(own, end), after)
    assert.is((await told(`https://127.0.0.1:${port}`, after, trusting)).tag, 'Interrupted', `${at}`)
  }
})

whereOpensslIs('a proxy that refuses, and a certificate behind one', async ({ after }) => {
  const own = certificates(after)('127.0.0.1')
  const target = await open(secure(own, answered), after)
  const proxyWith = async (status: number) => {
    const proxy = createHttp()
    proxy.on('connect', (asked, socket) => {
      socket.on('error', () => {})
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      const upstream = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => {})
      socket.on('close', () => upstream.destroy())
      assert.is(asked.url, `127.0.0.1:${target}`)
    })
    const port = await open(proxy, after)
    return told(`https://127.0.0.1:${target}`, after, () => new ProxyAgent(`http://127.0.0.1:${port}`))
  }
  const unknown = { tag: 'Denied', status: 407, detail: 'the proxy wants to know who we are (HTTP 407)' }
  assert.equal(await proxyWith(407), unknown)
  for (const status of [400, 403, 404, 429, 500, 502, 503, 504])
    assert.equal(await proxyWith(status), {
      tag: 'Unreachable',
      detail: `the proxy refused to connect (HTTP ${status})`,
    })
  assert.is((await proxyWith(200)).tag, 'Denied')
  const dead = await told(`https://127.0.0.1:${target}`, after, () => new ProxyAgent('http://127.0.0.1:1'))
  assert.is(dead.tag, 'Unreachable')
  // As an answer, where a proxy takes plain requests.
  const plain = await listen(() => ({ status: 407 }))
  after(plain.close)
  assert.equal(await told(plain.url, after), unknown)
})

test('a proxy that closes on CONNECT is asked once, and nothing was sent', async ({ after }) => {
  const ends: ReadonlyArray<(socket: Socket) => void> = [
    (socket) => socket.destroy(),
    (socket) => socket.end(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\n'),
    (socket) => socket.end('220 ready\r\n\r\n'),
    (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'),
  ]
  for (const [at, end] of ends.entries()) {
    let connections = 0
    const proxy = rude(end).on('connection', () => connections++)
    const port = await open(proxy, after)
    const { tag } = await told('https://127.0.0.1:9443', after, () => new ProxyAgent(`http://127.0.0.1:${port}`))
    assert.is(tag, 'Unreachable', `${at}`)
    assert.is(connections, 2, `${at}`)
  }
})

/** The deletion of one record by each way of sending, with calls that may take so long. */
const inTime = async (url: string, fetches: ReadonlyArray<PlainFetch | undefined>) => {
  const results: string[] = []
  for (const own of fetches) {
    const tags: string[] = []
    const report = await deleteRecords(providerOf(url, own), ['a'], {
      callTimeoutMs: 150,
      attempts: 1,
      random: () => 1,
      onEvent: (event) => void (event.kind === 'call-failed' && tags.push(event.tag)),
    })
    results.push(`${tags[0]} ${report.outcomes[0]?.status}`)
  }
  return results
}

test('a connection that is not made in the time of a call was never sent', async ({ after }) => {
  // TLS: the connection is there, and the handshake is never answered. It waits in the pool as well, behind another one.
  const silent = await open(
    rude(() => {}),
    after,
  )
  const narrow = new Agent({ connections: 1 })
  after(() => narrow.destroy())
  const fetches = [undefined, undiciFetch({ dispatcher: new Agent() }), undiciFetch({ dispatcher: narrow })]
  const url = `https://127.0.0.1:${silent}`
  assert.equal(await inTime(url, fetches), Array(3).fill('Unreachable untouched'))
  const report = await deleteRecords(providerOf(url, undiciFetch({ dispatcher: narrow })), ['a', 'b', 'c'], {
    callTimeoutMs: 150,
    attempts: 1,
    batchSize: 1,
    concurrency: 3,
  })
  assert.is(report.totals.untouched, 3)
})

test('a request that was written, or may be, and has no answer in the time of a call is in doubt', async ({
  after,
}) => {
  const silent = await open(
    rude(() => {}),
    after,
  )
  const plain = `http://127.0.0.1:${silent}`
  const doubted = 'Interrupted unconfirmed'
  assert.equal(await inTime(plain, [undefined, undiciFetch({ dispatcher: new Agent() })]), [doubted, doubted])
  // One that goes on, whatever its signal says; and one that nothing is heard of.
  const deaf: PlainFetch = (to, { signal: _, ...init }) => fetch(to, init)
  const other: PlainFetch = () => new Promise(() => {})
  assert.equal(await inTime(`https://127.0.0.1:${silent}`, [deaf, other]), [doubted, doubted])
})

const coded = (code: string, more: object = {}) =>
  Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect', ...more })

test('a minute in mid-run without a connection loses nothing, doubts nothing and settles everything', async () => {
  const failures: Readonly<Record<string, () => Error>> = {
    'no host': () => coded('ENOTFOUND', { syscall: 'getaddrinfo' }),
    'no answer of the resolver': () => coded('EAI_AGAIN', { syscall: 'getaddrinfo' }),
    refused: () => coded('ECONNREFUSED'),
    'no network': () => coded('ENETUNREACH'),
    'no route': () => coded('EHOSTUNREACH'),
    'network down': () => coded('ENETDOWN'),
    'no address left': () => coded('EADDRNOTAVAIL'),
    'no connection in time': () => coded('UND_ERR_CONNECT_TIMEOUT', { syscall: undefined }),
    'no connection in the time of the system': () => coded('ETIMEDOUT'),
    'all addresses': () => new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
    'no CONNECT': () => new Error('Proxy response (502) !== 200 when HTTP Tunneling'),
    'no handshake': () =>
      Object.assign(new Error('Client network socket disconnected before secure TLS connection was established'), {
        code: 'ECONNRESET',
      }),
  }
  const ids = Array.from({ length: 200 }, (_, n) => `r${n}`)
  for (const [name, failure] of Object.entries(failures)) {
    const clock = virtualClock()
    const began = clock.now()
    const there = new Set(ids)
    let failed = 0
    const provider = providerOf('https://shelf.example', async (_, init) => {
      await clock.sleep(1_000)
      const at = clock.now() - began
      if (at > 10_000 && at <= 70_000) {
        failed++
        throw new TypeError('fetch failed', { cause: failure() })
      }
      for (const id of JSON.parse(String(init.body)).ids) there.delete(id)
      return new Response(null, { status: 204 })
    })
    const doubts: string[] = []
    const onEvent = ({ kind }: { readonly kind: string }) => void (kind === 'in-doubt' && doubts.push(kind))
    const report = await clock.until(deleteRecords(provider, ids, { clock, concurrency: 1, attempts: 2, onEvent }))
    assert.is(report.totals.deleted, ids.length, name)
    assert.is(report.halted, undefined, name)
    assert.equal(doubts, [], name)
    assert.is(there.size, 0, name)
    assert.ok(failed > 0, name)
  }
})
