import { UsageError } from '../contract/error.ts'
import type { Journal } from '../contract/journal.ts'
import type { BulkRecordProvider, Clock } from '../contract/provider.ts'
import { realClock } from './clock.ts'
import type { AnyOptions } from './options.ts'

/** Whether a value from outside is a whole number, of at least `least`. Infinity is one: no bound. */
export const isWhole = (value: unknown, least: number): value is number =>
  typeof value === 'number' && value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)

export const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0

/** A value from outside, for a message. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return `"${value}"`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

export const wholeNumber = (name: string, value: unknown, least: number, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (isWhole(value, least)) return value
  throw new UsageError(`${name} must be a whole number of at least ${least}, not ${show(value)}`)
}

export const oneOf = <Word>(name: string, value: unknown, words: ReadonlyArray<Word>, otherwise: Word): Word => {
  if (value === undefined) return otherwise
  const word = words.find((candidate) => candidate === value)
  if (word === undefined)
    throw new UsageError(`${name} must be one of ${words.map(show).join(', ')}, not ${show(value)}`)
  return word
}

/**
/**
 * A list is copied: one that can be read only once, or that changes later, protects all the same. What is no id of the backend
 * would protect nothing, in silence: a misspelt entry, whose record would go, and a list without any.
 */
export const protectOf = (
  protect: unknown,
  provider: Pick<BulkRecordProvider, 'name' | 'isValidId'>,
): ReadonlyArray<string> | ((id: string) => boolean) => {
  if (protect === undefined) return []
  if (typeof protect === 'function') return protect as (id: string) => boolean
  if (typeof protect !== 'object' || protect === null || !(Symbol.iterator in protect))
    throw new UsageError('protect must be an iterable of ids, such as an array or a Set, or a function of an id')
  const ids = copyOf(protect as Iterable<unknown>)
  const stranger = ids.findIndex((id) => typeof id !== 'string')
  if (stranger >= 0) throw new UsageError(`protect must hold strings, and one of its entries is ${show(ids[stranger])}`)
  if (ids.length === 0) throw new UsageError('protect is a list without an entry: leave it out if nothing is protected')
  const misspelt = ids.findIndex((id) => !isValid(provider, id as string))
  if (misspelt >= 0)
    throw new UsageError(
      `protect holds ${show(ids[misspelt])}, which is no id of ${provider.name}: it would protect nothing. Correct it, or leave it out`,
    )
  return ids as ReadonlyArray<string>
}

/** What throws is met, and told, where ids are judged. */
const isValid = (provider: Pick<BulkRecordProvider, 'isValidId'>, id: string): boolean => {
  try {
    return provider.isValidId(id)
  } catch {
    return true
  }
}

const copyOf = (protect: Iterable<unknown>): ReadonlyArray<unknown> => {
  try {
    return [...protect]
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`protect can not be read: ${message}`, { cause })
  }
}

export const signalOf = (signal: unknown): AbortSignal | undefined => {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new UsageError('signal must be an AbortSignal: new AbortController().signal')
}

export const functionOf = <F>(name: string, value: F | undefined): F | undefined => {
  if (value === undefined || typeof value === 'function') return value
  throw new UsageError(`${name} must be a function`)
}

export const journalOf = (journal: Journal | undefined): Journal | undefined => {
  if (
    journal === undefined ||
    (typeof journal === 'object' && journal !== null && typeof journal.intend === 'function')
  )
    return journal
  throw new UsageError("journal must be a journal's target: openJournal(path).target(name)")
}

/** These are about what a journal keeps. */
export const demandJournal = ({ journal, limit, planFirst }: AnyOptions): void => {
  if (journal !== undefined) return
  if (limit !== undefined)
    throw new UsageError('limit needs a journal, which keeps what this run leaves: set journal, or hand in fewer ids')
  if (planFirst !== undefined)
    throw new UsageError('planFirst is about the plan in a journal: set journal, or leave it out')
}

export const clockOf = (clock: Clock | undefined): Clock => {
  if (clock === undefined) return realClock
  if (typeof clock?.now === 'function' && typeof clock.sleep === 'function') return clock
  throw new UsageError('clock must have now() and sleep(ms, signal)')
}

export const checkKeys = (options: AnyOptions, known: object): void => {
  if (typeof options !== 'object' || options === null) throw new UsageError('options must be an object')
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(known, key))
      throw new UsageError(`unknown option "${key}": known are ${Object.keys(known).join(', ')}`)
  }
}
