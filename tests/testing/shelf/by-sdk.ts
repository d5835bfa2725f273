/** Adapters by `defineProvider`, over a client that speaks to the backend in its own way. */
import {
  type BatchReply,
  defineProvider,
  type Existing,
  type Listing,
  type ProviderError,
  type Told,
} from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { named } from './adapters.ts'
import { startResults } from './backends.ts'
import { requestOf } from './by-hand.ts'
import { type Entry, shelfToken } from './records.ts'
import type { Broken } from './sound.ts'

/** What a vendor gives: methods that resolve with values, and throw. */
const clientOf = (baseUrl: string) => {
  const post = async (path: string, ids: ReadonlyArray<string>, signal: AbortSignal): Promise<unknown> => {
    const response = await fetch(`${baseUrl}/${path}`, { ...requestOf({ ids }), redirect: 'manual', signal })
    if (response.status !== 200) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status })
    return response.json()
  }
  return {
    removeAll: async (ids: ReadonlyArray<string>, signal: AbortSignal) =>
      ((await post('delete', ids, signal)) as { results: ReadonlyArray<Entry> }).results,
    list: async (ids: ReadonlyArray<string>, signal: AbortSignal): Promise<Listing> => {
      const { records, total } = (await post('list', ids, signal)) as {
        readonly records: ReadonlyArray<{ readonly id: string }>
        readonly total: number
      }
      return { ids: records.map(({ id }) => id), complete: records.length === total }
    },
  }
}

type Client = ReturnType<typeof clientOf>
type Remove = (client: Client, ids: ReadonlyArray<string>, signal: AbortSignal) => Promise<Told<BatchReply>>

export const removeAll: Remove = async (client, ids, signal) => ({
  kind: 'ById',
  verdicts: named(await client.removeAll(ids, signal)),
  silence: 'unconfirmed',
})

type List = (
  client: Client,
  ids: ReadonlyArray<string>,
  signal: AbortSignal,
) => Promise<Told<Iterable<string> | Existing>>

export const bySdk = (remove: Remove, list: List = (client, ids, signal) => client.list(ids, signal)) =>
  ((baseUrl) => {
    const client = clientOf(baseUrl)
    return defineProvider({
      name: 'by-sdk',
      capabilities: {
        maxBatchSize: 10,
        atomicity: 'per-record',
        replay: 'safe',
        effect: 'erased',
        lateEffectMs: 3_000,
      },
      secrets: () => [shelfToken],
      deleteBatch: ({ ids }, { signal }) => remove(client, ids, signal),
      findExisting: ({ ids }, { signal }) => list(client, ids, signal),
    })
  }) satisfies ContractSubject['provider']

export const bySdkSubject: ContractSubject = {
  provider: bySdk(removeAll),
  start: startResults(),
  secrets: [shelfToken],
}

const refused: ProviderError = {
  tag: 'Refused',
  status: 0,
  detail: 'it did not work',
  culprits: [],
  blames: 'rejected',
}

export const brokenBySdk: ReadonlyArray<Broken> = [
  {
    mistake: 'takes whatever its SDK throws for a refusal',
    caseName: 'a deletion whose answer is lost is in doubt',
    says: /as if it had been gone|and it is gone/,
    sound: bySdkSubject,
    broken: {
      ...bySdkSubject,
      provider: bySdk((client, ids, signal) => removeAll(client, ids, signal).catch(() => refused)),
    },
  },
  {
    mistake: 'does not wait for its SDK to be done',
    caseName: '500, for every deletion: nothing is called deleted',
    says: /deleted by reply, and it still exists/,
    sound: bySdkSubject,
    broken: {
      ...bySdkSubject,
      provider: bySdk(async (client, ids, signal) => {
        client.removeAll(ids, signal).catch(() => {})
        return { kind: 'AllDeleted' }
      }),
    },
  },
  {
    mistake: 'takes an SDK that can not list for an empty list',
    caseName: 'a read that is answered with 500 shows nothing',
    says: /still exists/,
    sound: bySdkSubject,
    broken: {
      ...bySdkSubject,
      provider: (baseUrl) =>
        bySdk(removeAll, (client, ids, signal) => client.list(ids, signal).catch(() => []))(baseUrl),
    },
  },
]
