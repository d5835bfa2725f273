import { momentOf, momentText } from '../../../src/cli/terminal/moment.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('moments')

const now = Date.parse('2026-11-28T12:00:00Z')
const iso = (text: string): string | undefined => {
  const moment = momentOf(text, now)
  return moment === undefined ? undefined : new Date(moment).toISOString()
}

test('a time of day is the next one; local, or with an offset', () => {
  assert.is(iso('13:30Z'), '2026-11-28T13:30:00.000Z')
  assert.is(iso('06:00Z'), '2026-11-29T06:00:00.000Z')
  assert.is(iso('12:00Z'), '2026-11-29T12:00:00.000Z', 'now is over')
  assert.is(iso('06:00+01:00'), '2026-11-29T05:00:00.000Z')
  assert.is(iso('23:30-0500'), '2026-11-29T04:30:00.000Z')
  assert.is(iso('01:00+14:00'), '2026-11-29T11:00:00.000Z')
  for (const hour of ['0:05', '06:00', '23:59:30']) {
    const moment = momentOf(hour, now) ?? 0
    assert.ok(moment > now && moment - now <= 25 * 3_600_000, hour)
    const [wanted = '', shown] = [hour.padStart(hour.length === 4 ? 5 : 0, '0').slice(0, 5), momentText(moment, moment)]
    assert.is(shown, wanted)
  }
})

test('a date and a time', () => {
  assert.is(iso('2026-12-01T06:00Z'), '2026-12-01T06:00:00.000Z')
  assert.is(iso('2026-12-01 06:00:30+02:00'), '2026-12-01T04:00:30.000Z')
  assert.is(momentOf('2026-12-01T06:00', now), new Date(2026, 11, 1, 6).getTime())
  assert.is(momentText(new Date(2026, 11, 1, 6).getTime(), now), '2026-12-01 06:00')
})

test('anything else is none', () => {
  for (const text of ['', '25:00', '6', '06:60', '2026-02-30T06:00', '2026-12-01', '06:00+15:00', 'tomorrow', '6pm'])
    assert.is(momentOf(text, now), undefined, text)
})
