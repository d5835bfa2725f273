/** What goes wrong with lists that stop before their end. */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  AskingFailedError,
  type AskOptions,
  type BulkRecordProvider,
  defineHttpProvider,
  type IdSource,
  type ListSpec,
  on,
} from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import {
  deleteRequest,
  jobsAdapter,
  Listed,
  listForm,
  named,
  Results,
  resultsAdapter,
  silentAdapter,
  transactionAdapter,
} from './adapters.ts'
import { startResults } from './backends.ts'
import { askOnce, parsed } from './by-hand.ts'
import { bySdk, bySdkSubject, removeAll } from './by-sdk.ts'
import { shelfToken } from './records.ts'
import { type Broken, broken, jobsSubject, resultsSubject, silentSubject, transactionSubject } from './sound.ts'
import { broken as brokenByHand } from './sound-by-hand.ts'

const cutRead = 'a read whose list is cut short says nothing of what it leaves out'
const leftOut = /left out|cut short|still exists/

/** Rows that do not look at how many there are said to be. */
const heedless = [{ ...listForm, replies: [on(200, Listed, ({ records }) => records.map(({ id }) => id))] }] as const

const whole = 'a list of ids is whole, or is none'

const Page = t.type({ records: t.array(t.type({ id: t.string })) })

const pages: ListSpec = {
  pageSize: 4,
  request: ({ offset, limit }) => ({ method: 'GET', path: `all?offset=${offset}&limit=${limit}` }),
  replies: [on(200, Listed, ({ records, total }) => ({ records, total }))],
}

interface Listing extends BulkRecordProvider {
  readonly listRecords: (options: AskOptions) => IdSource
}

const listing =
  (spec: Partial<ListSpec> = {}) =>
  (baseUrl: string): Listing =>
    defineHttpProvider({
      name: 'shelf',
      verified: 'documentation',
      baseUrl,
      authorization: shelfToken,
      capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results }) => ({ kind: 'ById', verdicts: named(results), silence: 'unconfirmed' })),
        ],
      },
      more: ({ list }) => ({ listRecords: (options: AskOptions) => list({ ...pages, ...spec }, options) }),
    })

export const listingSubject: ContractSubject = {
  provider: listing(),
  start: startResults(),
  list: (provider, options) => (provider as Listing).listRecords(options),
}

export const brokenCuts: ReadonlyArray<Broken> = [
  broken('takes a part of a list for the whole', cutRead, leftOut, resultsSubject, {
    provider: resultsAdapter({ findExisting: heedless }),
  }),
  broken('reads a part after its jobs', cutRead, leftOut, jobsSubject, {
    provider: jobsAdapter({ findExisting: heedless }),
  }),
  broken('proves a deletion by a part of a list', cutRead, leftOut, silentSubject, {
    provider: silentAdapter({ findExisting: heedless }),
  }),
  broken('looks for who was missing in a part of a list', cutRead, leftOut, transactionSubject, {
    provider: transactionAdapter({ findExisting: heedless }),
  }),
  broken('calls a list whole that has anything in it', cutRead, leftOut, resultsSubject, {
    provider: resultsAdapter({
      findExisting: [
        {
          ...listForm,
          replies: [
            on(200, Listed, ({ records }) => ({ ids: records.map(({ id }) => id), complete: records.length > 0 })),
          ],
        },
      ],
    }),
  }),
  {
    mistake: 'gives its word for whatever its SDK lists',
    caseName: cutRead,
    says: leftOut,
    sound: bySdkSubject,
    broken: {
      ...bySdkSubject,
      provider: bySdk(removeAll, async (client, ids, signal) => (await client.list(ids, signal)).ids),
    },
  },
  {
    mistake: 'says of every list of its SDK that it is complete',
    caseName: cutRead,
    says: leftOut,
    sound: bySdkSubject,
    broken: {
      ...bySdkSubject,
      provider: bySdk(removeAll, async (client, ids, signal) => ({
        ...(await client.list(ids, signal)),
        complete: true,
      })),
    },
  },
  brokenByHand('believes a set of its own, cut or not', cutRead, leftOut, {
    members: (_provider, baseUrl) => ({
      findExisting: (batch, context) => async () => {
        const reply = await askOnce(baseUrl)(context, 'read', 'list', { ids: batch.ids }).catch(() => undefined)
        const body = parsed(reply?.text ?? '')
        if (!Page.is(body)) return E.left({ tag: 'Interrupted', detail: 'no list' })
        return E.right(new Set(body.records.map(({ id }) => id)))
      },
    }),
  }),
  broken('plans by a list whose count it does not read', whole, /for the whole one/, listingSubject, {
    provider: listing({ replies: [on(200, Page, ({ records }) => ({ records }))] }),
  }),
  broken('plans by the first page of a list', whole, /did not list/, listingSubject, {
    provider: listing({
      replies: [on(200, Page, ({ records }) => ({ records, total: records.length }))],
    }),
  }),
  broken('plans by what it had when a list broke off', whole, /for the whole one|did not list/, listingSubject, {
    list: async function* (provider, options) {
      const found: string[] = []
      try {
        for await (const id of (provider as Listing).listRecords(options)) found.push(id)
      } catch (cause) {
        if (!(cause instanceof AskingFailedError)) yield 'record-0000'
      }
      yield* found
    },
  }),
]
