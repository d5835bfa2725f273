/** Mistakes of members that are written by hand. */
import * as E from 'fp-ts/lib/Either.js'
import { listingOf } from '../../../src/core/contract/provider.ts'
import type { BulkRecordProvider } from '../../../src/http-provider.ts'
import { askOnce, parsed, requestOf } from './by-hand.ts'
import type { Broken } from './sound.ts'
import { allDeleted, broken } from './sound-by-hand.ts'

/** Writes to what is to be read only, as plain JavaScript may. */
const changed = (provider: BulkRecordProvider, most: number): void => {
  Object.assign(provider.capabilities, { maxBatchSize: most })
}

export const brokenMembers: ReadonlyArray<Broken> = [
  broken('learns a limit for good', 'capabilities are not changed by a run', /changed its capabilities/, {
    members: (provider) => ({
      deleteBatch: (batch, context) => async () => {
        const result = await provider.deleteBatch(batch, context)()
        if (E.isLeft(result) && result.left.tag === 'TooLarge') changed(provider, Math.ceil(batch.ids.length / 2))
        return result
      },
    }),
  }),
  broken(
    'throws over an answer that is no JSON',
    'HTML and 200, for every deletion: nothing is called deleted',
    /was at fault/,
    {
      members: (provider, baseUrl) => ({
        deleteBatch: (batch, context) => async () => {
          const reply = await askOnce(baseUrl)(context, 'delete', 'delete', { ids: batch.ids })
          JSON.parse(reply.text)
          return provider.deleteBatch(batch, context)()
        },
      }),
    },
  ),
  broken('takes a 413 for the fault of the records', 'a request that is too long is cut smaller', /rejected/, {
    members: (provider) => ({
      deleteBatch: (batch, context) => async () => {
        const result = await provider.deleteBatch(batch, context)()
        if (E.isRight(result) || result.left.tag !== 'TooLarge') return result
        const reason = { code: 'too-large', message: 'too large' }
        const verdicts = batch.ids.map((id) => ({ id, is: 'rejected', reason }) as const)
        return E.right({ kind: 'ById', verdicts, silence: 'unconfirmed' })
      },
    }),
  }),
  broken('sends something when it is made', 'a dry run sends nothing', /sent 1 requests in a dry run/, {
    members: (_provider, baseUrl) => {
      void fetch(`${baseUrl}/list`, requestOf({ ids: [] })).catch(() => {})
      return {}
    },
  }),
  broken(
    'believes an empty list of its own',
    'an empty list proves nothing: no absence is believed from an unproven reader',
    /still exists|listed nothing at all/,
    {
      members: (provider) => ({
        deleteBatch: (batch, context) => async () => {
          const result = await provider.deleteBatch(batch, context)()
          const left = await provider.findExisting?.(batch, context)()
          const isEmpty = left !== undefined && E.isRight(left) && [...listingOf(left.right).ids].length === 0
          return isEmpty ? allDeleted : result
        },
      }),
    },
  ),
  broken(
    'takes the reader that fails for one that finds nothing',
    'a read that is answered with 500 shows nothing',
    /still exists/,
    {
      members: (_provider, baseUrl) => ({
        findExisting: (batch, context) => async () => {
          const reply = await askOnce(baseUrl)(context, 'read', 'list', { ids: batch.ids })
          const { records = [] } = (parsed(reply.text) ?? {}) as { records?: ReadonlyArray<{ readonly id: string }> }
          return E.right(new Set(records.map(({ id }) => id)))
        },
      }),
    },
  ),
  broken(
    'remembers what it read in the run before',
    'a run after another finds nothing of it',
    /expected it to be called deleted/,
    {
      members: (provider) => {
        let known: ReadonlySet<string> | undefined
        return {
          deleteBatch: (batch, context) => async () => {
            const existing = await provider.findExisting?.(batch, context)()
            if (known === undefined && existing !== undefined && E.isRight(existing))
              known = new Set(listingOf(existing.right).ids)
            const there = batch.ids.filter((id) => known?.has(id))
            if (there.length === 0) return E.right({ kind: 'ById', verdicts: [], silence: 'unconfirmed' })
            return provider.deleteBatch({ ...batch, ids: there }, context)()
          },
        }
      },
    },
  ),
  broken(
    'goes on after it was told to stop',
    'abort: nothing is sent after it, and every record has its outcome',
    /still exists/,
    {
      members: (provider) => ({
        deleteBatch: (batch, context) => async () => {
          for (const id of batch.ids) await provider.deleteBatch({ ...batch, ids: [id] }, context)()
          return allDeleted
        },
      }),
    },
  ),
  broken(
    'tells the place by the time of day',
    'the place is told, the same every time, and nothing is deleted by asking',
    /one key for one place/,
    {
      members: () => {
        let asked = 0
        return {
          identify: () => async () => E.right({ key: `place at ${asked++}`, label: 'ACME', production: 'unknown' }),
        }
      },
    },
  ),
  broken(
    'waits by a timer of its own for a job that never comes',
    'every record is deleted, and has one outcome in the order given',
    /did not come to an end/,
    { members: () => ({ deleteBatch: () => () => new Promise(() => {}) }) },
  ),
]
