/** What a moment may look like, for messages. */
export const momentForms = '06:00, 06:00+01:00, 2026-12-01T06:00 or 2026-12-01T06:00Z'

/**
 * A moment in ms since the epoch: a time of day, which is the next one, or a date and a time; local, or with an offset.
 * `undefined` for anything else, and for what is in no calendar. A local time that the clocks skip is the one after the gap.
 */
export const momentOf = (text: string, now: number): number | undefined => {
  const [, date, hour, minute, second = '0', offset] = pattern.exec(text.trim()) ?? []
  if (hour === undefined || minute === undefined) return undefined
  const time = [Number(hour), Number(minute), Number(second)] as const
  if (time[0] > 23 || time[1] > 59 || time[2] > 59) return undefined
  const offsetMs = offset === undefined ? undefined : offsetOf(offset)
  if (Number.isNaN(offsetMs)) return undefined
  const at = (day: Day): number =>
    offsetMs === undefined
      ? new Date(day.year, day.month - 1, day.day, ...time).getTime()
      : Date.UTC(day.year, day.month - 1, day.day, ...time) - offsetMs
  if (date !== undefined) {
    const day = dayOf(date)
    return day === undefined ? undefined : at(day)
  }
  const today = dayAt(now, offsetMs)
  const next = [today, { ...today, day: today.day + 1 }].map(at).find((moment) => moment > now)
  return next ?? at({ ...today, day: today.day + 2 })
}

const pattern = /^(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?$/i

interface Day {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

const offsetOf = (text: string): number => {
  if (/^z$/i.test(text)) return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? []
  const amount = Number(hours) * 60 + Number(minutes)
  return Number(hours) > 14 || Number(minutes) > 59 ? Number.NaN : (sign === '-' ? -amount : amount) * 60_000
}

const dayOf = (date: string): Day | undefined => {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const there = new Date(Date.UTC(year, month - 1, day))
  return there.getUTCMonth() === month - 1 && there.getUTCDate() === day ? { year, month, day } : undefined
}

const dayAt = (now: number, offsetMs: number | undefined): Day => {
  if (offsetMs === undefined) {
    const local = new Date(now)
    return { year: local.getFullYear(), month: local.getMonth() + 1, day: local.getDate() }
  }
  const there = new Date(now + offsetMs)
  return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() }
}

/** `06:00` for one of today, else with its date: local time. */
export const momentText = (at: number, now = Date.now()): string => {
  const [moment, today] = [new Date(at), new Date(now)]
  const two = (figure: number): string => String(figure).padStart(2, '0')
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`
  const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  return moment.toDateString() === today.toDateString() ? time : `${date} ${time}`
}
