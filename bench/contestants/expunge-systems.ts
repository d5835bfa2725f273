/** The three systems of the seeds, and one more that answers record by record. */
import * as E from 'fp-ts/lib/Either.js'
import {
  avePointOpus,
  type BulkRecordProvider,
  datoCms,
  deleteRecords,
  type RunOptions,
  uuidList,
} from '../../src/index.ts'
import { undiciFetch } from '../../src/undici.ts'
import type { PerRecord } from '../measured/claims.ts'
import { idAt, idsTo, shortIdAt } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'
import { claimOutcome } from './expunge.ts'

const run = async (
  provider: BulkRecordProvider,
  task: Task,
  claims: PerRecord,
  options: RunOptions,
  spell = idAt,
): Promise<Readonly<Record<string, unknown>>> => {
  const report = await deleteRecords(provider, idsTo(task.records, spell), options)
  for (const outcome of report.outcomes) claimOutcome(claims, outcome)
  return { requests: report.requests, ...report.totals, halted: report.halted?.detail }
}

/** The emulator's own word for where it is and who may delete there. */
const settingsOf = <Provider extends (config: never) => BulkRecordProvider>({ more }: Task): Parameters<Provider>[0] =>
  more as Parameters<Provider>[0]

export const datoCmsAtFullShare: Contestant = (task, claims) =>
  run(
    datoCms(settingsOf<typeof datoCms>(task)),
    task,
    claims,
    { rate: { share: 1 }, concurrency: task.concurrency },
    shortIdAt,
  )

export const opus: Contestant = (task, claims) =>
  run(avePointOpus(settingsOf<typeof avePointOpus>(task)), task, claims, { concurrency: task.concurrency })

export const opusOverUndici: Contestant = (task, claims) => {
  const config = { ...settingsOf<typeof avePointOpus>(task), http: { fetch: undiciFetch() } }
  return run(avePointOpus(config), task, claims, { concurrency: task.concurrency })
}

export const uuids: Contestant = (task, claims) => {
  const config = settingsOf<typeof uuidList>(task)
  return run(uuidList({ ...config, permanentDelete: true }), task, claims, { concurrency: task.concurrency })
}

/** The bulk API of Elasticsearch: NDJSON, which a declared adapter has no word for, so its request is sent by hand. */
const bulkApi = ({ url, batchSize }: Task): BulkRecordProvider => ({
  specification: 1,
  name: 'bulk-api',
  verified: 'live',
  capabilities: { maxBatchSize: batchSize, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: () => true,
  deleteBatch: (batch, context) => async () => {
    const body = batch.ids.map((id) => `{"delete":{"_index":"records","_id":"${id}"}}\n`).join('')
    const headers = { 'content-type': 'application/vnd.elasticsearch+x-ndjson;compatible-with=9' }
    const { text } = await context.exchange('delete', async (signal) => {
      const response = await fetch(`${url}/_bulk`, { method: 'POST', headers, body, signal })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
    const { items } = JSON.parse(text) as { items: ReadonlyArray<{ delete: { status: number } }> }
    return E.right({
      kind: 'ByPosition',
      verdicts: items.map(({ delete: { status } }) =>
        status === 200 ? { is: 'deleted' } : status === 429 ? { is: 'again' } : { is: 'absent' },
      ),
    })
  },
})

export const bulk: Contestant = (task, claims) => run(bulkApi(task), task, claims, { concurrency: task.concurrency })
