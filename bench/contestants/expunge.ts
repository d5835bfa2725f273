import * as t from 'io-ts'
import { type BulkRecordProvider, defineHttpProvider, type HttpOptions, on } from '../../src/http-provider.ts'
import { deleteRecords, presence, type RecordOutcome, type RunOptions, streamOutcomes } from '../../src/index.ts'
import { undiciFetch } from '../../src/undici.ts'
import { claimed, type PerRecord } from '../measured/claims.ts'
import { idsTo, indexOf } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'

const Deleted = t.type({ deleted: t.number })
const Missing = t.type({ missing: t.string })
const Existing = t.type({ existing: t.array(t.string) })

const deletionApi = ({ url, batchSize, more = {} }: Task, http: HttpOptions = {}): BulkRecordProvider =>
  defineHttpProvider({
    name: 'deletion-api',
    verified: 'live',
    capabilities: {
      maxBatchSize: batchSize,
      atomicity: more['atomicity'] === 'all-or-nothing' ? 'all-or-nothing' : 'per-record',
      replay: 'safe',
      effect: 'erased',
      lateEffectMs: 500,
    },
    baseUrl: url,
    http,
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'delete', json: { ids } }),
      replies: [
        on(200, Deleted, () => ({ kind: 'AllDeleted' })),
        on(404, Missing, ({ missing }, _, { status }) => ({
          tag: 'Refused',
          status,
          detail: 'not found',
          culprits: [{ id: missing, is: 'absent' }],
          blames: 'absent',
          reason: { code: 'not-found', message: 'not found', status },
        })),
      ],
    },
    ...(more['reads'] === true && {
      findExisting: [
        {
          form: 'list',
          request: (ids) => ({ method: 'POST', path: 'existing', json: { ids } }),
          replies: [on(200, Existing, ({ existing }) => existing)],
        },
      ],
    }),
  })

export const claimOutcome = (claims: PerRecord, { id, status }: RecordOutcome): void => {
  const is = presence({ status })
  claims[indexOf(id)] = is === 'gone' ? claimed.gone : is === 'present' ? claimed.there : claimed.unknown
}

const optionsOf = ({ concurrency }: Task): RunOptions => ({ concurrency })

/** Outcomes as they come: memory stays flat. */
const stream = async (provider: BulkRecordProvider, task: Task, claims: PerRecord): Promise<void> => {
  const options: RunOptions = { ...optionsOf(task), duplicates: 'allow' }
  for await (const outcome of streamOutcomes(provider, idsTo(task.records), options)) claimOutcome(claims, outcome)
}

export const streamed: Contestant = (task, claims) => stream(deletionApi(task), task, claims)

export const streamedOverUndici: Contestant = (task, claims) =>
  stream(deletionApi(task, { fetch: undiciFetch() }), task, claims)

/** The report with every outcome in it, and every identity remembered. */
export const collected: Contestant = async (task, claims) => {
  const report = await deleteRecords(deletionApi(task), idsTo(task.records), optionsOf(task))
  for (const outcome of report.outcomes) claimOutcome(claims, outcome)
  return { requests: report.requests }
}
