import { type Adaptive, openAdaptive } from '../../../src/core/pace/adaptive.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('adaptive')

/** Rounds with as many in flight as may be, each answered after as long as `msOf` says for that many. */
const rounds = (adaptive: Adaptive, count: number, msOf: (inFlight: number) => number, start = 0): number => {
  let now = start
  for (let round = 0; round < count; round++) {
    const inFlight = adaptive.limit()
    const ms = msOf(inFlight)
    const sentAt = now
    now += ms
    for (let each = 1; each <= Math.max(4, inFlight); each++) {
      adaptive.started(Math.min(each, inFlight))
      adaptive.answered(sentAt, now)
    }
  }
  return now
}

test('doubles while answers take no longer, up to the most', () => {
  const adaptive = openAdaptive(4, 50)
  const limits = Array.from({ length: 5 }, (_, round) => {
    rounds(adaptive, 1, () => 100, round * 100)
    return adaptive.limit()
  })
  assert.equal(limits, [8, 16, 32, 50, 50])
})

test('learns nothing about more where it was never as many', () => {
  const adaptive = openAdaptive(4, 50)
  for (let now = 100; now < 10_000; now += 100) {
    adaptive.started(3)
    adaptive.answered(now - 100, now)
  }
  assert.is(adaptive.limit(), 4)
})

test('stays where the backend is at work all the time, and takes back what only waits there', () => {
  const adaptive = openAdaptive(4, 256)
  const queueing = (inFlight: number) => 100 * Math.max(1, inFlight / 20)
  rounds(adaptive, 12, queueing)
  const held = adaptive.limit()
  assert.ok(held >= 20 && held <= 28, `${held} in flight`)
  rounds(adaptive, 50, queueing, 100_000)
  assert.is(adaptive.limit(), held)
})

test('a backend that has become slower for all is not taken for one that is too busy for us', () => {
  const adaptive = openAdaptive(4, 20)
  rounds(adaptive, 6, () => 100)
  assert.is(adaptive.limit(), 20)
  const lowest = { limit: 20 }
  for (let round = 0; round < 40; round++) {
    rounds(adaptive, 1, () => 300, 10_000 + round * 300)
    lowest.limit = Math.min(lowest.limit, adaptive.limit())
  }
  assert.ok(lowest.limit >= 8, `down to ${lowest.limit}`)
  assert.is(adaptive.limit(), 20)
})

test('a refusal goes back to what went well, the bound is looked for in steps, and not tried again soon', () => {
  const adaptive = openAdaptive(4, 256)
  let now = rounds(adaptive, 3, () => 100)
  assert.is(adaptive.limit(), 32)
  assert.ok(adaptive.turnedBack(now))
  assert.is(adaptive.limit(), 16)
  assert.ok(adaptive.turnedBack(now + 1), 'of those in flight together one counts')
  assert.is(adaptive.limit(), 16)
  const refusing = () => {
    for (let round = 0; round < 30; round++) {
      now = rounds(adaptive, 1, () => 100, now + 1_000)
      if (adaptive.limit() > 20) adaptive.turnedBack(now)
    }
  }
  refusing()
  const bound = adaptive.limit()
  assert.ok(bound >= 18 && bound <= 20, `${bound}`)
})

test('turned back with one in flight: it is the rate that is too high', () => {
  const adaptive = openAdaptive(2, 2)
  let now = rounds(adaptive, 1, () => 10)
  assert.ok(adaptive.turnedBack(now))
  assert.is(adaptive.limit(), 1)
  now += 1_000
  assert.not.ok(adaptive.turnedBack(now))
})
