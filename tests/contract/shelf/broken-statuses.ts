/** What goes wrong with statuses. */
import * as t from 'io-ts'
import { on, type ProviderError, type Verdict } from '../../../src/http-provider.ts'
import { deleteRequest, named, Results, silentAdapter } from './adapters.ts'
import { allDeleted, type Broken, broken, results, resultsSubject, silentSubject } from './sound.ts'

const locked = { code: 'locked', message: 'it is locked' }

export const brokenStatuses: ReadonlyArray<Broken> = [
  broken(
    'takes a 429 for an answer',
    '429 with Retry-After in seconds is waited for',
    /deleted by reply, and it still exists/,
    silentSubject,
    {
      provider: silentAdapter({
        deleteBatch: { request: deleteRequest, replies: [on([204, 429], t.unknown, allDeleted)] },
      }),
    },
  ),
  broken(
    'takes a 403 for a refused record',
    'a 403 halts the run, and nothing is called deleted',
    /lets nobody in/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'unconfirmed' })),
          on(403, t.unknown, (_, { ids }) => ({
            kind: 'ById',
            verdicts: ids.map((id): { id: string } & Verdict => ({ id, is: 'rejected', reason: locked })),
            silence: 'unconfirmed',
          })),
        ],
      },
    }),
  ),
  broken(
    'takes a 500 for a refusal',
    'the answer is lost after the deletion was done (a 500): no record is called absent, rejected or untouched',
    /and it is gone|as if it had been gone/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'unconfirmed' })),
          on(
            500,
            t.unknown,
            (): ProviderError => ({
              tag: 'Refused',
              status: 500,
              detail: 'it says no',
              culprits: [],
              blames: 'rejected',
            }),
          ),
        ],
      },
    }),
  ),
]
