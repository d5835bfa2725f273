import fc from 'fast-check'
import { openPolling } from '../../src/core/polling.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('polling')

test('asks a first job after half a second, then each time after two fifths of its age again', () => {
  const polling = openPolling()
  assert.is(polling.waitMs(0, 0), 500)
  assert.is(polling.waitMs(0, 300), 200, 'the submit itself took a while')
  assert.equal(
    [1, 2, 3].map((asked) => polling.waitMs(asked, 1_000 * asked)),
    [400, 800, 1_200],
  )
  assert.is(polling.waitMs(1, 3_600_000), 10_000)
})

test('asks when about 80 % of the jobs so far had ended', () => {
  const polling = openPolling()
  for (let second = 1; second <= 10; second++) polling.learn(second * 1_000, second * 1_000)
  assert.is(polling.waitMs(0, 0), 9_000)
  assert.is(polling.waitMs(0, 2_000), 7_000)
  assert.is(polling.waitMs(0, 60_000), 50)
})

test('what an answer reveals is only that the job ended since the last question', () => {
  const polling = openPolling()
  polling.learn(1_000, 3_000)
  assert.is(polling.waitMs(0, 0), 2_000)
})

test('while nobody knows how long jobs take, two are asked, and the others for a minute not', () => {
  const polling = openPolling()
  const jobs = [polling.begin(), polling.begin(), polling.begin()]
  assert.equal(
    jobs.map((job) => polling.mayAsk(job, 500)),
    [true, true, false],
  )
  assert.ok(polling.mayAsk(2, 60_000), 'the two may hang')
  polling.learn(1_000, 3_000)
  assert.ok(polling.mayAsk(2, 500))
})

test('forgets what was long ago', () => {
  const polling = openPolling()
  for (let job = 0; job < 100; job++) polling.learn(25_000, 25_000)
  for (let job = 0; job < 64; job++) polling.learn(100, 100)
  assert.is(polling.waitMs(0, 0), 100)
})

test('no wait is so short that it floods, none so long that a job is forgotten', () => {
  const age = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(age, age), { maxLength: 100 }), fc.nat(100), age, (jobs, asked, ageMs) => {
      const polling = openPolling()
      for (const [pendingAt, took] of jobs) polling.learn(pendingAt, pendingAt + took)
      const wait = polling.waitMs(asked, ageMs)
      assert.ok(wait >= 50 && wait <= 30_000)
    }),
  )
})

test('jobs of one length are soon asked about once', () => {
  const polling = openPolling()
  const durationMs = 3_300
  let lastAsked = 0
  for (let job = 0; job < 50; job++) {
    let age = 0
    let pendingAt = 0
    lastAsked = 0
    while (true) {
      age += polling.waitMs(lastAsked, age)
      lastAsked++
      if (age >= durationMs) break
      pendingAt = age
    }
    polling.learn(pendingAt, age)
  }
  assert.ok(lastAsked <= 2, `${lastAsked} questions`)
})
