import { membersOf, type Spot, textAt } from './checks.ts'

/** When deletions may be sent: by the clocks of a time zone, daylight saving included. */
export interface Hours {
  /** `22:00-05:30`: from the first minute on, and up to the last, which is out. Over midnight where the end is before the begin. */
  readonly between: string
  /** A name of the IANA, such as `Europe/Berlin`. */
  readonly timeZone: string
}

export const hoursAt = (spot: Spot): Hours | undefined => {
  const { between, timeZone } = membersOf(spot, ['between', 'timeZone'])
  if (between === undefined) spot.inner('between', undefined).fail('is missing: such as "22:00-05:30"')
  if (timeZone === undefined) spot.inner('timeZone', undefined).fail('is missing: such as "Europe/Berlin"')
  const hours = { between: textAt(between) ?? '', timeZone: textAt(timeZone) ?? '' }
  const span = hours.between === '' ? undefined : spanOf(hours.between)
  if (hours.between !== '' && span === undefined)
    between?.fail('must be two times of day, such as "22:00-05:30": the begin, and the end')
  if (span !== undefined && span.from === span.to)
    between?.fail('begins when it ends: leave hours out if deletions may be sent at any time')
  if (hours.timeZone !== '' && clockIn(hours.timeZone) === undefined)
    timeZone?.fail(`there is no time zone "${hours.timeZone}": write its name, such as "Europe/Berlin" or "UTC"`)
  return hours
}

/** Minutes of the day. */
interface Span {
  readonly from: number
  readonly to: number
}

const dayMinutes = 24 * 60

const spanOf = (between: string): Span | undefined => {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$/.exec(between) ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  const isTime = Number(fromMinute) < 60 && Number(toMinute) < 60 && from < dayMinutes && to <= dayMinutes
  return isTime ? { from, to } : undefined
}

/** The minute of the day that the clocks of a zone show; undefined where there is no such zone. */
const clockIn = (timeZone: string): ((at: number) => number) | undefined => {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
    })
    return (at) => {
      const [hour, minute] = format.format(at).split(':').map(Number)
      return (hour as number) * 60 + (minute as number)
    }
  } catch {
    return undefined
  }
}

const minuteMs = 60_000
/** Clocks show every minute of a day within that time, even on the day on which they are set. */
const longestMinutes = 2 * dayMinutes

/**
 * Until when nothing may be sent, in ms since the epoch; undefined while it may. Open is what the clocks of the zone show to
 * be open: of an hour that they skip nothing, of one that they show twice both. What was found out holds until then.
 */
export const closedUntilBy = ({ between, timeZone }: Hours): ((now: number) => number | undefined) => {
  const span = spanOf(between)
  const clock = clockIn(timeZone)
  if (span === undefined || clock === undefined) throw new RangeError(`hours: ${between}, ${timeZone}`)
  const { from, to } = span
  const isOpen = (at: number): boolean => {
    const minute = clock(at)
    return from < to ? minute >= from && minute < to : minute >= from || minute < to
  }
  let known: { readonly since: number; readonly until: number; readonly isOpen: boolean } | undefined
  const look = (now: number): NonNullable<typeof known> => {
    const open = isOpen(now)
    let at = Math.floor(now / minuteMs) * minuteMs + minuteMs
    for (let minutes = 0; minutes < longestMinutes && isOpen(at) === open; minutes++) at += minuteMs
    return { since: now, until: at, isOpen: open }
  }
  return (now) => {
    if (known === undefined || now < known.since || now >= known.until) known = look(now)
    return known.isOpen ? undefined : known.until
  }
}
