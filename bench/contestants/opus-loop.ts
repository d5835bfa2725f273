import { claimBatch, claimed } from '../measured/claims.ts'
import { batchesTo } from '../measured/ids.ts'
import type { Contestant } from '../measured/task.ts'

/** The control: as little as will do. One token for all, asked for again when one in ten of its seconds is left. */
export const run: Contestant = async (task, claims) => {
  const { tokenUrl = '', clientId = '', clientSecret = '' } = task.more as Readonly<Record<string, string>>
  let token: Promise<string> | undefined
  const ask = async (): Promise<string> => {
    const who = { client_id: clientId, client_secret: clientSecret, scope: 'records.readwrite.all' }
    const form = { ...who, grant_type: 'client_credentials' }
    const response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) })
    const issued = (await response.json()) as { readonly access_token: string; readonly expires_in: number }
    setTimeout(() => {
      token = undefined
    }, issued.expires_in * 900).unref()
    return issued.access_token
  }
  const batches = batchesTo(task.records, task.batchSize)
  const work = async (): Promise<void> => {
    for (const ids of batches) {
      token ??= ask()
      const response = await fetch(`${task.url}/records/connector/records`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${await token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ disposalIds: ids }),
      })
      await response.text()
      claimBatch(claims, ids, response.status === 200 ? claimed.gone : claimed.there)
    }
  }
  await Promise.all(Array.from({ length: task.concurrency }, work))
}
