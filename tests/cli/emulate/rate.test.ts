import { rateOf } from '../../../src/cli/emulate/rate.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('a limit on the command line')

test('every kind has a form, and several are joined', () => {
  assert.is(rateOf('none'), 'none')
  assert.equal(rateOf('60/3'), { kind: 'window', requests: 60, perMs: 3_000 })
  assert.equal(rateOf('log:37/7.3'), { kind: 'log', requests: 37, perMs: 7_300 })
  assert.equal(rateOf('counter:60/3'), { kind: 'counter', requests: 60, perMs: 3_000 })
  assert.equal(rateOf('bucket:60/3'), { kind: 'bucket', requests: 60, perMs: 3_000 })
  assert.equal(rateOf('gcra:60/3:11'), { kind: 'gcra', requests: 60, perMs: 3_000, burst: 11 })
  assert.equal(rateOf('10/1+concurrency:8'), {
    kind: 'all',
    of: [
      { kind: 'window', requests: 10, perMs: 1_000 },
      { kind: 'concurrency', most: 8 },
    ],
  })
})

test('what is no limit is said to be none', () => {
  for (const wrong of [
    '60',
    '60/',
    'log:60/0',
    '0/3',
    'log:60/3:5',
    'some:60/3',
    'concurrency:0',
    '60/3+',
    '',
    '-60/3',
  ]) {
    let message = ''
    try {
      rateOf(wrong)
    } catch (error) {
      message = String(error)
    }
    assert.match(message, 'counter:60/3', wrong)
  }
})
