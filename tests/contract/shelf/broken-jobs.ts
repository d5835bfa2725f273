/** What goes wrong with jobs. */
import * as t from 'io-ts'
import { on, type ProviderError } from '../../../src/http-provider.ts'
import { JobBody, named, pollRequest } from './adapters.ts'
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
    'takes a question that failed for a job that failed',
    'a question to a job that fails is asked again, and the job is not started again',
    /as if it had been gone before the run|while it was not known/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [
          on(
            503,
            t.unknown,
            (): ProviderError => ({
              tag: 'JobFailed',
              jobId,
              detail: 'no answer',
              reason: { code: 'none', message: 'no answer' },
            }),
          ),
          on(200, JobBody, (body) =>
            body.state === 'done'
              ? { kind: 'Ended', reply: { kind: 'ById', verdicts: named(body.results), silence: 'unconfirmed' } }
              : { kind: 'Pending' },
          ),
        ],
      }),
    }),
  ),
]
