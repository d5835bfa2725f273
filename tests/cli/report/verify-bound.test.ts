import { mostRemaining } from '../../../src/cli/report/verify-bound.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('verify: the bound')

test('none of 3,000: up to 72 of 72,000', () => {
  assert.is(mostRemaining(72_000, 3_000, 0), 72)
})

test('three in n where none was found, for a large sample', () => {
  assert.is(mostRemaining(1_000_000, 10_000, 0), 300)
  assert.is(mostRemaining(3_000, 300, 0), 30)
})

test('nothing is left to guess where all were looked at', () => {
  assert.is(mostRemaining(500, 500, 0), 0)
  assert.is(mostRemaining(500, 500, 7), 7)
})

test('nothing is known where none was looked at', () => {
  assert.is(mostRemaining(500, 0, 0), 500)
})

test('never more than could be there, never fewer than were found', () => {
  assert.is(mostRemaining(10, 9, 0), 1)
  assert.is(mostRemaining(10, 1, 1), 10)
  for (let present = 0; present <= 20; present++) {
    const most = mostRemaining(1_000, 20, present)
    assert.ok(most >= present && most <= 980 + present)
  }
})

/** The chance of at most so many present in a sample without repeats, counted out. */
const hypergeometric = (total: number, remaining: number, sample: number, present: number): number => {
  let sum = 0
  for (let found = 0; found <= present; found++) {
    sum += Math.exp(choose(remaining, found) + choose(total - remaining, sample - found) - choose(total, sample))
  }
  return sum
}

const choose = (from: number, take: number): number => {
  if (take < 0 || take > from) return Number.NEGATIVE_INFINITY
  let log = 0
  for (let each = 1; each <= take; each++) log += Math.log((from - take + each) / each)
  return log
}

test('it holds: with one more remaining so few would turn up in at most 5 % of all samples', () => {
  for (const total of [20, 57, 300]) {
    for (const sample of [1, 5, 19, 20, 50, 250]) {
      if (sample > total) continue
      for (const present of [0, 1, 4]) {
        if (present > sample) continue
        const most = mostRemaining(total, sample, present)
        if (most >= total - sample + present) continue
        const chance = hypergeometric(total, most + 1, sample, present)
        assert.ok(chance <= 0.05, `${present} of ${sample} of ${total}: ${most}, ${chance}`)
      }
    }
  }
})

test('it is not far above the exact one', () => {
  const most = mostRemaining(72_000, 3_000, 0)
  let exact = 0
  while (hypergeometric(72_000, exact + 1, 3_000, 0) > 0.05) exact++
  assert.is(exact, 70)
  assert.ok(most - exact <= 3)
})
