import fc from 'fast-check'
import { openPacing, type Pacing, type PacingSettings } from '../../../src/core/pace/pacing.ts'
import type { RateNews } from '../../../src/core/pace/rate-headers.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('pacing')

const none = Number.POSITIVE_INFINITY
const open = (settings: Partial<PacingSettings> = {}): Pacing =>
  openPacing({ rate: undefined, share: 1, requestsPerSecond: none, ...settings })

/** Sends as soon as it may, `count` times; answers come at once, and say nothing. Returns when each went. */
const burst = (pacing: Pacing, count: number, from = 0): ReadonlyArray<number> => {
  const departures: number[] = []
  let now = from
  while (departures.length < count) {
    const waitMs = pacing.waitMs(now)
    assert.ok(waitMs >= 0 && waitMs < none, `${waitMs}`)
    now += waitMs
    if (now > from + 1e7) throw new Error(`nothing goes any more after ${departures.length}`)
    if (waitMs > 0) continue
    departures.push(now)
    pacing.sent(now)
  }
  return departures
}

/** The most departures in any stretch of `perMs`, both ends not included. */
const mostIn = (departures: ReadonlyArray<number>, perMs: number): number =>
  Math.max(0, ...departures.map((from) => departures.filter((at) => at >= from && at < from + perMs).length))

test('where nothing is known nothing waits', () => {
  assert.equal([...new Set(burst(open(), 1_000))], [0])
})

test('numbers the requests', () => {
  const pacing = open()
  assert.equal([pacing.total(), pacing.sent(0), pacing.sent(0), pacing.total()], [0, 1, 2, 2])
})

test('a declared rate is kept in every stretch as long as its window, and used up', () => {
  const pacing = open({ rate: { requests: 60, perMs: 3_000 }, share: 0.8 })
  const departures = burst(pacing, 48 * 5)
  assert.is(mostIn(departures, 3_000), 48)
  assert.ok((departures.at(-1) ?? 0) <= 4 * 3_100, 'n requests in (⌈n/R⌉ − 1) windows')
})

test('some of a limit is always left, however small the share', () => {
  const pacing = open({ rate: { requests: 3, perMs: 1_000 }, share: 0.01 })
  assert.is(mostIn(burst(pacing, 4), 1_000), 1)
})

test('no stretch holds too many, whenever the requests come', () => {
  const settings = fc.record({
    requests: fc.integer({ min: 1, max: 30 }),
    perMs: fc.integer({ min: 10, max: 5_000 }),
    share: fc.double({ min: 0.05, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(settings, fc.array(fc.nat(2_000), { maxLength: 80 }), ({ requests, perMs, share }, gaps) => {
      const pacing = open({ rate: { requests, perMs }, share })
      const departures: number[] = []
      let now = 1_700_000_000_000
      for (const gap of gaps) {
        now += gap > 1_000 ? 0 : gap
        const waitMs = pacing.waitMs(now)
        now += waitMs
        assert.ok(waitMs <= perMs + 100)
        assert.is(pacing.waitMs(now), 0, 'who has waited may go')
        departures.push(now)
        pacing.sent(now)
      }
      assert.ok(mostIn(departures, perMs) <= Math.max(1, Math.floor(requests * share)))
    }),
  )
})

test("the caller's own limit holds from the first second on, and after a rest", () => {
  const pacing = open({ requestsPerSecond: 4 })
  assert.equal(burst(pacing, 6), [0, 250, 500, 750, 1_000, 1_250])
  assert.equal(burst(pacing, 3, 60_000), [60_000, 60_250, 60_500])
  assert.equal(burst(open({ requestsPerSecond: 0.5 }), 3), [0, 2_000, 4_000])
})

test('the slowest of all limits counts', () => {
  const slowOwn = open({ rate: { requests: 100, perMs: 1_000 }, requestsPerSecond: 2 })
  assert.equal(burst(slowOwn, 3), [0, 500, 1_000])
  const slowBackend = open({ rate: { requests: 1, perMs: 1_000 }, requestsPerSecond: 50 })
  assert.is(mostIn(burst(slowBackend, 3), 1_000), 1)
})

/** One request and its answer, a little later. */
const exchange = (pacing: Pacing, at: number, news: RateNews): void => {
  pacing.answered({ number: pacing.sent(at), sentAt: at, receivedAt: at + 20, refused: false, news })
}

test('a limit that is used up is waited for until its window ends', () => {
  for (const limit of [{ limit: 10 }, {}]) {
    const pacing = open()
    exchange(pacing, 0, { ...limit, remaining: 1, resetMs: 5_000 })
    assert.is(pacing.waitMs(100), 0)
    exchange(pacing, 100, { ...limit, remaining: 0, resetMs: 5_000 })
    const waitMs = pacing.waitMs(200)
    assert.ok(waitMs >= 4_780 && waitMs <= 4_920, `${waitMs} ms, limit ${'limit' in limit ? 'told' : 'not told'}`)
    assert.is(pacing.waitMs(200 + waitMs), 0)
  }
})

test('what is under way counts as used', () => {
  const pacing = open()
  exchange(pacing, 0, { limit: 10, remaining: 3, resetMs: 5_000 })
  for (let times = 0; times < 3; times++) {
    assert.is(pacing.waitMs(50), 0)
    pacing.sent(50)
  }
  assert.ok(pacing.waitMs(50) > 0)
})

test('the headroom of others is left to them, as the answers count it', () => {
  const pacing = open({ share: 0.8 })
  exchange(pacing, 0, { limit: 100, remaining: 22, resetMs: 9_000 })
  assert.is(pacing.waitMs(30), 0)
  exchange(pacing, 30, { limit: 100, remaining: 20, resetMs: 9_000 })
  assert.ok(pacing.waitMs(60) > 8_000, 'the last 20 are theirs')
})

test('a late answer to an earlier request is old news', () => {
  const pacing = open()
  const [first, second] = [pacing.sent(0), pacing.sent(1)]
  const answer = (number: number, remaining: number, receivedAt: number) =>
    pacing.answered({
      number,
      sentAt: number - 1,
      receivedAt,
      refused: false,
      news: { limit: 10, remaining, resetMs: 5_000 },
    })
  answer(second, 0, 50)
  answer(first, 9, 60)
  assert.ok(pacing.waitMs(70) > 0)
})

test('a request whose answer never comes, or says nothing, holds nobody back for ever', () => {
  const pacing = open({ share: 0.8 })
  exchange(pacing, 0, { limit: 10, remaining: 2 })
  const [, second, third] = burst(pacing, 3, 30)
  assert.ok((second ?? 0) <= 3_000 && (third ?? 0) <= 6_000)

  const told = open()
  for (const at of [0, 1_000, 2_000, 3_000, 4_000]) {
    exchange(told, at, { limit: 2, remaining: at % 2_000 === 0 ? 1 : 0, ...(at < 3_000 ? { resetMs: 1_000 } : {}) })
  }
  const departures = burst(told, 20, 4_100)
  assert.ok((departures.at(-1) ?? 0) < 120_000, `the last one went after ${departures.at(-1)} ms`)
})

test('a throttle without a hint lowers the rate, and answers raise it again', () => {
  const pacing = open()
  const spacing = (from: number): number => {
    const departures = burst(pacing, 20, from)
    return ((departures.at(-1) ?? 0) - (departures[0] ?? 0)) / 19
  }
  for (let at = 0; at < 2_000; at += 100) pacing.sent(at)
  assert.is(pacing.throttled(2_000), undefined)
  const once = spacing(2_000)
  assert.ok(once > 100 && once < 300, `${once} ms apart after 100 ms`)
  pacing.throttled(10_000)
  const twice = spacing(10_000)
  assert.ok(twice > once)
  for (let answers = 0; answers < 1_000; answers++) pacing.passed()
  assert.ok(spacing(60_000) < once)
})

test('a storm of throttles leaves one request in five seconds', () => {
  const pacing = open()
  let now = 0
  for (let times = 0; times < 100; times++) {
    now = burst(pacing, 1, now)[0] ?? now
    pacing.throttled(now)
  }
  const departures = burst(pacing, 5, now)
  const apart = ((departures.at(-1) ?? 0) - now) / 5
  assert.ok(apart > 3_000 && apart <= 5_000, `${apart} ms apart`)
})

test('a throttle says how long to wait where the end of the window is known', () => {
  const pacing = open()
  exchange(pacing, 0, { limit: 10, remaining: 5, resetMs: 3_000 })
  const waitMs = pacing.throttled(1_000) ?? Number.NaN
  assert.ok(waitMs >= 2_000 && waitMs <= 2_100, `${waitMs}`)
})

/** A backend with a window of its own phase, which tells what is left in it; sends as fast as it may. */
const against = (
  pacing: Pacing,
  {
    limit,
    perMs,
    phaseMs,
    requests,
    tells,
  }: {
    limit: number
    perMs: number
    phaseMs: number
    requests: number
    tells: (news: Required<Pick<RateNews, 'limit' | 'remaining' | 'resetMs'>>) => RateNews
  },
) => {
  let now = 0
  let window = -1
  let used = 0
  let refused = 0
  for (let done = 0; done < requests; ) {
    const waitMs = pacing.waitMs(now)
    now += waitMs
    if (waitMs > 0) continue
    const sentAt = now
    const number = pacing.sent(now)
    const arrivesAt = now + 10
    const current = Math.floor((arrivesAt + phaseMs) / perMs)
    if (current !== window) used = 0
    window = current
    const turnedBack = used >= limit
    if (turnedBack) refused++
    else {
      used++
      done++
    }
    now += 20
    const resetMs = Math.ceil(((current + 1) * perMs - phaseMs - arrivesAt) / 1_000) * 1_000
    const news = tells({ limit, remaining: limit - used, resetMs })
    const expected = pacing.answered({ number, sentAt, receivedAt: now, refused: turnedBack, news })
    if (turnedBack) now += expected ? 0 : (pacing.throttled(now) ?? 1_000)
    else pacing.passed()
  }
  return { refused, tookMs: now }
}

test('uses up what a backend tells of, in whatever phase its window is, and is hardly ever refused', () => {
  const idealMs = (600 / 60 - 1) * 3_000
  for (let phaseMs = 0; phaseMs < 3_000; phaseMs += 170) {
    const backend = { limit: 60, perMs: 3_000, phaseMs, requests: 600 }
    const all = against(open(), { ...backend, tells: (news) => news })
    assert.ok(all.refused <= 6 && all.tookMs <= 1.15 * idealMs, `all headers: ${JSON.stringify(all)} at ${phaseMs}`)
    const counts = against(open({ rate: { requests: 60, perMs: 3_000 } }), {
      ...backend,
      tells: ({ limit, remaining }) => ({ limit, remaining }),
    })
    assert.ok(
      counts.refused <= 6 && counts.tookMs <= 1.15 * idealMs,
      `declared: ${JSON.stringify(counts)} at ${phaseMs}`,
    )
    const shared = against(open({ rate: { requests: 60, perMs: 3_000 }, share: 0.98 }), {
      ...backend,
      tells: ({ limit, remaining }) => ({ limit, remaining }),
    })
    assert.is(shared.refused, 0, `a part of the limit: ${JSON.stringify(shared)} at ${phaseMs}`)
  }
})

test('limits told besides are used up but for the share of others, and their end is waited for', () => {
  const pacing = open({ share: 0.8 })
  const hour = (remaining: number) => ({ name: 'hour', limit: 10, remaining, resetMs: 30_000 })
  exchange(pacing, 0, { also: [hour(4)] })
  assert.is(pacing.waitMs(30), 0)
  exchange(pacing, 30, { also: [hour(3)] })
  assert.is(pacing.waitMs(60), 0)
  pacing.sent(60)
  assert.ok(pacing.waitMs(60) > 29_000, 'the one under way may have it')
  exchange(pacing, 60, { also: [hour(2)] })
  const waitMs = pacing.waitMs(100)
  assert.ok(waitMs > 29_900 && waitMs < 30_100, `${waitMs}`)
  assert.is(pacing.waitMs(100 + waitMs), 0)
})

test('a refusal by a limit told besides says nothing of the one that is paced by', () => {
  const pacing = open({ rate: { requests: 60, perMs: 3_000 } })
  const answer = (at: number, refused: boolean, remaining: number) =>
    pacing.answered({
      number: pacing.sent(at),
      sentAt: at,
      receivedAt: at + 20,
      refused,
      news: { also: [{ name: 'endpoint', limit: 100, remaining, resetMs: 5_000 }] },
    })
  answer(0, false, 1)
  answer(50, true, 0)
  const waitMs = pacing.throttled(80) ?? Number.NaN
  assert.ok(waitMs > 4_900 && waitMs < 5_100, `${waitMs}`)
  let [now, sent] = [80 + waitMs, 0]
  for (; sent < 59 && pacing.waitMs(now) === 0; sent++, now += 20)
    pacing.answered({ number: pacing.sent(now), sentAt: now, receivedAt: now + 20, refused: false, news: undefined })
  assert.is(sent, 59, 'the declared limit is all there')
})
