import { checked } from '../../../src/cli/config/checks.ts'
import { closedUntilBy, hoursAt } from '../../../src/cli/config/hours.ts'
import { parseConfigText } from '../../../src/cli/config/text.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('hours')

const read = (hours: unknown) => checked(parseConfigText(JSON.stringify(hours), 'cleanup.json'), hoursAt)
const at = (text: string): number => Date.parse(text)
const until = (hours: { between: string; timeZone: string }, now: string): string | undefined => {
  const end = closedUntilBy(hours)(at(now))
  return end === undefined ? undefined : new Date(end).toISOString()
}

test('over midnight: open from the first minute on, closed from the last one on', () => {
  const berlin = { between: '22:00-05:30', timeZone: 'Europe/Berlin' }
  assert.is(until(berlin, '2026-01-15T20:59:59.999Z'), '2026-01-15T21:00:00.000Z')
  assert.is(until(berlin, '2026-01-15T21:00:00Z'), undefined)
  assert.is(until(berlin, '2026-01-16T04:29:59Z'), undefined)
  assert.is(until(berlin, '2026-01-16T04:30:00Z'), '2026-01-16T21:00:00.000Z')
  const tokyo = { between: '9:00-17:00', timeZone: 'Asia/Tokyo' }
  assert.is(until(tokyo, '2026-01-15T00:00:00Z'), undefined)
  assert.is(until(tokyo, '2026-01-15T08:00:00Z'), '2026-01-16T00:00:00.000Z')
})

test('clocks that are set forward and back', () => {
  const berlin = { between: '22:00-05:30', timeZone: 'Europe/Berlin' }
  // On the last Sunday of March, two o'clock is three o'clock: the window is an hour shorter.
  assert.is(until(berlin, '2026-03-29T03:29:00Z'), undefined)
  assert.is(until(berlin, '2026-03-29T03:30:00Z'), '2026-03-29T20:00:00.000Z')
  // In October three o'clock comes twice.
  assert.is(until(berlin, '2026-10-25T04:29:00Z'), undefined)
  assert.is(until(berlin, '2026-10-25T04:30:00Z'), '2026-10-25T21:00:00.000Z')
  // What begins within the hour that is skipped begins after it; what lies within it alone is not open on that day.
  const early = { between: '02:30-04:00', timeZone: 'Europe/Berlin' }
  assert.is(until(early, '2026-03-29T00:59:00Z'), '2026-03-29T01:00:00.000Z')
  const skipped = { between: '02:10-02:50', timeZone: 'Europe/Berlin' }
  assert.is(until(skipped, '2026-03-28T12:00:00Z'), '2026-03-30T00:10:00.000Z')
  const twice = { between: '02:00-02:30', timeZone: 'Europe/Berlin' }
  assert.is(until(twice, '2026-10-25T00:10:00Z'), undefined)
  assert.is(until(twice, '2026-10-25T00:30:00Z'), '2026-10-25T01:00:00.000Z')
  assert.is(until(twice, '2026-10-25T01:10:00Z'), undefined)
})

test('what was found out is found out again: time goes on, and a clock is set back', () => {
  const closedUntil = closedUntilBy({ between: '22:00-05:30', timeZone: 'UTC' })
  for (const [now, open] of [
    ['2026-01-15T21:59:00Z', false],
    ['2026-01-15T22:00:00Z', true],
    ['2026-01-16T05:30:00Z', false],
    ['2026-01-15T23:00:00Z', true],
    ['2026-01-15T21:00:00Z', false],
  ] as const)
    assert.is(closedUntil(at(now)) === undefined, open, now)
  assert.is(until({ between: '00:00-24:00', timeZone: 'UTC' }, '2026-01-15T00:00:00Z'), undefined)
})

test('what is malformed is told, with its place', () => {
  const right = { between: ' 22:00 – 05:30 ', timeZone: 'Europe/Berlin' }
  assert.equal(read(right), right)
  for (const [wrong, says] of [
    [{ ...right, between: '22-05' }, 'between: must be two times of day'],
    [{ ...right, between: '22:60-05:30' }, 'between: must be two times of day'],
    [{ ...right, between: '24:00-05:30' }, 'between: must be two times of day'],
    [{ ...right, between: 2200 }, 'between: must be a text'],
    [{ ...right, between: '22:00-22:00' }, 'between: begins when it ends'],
    [{ ...right, timeZone: 'Europe/Berlim' }, 'timeZone: there is no time zone "Europe/Berlim"'],
    [{ between: right.between }, 'timeZone: is missing'],
    [{ timeZone: right.timeZone }, 'between: is missing'],
    [{ ...right, weekday: 1 }, 'weekday: there is no such option'],
    ['22:00-05:30', 'must be an object'],
  ] as const) {
    assert.throws(
      () => read(wrong),
      (error: Error) => error.message.includes(says),
      JSON.stringify(wrong),
    )
  }
})
