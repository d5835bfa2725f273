import fc from 'fast-check'
import { openScouting, type Scouting } from '../../../src/core/pace/scouting.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('scouting')

const never = Number.POSITIVE_INFINITY
const second = { from: 10_000, to: 11_000 }

const refuse = (scouting: Scouting, times: number): void => {
  for (let time = 0; time < times; time++) {
    scouting.sent()
    scouting.refused()
  }
}

test('none goes ahead in a run of a few requests, nor when the edge is as good as known', () => {
  assert.is(openScouting().at(second, 49), never)
  assert.is(openScouting().at({ from: 10_000, to: 10_100 }, 1_000), never)
})

test('where the end may be anywhere, one goes a second after it may have come: a refusal tells it to a second', () => {
  assert.is(openScouting().at({ from: 200, to: 3_020 }, 60), 1_200)
})

test('the interval is halved while refusals can be spared, and the last one is kept for the end of it', () => {
  const scouting = openScouting()
  assert.is(scouting.at(second, 60), 10_500)
  refuse(scouting, 1)
  assert.is(Math.round(scouting.at(second, 60)), 10_667)
  refuse(scouting, 1)
  assert.is(scouting.at(second, 199), never)
  assert.is(Math.round(scouting.at(second, 200)), 10_667, 'one more in a hundred')
})

test('one at a time, and after one that got through the next with the next window', () => {
  const scouting = openScouting()
  assert.not.ok(scouting.isOut())
  scouting.sent()
  assert.ok(scouting.isOut())
  assert.is(scouting.at(second, 500), never)
  scouting.begun()
  assert.not.ok(scouting.isOut())
  assert.is(scouting.at(second, 500), 10_500)
})

test('a refusal that nobody foresaw leaves the backend in peace until the next window', () => {
  const scouting = openScouting()
  scouting.refused()
  assert.is(scouting.at(second, 500), never)
  scouting.begun()
  assert.is(scouting.at(second, 500), 10_500)
})

test('refusals come to two at first, and then to about one in a hundred requests', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 60 }), (requests, perWindow) => {
      const scouting = openScouting()
      let refused = 0
      for (let count = 1; count <= requests; count++) {
        if (count % perWindow === 0) scouting.begun()
        if (scouting.at(second, count) === never) continue
        assert.ok(scouting.at(second, count) > second.from && scouting.at(second, count) < second.to)
        refuse(scouting, 1)
        refused++
      }
      assert.ok(refused <= Math.max(requests < 50 ? 0 : 2, 1 + requests / 100), `${refused} of ${requests}`)
    }),
  )
})
