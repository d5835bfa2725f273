import * as t from 'io-ts'
import { defineHttpProvider, on } from '../../src/http-provider.ts'
import { deleteRecords } from '../../src/index.ts'
import { scriptedBackend, virtualClock } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('virtual clock')

test('sleepers wake in the order of their times, and then of their coming', async () => {
  const clock = virtualClock(1_000)
  const woken: Array<[name: string, at: number]> = []
  const sleeper = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push([name, clock.now()]))
  await clock.until(Promise.all([sleeper('c', 50), sleeper('a', 20), sleeper('b', 20), sleeper('now', 0)]))
  assert.equal(woken, [
    ['now', 1_000],
    ['a', 1_020],
    ['b', 1_020],
    ['c', 1_050],
  ])
})

test('a sleep that is cut short ends at once, and no time passes for it', async () => {
  const clock = virtualClock(0)
  const controller = new AbortController()
  const sleeping = clock.sleep(1_000_000, controller.signal)
  await clock.until(clock.sleep(5).then(() => controller.abort()))
  await clock.until(sleeping)
  await clock.until(clock.sleep(100, controller.signal))
  assert.is(clock.now(), 5)
})

test('time stands still while something is on its way', async () => {
  const clock = virtualClock(0)
  const done = clock.busy()
  const slept = clock.sleep(10).then(() => clock.now())
  let isSlept = false
  slept.then(() => {
    isSlept = true
  })
  const all = clock.until(slept)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.not.ok(isSlept)
  done()
  assert.is(await all, 10)
})

test('time goes on for what waits for it', async () => {
  const clock = virtualClock(0)
  const ends = [clock.busy(), clock.stalled()]
  await clock.until(clock.sleep(10))
  for (const end of ends) end()
  assert.is(clock.now(), 10)
})

test('several may wait at once', async () => {
  const clock = virtualClock(0)
  const done = clock.busy()
  const both = [10, 20].map((ms) => clock.until(clock.sleep(ms).then(() => clock.now())))
  await new Promise((resolve) => setTimeout(resolve, 5))
  done()
  assert.equal(await Promise.all(both), [10, 20])
})

test('what was given up waits for nobody', async () => {
  const clock = virtualClock(0)
  const [givenUp, silent] = [clock.busy(), clock.stalled()]
  givenUp(true)
  const done = clock.busy()
  const sleeping = clock.until(clock.sleep(10))
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.is(clock.now(), 0)
  silent()
  done()
  await sleeping
  assert.is(clock.now(), 10)
})

test('a wait that would be for ever is told', async () => {
  const error = await rejection(virtualClock().until(new Promise(() => {})))
  assert.match((error as Error).message, /nobody sleeps, and it has not ended/)
})

test('an error passes through', async () => {
  const clock = virtualClock()
  const failing = clock.sleep(3).then(() => Promise.reject(new Error('no')))
  assert.is(((await rejection(clock.until(failing))) as Error).message, 'no')
})

test('a run that waits for an hour takes no time, and one that gets no answer ends', async ({ after }) => {
  const clock = virtualClock(0)
  const backend = await scriptedBackend({ clock, routes: { 'POST /delete': () => ({ json: {} }) } })
  after(backend.close)
  backend.fault({ answer: { status: 429, headers: { 'retry-after': '3600' } } })
  backend.fault('silent-after')
  const provider = defineHttpProvider({
    name: 'shelf',
    verified: 'documentation',
    baseUrl: backend.url,
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'delete', json: { ids } }),
      replies: [on(200, t.UnknownRecord, () => ({ kind: 'AllDeleted' }))],
    },
  })
  const report = await clock.until(
    deleteRecords(clock.watch(provider), ['a'], {
      clock,
      callTimeoutMs: 60_000,
      maxWaitMs: 3_600_000,
      random: () => 0.5,
    }),
  )
  assert.equal([report.totals.deleted, report.requests, backend.requests.length], [1, 3, 3])
  assert.ok(clock.now() >= 3_660_000)
})
