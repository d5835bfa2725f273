import type { HttpReply } from '../contract/provider.ts'

/**
 * How long the server wants us to wait, in ms, by its `Retry-After`: seconds, decimals too; a moment as an HTTP date, or as
 * a number that is too large for a wait: seconds since 1970, or ms. A moment is held against the answer's own `Date`
 * where there is one, so that a wrong clock on either side does no harm. Nothing, where it says 0 or what has passed: a
 * wait that is none would be asked for over and over, and ours is longer each time. Of several the longest.
 */
export const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const text = headers.get('retry-after') ?? ''
  if (text === '') return undefined
  const sent = Date.parse(headers.get('date') ?? '')
  const from = Number.isNaN(sent) ? now : sent
  const waits = valuesOf(text).map((value) => waitOf(value, from))
  const longest = Math.max(0, ...waits)
  return longest > 0 ? longest : undefined
}

/**
 * The pause that an answer asks for, of everyone: a 429 or 503 with a `Retry-After`. On other statuses the header is about
 * this one thing (when a job may be asked again, say). What the answer means for its records is triage's business.
 */
export const pauseAskedMs = ({ status, headers }: HttpReply, now: number): number | undefined =>
  status === 429 || status === 503 ? retryAfterMs(headers, now) : undefined

/** A header that was sent twice comes as one, with commas; a date has a comma of its own, behind the day of the week. */
const valuesOf = (text: string): ReadonlyArray<string> => {
  const values: string[] = []
  let day = ''
  for (const part of text.split(',')) {
    const value = part.trim()
    if (dayOfTheWeek.test(value)) day = `${value}, `
    else {
      values.push(day + value)
      day = ''
    }
    if (values.length === mostValues) break
  }
  return values
}

/** Who sends more than that means none of them. */
const mostValues = 16

const dayOfTheWeek = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*$/i

/** 0: it asks for none that is one. */
const waitOf = (value: string, from: number): number => {
  if (figure.test(value)) {
    const number = Number(value)
    if (number > leastMs) return Math.max(0, Math.ceil(number - from))
    return number > leastSeconds ? Math.max(0, Math.ceil(number * 1_000 - from)) : Math.ceil(number * 1_000)
  }
  const until = moment.test(value) ? Date.parse(zoned.test(value) ? value : `${value} GMT`) : Number.NaN
  return Number.isNaN(until) ? 0 : Math.max(0, until - from)
}

/** A number beyond these is a moment: as a wait it would be one of decades. */
const leastSeconds = 1e9
const leastMs = 1e12

const figure = /^\d{1,20}(?:\.\d{1,20})?$/

/** With a time of day: `Date.parse` makes a date of almost any word with a number behind it. */
const moment = /^.{3,40}\d{1,2}:\d{2}:\d{2}/

/** Without one, a time is read as that of this machine. */
const zoned = /(?:gmt|utc?|z|[+-]\d{2}:?\d{2})$/i
