import { clairvoyantMs } from '../../bench/clairvoyant.ts'
import { claimed, score, scoreCounted } from '../../bench/measured/claims.ts'
import { idAt, indexOf, shortIdAt } from '../../bench/measured/ids.ts'
import { markdown, median } from '../../bench/table.ts'
import { assert, suite } from '../support/suite.ts'

/** What the figures of the bench rest on. */
const test = suite('the bench itself')

test('a report is wrong in four ways that never overlap', () => {
  const ledger = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0)
  const { gone, there, nothing, unknown } = claimed
  const claims = Uint8Array.of(gone, there, nothing, unknown, gone, there, nothing, unknown)
  assert.equal(score(claims, ledger), { lost: 1, falseAlarms: 1, unsaid: 2, inDoubt: 2 })
})

test('counters are held against what they count', () => {
  const ledger = Uint8Array.of(1, 1, 1, 0, 0)
  const right = { lost: 0, falseAlarms: 0, unsaid: 0, inDoubt: 0 }
  assert.equal(scoreCounted({ gone: 3, there: 2 }, ledger), right)
  assert.equal(scoreCounted({ gone: 3, there: 1 }, ledger), { ...right, unsaid: 1 })
  assert.equal(scoreCounted({ gone: 5, there: 0 }, ledger), { ...right, lost: 2 })
  assert.equal(scoreCounted({ gone: 1, there: 4 }, ledger), { ...right, falseAlarms: 2 })
})

test('ids tell their number in either spelling', () => {
  for (const index of [0, 9, 10, 255, 999_999, 9_999_999]) {
    assert.is(indexOf(idAt(index)), index)
    assert.is(indexOf(shortIdAt(index)), index)
    assert.ok(/^[\w-]{22}$/.test(shortIdAt(index)))
  }
})

test('the clairvoyant schedule uses every window from its start, and waits for nothing but jobs', () => {
  const window = { requests: 60, perMs: 3_000, offsetMs: 0 }
  // 200 requests fill three windows and a part of the fourth.
  assert.is(clairvoyantMs(100, 0, window), 9_000)
  assert.is(clairvoyantMs(100, 300, window), 9_000)
  // All submits are out in the second window; the last polls wait for the jobs of it.
  assert.is(clairvoyantMs(100, 30_000, window), 33_000)
  assert.is(clairvoyantMs(1, 300, window), 300)
  assert.is(clairvoyantMs(30, 0, window), 0)
  // Late in a window there is a second one soon.
  assert.is(clairvoyantMs(100, 0, { ...window, offsetMs: 2_000 }), 7_000)
  // A job that ends in a full window is asked in the next one.
  assert.is(clairvoyantMs(60, 10, window), 3_000)
})

test('tables and medians', () => {
  assert.is(median([3, 1, 2]), 2)
  assert.is(median([4, 1, 2, 3]), 2.5)
  assert.is(markdown({ head: ['a', 'b'], rows: [['c', '1']] }), '| a | b |\n| --- | --: |\n| c | 1 |')
})
