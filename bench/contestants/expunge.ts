import * as t from 'io-ts'
import { type BulkRecordProvider, defineHttpProvider, on } from '../../src/http-provider.ts'
import { deleteRecords, presence, type RecordOutcome, type RunOptions, streamOutcomes } from '../../src/index.ts'
import { claimed, type PerRecord } from '../measured/claims.ts'
import { idsTo, indexOf } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'

const Deleted = t.type({ deleted: t.number })
const Missing = t.type({ missing: t.string })
const Existing = t.type({ existing: t.array(t.string) })

const deletionApi = ({ url, batchSize, more = {} }: Task): BulkRecordProvider =>
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
export const streamed: Contestant = async (task, claims) => {
  const options: RunOptions = { ...optionsOf(task), duplicates: 'allow' }
  for await (const outcome of streamOutcomes(deletionApi(task), idsTo(task.records), options))
    claimOutcome(claims, outcome)
}

/** The report with every outcome in it, and every identity remembered. */
export const collected: Contestant = async (task, claims) => {
  const report = await deleteRecords(deletionApi(task), idsTo(task.records), optionsOf(task))
  for (const outcome of report.outcomes) claimOutcome(claims, outcome)
  return { requests: report.requests }
}
