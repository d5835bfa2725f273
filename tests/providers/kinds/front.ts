import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { VirtualClock } from '../../../src/testing.ts'
import type { SeenRequest } from '../../support/listen.ts'

/** What a backend answered, or somebody in its place. */
export interface Told {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What the backend answered, read as JSON. */
export interface Answered {
  readonly status: number
  readonly json: unknown
  readonly headers: Readonly<Record<string, string>>
}

/**
 * What becomes of a request: an answer in the backend's place, which does not hear of it; a true answer, changed; or none,
 * where the connection ends before the backend has heard of it. Undefined: it goes its way.
 */
export type Meddling = Told | 'lost-before' | { readonly change: (answer: Answered) => Told } | undefined

/** Stands before a backend: passes on what comes and notes it, or does as it is told. It can be switched off and on. */
export interface Front {
  readonly url: string
  readonly requests: ReadonlyArray<SeenRequest>
  readonly meddle: (how: (request: SeenRequest) => Meddling) => void
  /** Nobody listens for so long, from now on: connections are refused. */
  readonly switchOff: (forMs: number) => void
  readonly close: () => Promise<void>
}

export const openFront = async (backendUrl: string, clock: VirtualClock): Promise<Front> => {
  const requests: SeenRequest[] = []
  let how: (request: SeenRequest) => Meddling = () => undefined

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('error', () => undefined)
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const { method = '', url: target = '', headers } = incoming
      const request = { method, target, headers, body: Buffer.concat(chunks).toString('utf8') }
      requests.push(request)
      const meddled = how(request)
      if (meddled === 'lost-before') return incoming.socket.destroy()
      if (meddled !== undefined && 'status' in meddled) return write(response, meddled)
      const answer = await forward(backendUrl, request)
      if (meddled === undefined) return write(response, answer)
      const { status, text, headers: told = {} } = answer
      write(response, meddled.change({ status, headers: told, json: text === '' ? undefined : JSON.parse(text) }))
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${new URL(backendUrl).pathname.replace(/\/$/, '')}`,
    requests,
    meddle: (next) => {
      how = next
    },
    switchOff: (forMs) => {
      const stopped = stop()
      void clock.sleep(forMs).then(async () => {
        const end = clock.busy()
        await stopped
        await listen(port)
        end()
      })
    },
    close: stop,
  }
}

const write = (response: ServerResponse, { status, json, text, headers = {} }: Told): void => {
  const body = json === undefined ? (text ?? '') : JSON.stringify(json)
  // One connection for each request: one that is switched off is refused, and never cut.
  response.writeHead(status, {
    connection: 'close',
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  })
  response.end(body)
}

const forward = async (
  backendUrl: string,
  { method, target, headers, body }: SeenRequest,
): Promise<Told & { readonly text: string }> => {
  const reply = await fetch(new URL(backendUrl).origin + target, {
    method,
    headers: passed(headers),
    ...(body !== '' && { body }),
    redirect: 'manual',
  })
  const own = [...reply.headers].filter(([name]) => !connection.has(name))
  return { status: reply.status, text: await reply.text(), headers: Object.fromEntries(own) }
}

const passed = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      connection.has(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  )

/** What belongs to one connection alone. */
const connection = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
])
