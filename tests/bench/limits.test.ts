import { playLimit } from '../../bench/limit-plays.ts'
import { draws, isMet, playCell } from '../../bench/limit-table.ts'
import { bestMs, type Hints, kindsOf } from '../../bench/limits.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('pacing, whatever the limit', { deadlineMs: 60_000 })

const work = { name: '250 requests', count: 250, jobMs: undefined }
const kinds = kindsOf(40, 3_000, 11)
const ofOneLimit = 7

for (const [kind, { kind: name }] of kinds.slice(0, ofOneLimit).entries()) {
  test(`${name}: near the best schedule, and at most six refused, with nothing told and with what is left`, async () => {
    for (const hints of ['nothing', 'remaining'] as const) {
      const cell = await playCell(kind, hints, work, 3, false)
      const told = cell.ours.map(({ ratio, refused }) => `${ratio.toFixed(3)}, ${refused} refused`).join('; ')
      assert.ok(isMet(cell), `${hints}: ${told}`)
      assert.ok(
        cell.ours.every(({ refused }) => refused <= 6),
        `${hints}: ${told}`,
      )
      const [, median = Number.NaN] = cell.ours.map(({ ratio }) => ratio).toSorted((one, other) => one - other)
      assert.ok(median <= 1.03, `${hints}: ${told}`)
    }
  })
}

const several = async (kind: number, hints: Hints, jitter = 0) => {
  const cell = await playCell(kind, hints, { ...work, jitter }, 3, false)
  return { cell, told: cell.ours.map(({ ratio, refused }) => `${ratio.toFixed(3)}, ${refused} refused`).join('; ') }
}

test('a second besides that is told by name: near the best schedule, and at most six refused', async () => {
  const { cell, told } = await several(7, 'RateLimit')
  assert.ok(isMet(cell), told)
})

test('a longer limit besides of which nobody knows: asked for now and then, and never at the pace of a storm', async () => {
  const { cell, told } = await several(8, 'nothing')
  assert.ok(
    cell.ours.every(({ ratio, refused, requests }) => ratio < 1.2 && refused < requests / 4),
    told,
  )
})

test('four at once: fewer are in flight from the first refusal on, whatever is told', async () => {
  for (const hints of ['nothing', 'remaining', 'Retry-After'] as const) {
    const { cell, told } = await several(9, hints)
    assert.ok(
      cell.ours.every((one) => one.ms <= one.allowedMs && one.refused <= 20),
      `${hints}: ${told}`,
    )
  }
})

test('requests that overtake each other change nothing', async () => {
  for (const kind of [0, 1, 2, 3]) {
    const { cell, told } = await several(kind, 'nothing', 0.5)
    assert.ok(isMet(cell), `${kind}: ${told}`)
  }
})

test('answers that take a second: few in flight are no brake', async () => {
  for (const limit of kinds.slice(0, 4)) {
    const play = { limit, offsetMs: 1_000, latencyMs: 1_000, inFlight: 10, count: 150, jobMs: undefined }
    const { ratio, refused } = await playLimit('expunge', play, 'nothing')
    assert.ok(ratio <= 1.05 && refused <= 6, `${limit.kind}: ${ratio.toFixed(3)}, ${refused} refused`)
  }
})

test('limits are drawn the same each time, and like no constant of the pacing', () => {
  assert.equal(draws(5), draws(5))
  assert.ok(draws(5).every(({ perMs, requests }) => perMs !== 3_000 && requests !== 60))
})

test('the best schedule of a limit is as long as the limit makes it', () => {
  const play = { offsetMs: 0, latencyMs: 0, inFlight: 1_000, count: 100, jobMs: undefined }
  const [window, log, counter, bucket, small] = kindsOf(20, 1_000, 10)
  assert.ok(window && log && counter && bucket && small)
  assert.is(bestMs({ ...play, limit: window }), 4_000)
  assert.is(bestMs({ ...play, limit: window, offsetMs: 900 }), 3_100)
  assert.is(bestMs({ ...play, limit: log, offsetMs: 900 }), 4_000)
  assert.ok(bestMs({ ...play, limit: counter }) > 5_000, 'one for one, from the second window on')
  assert.is(Math.round(bestMs({ ...play, limit: bucket })), 4_000)
  assert.is(Math.round(bestMs({ ...play, limit: small })), 4_500)
  assert.is(bestMs({ ...play, limit: window, count: 20, jobMs: 300 }), 1_000, 'polls are sent in the next window')
})
