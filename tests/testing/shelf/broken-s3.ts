/** Adapters over the client of a store like S3 that lie, each in one way: what an SDK says is lost on the way. */
import type { BatchReply, Trouble } from '../../../src/http-provider.ts'
import { replyOf, S3Error, type S3Manners, s3Adapter, s3Subject, troubleOf } from './s3.ts'
import type { Broken } from './sound.ts'

const lying = (mistake: string, caseName: string, says: RegExp, manners: S3Manners): Broken => ({
  mistake,
  caseName,
  says,
  sound: s3Subject,
  broken: { ...s3Subject, provider: s3Adapter(manners) },
})

const refusal = (detail: string, status = 0): Trouble => ({ tag: 'Refused', detail, status, blames: 'rejected' })

/** Every key is said to have been refused. */
const rejecting = (ids: ReadonlyArray<string>): BatchReply => ({
  kind: 'ById',
  silence: 'unconfirmed',
  verdicts: ids.map((id) => ({ id, is: 'rejected', reason: { code: 'failed', message: 'it did not work' } })),
})

/** The trouble of these statuses is told by `tell`. */
const otherwise =
  (statuses: ReadonlyArray<number>, tell: (error: S3Error) => Trouble | undefined) =>
  (error: S3Error): Trouble | undefined =>
    statuses.includes(error.status) ? tell(error) : troubleOf(error)

export const brokenS3: ReadonlyArray<Broken> = [
  lying(
    'takes a key that the store does not mention for deleted',
    'a reply with too few: what it does not say is not made up',
    /still exists|listed no more/,
    { replyOf: (results) => ({ ...replyOf(results), silence: 'deleted' }) as BatchReply },
  ),
  lying(
    'reads a 429 of its SDK as a refusal',
    '429 with Retry-After in seconds is waited for',
    /sent again 0 ms after a 429/,
    { troubleOf: otherwise([429], ({ message, status }) => refusal(message, status)) },
  ),
  lying(
    'reads a 429 as a refusal, and silence as success',
    '429 that says nothing is waited for',
    /sent again 0 ms after a 429/,
    {
      replyOf: (results) => ({ ...replyOf(results), silence: 'deleted' }) as BatchReply,
      troubleOf: otherwise([429], ({ message, status }) => refusal(message, status)),
    },
  ),
  lying(
    'reads a pause of one key as its refusal',
    'a record that is busy goes again, and is not called rejected',
    /rejected .*expected it to be called deleted/,
    {
      replyOf: (results) => ({
        kind: 'ById',
        silence: 'unconfirmed',
        verdicts: results.map(({ key: id, code }) =>
          code === undefined ? { id, is: 'deleted' } : { id, is: 'rejected', reason: { code, message: code } },
        ),
      }),
    },
  ),
  lying(
    'looks at no entry of the result of its SDK',
    'one bad record is told from the others',
    /deleted by reply, and it still exists/,
    { replyOf: () => ({ kind: 'AllDeleted' }) },
  ),
  lying(
    'joins what its SDK lists by position',
    'one bad record is told from the others',
    /still exists|and it is gone/,
    {
      replyOf: (results) => ({
        kind: 'ByPosition',
        verdicts: results.map(({ code }) =>
          code === undefined ? { is: 'deleted' } : { is: 'rejected', reason: { code, message: code } },
        ),
      }),
    },
  ),
  lying(
    'takes an error within a 200 for a result without failures',
    'a success of another kind, for every deletion: nothing is called deleted',
    /by a 200 with an error/,
    {
      caught: (cause) => (cause instanceof S3Error && cause.status === 500 ? { kind: 'AllDeleted' } : undefined),
    },
  ),
  lying(
    'takes what its SDK can not read for a result without failures',
    'a success of another kind, for every deletion: nothing is called deleted',
    /by a 200 with a text/,
    { caught: (cause) => (cause instanceof S3Error ? undefined : { kind: 'AllDeleted' }) },
  ),
  lying(
    'takes every error of its SDK for a refusal of the keys',
    'the answer is lost after the deletion was done (a 500): no record is called absent, rejected or untouched',
    /and it is gone|as if it had been gone/,
    { caught: (_, ids) => rejecting(ids) },
  ),
  lying(
    'takes a gateway that gave up on its SDK for a refusal',
    'the answer is lost after the deletion was done (a 504): no record is called absent, rejected or untouched',
    /and it is gone|expected|untouched/,
    { caught: (cause, ids) => (cause instanceof S3Error && cause.status === 504 ? rejecting(ids) : undefined) },
  ),
  lying(
    'reads a 403 as a refusal of the keys',
    'a 403 halts the run, and nothing is called deleted',
    /lets nobody in/,
    { troubleOf: otherwise([403], ({ message, status }) => refusal(message, status)) },
  ),
  lying(
    'reads a 401 as a refusal of the keys',
    'a 401 renews the token once, and then the run halts',
    /lets nobody in|expected it to be called deleted/,
    { troubleOf: otherwise([401], ({ message, status }) => refusal(message, status)) },
  ),
  lying(
    'reads a 423 of its SDK as a refusal',
    '420, 423 and 425 pass: the records go again',
    /expected it to be called deleted/,
    { caught: (cause, ids) => (cause instanceof S3Error && cause.status === 423 ? rejecting(ids) : undefined) },
  ),
  lying(
    'reads a 413 of its SDK as a refusal',
    'a request that is too long is cut smaller',
    /expected it to be called deleted/,
    { caught: (cause, ids) => (cause instanceof S3Error && cause.status === 413 ? rejecting(ids) : undefined) },
  ),
  lying(
    'leaves the retries of its SDK on',
    'every request goes through exchange, one for each, and deletions as such',
    /its SDK tries again by itself/,
    { setup: { retries: 2 } },
  ),
  lying(
    'does not hand the signal to its SDK',
    'a request that is given up is cut off',
    /connections open after the run/,
    { setup: { handsOnSignal: false } },
  ),
  lying('lets its SDK follow redirects', 'a redirect is not followed', /followed a redirect/, {
    setup: { redirect: 'follow' },
  }),
  lying(
    'declares more keys than its SDK may send',
    'the declared limits hold, as the backend counts them',
    /refused by the backend with 400/,
    { facts: { maxBatchSize: 50 } },
  ),
  lying(
    'writes keys into XML as they are',
    'ids go out and come back unaltered',
    /altered an id on the way|still exists|expected it to be called deleted/,
    { setup: { write: (key) => key } },
  ),
  lying(
    'takes a key that it may not look up for one that is gone',
    'a read that is answered with 403 shows nothing',
    /still exists/,
    { isThere: (status) => status === 200 },
  ),
  lying(
    'takes a store that can not look for one without the key',
    'a read that is answered with 500 shows nothing',
    /still exists/,
    { isThere: (status) => status < 300 },
  ),
]
