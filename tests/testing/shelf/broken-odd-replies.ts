/** What goes wrong with answers that are well-formed, and not what was expected. */
import * as t from 'io-ts'
import { on, urlComponent, type Verdict } from '../../../src/http-provider.ts'
import {
  deleteRequest,
  Failures,
  failuresAdapter,
  named,
  pollRequest,
  Results,
  silentAdapter,
  singleAdapter,
  verdictOf,
} from './adapters.ts'
import { startResults } from './backends.ts'
import {
  allDeleted,
  type Broken,
  broken,
  failuresSubject,
  jobs,
  jobsSubject,
  results,
  resultsSubject,
  silentSubject,
  singleSubject,
  transaction,
  transactionSubject,
} from './sound.ts'

const otherSuccess = 'a success of another kind, for every deletion: nothing is called deleted'
const byAnother = /deleted by reply, by a \d+ with/
const otherOrder = 'a reply in another order is no fault'
const otherWords = 'a refusal in words that nobody knows is not taken for a deletion'
const otherState = 'a job in a state that nobody knows is not at its end'

const rejected = (code = 'unknown'): Verdict => ({ is: 'rejected', reason: { code, message: code } })

type Told = Parameters<typeof verdictOf>[0]

/** Knows one word, and takes any other for the other one. */
const halfRead = ({ ok, error }: Told): Verdict =>
  ok ? { is: 'deleted' } : error === 'locked' ? rejected(error) : { is: 'absent' }

export const brokenOddReplies: ReadonlyArray<Broken> = [
  broken('takes any 200 for a 204', otherSuccess, byAnother, silentSubject, {
    provider: silentAdapter({
      deleteBatch: { request: deleteRequest, replies: [on([200, 204], t.unknown, allDeleted)] },
    }),
  }),
  broken('takes any success of one record for its own', otherSuccess, byAnother, singleSubject, {
    provider: singleAdapter({
      deleteBatch: {
        request: ([id = '']) => ({ method: 'DELETE', path: `records/${urlComponent(id)}` }),
        replies: [
          on([200, 202, 204], t.unknown, allDeleted),
          on(404, t.unknown, (_, { ids }) => ({
            kind: 'ById',
            verdicts: ids.map((id) => ({ id, is: 'absent' })),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  }),
  broken(
    'takes any success of a batch for its own',
    otherSuccess,
    byAnother,
    transactionSubject,
    transaction({
      deleteBatch: {
        request: (ids) => ({ method: 'DELETE', path: `records?ids=${ids.map(urlComponent).join(',')}` }),
        replies: [on([200, 201, 202, 204], t.unknown, allDeleted)],
      },
    }),
  ),
  broken('takes an answer without failures for one of no failures', otherSuccess, byAnother, failuresSubject, {
    provider: failuresAdapter({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, t.partial({ failed: Failures.props.failed }), ({ failed = [] }) => ({
            kind: 'ById',
            verdicts: named(failed),
            silence: 'deleted',
          })),
        ],
      },
    }),
  }),
  broken(
    'takes an answer without results for one without trouble',
    otherSuccess,
    byAnother,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on([200, 204], t.unknown, (body) =>
            Results.is(body)
              ? { kind: 'ById', verdicts: named(body.results), silence: 'unconfirmed' }
              : { kind: 'AllDeleted' },
          ),
        ],
      },
    }),
  ),
  broken(
    'joins by position what has a name',
    otherOrder,
    /still exists|and it is gone/,
    { ...resultsSubject, start: startResults({ inOrder: true }) },
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [on(200, Results, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(verdictOf) }))],
      },
    }),
  ),
  broken(
    'takes another order for the fault of the records',
    otherOrder,
    /rejected|expected/,
    { ...resultsSubject, start: startResults({ inOrder: true }) },
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }, { ids }) => ({
            kind: 'ById',
            verdicts: list.map((entry, at) => ({
              id: entry.id,
              ...(ids[at] === entry.id ? verdictOf(entry) : rejected('order')),
            })),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken(
    'takes every word but one for a record that is gone',
    otherWords,
    /absent by reply, and it still exists/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({
            kind: 'ById',
            verdicts: list.map((entry) => ({ id: entry.id, ...halfRead(entry) })),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken('takes every failure but one for a record that is gone', otherWords, /absent by reply/, failuresSubject, {
    provider: failuresAdapter({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Failures, ({ failed }) => ({
            kind: 'ById',
            verdicts: failed.map((entry) => ({ id: entry.id, ...halfRead(entry) })),
            silence: 'deleted',
          })),
        ],
      },
    }),
  }),
  broken(
    'takes every refusal in new words for a record that is missing',
    otherWords,
    /absent/,
    transactionSubject,
    transaction({
      explain: (body, _status, { ids }) => {
        const { error } = (body ?? {}) as { error?: { id?: string; code?: string } }
        const is = error?.code === 'locked' ? 'rejected' : 'absent'
        return { blames: is, culprits: ids.filter((id) => id === error?.id).map((id) => ({ id, is })) }
      },
    }),
  ),
  broken(
    'takes every state but one for the end of a job',
    otherState,
    /deleted by job/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(200, t.type({ state: t.string }), ({ state }) =>
            state === 'running' ? { kind: 'Pending' } : { kind: 'Ended', reply: allDeleted() },
          ),
        ],
      }),
    }),
  ),
  broken(
    'takes a job that does not run or fail for one that is done',
    otherState,
    /deleted by job/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(200, t.type({ state: t.string }), ({ state }) => {
            if (state === 'running') return { kind: 'Pending' }
            if (state === 'failed') return { tag: 'JobFailed', jobId, detail: state }
            return { kind: 'Ended', reply: { kind: 'ById', verdicts: [], silence: 'deleted' } }
          }),
        ],
      }),
    }),
  ),
]
