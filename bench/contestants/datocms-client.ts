/** The vendor's own client, as its documentation shows it. */
import { buildClient } from '@datocms/cma-client'
import { claimBatch, claimed, type PerRecord } from '../measured/claims.ts'
import { batchesTo, shortIdAt } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'

type DestroyBatch = (ids: ReadonlyArray<string>) => Promise<void>

const open = (task: Task, claims: PerRecord): DestroyBatch => {
  const { apiToken, environment, baseUrl } = task.more as Readonly<Record<string, string>>
  const client = buildClient({ apiToken: apiToken ?? '', environment: environment ?? '', baseUrl: baseUrl ?? '' })
  return async (ids) => {
    try {
      await client.items.bulkDestroy({ items: ids.map((id) => ({ type: 'item', id })) })
      claimBatch(claims, ids, claimed.gone)
    } catch {
      claimBatch(claims, ids, claimed.there)
    }
  }
}

export const allAtOnce: Contestant = async (task, claims) => {
  const destroy = open(task, claims)
  await Promise.all([...batchesTo(task.records, task.batchSize, shortIdAt)].map(destroy))
}

export const oneByOne: Contestant = async (task, claims) => {
  const destroy = open(task, claims)
  for (const ids of batchesTo(task.records, task.batchSize, shortIdAt)) await destroy(ids)
}
