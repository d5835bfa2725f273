/** Adapters with one mistake each, of the kind that authors make, and the case that has to find it. */
import * as t from 'io-ts'
import { on, type ProviderError, type Verdict } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import {
  deleteRequest,
  Failures,
  failuresAdapter,
  inOrderAdapter,
  JobBody,
  jobsAdapter,
  listForm,
  Nameless,
  named,
  type Otherwise,
  pollRequest,
  Results,
  resultsAdapter,
  silentAdapter,
  singleAdapter,
  transactionAdapter,
  verdictOf,
} from './adapters.ts'
import {
  shelfToken,
  startFailures,
  startInOrder,
  startJobs,
  startResults,
  startSilent,
  startSingle,
  startTransaction,
} from './backends.ts'

/** One mistake: the sound adapter of the same backend passes the case, and this one fails it with these words. */
export interface Broken {
  readonly mistake: string
  readonly caseName: string
  readonly says: RegExp
  readonly sound: ContractSubject
  readonly broken: ContractSubject
}

const secrets = [shelfToken]

export const resultsSubject: ContractSubject = { provider: resultsAdapter(), start: startResults(), secrets }
export const inOrderSubject: ContractSubject = { provider: inOrderAdapter(), start: startInOrder(), secrets }
export const failuresSubject: ContractSubject = { provider: failuresAdapter(), start: startFailures(), secrets }
export const transactionSubject: ContractSubject = {
  provider: transactionAdapter(),
  start: startTransaction({ mostUrlBytes: 300 }),
  secrets,
}
export const singleSubject: ContractSubject = { provider: singleAdapter(), start: startSingle(), secrets }
export const silentSubject: ContractSubject = {
  provider: silentAdapter(),
  start: startSilent(),
  secrets,
  missing: 'silent',
}
export const jobsSubject: ContractSubject = { provider: jobsAdapter(), start: startJobs(), secrets }

const broken = (
  mistake: string,
  caseName: string,
  says: RegExp,
  sound: ContractSubject,
  otherwise: Partial<ContractSubject>,
): Broken => ({ mistake, caseName, says, sound, broken: { ...sound, ...otherwise } })

const results = (otherwise: Otherwise) => ({ provider: resultsAdapter(otherwise) })
const transaction = (otherwise: Otherwise) => ({ provider: transactionAdapter(otherwise) })
const jobs = (otherwise: Otherwise) => ({ provider: jobsAdapter(otherwise) })

const allDeleted = () => ({ kind: 'AllDeleted' }) as const

const locked = { code: 'locked', message: 'it is locked' }

export const brokenProviders: ReadonlyArray<Broken> = [
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
    'trims ids',
    'ids go out and come back unaltered',
    /altered an id on the way|still exists/,
    resultsSubject,
    results({
      deleteBatch: {
        request: (ids) => deleteRequest(ids.map((id) => id.trim())),
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(verdictOf).reverse() })),
        ],
      },
    }),
  ),
  broken(
    'sends ids in lower case',
    'ids go out and come back unaltered',
    /altered an id on the way|absent by reply|still exists/,
    resultsSubject,
    results({
      deleteBatch: {
        request: (ids) => deleteRequest(ids.map((id) => id.toLowerCase())),
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'deleted' })),
        ],
      },
    }),
  ),
  broken(
    'sends ids of digits as numbers',
    'ids go out and come back unaltered',
    /still exists|altered an id|as if it had been gone/,
    resultsSubject,
    results({
      deleteBatch: {
        request: (ids) => ({
          method: 'POST',
          path: 'delete',
          json: { ids: ids.map((id) => (/^\d+$/.test(id) ? String(Number(id)) : id)) },
        }),
        replies: [
          on(200, Nameless, ({ results: list }) => ({ kind: 'ByPosition', verdicts: list.map(verdictOf).reverse() })),
        ],
      },
    }),
  ),
  broken(
    'encodes ids twice',
    'ids go out and come back unaltered',
    /altered an id on the way|as if it had been gone/,
    singleSubject,
    {
      provider: singleAdapter({
        deleteBatch: {
          request: ([id = '']) => ({
            method: 'DELETE',
            path: `records/${encodeURIComponent(encodeURIComponent(id))}`,
          }),
          replies: [
            on(204, t.undefined, allDeleted),
            on(404, t.unknown, (_, { ids }) => ({
              kind: 'ById',
              verdicts: ids.map((id) => ({ id, is: 'absent' })),
              silence: 'unconfirmed',
            })),
          ],
        },
      }),
    },
  ),
  broken(
    'does not encode ids in the URL',
    'ids go out and come back unaltered',
    /altered an id on the way|expected it to be called deleted|at fault/,
    transactionSubject,
    transaction({
      deleteBatch: {
        request: (ids) => ({ method: 'DELETE', path: `records?ids=${ids.join(',')}` }),
        replies: [on(204, t.undefined, allDeleted)],
      },
    }),
  ),
  broken(
    'lets a dot alone go into a path',
    'ids go out and come back unaltered',
    /called "\.|altered an id/,
    singleSubject,
    { provider: singleAdapter({ isValidId: () => true }) },
  ),
  broken(
    'takes two records for one',
    'identity, not spelling, decides duplicates and protection',
    /for one record, and they are two/,
    resultsSubject,
    results({ identityOf: (id) => id.toLowerCase() }),
  ),
  broken(
    'takes one record for two',
    'identity, not spelling, decides duplicates and protection',
    /for two records, and they are one/,
    {
      ...resultsSubject,
      start: startResults({ anyCase: true }),
      provider: resultsAdapter({ identityOf: (id) => id.toLowerCase() }),
    },
    results({}),
  ),
  broken(
    'has an identity for numbers alone',
    'isValidId, identityOf and weigh take any text, and always say the same',
    /threw in identityOf/,
    resultsSubject,
    results({ identityOf: (id) => String(BigInt(id.replace('record-', ''))) }),
  ),
  broken(
    'has an identity of the identity that is another one',
    'isValidId, identityOf and weigh take any text, and always say the same',
    /for identityOf\(/,
    resultsSubject,
    results({ identityOf: (id) => `records/${id}` }),
  ),
  broken(
    'counts how often it was asked, and says something else then',
    'isValidId, identityOf and weigh take any text, and always say the same',
    /for isValidId\(/,
    resultsSubject,
    {
      provider: (baseUrl) => {
        const seen = new Set<string>()
        return resultsAdapter({ isValidId: (id) => seen.size !== seen.add(id).size })(baseUrl)
      },
    },
  ),
  broken(
    'takes what is no id',
    'every record is deleted, and has one outcome in the order given',
    /takes "no id" for an id/,
    { ...resultsSubject, invalidIds: ['no id'], provider: resultsAdapter({ isValidId: (id) => id !== 'no id' }) },
    results({}),
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
    'declares larger batches than the backend takes',
    'the declared limits hold, as the backend counts them',
    /refused by the backend with 400/,
    { ...resultsSubject, start: startResults({ most: 10 }) },
    results({ facts: { maxBatchSize: 50 } }),
  ),
  broken(
    'declares a longer URL than the backend takes',
    'the declared limits hold, as the backend counts them',
    /refused by the backend with 414/,
    transactionSubject,
    transaction({ facts: { maxUrlBytes: 8_000 } }),
  ),
  broken(
    'weighs ids as they are, not as they are encoded',
    'the declared limits hold, as the backend counts them',
    /request target of \d+ bytes, and declares at most 300/,
    transactionSubject,
    transaction({ weigh: (id) => ({ urlBytes: id.length + 1, bodyBytes: 0 }) }),
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
    'declares facts that are no data',
    'capabilities are data, and the same every time',
    /JSON can't carry/,
    resultsSubject,
    results({ facts: { lateEffectMs: Number.POSITIVE_INFINITY } }),
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
  broken(
    'reads the first page alone',
    'reading back lists what exists, and nothing else',
    /as gone, and it is present/,
    {
      ...resultsSubject,
      start: startResults({ pageSize: 4 }),
      provider: resultsAdapter({ findExisting: [{ ...listForm, maxIds: 4 }] }),
    },
    results({}),
  ),
  broken(
    'takes a 404 for an empty list',
    'a read that is answered with 404 shows nothing',
    /still exists/,
    resultsSubject,
    results({ findExisting: [{ ...listForm, replies: [...listForm.replies, on(404, t.unknown, () => [])] }] }),
  ),
  broken(
    'takes an empty object for an empty list',
    'a read that is answered with an empty object shows nothing',
    /still exists/,
    resultsSubject,
    results({
      findExisting: [
        {
          ...listForm,
          replies: [
            on(200, t.partial({ records: t.array(t.type({ id: t.string })) }), ({ records = [] }) =>
              records.map(({ id }) => id),
            ),
          ],
        },
      ],
    }),
  ),
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
  broken(
    'fills up a list that is too short',
    'a reply with too few: what it does not say is not made up',
    /still exists/,
    inOrderSubject,
    {
      provider: inOrderAdapter({
        deleteBatch: {
          request: deleteRequest,
          replies: [
            on(200, Nameless, ({ results: list }, { ids }) => ({
              kind: 'ByPosition',
              verdicts: ids.map((_, index) => verdictOf(list[index] ?? { ok: true })),
            })),
          ],
        },
      }),
    },
  ),
  broken(
    'takes silence for success, where every record is listed',
    'a reply with too few: what it does not say is not made up',
    /still exists/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }) => ({ kind: 'ById', verdicts: named(list), silence: 'deleted' })),
        ],
      },
    }),
  ),
  broken(
    'cuts off a list that is too long',
    'a reply with duplicates: what it does not say is not made up',
    /still exists/,
    inOrderSubject,
    {
      provider: inOrderAdapter({
        deleteBatch: {
          request: deleteRequest,
          replies: [
            on(200, Nameless, ({ results: list }, { ids }) => ({
              kind: 'ByPosition',
              verdicts: list.slice(0, ids.length).map(verdictOf),
            })),
          ],
        },
      }),
    },
  ),
  broken(
    'overlooks strangers among the failures',
    'a reply with strangers: what it does not say is not made up',
    /still exists/,
    failuresSubject,
    {
      provider: failuresAdapter({
        deleteBatch: {
          request: deleteRequest,
          replies: [
            on(200, Failures, ({ failed }, { ids }) => ({
              kind: 'ById',
              verdicts: named(failed.filter(({ id }) => ids.includes(id))),
              silence: 'deleted',
            })),
          ],
        },
      }),
    },
  ),
]
