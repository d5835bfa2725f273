import fc from 'fast-check'
import { openPolling } from '../../../src/core/pace/polling.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('polling')

/** The ages at which a job is asked that runs for so long, while nobody knows how long jobs take. */
const scouted = (runsMs: number): ReadonlyArray<number> => {
  const polling = openPolling()
  const ages: number[] = []
  let age = polling.holdMs(polling.begin(), 0)
  for (let asked = 1; age < runsMs; asked++) {
    ages.push(age)
    age += polling.waitMs(asked, age)
  }
  return [...ages, age]
}

test('one job is asked while nobody knows: closely, and not too often', () => {
  for (const [runsMs, most] of [
    [3_000, 10],
    [30_000, 30],
    [300_000, 80],
  ] as const) {
    const ages = scouted(runsMs)
    assert.is(ages[0], 500)
    assert.ok(ages.length <= most, `${ages.length} questions`)
    const last = ages.at(-1) as number
    assert.ok(last <= runsMs * 1.25 && last <= Math.max(runsMs + 1_500, runsMs * 1.05), `found at ${last}`)
  }
})

test('the others wait for what it teaches, for a minute at most', () => {
  const polling = openPolling()
  const [first, second] = [polling.begin(), polling.begin()]
  assert.is(polling.holdMs(first, 500), 0)
  assert.ok(polling.holdMs(second, 500) > 0)
  assert.is(polling.holdMs(second, 60_000), 0, 'the first may hang')
  polling.learn(2_000, 3_000)
  assert.is(polling.holdMs(second, 500), 2_500)
  assert.is(polling.holdMs(second, 3_000), 0)
})

test('a job of an earlier process is asked at once', () => {
  assert.is(openPolling().holdMs(undefined, 0), 0)
})

test('asks when about 80 % of the jobs so far had ended, and again after ever larger parts of its age', () => {
  const polling = openPolling()
  const job = polling.begin()
  for (let second = 1; second <= 10; second++) polling.learn(second * 1_000 - 1, second * 1_000)
  assert.is(polling.holdMs(job, 0), 9_000)
  assert.is(polling.holdMs(job, 2_000), 7_000)
  assert.is(polling.holdMs(job, 60_000), 0)
  assert.equal(
    [1, 2, 3].map((asked) => polling.waitMs(asked, 10_000)),
    [2_000, 4_000, 4_000],
  )
  assert.is(polling.waitMs(1, 3_600_000), 10_000)
})

test('a job that still runs when it is first asked keeps the others from being asked too early, too', () => {
  const polling = openPolling()
  const job = polling.begin()
  polling.learn(9_000, 10_000)
  polling.stillRuns(10_000)
  assert.is(polling.holdMs(job, 0), 10_500)
})

test('jobs that had ended when they were first asked are asked sooner in time, for they may have ended long before', () => {
  const polling = openPolling()
  const job = polling.begin()
  polling.learn(9_000, 10_000)
  for (let hit = 0; hit < 60; hit++) polling.learn(0, 10_200)
  assert.is(polling.holdMs(job, 0), 10_000, 'not at once')
  for (let hit = 0; hit < 400; hit++) polling.learn(0, 10_200)
  const later = polling.holdMs(job, 0)
  assert.ok(later < 9_500 && later > 6_000, `${later}`)
})

test('forgets what was long ago', () => {
  const polling = openPolling()
  const job = polling.begin()
  for (let each = 0; each < 100; each++) polling.learn(24_000, 25_000)
  for (let each = 0; each < 64; each++) polling.learn(90, 100)
  assert.is(polling.holdMs(job, 0), 100)
})

test('no wait is so short that it floods, none so long that a job is forgotten', () => {
  const age = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(age, age), { maxLength: 100 }), fc.nat(100), age, (jobs, asked, ageMs) => {
      const polling = openPolling()
      for (const [pendingAt, took] of jobs) polling.learn(pendingAt, pendingAt + took)
      const wait = polling.waitMs(Math.max(1, asked), ageMs)
      assert.ok(wait >= 50 && wait <= Math.max(10_000, ageMs / 19))
      const hold = polling.holdMs(asked, ageMs)
      assert.ok(hold === 0 || (hold >= 1 && hold <= 30_000))
    }),
  )
})

test('jobs of one length are soon asked about once', () => {
  const polling = openPolling()
  const durationMs = 3_300
  let lastAsked = 0
  for (let job = 0; job < 50; job++) {
    let age = polling.holdMs(polling.begin(), 0)
    let pendingAt = 0
    for (lastAsked = 1; age < durationMs; lastAsked++) {
      pendingAt = age
      age += polling.waitMs(lastAsked, age)
    }
    polling.learn(pendingAt, age)
  }
  assert.ok(lastAsked <= 2, `${lastAsked} questions`)
})
