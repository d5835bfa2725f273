/** What passes by itself, and is taken for something else. */
import * as t from 'io-ts'
import { on, type ProviderError, type Verdict } from '../../../src/http-provider.ts'
import { deleteRequest, inOrderAdapter, JobBody, listForm, Nameless, pollRequest, Results } from './adapters.ts'
import { askOnce, errorOf } from './by-hand.ts'
import { type Broken, broken, inOrderSubject, jobs, jobsSubject, results, resultsSubject } from './sound.ts'
import { broken as byHand } from './sound-by-hand.ts'

const busy = 'a record that is busy goes again, and is not called rejected'
const passing = '420, 423 and 425 pass: the records go again'
const putOffReads = 'a read that is answered with 420, 423 or 425 is asked again'
const oddWaits = '429 with a Retry-After that can not be meant is waited for'
const longWaits = 'a Retry-After beyond all patience ends the run, and nothing is called rejected'

const isDeleted = /expected it to be called deleted/

/** Whatever stands in the way is a reason. */
const final = ({ ok, error = 'unknown' }: { readonly ok: boolean; readonly error?: string }): Verdict =>
  ok ? { is: 'deleted' } : { is: 'rejected', reason: { code: error, message: error } }

const allFinal = (entries: ReadonlyArray<{ readonly id: string; readonly ok: boolean; readonly error?: string }>) =>
  entries.map((entry) => ({ id: entry.id, ...final(entry) }))

const refused = (status: number): ProviderError => ({
  tag: 'Refused',
  status,
  detail: 'not now',
  culprits: [],
  blames: 'rejected',
})

const judging = (status: number, tell: (retryAfter: string) => ProviderError) => ({
  errorOf: (...[reply]: Parameters<typeof errorOf>) =>
    reply.status === status ? tell(reply.headers.get('retry-after') ?? '') : errorOf(reply),
})

export const brokenLater: ReadonlyArray<Broken> = [
  broken(
    'takes a busy record for a locked one',
    busy,
    isDeleted,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({
            kind: 'ById',
            verdicts: allFinal(list),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken('takes a busy record at some place for a locked one', busy, isDeleted, inOrderSubject, {
    provider: inOrderAdapter({
      deleteBatch: {
        request: deleteRequest,
        replies: [on(200, Nameless, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(final) }))],
      },
    }),
  }),
  broken(
    'takes a record that was busy while its job ran for a locked one',
    busy,
    isDeleted,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(200, JobBody, (body) =>
            body.state === 'done'
              ? { kind: 'Ended', reply: { kind: 'ById', verdicts: allFinal(body.results), silence: 'unconfirmed' } }
              : { kind: 'Pending' },
          ),
        ],
      }),
    }),
  ),
  broken(
    'has a row for 423 that refuses',
    passing,
    isDeleted,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({
            kind: 'ById',
            verdicts: allFinal(list),
            silence: 'unconfirmed',
          })),
          on(423, t.unknown, () => refused(423)),
        ],
      },
    }),
  ),
  byHand(
    'takes a 420 for a refusal',
    passing,
    isDeleted,
    judging(420, () => refused(420)),
  ),
  byHand(
    'takes a 425 for a lost answer',
    passing,
    isDeleted,
    judging(425, () => ({ tag: 'Interrupted', detail: '?' })),
  ),
  byHand(
    'takes a 423 for a role that may not',
    passing,
    isDeleted,
    judging(423, () => ({ tag: 'Denied', status: 423, detail: '?' })),
  ),
  broken(
    'has a row for a locked reader that refuses',
    putOffReads,
    isDeleted,
    resultsSubject,
    results({
      findExisting: [
        { ...listForm, replies: [...listForm.replies, on([420, 423, 425], t.unknown, () => refused(423))] },
      ],
    }),
  ),
  byHand(
    'takes a time since 1970 for so many seconds',
    oddWaits,
    /expected it to be called deleted|waited for/,
    judging(429, (text) => ({
      tag: 'Throttled',
      detail: 'slow down',
      ...(Number(text) > 0 && { retryAfterMs: Number(text) * 1_000 }),
    })),
  ),
  byHand(
    'takes a 429 with a date that is over for a refusal',
    oddWaits,
    isDeleted,
    judging(429, (text) => (/GMT$/.test(text) ? refused(429) : { tag: 'Throttled', detail: 'slow down' })),
  ),
  byHand(
    'takes who asks for a long wait for one who refuses',
    longWaits,
    /only asked to wait|turned away|lets nobody in/,
    judging(429, (text) => (Number(text) > 600 ? refused(429) : { tag: 'Throttled', detail: 'slow down' })),
  ),
  byHand('rejects what a closed backend asks to send tomorrow', longWaits, /only asked to wait/, {
    judge: (reply, { ids }) => {
      throw new Error(`${reply.status} ${ids.length}`)
    },
    ...judging(503, () => refused(503)),
  }),
  byHand('sleeps for a day by itself', longWaits, /waited for|only asked/, {
    ask: (baseUrl) => async (context, purpose, path, body) => {
      const reply = await askOnce(baseUrl)(context, purpose, path, body)
      const seconds = Number(reply.headers.get('retry-after') ?? 0)
      if (seconds > 0) await context.clock.sleep(seconds * 1_000)
      return reply
    },
  }),
]
