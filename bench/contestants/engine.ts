/** The engine by itself: a provider that answers at once. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type BulkRecordProvider, type RunOptions, streamOutcomes } from '../../src/index.ts'
import { idsTo } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'

const provider = ({ batchSize }: Task): BulkRecordProvider => ({
  specification: 1,
  name: 'instant',
  verified: 'live',
  capabilities: { maxBatchSize: batchSize, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: (id) => id.length > 0,
  deleteBatch: () => TE.right({ kind: 'AllDeleted' }),
})

const run =
  (options: RunOptions): Contestant =>
  async (task) => {
    let gone = 0
    for await (const outcome of streamOutcomes(provider(task), idsTo(task.records), options))
      if (outcome.status === 'deleted') gone++
    if (gone !== task.records) throw new Error(`${gone} of ${task.records}`)
  }

export const allowing = run({ duplicates: 'allow' })
export const dropping = run({ duplicates: 'drop' })

/** What has to be taken off: making the ids is not the engine's. */
export const idsAlone: Contestant = async (task) => {
  let length = 0
  for (const id of idsTo(task.records)) length += id.length
  return { length }
}
