import fc from 'fast-check'
import { type EmulatorRate, openLimiter } from '../../../src/emulators/server/limiter.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('limiter')

/** Which of these moments are let in. */
const admitted = (rate: EmulatorRate, startAt: number, moments: ReadonlyArray<number>): ReadonlyArray<number> => {
  const limiter = openLimiter(rate, startAt)
  return moments.filter((at) => limiter.take(at))
}

const each = (ms: number, until: number): ReadonlyArray<number> =>
  Array.from({ length: until / ms }, (_, index) => index * ms)

test('a fixed window begins anew at its edges, wherever the first request comes', () => {
  const rate = { requests: 2, perMs: 1_000 }
  assert.equal(admitted(rate, -700, each(100, 1_500)), [0, 100, 300, 400, 1_300, 1_400])
  assert.equal(admitted({ kind: 'window', ...rate }, 0, [0, 1, 2, 1_000]), [0, 1, 1_000])
})

test('a log gives a place back when the request that took it is a window old', () => {
  assert.equal(
    admitted({ kind: 'log', requests: 2, perMs: 1_000 }, -700, [0, 400, 900, 1_000, 1_100, 1_400]),
    [0, 400, 1_000, 1_400],
  )
})

test('a counter weighs the window before by how much of it the stretch still covers', () => {
  const rate = { kind: 'counter', requests: 10, perMs: 1_000 } as const
  const burst = Array.from({ length: 12 }, (_, index) => 500 + index)
  const seen = admitted(rate, 0, [...burst, ...each(50, 2_000).filter((at) => at >= 1_000)])
  assert.is(seen.filter((at) => at < 1_000).length, 10)
  assert.equal(
    seen.filter((at) => at >= 1_000),
    [1_100, 1_200, 1_300, 1_400, 1_500, 1_600, 1_700, 1_800, 1_900],
  )
})

test('a bucket and GCRA let a burst in, then one after the other', () => {
  for (const kind of ['bucket', 'gcra'] as const) {
    const rate = { kind, requests: 10, perMs: 1_000, burst: 3 }
    assert.equal(admitted(rate, 0, each(20, 400)), [0, 20, 40, 100, 200, 300], kind)
    const { burst: _burst, ...plain } = rate
    assert.is(
      admitted(
        plain,
        0,
        Array.from({ length: 20 }, () => 0),
      ).length,
      10,
      `${kind}: the burst is the limit`,
    )
  }
})

test('a limit on how many are under way makes room with each answer', () => {
  const limiter = openLimiter({ kind: 'concurrency', most: 2 }, 0)
  assert.equal([limiter.take(0), limiter.take(0), limiter.take(9_999)], [true, true, false])
  limiter.done()
  assert.equal([limiter.take(0), limiter.take(0)], [true, false])
})

test('of several limits each has to let a request in, and one that is turned away counts for none', () => {
  const rate: EmulatorRate = {
    kind: 'all',
    of: [
      { requests: 2, perMs: 1_000 },
      { requests: 3, perMs: 10_000 },
    ],
  }
  assert.equal(admitted(rate, 0, [0, 1, 2, 1_000, 1_001, 10_000]), [0, 1, 1_000, 10_000])
})

test('what is told is true: room for as many as are left, and for one more after the wait', () => {
  const kind = fc.constantFrom('window' as const, 'log' as const, 'counter' as const)
  const burst = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined })
  const rate = fc.oneof(
    fc.record({ kind, requests: fc.integer({ min: 1, max: 9 }), perMs: fc.integer({ min: 100, max: 2_000 }) }),
    fc.record({
      kind: fc.constantFrom('bucket' as const, 'gcra' as const),
      requests: fc.integer({ min: 1, max: 9 }),
      perMs: fc.integer({ min: 100, max: 2_000 }),
      burst,
    }),
  )
  fc.assert(
    fc.property(rate, fc.nat(2_000), fc.array(fc.nat(400), { maxLength: 40 }), (drawn, phaseMs, gaps) => {
      const { burst: _burst, ...plain } = { burst: undefined, ...drawn }
      const limiter = openLimiter(
        (drawn as { burst?: number }).burst === undefined ? plain : (drawn as EmulatorRate),
        -phaseMs,
      )
      let now = 0
      for (const gap of gaps) {
        now += gap
        const left = limiter.remaining(now)
        const waitMs = limiter.waitMs(now)
        assert.is(limiter.take(now), left >= 1, `${left} left at ${now}`)
        assert.is(waitMs <= 0, left >= 1)
        if (left >= 1) continue
        assert.not.ok(limiter.take(now + waitMs * 0.5))
        now += waitMs + 0.1
        assert.ok(limiter.take(now), `waited for ${waitMs}`)
      }
    }),
  )
})
