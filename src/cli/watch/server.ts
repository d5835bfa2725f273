import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Feed } from './feed.ts'

export interface Watching {
  /** With the token, which opens it once. */
  readonly url: string
  readonly close: () => Promise<void>
}

/**
 * Serves one page and its events on loopback, to whoever opens the URL first: the token in it is exchanged for a cookie, and is
 * worth nothing afterwards. Nothing is allowed to pages of other origins.
 */
export const serve = async (port: number, feed: Feed, page: (nonce: string) => string): Promise<Watching> => {
  const token = randomBytes(24).toString('base64url')
  const session = randomBytes(24).toString('base64url')
  let isUsed = false
  let address = ''
  const server = createServer((request, response) => {
    const end = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { ...always, 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text)
    }
    const url = new URL(request.url ?? '/', `http://${address}`)
    // Another name for this machine would let a page of that name read it.
    if (!isOurs(request.headers.host, address)) return end(421, 'this is not its address\n')
    if (request.method !== 'GET') return end(405, 'it can only be looked at\n', { allow: 'GET' })
    if (isCrossSite(request)) return end(403, 'not from another site\n')
    const given = url.searchParams.get('token')
    if (url.pathname === '/' && given !== null) {
      if (isUsed || !isSame(given, token))
        return end(403, 'this link was opened already: start "expunge watch" again\n')
      isUsed = true
      const cookie = `${nameOf(address)}=${session}; HttpOnly; SameSite=Strict; Path=/`
      return end(303, '', { location: '/', 'set-cookie': cookie })
    }
    if (!hasCookie(request, nameOf(address), session))
      return end(403, 'open the link that "expunge watch" has printed\n')
    if (url.pathname === '/events') return stream(request, response, feed)
    if (url.pathname !== '/') return end(404, 'there is no such page\n')
    const nonce = randomBytes(16).toString('base64')
    let text: string
    try {
      text = page(nonce)
    } catch (cause) {
      return end(500, `the journal can't be read: ${(cause as Error).message}\n`)
    }
    const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    end(200, text, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${address}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const always = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const

const isOurs = (host: string | undefined, address: string): boolean =>
  host === address || host === address.replace('127.0.0.1', 'localhost')

/** Browsers say where a request comes from; a link that is clicked comes from nowhere in particular. */
const isCrossSite = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate'

const isSame = (given: string, wanted: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Cookies know no ports: two that are watched at once each have their own. */
const nameOf = (address: string): string => `expunge-watch-${address.split(':')[1]}`

const hasCookie = ({ headers }: IncomingMessage, wanted: string, session: string): boolean =>
  (headers.cookie ?? '').split(/; */).some((each) => {
    const [name, value = ''] = each.split('=')
    return name === wanted && isSame(value, session)
  })

/** Server-sent events; a browser that comes back says what it heard last. */
const stream = (request: IncomingMessage, response: ServerResponse, feed: Feed): void => {
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream; charset=utf-8' })
  response.write('retry: 1000\n\n')
  const heard = request.headers['last-event-id']
  const after = typeof heard === 'string' && /^\d{1,15}$/.test(heard) ? Number(heard) : undefined
  const stop = feed.listen(after, ({ id, event, html }) => {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ html })}\n\n`)
  })
  request.once('close', stop)
}
