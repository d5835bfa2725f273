import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type BulkRecordProvider,
  findExisting,
  identifyPlace,
  type Place,
  type ProviderError,
} from '../../../src/index.ts'
import { virtualClock } from '../../../src/testing.ts'
import { assert, rejection, suite } from '../../support/suite.ts'

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

/** Answers the n-th question for its place with `told`, from 0. */
const placed = (told: (n: number) => ProviderError | Place): BulkRecordProvider & { readonly asked: () => number } => {
  let asked = 0
  return {
    ...twoForms([]),
    identify: () => async () => {
      const answer = told(asked++)
      return 'tag' in answer ? E.left(answer) : E.right(answer)
    },
    asked: () => asked,
  }
}

const place: Place = { key: 'acme', label: 'ACME', production: 'no' }
const locked: ProviderError = { tag: 'Throttled', detail: 'HTTP 423: locked' }

test('a place is asked for until it is told, for as long as it is put off', async () => {
  const clock = virtualClock()
  const later: ReadonlyArray<ProviderError> = [
    locked,
    { tag: 'Unavailable', detail: 'maintenance', retryAfterMs: 60_000 },
    { tag: 'Unreachable', detail: 'no host' },
    { tag: 'Interrupted', detail: 'HTTP 502', status: 502 },
    ...Array.from({ length: 9 }, () => locked),
  ]
  const provider = placed((n) => later[n] ?? place)
  assert.equal(await clock.until(identifyPlace(provider, { clock })), place)
  assert.is(provider.asked(), later.length + 1)
})

test('a place that is never told is asked for until maxWaitMs, and not when the wait would be longer', async () => {
  const clock = virtualClock()
  const began = clock.now()
  const failed = await clock.until(
    rejection(
      identifyPlace(
        placed(() => locked),
        { clock, maxWaitMs: 60_000 },
      ),
    ),
  )
  assert.match(String(failed), /AskingFailedError: put off for now: HTTP 423/)
  const tookMs = clock.now() - began
  assert.ok(tookMs >= 60_000 && tookMs < 120_000, `${tookMs}`)
  const patient = placed(() => ({ ...locked, retryAfterMs: 86_400_000 }))
  await clock.until(rejection(identifyPlace(patient, { clock })))
  assert.is(patient.asked(), 1)
  const refusing = placed(() => ({ tag: 'Denied', detail: 'no', status: 403 }))
  await clock.until(rejection(identifyPlace(refusing, { clock })))
  assert.is(refusing.asked(), 1)
})
