import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** `json` is sent as JSON, `text` as it is; `script` may do anything, and ends the response itself. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  readonly script?: (response: ServerResponse, request: IncomingMessage) => void
}

export interface Listening {
  readonly url: string
  readonly requests: ReadonlyArray<SeenRequest>
  /** How many connections were made so far. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** A server on loopback that answers each request as it is told; `count` is 1 for the first. */
export const listen = async (
  answer: (request: SeenRequest, count: number) => Answer | Promise<Answer>,
): Promise<Listening> => {
  const requests: SeenRequest[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const { method = '', url: target = '', headers } = request
      const seen = { method, target, headers, body: Buffer.concat(chunks).toString('utf8') }
      const { status = 200, json, text = '', script, headers: own = {} } = await answer(seen, requests.push(seen))
      if (script !== undefined) return script(response, request)
      const type = json === undefined ? {} : { 'content-type': 'application/json' }
      response.writeHead(status, { ...type, ...own })
      response.end(json === undefined ? text : JSON.stringify(json))
    })
    request.on('error', () => undefined)
  })
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

/** A port on loopback that nobody listens on. */
export const deadUrl = async (): Promise<string> => {
  const { url, close } = await listen(() => ({}))
  await close()
  return url
}
