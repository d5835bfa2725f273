import {
  assertAllGone,
  NotAllGoneError,
  presence,
  type RecordOutcome,
  type Report,
  statuses,
} from '../../../src/core/contract/outcome.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('outcome')

const reason = { code: 'vendor:locked', message: 'it is locked' }

const report = (outcomes: ReadonlyArray<RecordOutcome>, more: Partial<Report> = {}): Report => {
  const count = (status: RecordOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length
  return {
    provider: 'model',
    totals: {
      deleted: count('deleted'),
      absent: count('absent'),
      rejected: count('rejected'),
      untouched: count('untouched'),
      unconfirmed: count('unconfirmed'),
    },
    duplicates: 0,
    requests: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    sourceEnded: true,
    outcomes,
    ...more,
  }
}

const deleted: RecordOutcome = { id: 'd', status: 'deleted', evidence: 'reply', effect: 'erased' }
const absent: RecordOutcome = { id: 'a', status: 'absent', evidence: 'read-back', effect: 'erased' }
const rejected: RecordOutcome = { id: 'r', status: 'rejected', reason }
const untouched: RecordOutcome = { id: 'u', status: 'untouched', why: 'aborted' }
const unconfirmed: RecordOutcome = { id: 'c', status: 'unconfirmed', reason }

const thrown = (given: Report): NotAllGoneError => {
  try {
    assertAllGone(given)
  } catch (error) {
    if (error instanceof NotAllGoneError) return error
    throw error
  }
  throw new Error('expected NotAllGoneError')
}

test('every status is gone, present or unknown', () => {
  assert.equal(
    statuses.map((status) => presence({ status })),
    ['gone', 'gone', 'present', 'present', 'unknown'],
  )
})

test('passes when everything is gone, and when there was nothing', () => {
  assertAllGone(report([deleted, absent]))
  assertAllGone(report([]))
})

test('throws for a single record that is there or may be there', () => {
  for (const left of [rejected, untouched, unconfirmed]) {
    const error = thrown(report([deleted, left, absent]))
    assert.equal(error.reasons, [left])
    assert.equal([error.totals.deleted, error.totals.absent, error.totals[left.status]], [1, 1, 1])
    assert.is(error.halted, undefined)
  }
  assert.is(
    thrown(report([rejected, untouched, unconfirmed, unconfirmed])).message,
    'model: not all gone: 1 rejected, 1 untouched, 2 unconfirmed',
  )
})

test('throws when the run was halted or did not see the whole list, whatever it did delete', () => {
  const halted = { because: 'source', detail: 'the id source failed: no more disk' } as const
  const error = thrown(report([deleted], { halted }))
  assert.equal([error.halted, error.reasons], [halted, []])
  assert.match(error.message, 'the run halted: the id source failed: no more disk')
  assert.match(thrown(report([deleted], { sourceEnded: false })).message, 'the id source was not read to its end')
})

test('shows twenty of the records at most, the first ones', () => {
  const many = Array.from({ length: 50 }, (_, at): RecordOutcome => ({ ...rejected, id: `r${at}` }))
  const { reasons, totals } = thrown(report([deleted, ...many]))
  assert.equal(
    reasons.map(({ id }) => id),
    many.slice(0, 20).map(({ id }) => id),
  )
  assert.is(totals.rejected, 50)
})

test('is an Error with a name of its own, so that it can be told from others', () => {
  const error = thrown(report([rejected]))
  assert.ok(error instanceof Error)
  assert.is(error.name, 'NotAllGoneError')
})
