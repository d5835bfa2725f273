import * as TE from 'fp-ts/lib/TaskEither.js'
import { type BulkRecordProvider, findExisting } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('asking')

/** Lists `there` in batches of two, by a form that the first id of a batch names. */
const twoForms = (there: ReadonlyArray<string>): BulkRecordProvider => ({
  specification: 1,
  name: 'two-forms',
  verified: 'documentation',
  capabilities: { maxBatchSize: 2, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: () => true,
  deleteBatch: () => TE.left({ tag: 'Denied', status: 403, detail: 'nothing is deleted here' }),
  findExisting: ({ ids }) => {
    const existing = new Set(ids.filter((id) => there.includes(id)))
    return TE.right(ids[0]?.startsWith('slow') ? { existing, form: 'one-by-one' } : existing)
  },
})

const presences = async (ids: ReadonlyArray<string>, there: ReadonlyArray<string>, proof = {}) => {
  const { found, provenForms } = await findExisting(twoForms(there), ids, proof)
  return { is: found.map(({ presence }) => presence), provenForms }
}

test('what one form of reading lists proves nothing of another', async () => {
  const ids = ['a', 'b', 'slow-c', 'd']
  assert.equal(await presences(ids, ['a']), { is: ['present', 'gone', 'unknown', 'unknown'], provenForms: ['usual'] })
  const both = { is: ['present', 'gone', 'gone', 'present'], provenForms: ['usual', 'one-by-one'] }
  assert.equal(await presences(ids, ['a', 'd']), both)
})

test('what was proven before need not be proven again', async () => {
  const ids = ['a', 'b', 'slow-c', 'd']
  assert.equal(await presences(ids, [], { provenForms: ['one-by-one'] }), {
    is: ['unknown', 'unknown', 'gone', 'gone'],
    provenForms: [],
  })
})

test('a control proves the reader', async () => {
  assert.equal((await presences(['a'], ['z'], { controls: ['z'] })).is, ['gone'])
  assert.equal((await presences(['a'], [], { controls: ['z'] })).is, ['unknown'])
})
