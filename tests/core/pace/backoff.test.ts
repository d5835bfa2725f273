import fc from 'fast-check'
import { backoffMs, openRetryBudget } from '../../../src/core/pace/backoff.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('backoff')

test('doubles from half a second up to half a minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100, 5_000].map((repetition) => backoffMs(repetition, () => 0))
  assert.equal(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
})

test('jitter takes away less than half, and adds nothing', () => {
  const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), dice, (repetition, rolled) => {
      const whole = backoffMs(repetition, () => 0)
      const wait = backoffMs(repetition, () => rolled)
      assert.ok(wait > whole / 2 - 1e-9 && wait <= whole)
    }),
  )
})

test('the budget is spent by trouble and refilled by success, up to where it began', () => {
  const budget = openRetryBudget()
  for (let taken = 1; taken < 100; taken++) assert.ok(budget.take('repetition'), `repetition ${taken}`)
  assert.not.ok(budget.take('repetition'), 'the hundredth takes the last of 500 tokens')
  assert.not.ok(budget.take('unknown-end'))
  for (let given = 0; given < 11; given++) budget.give()
  assert.ok(budget.take('unknown-end'), 'one of eleven tokens is left')
  assert.not.ok(budget.take('repetition'))

  for (let given = 0; given < 10_000; given++) budget.give()
  for (let taken = 1; taken < 50; taken++) assert.ok(budget.take('unknown-end'), `unknown end ${taken}`)
  assert.not.ok(budget.take('unknown-end'))
})

test('a backend of which one call in six fails never spends it', () => {
  const budget = openRetryBudget()
  for (let round = 0; round < 10_000; round++) {
    for (let success = 0; success < 5; success++) budget.give()
    assert.ok(budget.take('repetition'))
  }
})
