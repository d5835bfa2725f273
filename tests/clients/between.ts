/** Stands between a client and what answers it, and notes what passes: the same for the vendor's client and for our adapter. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BulkRecordProvider } from '../../src/http-provider.ts'
import { deleteRecords, type Report } from '../../src/index.ts'
import type { ContractBackend, ContractSubject, VirtualClock } from '../../src/testing.ts'

export interface Passed {
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body as JSON; undefined: there was none. */
  readonly json: unknown
  readonly status: number
}

export interface Between {
  readonly url: string
  /** What has passed since it was asked the last time. */
  readonly passed: () => ReadonlyArray<Passed>
  readonly close: () => Promise<void>
}

export type Rewrite = (target: string) => string

export const between = async (backendUrl: string, rewrite: Rewrite = (target) => target): Promise<Between> => {
  let seen: Passed[] = []
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk as Uint8Array)
    const { method = '', url = '', headers } = request
    const text = Buffer.concat(chunks).toString()
    const { host: _, connection: __, 'content-length': ___, 'accept-encoding': ____, ...kept } = headers
    const answer = await fetch(backendUrl + rewrite(url), {
      method,
      headers: kept as Record<string, string>,
      redirect: 'manual',
      ...(text !== '' && { body: text }),
    })
    const { pathname, searchParams } = new URL(url, backendUrl)
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    seen.push({ method, path: pathname, query: [...searchParams], headers, json, status: answer.status })
    const type = answer.headers.get('content-type')
    response.writeHead(answer.status, type === null ? {} : { 'content-type': type })
    response.end(Buffer.from(await answer.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => {
      const all = seen
      seen = []
      return all
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A subject's backend in real time, with somebody who looks on. */
export const standInFor = async (
  subject: ContractSubject,
  after: (closer: () => unknown) => void,
  rewrite?: Rewrite,
) => {
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  // A backend asks its clock for no more than the time and a sleep.
  const backend: ContractBackend = await subject.start({ clock: { now: Date.now, sleep } as VirtualClock })
  after(backend.close)
  const line = await between(backend.url ?? '', rewrite)
  after(line.close)
  return { backend, line, idOf: subject.id ?? ((n: number) => `record-${n}`) }
}

/** Our adapter's run, and what it sent. */
export const ours = async (
  line: Between,
  provider: BulkRecordProvider,
  ids: ReadonlyArray<string>,
): Promise<{ readonly report: Report; readonly sent: ReadonlyArray<Passed> }> => {
  line.passed()
  const report = await deleteRecords(provider, ids)
  return { report, sent: line.passed() }
}

/** What two requests have to have in common to be the same to a backend. */
export const essence = ({ method, path, query, json }: Passed) => ({ method, path, query, json })
