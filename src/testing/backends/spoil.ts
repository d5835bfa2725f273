import type { Answer } from './loopback.ts'
import type { TrueAnswer } from './relay.ts'

/** `missing`: the list leaves the entry out; `twice`: it has one twice; `stranger`: it has another record in its place. */
export type Spoiling = 'missing' | 'twice' | 'stranger'

/** Which record is spoilt, which one nobody sent, and all that were sent. */
export interface SpoilNames {
  readonly entry: string
  readonly stranger: string
  readonly ids: ReadonlyArray<string>
}

/**
 * Spoils the lists of a JSON answer: those with an entry that names the record, and those with one entry for each record
 * sent, in the order sent. A list of failures alone is not shortened: nobody could tell. Undefined: there is no list.
 */
export const spoilt = ({ status, text, headers }: TrueAnswer, how: Spoiling, names: SpoilNames): Answer | undefined => {
  const body = parsed(text)
  if (typeof body !== 'object' || body === null) return undefined
  let found = false
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const list = spoiltList(value, how, names)
      found ||= list !== undefined
      return list ?? value.map(walk)
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
  }
  const changed = walk(body)
  return found ? { status, text: JSON.stringify(changed), headers } : undefined
}

const spoiltList = (
  list: ReadonlyArray<unknown>,
  how: Spoiling,
  { entry, stranger, ids }: SpoilNames,
): ReadonlyArray<unknown> | undefined => {
  const isWhole = list.length === ids.length
  const at = list.findIndex((one) => names(one, entry))
  if (at < 0 && !(isWhole && list.every((one) => typeof one === 'object'))) return undefined
  const place = at < 0 ? list.length - 1 : at
  if (how === 'missing') return isWhole ? list.filter((_, index) => index !== place) : undefined
  // At the beginning: whoever joins by position and cuts off what is too much is off by one.
  if (how === 'twice') return [isWhole ? list[0] : list[place], ...list]
  return at < 0 ? undefined : list.map((one, index) => (index === place ? renamed(one, entry, stranger) : one))
}

const names = (value: unknown, id: string, depth = 0): boolean => {
  if (typeof value === 'string' || typeof value === 'number') return String(value).toLowerCase() === id.toLowerCase()
  if (typeof value !== 'object' || value === null || depth > deepest) return false
  return Object.values(value).some((inner) => names(inner, id, depth + 1))
}

const renamed = (value: unknown, from: string, to: string): unknown => {
  if (typeof value === 'string') return value.toLowerCase() === from.toLowerCase() ? to : value
  if (typeof value === 'number') return String(value) === from ? Number(to) : value
  if (Array.isArray(value)) return value.map((inner) => renamed(inner, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, from, to)]))
}

/** An entry that names a record does so near its top. */
const deepest = 3

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
