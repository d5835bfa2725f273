/** Words that the contract does not have, as plain JavaScript may pass them on. */
import * as E from 'fp-ts/lib/Either.js'
import { on } from '../../../src/http-provider.ts'
import { type ContractSubject, scriptedBackend } from '../../../src/testing.ts'
import { deleteRequest, JobBody, named, pollRequest, Results } from './adapters.ts'
import { byHand as adapter, errorOf, parsed } from './by-hand.ts'
import { openRecords } from './records.ts'
import { type Broken, broken, jobs, jobsSubject, results, resultsSubject } from './sound.ts'
import { broken as byHand, byHandSubject } from './sound-by-hand.ts'

const every = 'every record is deleted, and has one outcome in the order given'
const oneBad = 'one bad record is told from the others'

/** What the backend calls it, where the contract has a word of its own. */
const theirs = (entries: ReturnType<typeof named>, word: string, theirWord: string) =>
  entries.map((entry) => (entry.is === word ? ({ id: entry.id, is: theirWord } as never) : entry))

const passingOn = (word: string, theirWord: string) =>
  results({
    deleteBatch: {
      request: deleteRequest,
      replies: [
        on(200, Results, ({ results: list }) => ({
          kind: 'ById',
          verdicts: theirs(named(list), word, theirWord),
          silence: 'unconfirmed',
        })),
      ],
    },
  })

/** One at a time in the path, by a fetch that resolves dots. */
const dotted = (isValidId: (id: string) => boolean): ContractSubject => ({
  ...byHandSubject,
  start: async ({ clock }) => {
    const records = openRecords({})
    const backend = await scriptedBackend({
      clock,
      routes: {
        'DELETE /records/{id}': ({ params: { id = '' } }) => ({ status: records.remove(id) ? 204 : 404, json: {} }),
        'DELETE /records/': () => ({ status: 405, json: {} }),
        'DELETE /': () => ({ status: 405, json: {} }),
      },
    })
    return { ...records, url: backend.url, close: backend.close }
  },
  provider: adapter({
    ask: (baseUrl) => (context, purpose, _, body) =>
      context.exchange(purpose, async (signal) => {
        const [id = ''] = (body as { readonly ids: ReadonlyArray<string> }).ids
        const response = await fetch(`${baseUrl}/records/${encodeURIComponent(id)}`, { method: 'DELETE', signal })
        const text = await response.text()
        return { status: response.status === 204 ? 200 : response.status, headers: response.headers, text }
      }),
    judge: () => E.right({ kind: 'AllDeleted' }),
    members: ({ capabilities, findExisting: _, ...others }) => ({
      ...others,
      findExisting: undefined as never,
      isValidId,
      capabilities: { ...capabilities, maxBatchSize: 1 },
    }),
  }),
})

export const brokenWords: ReadonlyArray<Broken> = [
  broken(
    'passes on the word of its backend',
    every,
    /with a verdict "removed"/,
    resultsSubject,
    passingOn('deleted', 'removed'),
  ),
  broken(
    'passes on the reason in the place of the word',
    oneBad,
    /with a verdict "locked"/,
    resultsSubject,
    passingOn('rejected', 'locked'),
  ),
  broken(
    'passes on the word for a record that was missing',
    'a record that was not there is not called deleted',
    /with a verdict "not-found"/,
    resultsSubject,
    passingOn('absent', 'not-found'),
  ),
  byHand('answers with a reply of a kind of its own', every, /with a reply "Done"/, {
    judge: () => E.right({ kind: 'Done' } as never),
  }),
  byHand('has a meaning of its own for silence', every, /with a silence that means "gone"/, {
    judge: (reply) => {
      const { results: list = [] } = (parsed(reply.text) ?? {}) as { results?: ReadonlyArray<never> }
      return E.right({ kind: 'ById', verdicts: named(list), silence: 'gone' } as never)
    },
  }),
  byHand('has a name of its own for an error', '429 that says nothing is waited for', /an error tagged "RateLimited"/, {
    errorOf: (reply) => (reply.status === 429 ? ({ tag: 'RateLimited', detail: '?' } as never) : errorOf(reply)),
  }),
  broken(
    'passes on the state of a job',
    every,
    /with a job state "running"/,
    jobsSubject,
    jobs({
      followJob: (jobId) => ({
        request: pollRequest(jobId),
        replies: [on(200, JobBody, ({ state }) => ({ kind: state }) as never)],
      }),
    }),
  ),
  {
    mistake: 'lets fetch take a dot for a folder',
    caseName: 'an id that is a dot or two reaches no other place',
    says: /sent DELETE \/(?:records\/)? for "\.+"/,
    sound: dotted((id) => !/^(?:\.|%2e){1,2}$/i.test(id)),
    broken: dotted(() => true),
  },
]
