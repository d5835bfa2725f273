import type { Answer } from './loopback.ts'
import type { TrueAnswer } from './relay.ts'
import { type EntryForm, spoiltXml } from './spoil-xml.ts'

/** `missing`: the list leaves the entry out; `twice`: it has one twice; `stranger`: it has another record in its place. */
export type Spoiling = 'missing' | 'twice' | 'stranger'

/** `reversed`: the list has its entries in another order; `cut`: it stops before the entry, whatever it lists. */
export type Change = Spoiling | 'reversed' | 'cut'

/** Which record is spoilt, which one nobody sent, and all that were sent. */
export interface SpoilNames {
  readonly entry: string
  readonly stranger: string
  readonly ids: ReadonlyArray<string>
  /** One record, one identity, as the adapter has it; upper and lower case are one besides. Default: the id itself. */
  readonly identityOf?: (id: string) => string
}

/**
 * Spoils the lists of an answer in JSON or XML: those with an entry that names the record, and those with one entry for
 * each record sent, in the order sent. A list of failures alone is not shortened: nobody could tell. A list that is cut
 * loses the entry whatever it lists, and everything else that the answer says stays as it was. Undefined: there is no
 * list.
 */
export const spoilt = ({ status, text, headers }: TrueAnswer, how: Change, names: SpoilNames): Answer | undefined => {
  if (/^\s*</.test(text)) {
    const changed = spoiltXml(text, (list, nameOf) => spoiltList(list, how, names, nameOf))
    return changed === undefined ? undefined : { status, text: changed, headers }
  }
  const body = parsed(text)
  if (typeof body !== 'object' || body === null) return undefined
  let found = false
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const list = spoiltList(value, how, names, jsonEntry)
      found ||= list !== undefined
      return list ?? value.map(walk)
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
  }
  const changed = walk(body)
  return found ? { status, text: JSON.stringify(changed), headers } : undefined
}

const spoiltList = <Entry>(
  list: ReadonlyArray<Entry>,
  how: Change,
  { entry, stranger, ids, identityOf = asItIs }: SpoilNames,
  { names, renamed, isNameless }: EntryForm<Entry>,
): ReadonlyArray<Entry> | undefined => {
  // Whatever else tells two records apart, backends answer in letters of their own.
  const keyOf = (id: string) => identityOf(id).toLowerCase()
  const isOf = (id: string) => (value: string) => keyOf(value) === keyOf(id)
  if (how === 'reversed') {
    const named = ids.filter((id) => list.some((one) => names(one, isOf(id))))
    return list.length > 1 && named.length === list.length ? [...list].reverse() : undefined
  }
  const isWhole = list.length === ids.length
  const at = list.findIndex((one) => names(one, isOf(entry)))
  if (how === 'cut') return at < 0 ? undefined : list.filter((_, index) => index !== at)
  if (at < 0 && !(isWhole && list.every(isNameless))) return undefined
  const place = at < 0 ? list.length - 1 : at
  if (how === 'missing') return isWhole ? list.filter((_, index) => index !== place) : undefined
  // At the beginning: whoever joins by position and cuts off what is too much is off by one.
  const again = isWhole ? list[0] : list[place]
  if (how === 'twice') return again === undefined ? undefined : [again, ...list]
  return at < 0 ? undefined : list.map((one, index) => (index === place ? renamed(one, isOf(entry), stranger) : one))
}

const asItIs = (id: string): string => id

const namesIt = (value: unknown, is: (value: string) => boolean, depth = 0): boolean => {
  if (typeof value === 'string' || typeof value === 'number') return is(String(value))
  if (typeof value !== 'object' || value === null || depth > deepest) return false
  return Object.values(value).some((inner) => namesIt(inner, is, depth + 1))
}

const renamedTo = (value: unknown, is: (value: string) => boolean, to: string): unknown => {
  if (typeof value === 'string') return is(value) ? to : value
  if (typeof value === 'number') return is(String(value)) ? Number(to) : value
  if (Array.isArray(value)) return value.map((inner) => renamedTo(inner, is, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamedTo(inner, is, to)]))
}

const jsonEntry: EntryForm<unknown> = {
  names: namesIt,
  renamed: renamedTo,
  isNameless: (entry) => typeof entry === 'object',
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
