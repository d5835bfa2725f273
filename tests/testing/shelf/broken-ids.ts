/** What goes wrong with ids: their spelling, their encoding, their identity. */
import * as t from 'io-ts'
import { on } from '../../../src/http-provider.ts'
import { deleteRequest, Nameless, named, Results, resultsAdapter, singleAdapter, verdictOf } from './adapters.ts'
import { startResults } from './backends.ts'
import {
  allDeleted,
  type Broken,
  broken,
  results,
  resultsSubject,
  singleSubject,
  transaction,
  transactionSubject,
} from './sound.ts'

export const brokenIds: ReadonlyArray<Broken> = [
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
]
