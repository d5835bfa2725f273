/** What goes wrong with reading. */
import * as t from 'io-ts'
import { on } from '../../../src/http-provider.ts'
import { Listed, listForm, resultsAdapter } from './adapters.ts'
import { startResults } from './backends.ts'
import { type Broken, broken, results, resultsSubject } from './sound.ts'

export const brokenReads: ReadonlyArray<Broken> = [
  broken(
    'takes a listing for one of what it asked for, whatever it lists',
    'a listing of other records shows nothing: its filter does not work',
    /still exists/,
    resultsSubject,
    results({
      findExisting: [
        {
          ...listForm,
          replies: [
            on(200, t.type({ records: t.array(t.type({ id: t.string })) }), ({ records }, { ids }) =>
              records.map(({ id }) => id).filter((id) => ids.includes(id)),
            ),
          ],
        },
      ],
    }),
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
    results({
      findExisting: [{ ...listForm, replies: [on(200, Listed, ({ records }) => records.map(({ id }) => id))] }],
    }),
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
]
