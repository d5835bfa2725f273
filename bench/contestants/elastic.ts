import { Client } from '@elastic/elasticsearch'
import { claimed } from '../measured/claims.ts'
import { idsTo, indexOf } from '../measured/ids.ts'
import type { Contestant } from '../measured/task.ts'

/** An action of the bulk API, as a line: `{"delete":{"_index":"records","_id":"…"}}`. */
const bytesAnAction = 76

/**
 * The bulk helper of the official client: what `onDrop` names was not deleted, and the rest is taken for gone as far as
 * its counters go.
 */
export const run: Contestant = async (task, claims) => {
  const client = new Client({ node: task.url })
  const stats = await client.helpers.bulk<string>({
    datasource: (async function* () {
      yield* idsTo(task.records)
    })(),
    onDocument: (id) => ({ delete: { _index: 'records', _id: id } }),
    onDrop: ({ operation }) => {
      claims[indexOf((operation as { delete: { _id: string } }).delete._id)] = claimed.there
    },
    flushBytes: task.batchSize * bytesAnAction,
    concurrency: task.concurrency,
    retries: 3,
    wait: 50,
  })
  await client.close()
  let left = stats.successful
  for (let index = 0; index < claims.length && left > 0; index++) {
    if (claims[index] !== claimed.nothing) continue
    claims[index] = claimed.gone
    left--
  }
  const { total, successful, failed, retry } = stats
  return { total, successful, failed, retry }
}
