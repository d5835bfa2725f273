import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Exchange, send } from './answer.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { type FaultBook, faultBook } from './faults.ts'
import { play } from './play.ts'
import type { Arrival, OpenCall, Reply, System } from './system.ts'
import type { Timers } from './timers.ts'

export type Running = Pick<Emulator, 'url' | 'calls' | 'fault' | 'close'>

/** Serves one system on loopback: reads requests, logs them, lets them in, plays faults, answers, ends. */
export const serve = async (system: System, options: EmulatorOptions, timers: Timers): Promise<Running> => {
  const calls: Array<OpenCall> = []
  const faults = faultBook(system.words, system.hasJobs)
  const handle = handler(system, options, timers, faults)
  const server = createServer({ maxHeaderSize: 262_144, keepAliveTimeout: 60_000 }, (request, response) => {
    const { method = '', url = '' } = request
    const call: OpenCall = { method, url, ids: [], status: 0, applied: [], at: Date.now() }
    calls.push(call)
    response.once('close', () => system.left(call))
    const exchange: Exchange = { call, request, response, arrivedAt: performance.now() }
    readBody(request, options.maxBodyBytes ?? 1_048_576, (body) => handle(exchange, body))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: faults.set,
    close: () => {
      timers.stop()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

const handler = (system: System, options: EmulatorOptions, timers: Timers, faults: FaultBook) => {
  const { latencyMs = 0, lateMs = 300, slowMs = 1000, maxUrlBytes = 8192 } = options

  const serveApplication = (exchange: Exchange, arrival: Arrival, fits: boolean, answer: (reply: Reply) => void) => {
    const { method, path, call } = arrival
    const route = system.find(method, path)
    if (!fits || route === undefined) return answer(system.fail(fits ? 404 : 413))
    const task = route.open(arrival)
    call.ids = task.ids
    const turnedAway = system.admit(arrival, route)
    if (turnedAway !== undefined) return answer(turnedAway)
    const fault = faults.take({ words: route.words, path, startsJob: route.startsJob === true })
    if (fault === undefined) return answer(task.run())
    const headers = system.headers(arrival)
    return play[fault]({ task, system, timers, lateMs, slowMs, exchange, answer, headers })
  }

  return (exchange: Exchange, body: string | undefined) => {
    const { call, request } = exchange
    const answer = (reply: Reply, headers = {}) => {
      const workedMs = performance.now() - exchange.arrivedAt
      timers.later(latencyMs - workedMs, () => send(exchange, reply, headers))
    }
    // The web server in front of the application says this, without the application's headers.
    if (requestLineBytes(call) > maxUrlBytes) return answer(system.fail(414))
    const { path, query } = splitTarget(call.url)
    const arrival: Arrival = { method: call.method, path, query, headers: request.headers, body: body ?? '', call }
    const fits = body !== undefined
    return serveApplication(exchange, arrival, fits, (reply) => answer(reply, system.headers(arrival)))
  }
}

const requestLineBytes = ({ method, url }: OpenCall): number => Buffer.byteLength(`${method} ${url} HTTP/1.1`)

const splitTarget = (target: string) => {
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, query: new URLSearchParams() }
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}

/** Hands on the body; `undefined` for one that is too long, which is read to its end and forgotten. */
const readBody = (request: IncomingMessage, maxBytes: number, then: (body: string | undefined) => void): void => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
  })
  request.on('end', () => then(bytes > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8')))
  // A caller that goes away in mid-request has asked for nothing.
  request.on('error', () => undefined)
}
