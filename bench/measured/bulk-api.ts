import { indexOf } from './ids.ts'
import { listen, readAll, type Serving, type ServingSpec } from './serving.ts'

/**
 * The bulk API of Elasticsearch, as far as deletions go: `POST /_bulk`, a line of NDJSON a record, and an item in the
 * answer for each, in order. `more.busy`: every so manieth record is answered 429 for ever, as one on a shard whose
 * queue stays full.
 */
export const startBulkApi = async (spec: ServingSpec): Promise<Serving> => {
  const busy = Number(spec.more?.['busy'] ?? 0)
  const deleted = new Uint8Array(spec.records)
  const counts = { requests: 0, refusedItems: 0 }
  let firstAt = 0
  let lastAt = 0

  const carryOut = (line: string): string => {
    const { delete: action } = JSON.parse(line) as { delete: { _id: string } }
    const index = indexOf(action._id)
    if (busy > 0 && index % busy === busy - 1) {
      counts.refusedItems++
      return item(action._id, 429, ',"error":{"type":"es_rejected_execution_exception","reason":"the queue is full"}')
    }
    const status = deleted[index] === 0 ? 200 : 404
    deleted[index] = 1
    return item(action._id, status, '')
  }
  const url = await listen((request, response) => {
    if (counts.requests++ === 0) firstAt = Date.now()
    readAll(request, (body) => {
      const lines = body.toString('latin1').split('\n')
      const items = lines.filter((line) => line !== '').map(carryOut)
      const text = `{"took":1,"errors":${items.some((one) => one.includes('"error"'))},"items":[${items.join(',')}]}`
      lastAt = Date.now()
      const headers = { 'content-type': 'application/vnd.elasticsearch+json;compatible-with=9' }
      response.writeHead(200, { ...headers, 'x-elastic-product': 'Elasticsearch', 'content-length': text.length })
      response.end(text)
    })
  })
  return { url, ledger: () => ({ deleted, counts, spanMs: lastAt - firstAt }) }
}

const item = (id: string, status: number, more: string): string =>
  `{"delete":{"_index":"records","_id":"${id}","status":${status}${more}}}`
