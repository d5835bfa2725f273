/** What people write by hand: batches, so many at a time, by the client of their choice. */
import ky from 'ky'
import pMap from 'p-map'
import PQueue from 'p-queue'
import { Pool } from 'undici'
import { claimBatch, claimed, type PerRecord } from '../measured/claims.ts'
import { batchesTo } from '../measured/ids.ts'
import type { Contestant, Task } from '../measured/task.ts'

/** Resolves with whether the backend said that it deleted all of them. */
type SendBatch = (url: string, ids: ReadonlyArray<string>) => Promise<boolean>

interface Deleted {
  readonly deleted: number
}

const viaFetch: SendBatch = async (url, ids) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids }),
  })
  const body = (await response.json()) as Deleted
  return response.ok && body.deleted === ids.length
}

/** Nothing but the sending, as the engine uses it: what the engine is held against. */
const viaKy: SendBatch = async (url, ids) => {
  const response = await ky.post(url, { json: { ids }, retry: 0, throwHttpErrors: false, timeout: false })
  const body = await response.json<Deleted>()
  return response.ok && body.deleted === ids.length
}

/** As ky's documentation shows it, time-out and all; told to send a POST again as it does other requests. */
const viaRetryingKy: SendBatch = async (url, ids) => {
  const body = await ky.post(url, { json: { ids }, retry: { methods: ['post'] } }).json<Deleted>()
  return body.deleted === ids.length
}

const workers =
  (send: SendBatch): Contestant =>
  async (task, claims) => {
    const batches = batchesTo(task.records, task.batchSize)
    const work = async (): Promise<void> => {
      for (const ids of batches) await claim(send, task, ids, claims)
    }
    await Promise.all(Array.from({ length: task.concurrency }, work))
  }

const claim = async (send: SendBatch, task: Task, ids: ReadonlyArray<string>, claims: PerRecord): Promise<void> => {
  const done = await send(`${task.url}/delete`, ids).catch(() => false)
  claimBatch(claims, ids, done ? claimed.gone : claimed.there)
}

export const viaGlobalFetch = workers(viaFetch)
export const bareKy = workers(viaKy)
export const retryingKy = workers(viaRetryingKy)

export const bareUndici: Contestant = async (task, claims) => {
  const pool = new Pool(task.url, { connections: task.concurrency })
  const send: SendBatch = async (_, ids) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/delete',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ids }),
    })
    const { deleted } = (await body.json()) as Deleted
    return statusCode === 200 && deleted === ids.length
  }
  await workers(send)(task, claims)
  await pool.close()
}

/** A job a batch: a job a record would cost many times as much. */
export const pQueue: Contestant = async (task, claims) => {
  const queue = new PQueue({ concurrency: task.concurrency })
  for (const ids of batchesTo(task.records, task.batchSize)) {
    await queue.onSizeLessThan(task.concurrency)
    void queue.add(() => claim(viaFetch, task, ids, claims))
  }
  await queue.onIdle()
}

export const pMapped: Contestant = async (task, claims) => {
  const batches = batchesTo(task.records, task.batchSize)
  await pMap(batches, (ids) => claim(viaFetch, task, ids, claims), { concurrency: task.concurrency })
}
