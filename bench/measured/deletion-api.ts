import type { IncomingMessage, ServerResponse } from 'node:http'
import { indexOf } from './ids.ts'
import { listen, readAll, type Serving, type ServingSpec } from './serving.ts'

/**
 * A plain API: `POST /delete {"ids": […]}` deletes all of them in one transaction, or none, and then says which was
 * missing; `POST /existing` lists those that are there. `more.faults`: every so manieth deletion is answered 429, or
 * done and its answer lost, or lost before it was done.
 */
export const startDeletionApi = async (spec: ServingSpec): Promise<Serving> => {
  const { records, latencyMs = 0, more = {} } = spec
  const faults = (more['faults'] ?? {}) as Faults
  const deleted = new Uint8Array(records)
  const counts = { requests: 0, refused: 0, reads: 0 }
  let firstAt = 0
  let lastAt = 0
  let deletions = 0

  const answer = (response: ServerResponse, status: number, body: string, headers = {}): void => {
    const send = () => {
      lastAt = Date.now()
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers })
      response.end(body)
    }
    if (latencyMs === 0) send()
    else setTimeout(send, latencyMs)
  }
  const destroy = (ids: ReadonlyArray<string>, response: ServerResponse): void => {
    deletions++
    if (meets(deletions, faults.throttled)) {
      counts.refused++
      return answer(response, 429, '{}', { 'retry-after': '0.1' })
    }
    if (meets(deletions, faults.lostBefore)) return void response.destroy()
    const missing = ids.find((id) => deleted[indexOf(id)] !== 0)
    if (missing !== undefined) return answer(response, 404, JSON.stringify({ missing }))
    for (const id of ids) deleted[indexOf(id)] = 1
    if (meets(deletions, faults.lostAfter)) return void response.destroy()
    answer(response, 200, `{"deleted":${ids.length}}`)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (counts.requests++ === 0) firstAt = Date.now()
    readAll(request, (body) => {
      const { ids } = JSON.parse(body.toString('latin1')) as { ids: ReadonlyArray<string> }
      if (request.url === '/delete') return destroy(ids, response)
      counts.reads++
      const existing = ids.filter((id) => deleted[indexOf(id)] === 0)
      answer(response, 200, JSON.stringify({ existing }))
    })
  }
  const url = await listen(onRequest)
  return { url, ledger: () => ({ deleted, counts, spanMs: lastAt - firstAt }) }
}

export interface Faults {
  readonly throttled?: number
  readonly lostBefore?: number
  readonly lostAfter?: number
}

const meets = (nth: number, every: number | undefined): boolean => every !== undefined && nth % every === 0
