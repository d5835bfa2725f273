/** What goes wrong with lists that are not what they should be. */
import * as t from 'io-ts'
import { on } from '../../../src/http-provider.ts'
import {
  deleteRequest,
  Failures,
  failuresAdapter,
  inOrderAdapter,
  Nameless,
  named,
  Results,
  verdictOf,
} from './adapters.ts'
import { type Broken, broken, failuresSubject, inOrderSubject, results, resultsSubject } from './sound.ts'

export const brokenReplies: ReadonlyArray<Broken> = [
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
  broken(
    'takes an error without a list of failures for one without failures',
    '418 without a word, for every deletion: nothing is called deleted',
    /deleted by reply, and it still exists/,
    failuresSubject,
    {
      provider: failuresAdapter({
        deleteBatch: {
          request: deleteRequest,
          replies: [
            on([200, 418], t.unknown, (body) => ({
              kind: 'ById',
              verdicts: Failures.is(body) ? named(body.failed) : [],
              silence: 'deleted',
            })),
          ],
        },
      }),
    },
  ),
  broken(
    'looks at the length of a list alone',
    'a reply with strangers: what it does not say is not made up',
    /which the reply listed no more/,
    resultsSubject,
    results({
      deleteBatch: {
        request: deleteRequest,
        replies: [
          on(200, Results, ({ results: list }, { ids }) =>
            list.length === ids.length && list.every(({ ok }) => ok)
              ? { kind: 'AllDeleted' }
              : { kind: 'ById', verdicts: named(list), silence: 'unconfirmed' },
          ),
        ],
      },
    }),
  ),
]
