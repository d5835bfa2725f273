/** The mistakes that `defineHttpProvider` does not let an author make, and that members written by hand do. */
import * as E from 'fp-ts/lib/Either.js'
import type { BulkRecordProvider } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { shelfToken, startResults } from './backends.ts'
import { askOnce, byHand, errorOf, failureOf, type Hand, parsed, requestOf } from './by-hand.ts'
import type { Broken } from './sound.ts'

export const byHandSubject: ContractSubject = { provider: byHand(), start: startResults(), secrets: [shelfToken] }

const broken = (mistake: string, caseName: string, says: RegExp, hand: Hand): Broken => ({
  mistake,
  caseName,
  says,
  sound: byHandSubject,
  broken: { ...byHandSubject, provider: byHand(hand) },
})

/** Where a second sending does harm. */
const unsafeByHand = (hand: Hand): ContractSubject => ({
  ...byHandSubject,
  provider: byHand({
    ...hand,
    members: ({ capabilities }) => ({ capabilities: { ...capabilities, replay: 'unsafe' } }),
  }),
  start: startResults({ toggles: true }),
})

const allDeleted = E.right({ kind: 'AllDeleted' as const })

/** Writes to what is to be read only, as plain JavaScript may. */
const changed = (provider: BulkRecordProvider, most: number): void => {
  Object.assign(provider.capabilities, { maxBatchSize: most })
}

export const brokenByHand: ReadonlyArray<Broken> = [
  broken(
    'tries again by itself',
    'every request goes through exchange, one for each, and deletions as such',
    /it tries again by itself/,
    {
      ask: (baseUrl) => (context, purpose, path, body) =>
        context.exchange(purpose, async (signal) => {
          for (let attempt = 1; ; attempt++) {
            const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), redirect: 'manual', signal })
            const text = await response.text()
            if (response.status < 500 || attempt === 3)
              return { status: response.status, headers: response.headers, text }
          }
        }),
    },
  ),
  broken(
    'sends past the exchange',
    'every request goes through exchange, one for each, and deletions as such',
    /went past context\.exchange/,
    {
      ask: (baseUrl) => async (context, _purpose, path, body) => {
        const response = await fetch(`${baseUrl}/${path}`, {
          ...requestOf(body),
          redirect: 'manual',
          signal: context.signal,
        })
        return { status: response.status, headers: response.headers, text: await response.text() }
      },
    },
  ),
  broken('does not pass the signal on', 'a request that is given up is cut off', /connections open after the run/, {
    ask: (baseUrl) => (context, purpose, path, body) =>
      context.exchange(purpose, async () => {
        const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), redirect: 'manual' })
        return { status: response.status, headers: response.headers, text: await response.text() }
      }),
  }),
  broken(
    'sends a deletion as a read',
    'every request goes through exchange, one for each, and deletions as such',
    /sent a deletion as a read/,
    { ask: (baseUrl) => (context, _purpose, path, body) => askOnce(baseUrl)(context, 'read', path, body) },
  ),
  {
    mistake: 'sends once more when no answer came',
    caseName: 'what is not safe to send twice is sent once while it is in doubt',
    says: /while it was not known what the first sending had done/,
    sound: unsafeByHand({}),
    broken: unsafeByHand({
      ask: (baseUrl) => async (context, purpose, path, body) => {
        const once = () => askOnce(baseUrl)(context, purpose, path, body)
        return purpose === 'delete' ? once().catch(once) : once()
      },
    }),
  },
  broken('shows its token in an error', 'no secret is in a report, an event or an error', /showed a credential/, {
    errorOf: (reply) => {
      const error = errorOf(reply)
      return { ...error, detail: `${error.detail} for ${JSON.stringify(requestOf({}).headers)}` }
    },
  }),
  broken(
    'passes on what the backend said, which repeats the token',
    'no secret is in a report, an event or an error',
    /showed a credential/,
    { errorOf: (reply) => ({ ...errorOf(reply), detail: reply.text }) },
  ),
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
  broken(
    'looks at the status alone',
    'HTML and 200, for every deletion: nothing is called deleted',
    /deleted by reply, and it still exists/,
    { judge: () => allDeleted },
  ),
  broken(
    'takes a lost connection for a refusal',
    'the answer is lost after the deletion was done (a connection that ends): no record is called absent, rejected or untouched',
    /and it is gone|as if it had been gone/,
    {
      failureOf: (cause) => ({
        tag: 'Refused',
        status: 0,
        detail: failureOf(cause).detail,
        culprits: [],
        blames: 'rejected',
      }),
    },
  ),
  broken(
    'takes silence for a request that was never sent',
    'the answer is lost after the deletion was done (silence): no record is called absent, rejected or untouched',
    /as if it had been gone/,
    { failureOf: (cause) => ({ tag: 'Unreachable', detail: failureOf(cause).detail }) },
  ),
  broken('follows redirects', 'a redirect is not followed', /followed a redirect/, {
    ask: (baseUrl) => (context, purpose, path, body) =>
      context.exchange(purpose, async (signal) => {
        const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), signal })
        return { status: response.status, headers: response.headers, text: await response.text() }
      }),
  }),
  broken('takes a 401 for a hiccup', 'a 401 renews the token once, and then the run halts', /lets nobody in/, {
    errorOf: (reply) => (reply.status === 401 ? { tag: 'Interrupted', detail: 'not now' } : errorOf(reply)),
  }),
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
  broken(
    'takes a gateway that gave up for a backend that is closed',
    'the answer is lost after the deletion was done (a 504): no record is called absent, rejected or untouched',
    /as if it had been gone/,
    {
      errorOf: (reply) => (reply.status === 504 ? { tag: 'Unavailable', detail: 'try later' } : errorOf(reply)),
    },
  ),
  broken(
    'comes back at once where a 429 does not say when',
    '429 that says nothing is waited for',
    /sent again 0 ms after a 429/,
    {
      errorOf: (reply) =>
        reply.status === 429
          ? { tag: 'Throttled', detail: 'slow down', retryAfterMs: Number(reply.headers.get('retry-after')) * 1_000 }
          : errorOf(reply),
    },
  ),
  broken('sends something when it is made', 'a dry run sends nothing', /sent 1 requests in a dry run/, {
    members: (_provider, baseUrl) => {
      void fetch(`${baseUrl}/list`, requestOf({ ids: [] })).catch(() => {})
      return {}
    },
  }),
  broken(
    'takes a 401 for a pause',
    'a token that ends in mid-run is renewed once for all that are on their way',
    /untouched \(throttled\)/,
    {
      errorOf: (reply) => (reply.status === 401 ? { tag: 'Throttled', detail: 'a token will come' } : errorOf(reply)),
    },
  ),
  broken(
    'believes an empty list of its own',
    'an empty list proves nothing: no absence is believed from an unproven reader',
    /still exists|listed nothing at all/,
    {
      members: (provider) => ({
        deleteBatch: (batch, context) => async () => {
          const result = await provider.deleteBatch(batch, context)()
          const left = await provider.findExisting?.(batch, context)()
          const isEmpty = left !== undefined && E.isRight(left) && 'size' in left.right && left.right.size === 0
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
            if (known === undefined && existing !== undefined && E.isRight(existing) && 'size' in existing.right)
              known = existing.right
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
