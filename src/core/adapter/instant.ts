/**
 * The instant that a caller's date means, in ms since the epoch; `undefined` for what is none. A text is `YYYY-MM-DD`, which is
 * midnight UTC, or a date and a time with `Z` or an offset: `2024-01-31T18:00:00+01:00`. It has to be in the calendar.
 * `Date.parse` takes any text with digits in it, moves 30 February into March, and reads what has no zone in the machine's.
 */
export const instantOf = (given: unknown): number | undefined => {
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? undefined : given.getTime()
  const [, year, month, day, time] =
    (typeof given === 'string' && /^(\d{4})-(\d\d)-(\d\d)(?:T(.+))?$/.exec(given)) || []
  if (year === undefined) return undefined
  const date = Date.parse(`${year}-${month}-${day}T00:00:00.000Z`)
  // Some platforms carry days over that a month does not have.
  if (Number.isNaN(date) || new Date(date).getUTCDate() !== Number(day)) return undefined
  if (time === undefined) return date
  const ms = msOf(time)
  return ms === undefined ? undefined : date + ms
}

/** ms past midnight UTC of a time with its zone. */
const msOf = (time: string): number | undefined => {
  const pattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))$/
  const [whole, hours, minutes, seconds = '0', fraction = '', sign, ...offset] = pattern.exec(time) ?? []
  const [offsetHours = '0', offsetMinutes = '0'] = offset
  if (whole === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  // Clocks go from 12 hours behind UTC to 14 before it.
  const zone = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes))
  if (Number(offsetMinutes) > 59 || zone < -12 * 60 || zone > 14 * 60) return undefined
  const inDay = (Number(hours) * 60 + Number(minutes) - zone) * 60 + Number(seconds)
  return inDay * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3))
}

/** What a date has to look like, for a message. */
export const dateForms =
  'a date such as 2024-01-31 (midnight UTC), or a date and time with its zone such as 2024-01-31T18:00:00Z or 2024-01-31T18:00:00+01:00, that is in the calendar'
