import { Client } from '@elastic/elasticsearch'
import { idsTo } from '../measured/ids.ts'
import type { Contestant } from '../measured/task.ts'

/** An action of the bulk API, as a line: `{"delete":{"_index":"records","_id":"…"}}`. */
const bytesAnAction = 76

/** The bulk helper of the official client. It names no record that it deleted: its report is its counters. */
export const run: Contestant = async (task) => {
  const client = new Client({ node: task.url })
  const stats = await client.helpers.bulk<string>({
    datasource: (async function* () {
      yield* idsTo(task.records)
    })(),
    onDocument: (id) => ({ delete: { _index: 'records', _id: id } }),
    flushBytes: task.batchSize * bytesAnAction,
    concurrency: task.concurrency,
    retries: 3,
    wait: 50,
  })
  await client.close()
  return { counted: { gone: stats.successful, there: stats.failed } }
}
