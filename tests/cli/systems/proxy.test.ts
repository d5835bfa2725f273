import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { configOf, type Playground, uuidPlayground } from '../systems.ts'

const test = suite('cli: proxies and certificates', { deadlineMs: 60_000 })

const carriedOut = async ({ folder, env }: Playground, target: object, more: Readonly<Record<string, string>> = {}) => {
  writeFileSync(join(folder, 'cleanup.json'), configOf(target))
  const options = { env: { ...env, ...more } }
  const { stdout, stderr } = await expunge(folder, ['plan', 'cleanup.json', '--json'], options)
  assert.ok(stdout.startsWith('{'), stderr)
  const { digest } = JSON.parse(stdout)
  return expunge(folder, ['run', 'run.db', '--approve', digest], options)
}

const listening = async (
  server: ReturnType<typeof createHttp>,
  { after }: Pick<TestContext, 'after'>,
): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('a proxy with a password, and headers, from the environment', async (context) => {
  const playground = await uuidPlayground(context)
  const seen: Array<string | undefined> = []
  const tunnel = createHttp()
  tunnel.on('connect', (asked, socket) => {
    seen.push(asked.headers['proxy-authorization'])
    const { hostname, port } = new URL(`http://${asked.url}`)
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [upstream, socket]) end.on('error', () => {})
    socket.on('close', () => upstream.destroy())
  })
  const port = await listening(tunnel, context)
  const http = { proxy: { env: 'PROXY' }, headers: { 'X-Team': 'records', 'X-Api-Key': { env: 'KEY' } } }
  const env = { PROXY: `http://me:hidden@127.0.0.1:${port}`, KEY: 'also-hidden' }
  const { code, stdout, stderr } = await carriedOut(playground, { ...playground.target, http }, env)
  assert.is(code, 0, stderr)
  assert.is(playground.emulator.existing().size, 0)
  assert.ok(seen.length > 0)
  assert.is(seen[0], `Basic ${Buffer.from('me:hidden').toString('base64')}`)
  assert.not.match(stdout + stderr, 'hidden')
  assert.not.ok(readFileSync(join(playground.folder, 'run.db')).includes('hidden'))
})

/** A certificate for this machine that signs itself, by openssl. */
const certificate = (folder: string, name: string): void => {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]
  execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
}

const isThere = spawnSync('openssl', ['version']).status === 0
const whereOpensslIs = isThere ? test : test.skip

whereOpensslIs('an authority of its own, and a certificate of ours', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, target } = playground
  for (const name of ['server', 'client']) certificate(folder, name)
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  const options = target['options'] as { readonly baseUrl: string }
  const people = new Set<string>()
  const forward = (asked: IncomingMessage, answer: ServerResponse): void => {
    people.add(String((asked.socket as TLSSocket).getPeerCertificate().subject?.CN))
    const { method = 'GET', headers } = asked
    const inner = request(new URL(asked.url ?? '', options.baseUrl), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    asked.pipe(inner)
  }
  const tls = { key: read('server.key'), cert: read('server.pem'), ca: read('client.pem'), requestCert: true }
  const port = await listening(createHttps(tls, forward), context)
  const secured = { ...target, options: { ...options, baseUrl: `https://127.0.0.1:${port}` } }
  const http = { caFile: 'server.pem', certFile: 'client.pem', keyFile: 'client.key' }
  const { code, stderr } = await carriedOut(playground, { ...secured, http })
  assert.is(code, 0, stderr)
  assert.is(playground.emulator.existing().size, 0)
  assert.equal([...people], ['client'])
})
