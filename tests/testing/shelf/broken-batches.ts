/** What goes wrong with a batch, and with the records in it that are bad. */
import * as t from 'io-ts'
import { on } from '../../../src/http-provider.ts'
import {
  deleteRequest,
  Failures,
  failuresAdapter,
  inOrderAdapter,
  Nameless,
  named,
  Results,
  singleAdapter,
  verdictOf,
} from './adapters.ts'
import { startResults, startTransaction } from './backends.ts'
import {
  allDeleted,
  type Broken,
  broken,
  failuresSubject,
  inOrderSubject,
  jobs,
  jobsSubject,
  results,
  resultsSubject,
  singleSubject,
  transaction,
  transactionSubject,
} from './sound.ts'

export const brokenBatches: ReadonlyArray<Broken> = [
  broken(
    'calls a 404 deleted',
    'a record that was not there is not called deleted',
    /did not exist before the run/,
    singleSubject,
    {
      provider: singleAdapter({
        deleteBatch: {
          request: ([id = '']) => ({ method: 'DELETE', path: `records/${encodeURIComponent(id)}` }),
          replies: [on([204, 404], t.unknown, allDeleted)],
        },
      }),
    },
  ),
  broken(
    'joins results by position, which come in any order',
    'one bad record is told from the others',
    /and it is gone|still exists/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [on(200, Results, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(verdictOf) }))],
      },
    }),
  ),
  broken(
    'takes a 202 for done',
    'every record is deleted, and has one outcome in the order given',
    /deleted by reply, and it still exists/,
    jobsSubject,
    jobs({ deleteBatch: { request: deleteRequest, replies: [on(202, t.unknown, allDeleted)] } }),
  ),
  broken(
    'ignores the errors in the body of a 200',
    'one bad record is told from the others',
    /deleted by reply, and it still exists/,
    failuresSubject,
    {
      provider: failuresAdapter({ deleteBatch: { request: deleteRequest, replies: [on(200, Failures, allDeleted)] } }),
    },
  ),
  broken(
    'sorts the ids in place',
    'one bad record is told from the others',
    /still exists|and it is gone/,
    inOrderSubject,
    {
      provider: inOrderAdapter({
        deleteBatch: {
          request: (ids) => deleteRequest((ids as string[]).sort()),
          replies: [on(200, Nameless, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(verdictOf) }))],
        },
      }),
    },
  ),
  broken(
    'sends what is not its business along',
    'every record is deleted, and has one outcome in the order given',
    /which nobody had asked for/,
    resultsSubject,
    results({
      deleteBatch: {
        request: (ids) => deleteRequest([...ids, 'record-0001']),
        replies: [
          on(200, Results, ({ results: list }, { ids }) => ({
            kind: 'ById',
            verdicts: named(list.filter(({ id }) => ids.includes(id))),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken(
    'calls a per-record backend all or nothing',
    'a refused batch leaves every record alone, as declared',
    /a batch that was refused deleted/,
    transactionSubject,
    { start: startTransaction({ mostUrlBytes: 300, halfway: true }) },
  ),
  broken(
    'blames the first record for every refusal',
    'one bad record is found, and the others are deleted',
    /expected it to be called deleted/,
    transactionSubject,
    transaction({
      explain: (_body, _status, { ids }) => ({
        blames: 'rejected',
        culprits: ids.slice(0, 1).map((id) => ({ id, is: 'rejected' })),
      }),
    }),
  ),
  broken(
    'takes every refusal for a record that is missing',
    'one bad record is found, and the others are deleted',
    /absent by reply, and it still exists/,
    transactionSubject,
    transaction({
      explain: (body, _status, { ids }) => {
        const { error } = (body ?? {}) as { error?: { id?: string } }
        return { blames: 'absent', culprits: ids.filter((id) => id === error?.id).map((id) => ({ id, is: 'absent' })) }
      },
    }),
  ),
  broken(
    'calls a switch safe to press twice',
    'what is called safe to send twice does no harm when it is',
    /without harm, and after that/,
    resultsSubject,
    { start: startResults({ toggles: true }) },
  ),
]
