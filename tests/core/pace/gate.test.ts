import fc from 'fast-check'
import { ExchangeClosed, type Purpose } from '../../../src/core/contract/provider.ts'
import { openGate } from '../../../src/core/pace/gate.ts'
import { openPacing, type PacingSettings } from '../../../src/core/pace/pacing.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { openVirtualClock, settled } from '../../support/virtual-clock.ts'

const test = suite('gate')

const open = (concurrency = 2, rate: Partial<PacingSettings> = {}) => {
  const clock = openVirtualClock(0)
  const heard = { opened: 0 }
  const pacing = openPacing({ rate: undefined, share: 1, requestsPerSecond: Number.POSITIVE_INFINITY, ...rate })
  const gate = openGate(
    clock,
    { pacing, pause: { until: Number.NEGATIVE_INFINITY, count: 0 } },
    { concurrency, longestPollWaitMs: 60_000 },
    () => {
      heard.opened++
    },
  )
  const started: string[] = []
  const underWay = new Map<string, { done: () => void; fail: (error: unknown) => void }>()
  /** An exchange that lasts until it is told to end. */
  const enter = (name: string, purpose: Purpose = 'delete', order = 0): Promise<number> => {
    const result = gate.enter(purpose, order, (number) => {
      started.push(name)
      return new Promise<number>((resolve, reject) => {
        underWay.set(name, { done: () => resolve(number), fail: reject })
      })
    })
    result.catch(() => {})
    return result
  }
  const end = async (...names: ReadonlyArray<string>): Promise<void> => {
    await settled()
    for (const name of names) underWay.get(name)?.done()
    await settled()
  }
  return { clock, heard, pacing, gate, started, underWay, enter, end }
}

test('lets in as many at once as allowed, the others in the order in which they came', async () => {
  const { enter, end, started } = open(2)
  const results = ['a', 'b', 'c', 'd'].map((name) => enter(name))
  await settled()
  assert.equal(started, ['a', 'b'])
  await end('b')
  assert.equal(started, ['a', 'b', 'c'])
  await end('a', 'c')
  await end('d')
  assert.equal(await Promise.all(results), [1, 2, 3, 4], 'each gets the number of its request')
})

test('what fails makes room too, and is not swallowed', async () => {
  const { enter, end, started, underWay, gate } = open(1)
  const failing = enter('a')
  const thrown = gate.enter('delete', 0, () => {
    throw new Error('at once')
  })
  thrown.catch(() => {})
  const next = enter('b')
  await settled()
  underWay.get('a')?.fail(new Error('reset'))
  assert.is(String(await rejection(failing)), 'Error: reset')
  assert.is(String(await rejection(thrown)), 'Error: at once')
  await settled()
  assert.equal(started, ['a', 'b'])
  await end('b')
  await next
})

test('reads first, then deletions, polls last and the oldest job first', async () => {
  const { enter, end, started } = open(1)
  enter('first')
  enter('poll of a young job', 'poll', 200)
  enter('poll of an old job', 'poll', 100)
  enter('delete')
  enter('read', 'read')
  enter('second read', 'read')
  await settled()
  for (let turn = 0; turn < 6; turn++) await end(started.at(-1) ?? '')
  assert.equal(started, ['first', 'read', 'second read', 'delete', 'poll of an old job', 'poll of a young job'])
})

test('a poll that has waited for long goes before deletions', async () => {
  const { clock, enter, end, started } = open(1)
  enter('first')
  enter('poll', 'poll', 5)
  await clock.advance(60_001)
  enter('delete')
  await end('first')
  assert.equal(started, ['first', 'poll'])
})

test('a token holds no slot, waits for nobody and counts for no rate', async () => {
  const { gate, enter, started, end, pacing } = open(1)
  enter('a')
  await settled()
  gate.pause(1_000)
  gate.barDeletions()
  const token = enter('token', 'token')
  await settled()
  assert.equal([started, pacing.total()], [['a', 'token'], 1])
  await end('token')
  await token
})

test('all wait while a pause lasts, and one goes ahead after it', async () => {
  const { clock, gate, heard, enter, end, started } = open(3)
  assert.ok(gate.pause(1_000))
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  assert.not.ok(gate.admits(0))
  await clock.advance(999)
  assert.equal([started, heard.opened], [[], 0])
  await clock.advance(1)
  assert.equal([started, heard.opened], [['a'], 1])
  assert.equal([gate.admits(0), gate.admits(1)], [true, false])
  await clock.advance(60_000)
  assert.equal(started, ['a'])
  gate.passed()
  await settled()
  assert.equal([started, heard.opened, gate.admits(2), gate.admits(3)], [['a', 'b', 'c'], 2, true, false])
  await end('a', 'b', 'c')
  assert.is(started.length, 4)
})

test('the one that goes ahead makes way for the next, one at a time, while none has passed', async () => {
  const { clock, gate, enter, end, started } = open(3)
  gate.pause(1_000)
  for (const name of ['a', 'b', 'c']) enter(name)
  await clock.advance(1_000)
  await end('a')
  assert.equal(started, ['a', 'b'])
})

test('pauses do not add up: the longest counts', async () => {
  const { clock, gate, enter, started } = open()
  assert.ok(gate.pause(1_000))
  assert.not.ok(gate.pause(500))
  enter('a')
  await clock.advance(400)
  assert.not.ok(gate.pause(2_000), 'until 2,400')
  await clock.advance(1_999)
  assert.equal(started, [])
  await clock.advance(1)
  assert.equal(started, ['a'])
  assert.ok(gate.pause(1), 'a new one')
})

test('an answer to what was sent before a pause does not end it', async () => {
  const { clock, gate, enter, end, started } = open(2)
  enter('a')
  await settled()
  gate.pause(1_000)
  gate.passed()
  enter('b')
  await end('a')
  assert.equal([started, gate.admits(0)], [['a'], false])
  await clock.advance(1_000)
  assert.equal([started, gate.admits(1)], [['a', 'b'], false])
})

test('the end of a pause is told though nobody waits for it', async () => {
  const { clock, gate, heard } = open()
  gate.pause(1_000)
  await clock.advance(500)
  gate.pause(1_000)
  await clock.advance(999)
  assert.is(heard.opened, 0)
  await clock.advance(1)
  assert.ok(heard.opened > 0)
  assert.is(clock.sleeping(), 0)
})

test('keeps to the rate, and to the order while it waits', async () => {
  const { clock, enter, end, started } = open(10, { rate: { requests: 2, perMs: 1_000 } })
  for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name)
  await settled()
  assert.equal(started, ['a', 'b'])
  await clock.advance(500)
  enter('read', 'read')
  await clock.advance(600)
  assert.equal(started, ['a', 'b', 'read', 'c'])
  await end('a', 'b', 'c', 'read')
  await clock.advance(1_100)
  assert.equal(started, ['a', 'b', 'read', 'c', 'd', 'e'])
})

test('a pause in the middle of a wait for the rate, and the other way round', async () => {
  const { clock, gate, enter, end, started } = open(10, { rate: { requests: 1, perMs: 1_000 } })
  for (const name of ['a', 'b', 'c']) enter(name)
  await end('a')
  gate.pause(5_000)
  await clock.advance(4_999)
  assert.equal(started, ['a'])
  await clock.advance(1)
  assert.equal(started, ['a', 'b'])
  await end('b')
  gate.pause(100)
  await clock.advance(900)
  assert.equal(started, ['a', 'b'], 'the pause is over, the window is not')
  await clock.advance(200)
  assert.equal(started, ['a', 'b', 'c'])
})

test('when deletions are barred, those that wait are turned away and the rest goes on', async () => {
  const { gate, enter, end, started } = open(1)
  const first = enter('first')
  const waiting = enter('delete')
  const read = enter('read', 'read')
  const poll = enter('poll', 'poll')
  await settled()
  gate.barDeletions()
  assert.instance(await rejection(waiting), ExchangeClosed)
  assert.instance(await rejection(enter('late')), ExchangeClosed)
  await end('first')
  await end('read')
  await end('poll')
  assert.equal(started, ['first', 'read', 'poll'])
  await Promise.all([first, read, poll])
})

test('when it is shut nothing enters, what is under way ends, and no timer is left', async () => {
  const { clock, gate, enter, end, started } = open(1, { rate: { requests: 1, perMs: 1_000 } })
  const first = enter('first')
  const waiting = [enter('delete'), enter('read', 'read'), enter('poll', 'poll')]
  await settled()
  gate.pause(10_000)
  gate.shut()
  for (const one of waiting) assert.instance(await rejection(one), ExchangeClosed)
  for (const purpose of ['token', 'read', 'delete', 'poll'] as const) {
    assert.instance(await rejection(enter('late', purpose)), ExchangeClosed)
  }
  await end('first')
  assert.is(await first, 1)
  gate.pause(10_000)
  gate.passed()
  assert.is(clock.sleeping(), 0)
  await clock.advance(100_000)
  assert.equal(started, ['first'])
})

test('whatever happens: never more at once than allowed, none twice, none in a pause, all in the end', async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('enter' as const),
      purpose: fc.constantFrom('read' as const, 'delete' as const, 'poll' as const),
    }),
    fc.record({ do: fc.constant('end' as const), which: fc.nat(5) }),
    fc.record({ do: fc.constant('pause' as const), forMs: fc.nat(500) }),
    fc.record({ do: fc.constant('pass' as const) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.nat(400) }),
  )
  const limits = fc.option(
    fc.record({ requests: fc.integer({ min: 1, max: 5 }), perMs: fc.integer({ min: 1, max: 500 }) }),
    {
      nil: undefined,
    },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      limits,
      fc.array(step, { maxLength: 30 }),
      async (concurrency, rate, steps) => {
        const { clock, gate, enter, end, started, underWay } = open(concurrency, { rate })
        const results: Array<Promise<number>> = []
        const ended = new Set<string>()
        const running = () => started.filter((name) => !ended.has(name))
        let pausedUntil = 0
        const finish = async (name: string | undefined) => {
          if (name === undefined || !underWay.has(name)) return
          ended.add(name)
          await end(name)
        }
        for (const one of steps) {
          const before = started.length
          const paused = clock.now() < pausedUntil
          if (one.do === 'enter') results.push(enter(`${results.length}`, one.purpose, results.length))
          else if (one.do === 'end') await finish(running()[one.which])
          else if (one.do === 'pause') {
            gate.pause(one.forMs)
            pausedUntil = Math.max(pausedUntil, clock.now() + one.forMs)
          } else if (one.do === 'pass') gate.passed()
          else await clock.advance(one.ms)
          await settled()
          assert.ok(running().length <= concurrency)
          if (paused && clock.now() < pausedUntil) assert.is(started.length, before)
        }
        for (let turn = 0; ended.size < results.length && turn < 1_000; turn++) {
          await clock.advance(600)
          await finish(running()[0])
        }
        assert.is(new Set(started).size, started.length)
        const numbers = await Promise.all(results)
        assert.equal(
          [...numbers].sort((a, b) => a - b),
          results.map((_, at) => at + 1),
        )
      },
    ),
    { numRuns: 150 },
  )
})
