import fc from 'fast-check'
import { openEdges } from '../../../src/core/pace/edges.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('edges')

test('knows nothing at first, but the length that was declared', () => {
  const edges = openEdges(3_000)
  assert.equal(
    [edges.perMs(), edges.next(), edges.trusted(), edges.guessed(), edges.roll(1e12)],
    [3_000, undefined, undefined, false, false],
  )
  assert.is(openEdges(undefined).perMs(), undefined)
})

test('resets in whole seconds are intersected', () => {
  const edges = openEdges(3_000)
  edges.reset(1_000, 1_020, 2_000)
  assert.is(edges.next(), 3_020, 'between 2,000 and 3,020')
  edges.reset(1_700, 1_720, 1_000)
  assert.is(edges.next(), 2_720, 'between 1,700 and 2,720')
  edges.reset(1_750, 1_900, 1_000)
  assert.equal([edges.next(), edges.trusted()], [2_720, 2_720], 'tells nothing new')
})

test('an answer that can not be true any more replaces what was known', () => {
  const edges = openEdges(3_000)
  edges.reset(1_000, 1_020, 2_000)
  edges.reset(1_000, 1_020, 9_000)
  assert.is(edges.next(), 10_020)
})

test('rolls once for each window, and carries on what was learnt', () => {
  const edges = openEdges(3_000)
  edges.reset(1_000, 1_020, 2_000)
  assert.equal([edges.roll(3_019), edges.roll(3_020), edges.roll(3_021)], [false, true, false])
  assert.is(edges.next(), 6_020)
  assert.ok(edges.roll(100_000), 'several at once')
  assert.ok((edges.next() ?? 0) > 100_000 && (edges.next() ?? 0) <= 103_000)
})

test('a count that goes up puts an edge between two answers', () => {
  const edges = openEdges(3_000)
  edges.jumped(undefined, 0, 20)
  assert.equal([edges.next(), edges.trusted()], [3_020, undefined], 'the first count only bounds the window')
  edges.jumped(1_000, 1_030, 1_050)
  assert.equal([edges.next(), edges.trusted()], [4_050, 4_050], 'one passed after 1,000')
  edges.roll(4_050)
  edges.jumped(4_020, 4_030, 4_040)
  assert.is(edges.next(), 7_040)
})

test('an answer that leaves nothing shows that the window still goes on', () => {
  const edges = openEdges(3_000)
  edges.jumped(undefined, 0, 20)
  edges.lasted(1_200)
  assert.equal(edges.interval(), { from: 1_200, to: 3_020 })
  edges.lasted(900)
  edges.lasted(5_000)
  assert.equal(edges.interval(), { from: 1_200, to: 3_020 }, 'old news, and news of another window')
})

test('a window that has ended before it had to bounds the next one', () => {
  const edges = openEdges(3_000)
  edges.jumped(undefined, 0, 20)
  edges.lasted(200)
  edges.jumped(200, 1_200, 1_220)
  assert.equal(edges.interval(), { from: 3_200, to: 4_220 })
  edges.jumped(3_500, 3_600, 3_620)
  assert.equal(edges.interval(), { from: 6_500, to: 6_620 })
})

test('learns the length of a window that nobody declares, from two edges', () => {
  const edges = openEdges(undefined)
  edges.reset(1_000, 1_010, 2_000)
  assert.ok(edges.roll(3_010))
  assert.is(edges.next(), undefined)
  edges.reset(4_500, 4_510, 2_000)
  assert.is(edges.perMs(), undefined)
  assert.ok(edges.roll(6_510))
  assert.equal([edges.perMs(), edges.guessed()], [3_000, true])
  edges.jumped(undefined, 6_600, 6_620)
  assert.not.ok(edges.guessed(), 'the next window began as expected')
  edges.declare(5_000)
  assert.equal([edges.perMs(), edges.guessed()], [5_000, false], 'who says so knows best')
})

test('the edge that is told is a true one or a little later, whatever the phase and the latency', () => {
  const window = fc.record({
    perMs: fc.integer({ min: 2, max: 60 }).map((seconds) => seconds * 1_000),
    phaseMs: fc.nat(60_000),
    gaps: fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.nat(200), fc.nat(200)), { maxLength: 60 }),
  })
  fc.assert(
    fc.property(window, ({ perMs, phaseMs, gaps }) => {
      const edges = openEdges(perMs)
      const edgeBefore = (at: number) => Math.floor((at + phaseMs) / perMs) * perMs - phaseMs
      let now = 100_000
      for (const [gap, there, back] of gaps) {
        now += gap
        edges.roll(now)
        const sentAt = now
        const arrivesAt = now + there
        now = arrivesAt + back
        edges.roll(now)
        const resetMs = Math.ceil((edgeBefore(arrivesAt) + perMs - arrivesAt) / 1_000) * 1_000
        edges.reset(sentAt, now, resetMs)
        const told = edges.next() ?? Number.NaN
        // Whole seconds, and an answer that was under way for up to 400 ms.
        assert.ok(told - edgeBefore(told) <= 1_400, `${told} is ${told - edgeBefore(told)} ms after an edge`)
      }
    }),
  )
})
