import { instantOf } from '../../../src/core/adapter/instant.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('adapter: dates')

const good: ReadonlyArray<readonly [given: unknown, instant: string]> = [
  ['2023-11-05', '2023-11-05T00:00:00.000Z'],
  ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  ['2023-11-05T07:08Z', '2023-11-05T07:08:00.000Z'],
  ['2023-11-05T07:08:09Z', '2023-11-05T07:08:09.000Z'],
  ['2023-11-05T07:08:09.5Z', '2023-11-05T07:08:09.500Z'],
  ['2023-11-05T07:08:09.123456+00:00', '2023-11-05T07:08:09.123Z'],
  ['2024-01-01T00:30:00+05:45', '2023-12-31T18:45:00.000Z'],
  ['2023-12-31T23:00:00-03:30', '2024-01-01T02:30:00.000Z'],
  [new Date('2021-03-04T05:06:07.008Z'), '2021-03-04T05:06:07.008Z'],
]

const bad: ReadonlyArray<unknown> = [
  '2023-02-29',
  '2023-04-31',
  '1900-02-29',
  '2023-13-01',
  '2023-00-10',
  '2023-06-00',
  '2023-2-3',
  '20230203',
  '2023-02',
  '2023',
  '03/04/2023',
  '3 April 2023',
  'record 7',
  '1700000000000',
  ' 2023-02-03',
  '2023-02-03 ',
  '2023-02-03T10:00:00',
  '2023-02-03 10:00:00Z',
  '2023-02-03T24:00:00Z',
  '2023-02-03T10:60:00Z',
  '2023-02-03T10:00:60Z',
  '2023-02-30T10:00:00Z',
  '2023-02-03T10:00:00+0100',
  '2023-02-03T10:00:00+15:00',
  '2023-02-03T10:00:00+01:60',
  '2023-02-03T10Z',
  '2023-02-03T',
  '+002023-02-03',
  '',
  new Date(Number.NaN),
  1_700_000_000_000,
  null,
  undefined,
]

test('a date is midnight UTC, and one with a time has its zone', () => {
  for (const [given, instant] of good) assert.is(new Date(instantOf(given) ?? 0).toISOString(), instant)
})

test('what is not in the calendar, or could be read in two ways, is no date', () => {
  for (const given of bad) assert.is(instantOf(given), undefined, String(given))
})

test('the zone of the machine makes no difference', () => {
  const before = process.env['TZ']
  try {
    for (const zone of ['Pacific/Auckland', 'America/Los_Angeles']) {
      process.env['TZ'] = zone
      for (const [given, instant] of good) assert.is(new Date(instantOf(given) ?? 0).toISOString(), instant)
    }
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})
