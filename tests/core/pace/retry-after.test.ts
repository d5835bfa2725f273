import fc from 'fast-check'
import { retryAfterMs } from '../../../src/core/pace/retry-after.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('retry-after')

const now = Date.parse('Fri, 20 Nov 2026 12:00:00 GMT')
const after = (value: string, date?: string) =>
  retryAfterMs(new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) }), now)

test('seconds, decimals and dates', () => {
  assert.is(after('3'), 3_000)
  assert.is(after(' 1.5 '), 1_500)
  assert.is(after('0.0001'), 1)
  assert.is(after('Fri, 20 Nov 2026 12:00:07 GMT'), 7_000)
  assert.is(after('Friday, 20-Nov-26 12:00:07 GMT'), 7_000)
  assert.is(after('Fri Nov 20 12:00:07 2026'), 7_000)
})

test('a wait that is none says nothing', () => {
  for (const value of [
    '0',
    '0.0',
    '-3',
    'Fri, 20 Nov 2026 11:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '1700000000',
    '1700000000000',
  ])
    assert.is(after(value), undefined, value)
})

test('a header that was sent more than once asks once: for the longest', () => {
  const table: ReadonlyArray<[string, number | undefined]> = [
    ['5, 5', 5_000],
    ['5,9', 9_000],
    ['9, 5, 7', 9_000],
    ['0, 5', 5_000],
    ['0, 0', undefined],
    ['soon, 5', 5_000],
    ['Fri, 20 Nov 2026 12:00:07 GMT, 5', 7_000],
    ['Fri, 20 Nov 2026 12:00:07 GMT, Fri, 20 Nov 2026 12:00:09 GMT', 9_000],
  ]
  for (const [value, ms] of table) assert.is(after(value), ms, value)
  const twice = new Headers([
    ['retry-after', '2'],
    ['retry-after', '3'],
  ])
  assert.is(retryAfterMs(twice, now), 3_000)
})

test('a number too large for a wait is a moment', () => {
  assert.is(after(String(now / 1_000 + 60)), 60_000)
  assert.is(after(String(now + 60_000)), 60_000)
  assert.is(after('1000000001', new Date(1e12).toUTCString()), 1_000)
  assert.is(after('1000000000'), 1e12)
})

test('a date counts from the date of the answer', () => {
  assert.is(after('Fri, 20 Nov 2026 09:00:07 GMT', 'Fri, 20 Nov 2026 09:00:00 GMT'), 7_000)
  assert.is(after('Fri, 20 Nov 2026 12:00:07 GMT', 'nonsense'), 7_000)
  assert.is(after(String(now / 1_000), new Date(now - 4_000).toUTCString()), 4_000)
})

test('what is neither says nothing', () => {
  for (const value of ['', 'soon', '-3', '1e3', '3 s', '2026-11-20', '0x10']) assert.is(after(value), undefined, value)
  assert.is(retryAfterMs(new Headers(), now), undefined)
})

test('it is over 0, or nothing', () => {
  const text = fc.string().map((value) => value.replace(/[^\x20-\x7e]/g, ''))
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (value) => {
        const ms = after(value)
        return ms === undefined || ms > 0
      },
    ),
  )
})
