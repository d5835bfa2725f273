import * as E from 'fp-ts/lib/Either.js'
import { ids } from '../../bench/exchange.ts'
import {
  changing,
  declared,
  idealMs,
  type LimitModel,
  modelServer,
  phases,
  provider,
  type Row,
  scenario,
  sixty,
} from '../../bench/pacing.ts'
import type { BulkRecordProvider, HttpReply } from '../../src/core/contract/provider.ts'
import { collect } from '../../src/core/engine/stream.ts'
import type { RunOptions } from '../../src/core/settings/options.ts'
import { virtualClock } from '../../src/testing/backends/virtual-clock.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('pacing, beside the ideal', { deadlineMs: 30_000 })

const told = ({ name, time, refused, worstTime, worstRefused }: Row): string =>
  `${name}: time ${time.toFixed(3)} (worst ${worstTime.toFixed(3)}), refused ${(refused * 100).toFixed(2)} % (worst ${(worstRefused * 100).toFixed(2)} %)`

test('a declared limit: within 1.03 of the ideal, at most 1 % refused, whatever the phase of the window', async () => {
  const row = await scenario('declared', sixty, 600, 1, 'expunge', declared)
  assert.is(row.lost, 0)
  assert.ok(row.time <= 1, `a window that has begun is used, and the next one as soon as it begins: ${told(row)}`)
  assert.ok(row.worstTime <= 1.03, told(row))
  assert.ok(row.worstRefused <= 0.01, told(row))
})

test('a declared limit of which others have a part, however small: nothing refused, whatever the phase', async () => {
  const options = { rate: { share: 0.98 } }
  const row = await scenario('declared, 0.98', sixty, 600, 1, 'expunge', { ...declared, options })
  assert.is(row.lost, 0)
  assert.is(row.worstRefused, 0, told(row))
})

test('headers alone: within 1.03 of the ideal, at most 1 % refused', async () => {
  const row = await scenario('headers only', sixty, 600, 1, 'expunge')
  assert.is(row.lost, 0)
  assert.ok(row.time <= 1.03, told(row))
  assert.ok(row.refused <= 0.01, told(row))
})

test('a reset on every answer: hardly anything refused', async () => {
  const row = await scenario('reset on every answer', { ...sixty, headers: 'reset-always' }, 600, 1, 'expunge')
  assert.ok(row.time <= 1 && row.worstTime <= 1.03, told(row))
  assert.ok(row.refused <= 0.002 && row.worstRefused <= 0.005, told(row))
})

test('a limit that is halved in mid-run: as near, and at most 1 % refused', async () => {
  const row = await scenario('then 30', changing, 600, 1, 'expunge', { ...declared, ideal: 45_000 })
  assert.is(row.lost, 0)
  assert.ok(row.worstTime <= 1.03, told(row))
  assert.ok(row.worstRefused <= 0.01, told(row))
})

test('two processes on one limit: together within 1.1 of the ideal, at most 10 % refused, mean of 20 phases', async () => {
  for (const more of [declared, {}]) {
    const row = await scenario('two processes', sixty, 600, 2, 'expunge', more)
    assert.is(row.lost, 0)
    assert.ok(row.time <= 1.1, told(row))
    assert.ok(row.refused <= 0.1, told(row))
  }
})

test('no hints at all: the rate is felt for, and far fewer are refused than by trying again', async () => {
  const silent = { ...sixty, headers: 'none' } as const
  const row = await scenario('no hints', silent, 600, 1, 'expunge')
  const loop = await scenario('no hints', silent, 600, 1, 'retry loop')
  assert.is(row.lost, 0)
  assert.ok(row.time <= 1.4, told(row))
  assert.ok(row.refused <= 0.02 && row.refused < loop.refused / 4, `${told(row)}; ${told(loop)}`)
})

const serve = async (model: LimitModel, options: RunOptions, starts: ReadonlyArray<BulkRecordProvider | 'own'>) => {
  const clock = virtualClock()
  const server = modelServer(clock, model)
  const startedAt = clock.now()
  const runs = starts.map((given) =>
    collect(given === 'own' ? provider(server, declared.rate) : given, ids(600), {
      clock,
      random: () => 0.5,
      ...options,
    })(),
  )
  const reports = await clock.until(Promise.all(runs))
  return { server, reports, ms: clock.now() - startedAt }
}

test('the default share leaves the headroom of others free: never more than 48 of 60 in a window that is declared', async () => {
  for (const phaseMs of phases(10)) {
    for (const rate of [declared.rate, undefined]) {
      const clock = virtualClock()
      const server = modelServer(clock, { ...sixty, phaseMs })
      const report = await clock.until(collect(provider(server, rate), ids(600), { clock, random: () => 0.5 })())
      const most = Math.max(...server.seen.perWindow.values())
      assert.is(report.totals.deleted, 600)
      // Where the length of the window has to be learnt, a few go out to learn it.
      assert.ok(most <= (rate ? 48 : 52), `phase ${phaseMs}, ${rate ? 'declared' : 'headers'}: ${most} in one window`)
      assert.is(server.seen.refused, 0)
    }
  }
})

test('runs with one limitKey, or one provider value, share one pace: one is refused in a hundred at most', async () => {
  for (const phaseMs of phases(5)) {
    const model = { ...sixty, phaseMs }
    const keyed = await serve(model, { rate: { share: 1 }, limitKey: 'the account' }, ['own', 'own'])
    assert.ok(keyed.server.seen.refused <= 12, `phase ${phaseMs}: ${keyed.server.seen.refused} refused`)
    const ratio = keyed.ms / idealMs(1_200, 60, 3_000)
    assert.ok(ratio <= 1.03, `phase ${phaseMs}: ${ratio}`)

    const clock = virtualClock()
    const server = modelServer(clock, model)
    const shared = provider(server, declared.rate)
    const options = { clock, random: () => 0.5, rate: { share: 1 } }
    await clock.until(Promise.all([collect(shared, ids(600), options)(), collect(shared, ids(600), options)()]))
    assert.ok(server.seen.refused <= 12, `phase ${phaseMs}: ${server.seen.refused} refused`)
  }
})

/** A backend that turns the n-th request back and says for how long, and keeps when each one arrived. */
const oneThrottle = async (nth: number, runs: number) => {
  const clock = virtualClock()
  const arrivals: number[] = []
  let throttledAt = Number.NaN
  const answer = async (): Promise<HttpReply> => {
    await clock.sleep(50)
    arrivals.push(clock.now())
    const refused = arrivals.length === nth
    if (refused) throttledAt = clock.now()
    await clock.sleep(50)
    return { status: refused ? 429 : 200, headers: new Headers(refused ? { 'retry-after': '5' } : {}), text: '' }
  }
  const model: BulkRecordProvider = {
    specification: 1,
    name: 'model',
    verified: 'documentation',
    capabilities: { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (_batch, context) => async () => {
      const { status } = await context.exchange('delete', answer)
      if (status === 200) return E.right({ kind: 'AllDeleted' })
      return E.left({ tag: 'Throttled', detail: 'HTTP 429', retryAfterMs: 5_000 })
    },
  }
  const all = Array.from({ length: runs }, () => collect(model, ids(100), { clock, random: () => 0.5 })())
  const reports = await clock.until(Promise.all(all))
  const answeredAt = throttledAt + 50
  return {
    reports,
    // What was on its way already arrives within half a round trip.
    during: arrivals.filter((at) => at > answeredAt + 50 && at < answeredAt + 5_000),
    first: Math.min(...arrivals.filter((at) => at >= answeredAt + 5_000)) - answeredAt,
    ahead: arrivals.filter((at) => at >= answeredAt + 5_000 && at < answeredAt + 5_100).length,
  }
}

test('one throttle pauses all: nothing arrives before it is over, and one request goes ahead of the others', async () => {
  for (const nth of [1, 7, 50]) {
    const { reports, during, first, ahead } = await oneThrottle(nth, 1)
    assert.is(reports[0]?.totals.deleted, 100)
    assert.equal(during, [])
    assert.is(first, 5_050, 'to the millisecond')
    assert.is(ahead, 1)
  }
  const shared = await oneThrottle(20, 3)
  assert.equal(shared.during, [], 'nor of the other runs against the same account')
})
