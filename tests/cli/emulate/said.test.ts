import { allFor, faultOf, lastFor, partOf, saidOf, spread } from '../../../src/cli/emulate/said.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('what emulate is told')

test('a value for all systems, and for one of them', () => {
  const read = saidOf(['datocms', 'uuid-list'], Number)
  const said = ['3', 'uuid-list=5', 'datocms=4', 'datocms=6'].reduce<ReturnType<typeof read>>(
    (all, text) => read(text, all),
    [],
  )
  assert.equal(allFor(said, 'datocms'), [3, 4, 6])
  assert.equal([lastFor(said, 'datocms'), lastFor(said, 'uuid-list'), lastFor([], 'datocms')], [6, 5, undefined])
  assert.throws(() => read('opus=1'), /There is no emulator "opus"/)
})

test('faults by kind, route, place and number', () => {
  assert.equal(faultOf('503'), { kind: '503', when: {} })
  assert.equal(faultOf('lost-after@delete'), { kind: 'lost-after', when: { route: 'delete' } })
  assert.equal(faultOf('late@/items:12'), { kind: 'late', when: { route: '/items', nth: 12 } })
  assert.equal(faultOf('429@bulk:2x7'), { kind: '429', when: { route: 'bulk', nth: 2, times: 7 } })
  assert.equal(faultOf('500x*'), { kind: '500', when: { times: Number.POSITIVE_INFINITY } })
  for (const wrong of ['', '504', 'lost', '503:0', '503x0', '503@', 'slow:1.5', '503 x2'])
    assert.throws(() => faultOf(wrong), /It must be KIND/, wrong)
})

test('so many records, or a part, spread over all', () => {
  const ids = Array.from({ length: 40 }, (_, n) => String(n))
  assert.equal(spread(ids, partOf('4')), ['0', '10', '20', '30'])
  assert.is(spread(ids, partOf('12.5%')).length, 5)
  assert.is(new Set(spread(ids, partOf('100'))).size, 40)
  assert.equal(spread(ids, partOf('0')), [])
  assert.equal(spread([], partOf('50%')), [])
  for (const wrong of ['-1', '1.5', '101%', 'all', '']) assert.throws(() => partOf(wrong), /It must be a number/, wrong)
})
