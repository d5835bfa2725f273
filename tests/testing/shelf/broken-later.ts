/** What passes by itself, and is taken for something else. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { on, type ProviderError, type Verdict } from '../../../src/http-provider.ts'
import { deleteRequest, inOrderAdapter, JobBody, Nameless, named, pollRequest, Results } from './adapters.ts'
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
  byHand('takes a locked reader for one that may not read', putOffReads, isDeleted, {
    members: ({ findExisting }, baseUrl) => ({
      findExisting: (batch, context) => async () => {
        const reply = await askOnce(baseUrl)(context, 'read', 'list', { ids: batch.ids })
        if (reply.status > 400) return E.left({ tag: 'Denied', status: reply.status, detail: 'it is locked' })
        return (await findExisting?.(batch, context)()) ?? E.left({ tag: 'Interrupted', detail: 'no reader' })
      },
    }),
  }),
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
    /sent again 0 ms after a 429/,
    judging(429, (text) => (/GMT$/.test(text) ? refused(429) : { tag: 'Throttled', detail: 'slow down' })),
  ),
  ...[429, 503].map((status) =>
    broken(
      `rejects what a backend asks to send tomorrow by a ${status}`,
      longWaits,
      /only asked to wait/,
      resultsSubject,
      results({
        deleteBatch: {
          request: deleteRequest,
          replies: [
            on(200, Results, ({ results: list }) => ({
              kind: 'ById',
              verdicts: named(list),
              silence: 'unconfirmed',
            })),
            on(status, t.unknown, (_, { ids }) => ({
              kind: 'ById',
              verdicts: ids.map((id) => ({ id, ...final({ ok: false }) })),
              silence: 'unconfirmed',
            })),
          ],
        },
      }),
    ),
  ),
  byHand('sleeps for a day by itself', longWaits, /turned away at the door/, {
    ask: (baseUrl) => async (context, purpose, path, body) => {
      const reply = await askOnce(baseUrl)(context, purpose, path, body)
      const seconds = Number(reply.headers.get('retry-after') ?? 0)
      if (seconds > 0) await context.clock.sleep(seconds * 1_000)
      return reply
    },
  }),
]
