import fc from 'fast-check'
import { retryAfterMs } from '../../../src/core/pace/retry-after.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('retry-after')

const now = Date.parse('Fri, 20 Nov 2026 12:00:00 GMT')
const after = (value: string, date?: string) =>
  retryAfterMs(new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) }), now)

test('seconds, decimals and dates', () => {
  assert.is(after('0'), 0)
  assert.is(after('3'), 3_000)
  assert.is(after(' 1.5 '), 1_500)
  assert.is(after('0.0001'), 1)
  assert.is(after('Fri, 20 Nov 2026 12:00:07 GMT'), 7_000)
  assert.is(after('Fri, 20 Nov 2026 11:00:00 GMT'), 0)
})

test('a date counts from the date of the answer', () => {
  assert.is(after('Fri, 20 Nov 2026 09:00:07 GMT', 'Fri, 20 Nov 2026 09:00:00 GMT'), 7_000)
  assert.is(after('Fri, 20 Nov 2026 12:00:07 GMT', 'nonsense'), 7_000)
})

test('what is neither says nothing', () => {
  for (const value of ['', 'soon', '-3', '1e3', '3 s', '2026-11-20', '0x10']) assert.is(after(value), undefined, value)
  assert.is(retryAfterMs(new Headers(), now), undefined)
})

test('it is never negative and never NaN', () => {
  const text = fc.string().map((value) => value.replace(/[^\x20-\x7e]/g, ''))
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (value) => {
        const ms = after(value)
        return ms === undefined || ms >= 0
      },
    ),
  )
})
