/** What goes wrong with jobs. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { on } from '../../../src/http-provider.ts'
import { datoCmsSubject } from '../providers/datocms.ts'
import { deleteRequest, JobBody, jobsAdapter, named, pollRequest, verdictOf } from './adapters.ts'
import { allDeleted, type Broken, broken, jobs, jobsSubject } from './sound.ts'

export const brokenJobs: ReadonlyArray<Broken> = [
  broken(
    'asks for ever for a job that has failed',
    'a job that failed is at its end, and nothing is called deleted',
    /until its deadline/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(200, JobBody, (body) =>
            body.state === 'done'
              ? { kind: 'Ended', reply: { kind: 'ById', verdicts: named(body.results), silence: 'unconfirmed' } }
              : { kind: 'Pending' },
          ),
        ],
      }),
    }),
  ),
  broken(
    'calls a job that failed done',
    'a job that failed is at its end, and nothing is called deleted',
    /deleted by job, and it still exists/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(200, JobBody, ({ state }) =>
            state === 'running' ? { kind: 'Pending' } : { kind: 'Ended', reply: allDeleted() },
          ),
        ],
      }),
    }),
  ),
  broken(
    'takes a question that failed for the end of its job',
    'a question to a job that fails is asked again, and the job is not started again',
    /deleted by job, and it still exists/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(503, t.unknown, () => ({ kind: 'Ended', reply: allDeleted() })),
          on(200, JobBody, (body) =>
            body.state === 'done'
              ? { kind: 'Ended', reply: { kind: 'ById', verdicts: named(body.results), silence: 'unconfirmed' } }
              : { kind: 'Pending' },
          ),
        ],
      }),
    }),
  ),
  {
    mistake: 'follows a job to its end by itself',
    caseName: 'a job that never ends is given up, leaves doubt, and is not started again',
    says: /times for a job that does not end/,
    sound: jobsSubject,
    broken: {
      ...jobsSubject,
      provider: (baseUrl) => {
        const provider = jobsSubject.provider(baseUrl)
        return {
          ...provider,
          followJob: (jobId, batch, context) => async () => {
            for (;;) {
              const state = await provider.followJob?.(jobId, batch, context)()
              if (state === undefined || E.isLeft(state))
                return E.left({ tag: 'JobFailed', jobId, detail: 'no answer' })
              if (state.right.kind === 'Ended') return state
              await context.clock.sleep(100)
            }
          },
        }
      },
    },
  },
  {
    mistake: 'takes the start of the job that tells a reason for its end',
    caseName: 'asking why one record is refused tells it, and does no harm',
    says: /deleted by \S+, and it still exists/,
    sound: datoCmsSubject,
    broken: {
      ...datoCmsSubject,
      provider: (baseUrl) => ({
        ...datoCmsSubject.provider(baseUrl),
        diagnose: () => async () => E.right({ is: 'deleted' }),
      }),
    },
  },
  broken(
    'asks for the job that was started last',
    'many at once, answered in another order: nothing is mixed up',
    /still exists|expected it to be called deleted|and it is gone/,
    { ...jobsSubject, provider: inOrder((jobId) => jobId) },
    {
      provider: (baseUrl) => {
        let latest = ''
        return inOrder(
          () => latest,
          (jobId) => {
            latest = jobId
          },
        )(baseUrl)
      },
    },
  ),
]

/** Results by position; `asked` is the job that is asked for in place of the one that is meant. */
function inOrder(asked: (jobId: string) => string, onStarted: (jobId: string) => void = () => {}) {
  return jobsAdapter({
    deleteBatch: {
      request: deleteRequest,
      replies: [
        on(202, t.type({ job: t.string }), ({ job }) => {
          onStarted(job)
          return { kind: 'JobStarted', jobId: job }
        }),
      ],
    },
    followJob: (jobId) => ({
      request: pollRequest(asked(jobId)),
      replies: [
        on(200, JobBody, (body) =>
          body.state === 'done'
            ? { kind: 'Ended', reply: { kind: 'ByPosition', verdicts: body.results.map(verdictOf) } }
            : { kind: 'Pending' },
        ),
      ],
    }),
  })
}
