import { CommandError } from '../terminal/command-error.ts'
import { durationMs } from '../terminal/duration.ts'
import { nearest } from '../terminal/nearest.ts'
import type { ConfigText, Path } from './text.ts'

/** A part of a configuration while it is checked. What is wrong is gathered, so that one run tells all of it. */
export interface Spot {
  readonly value: unknown
  readonly path: Path
  /** Says what is wrong here, and what to do. */
  readonly fail: (message: string) => undefined
  readonly inner: (step: string | number, value: unknown) => Spot
}

/** Checks a whole configuration; throws a `CommandError` with a line for each problem. */
export const checked = <A>(text: ConfigText, check: (root: Spot) => A): A => {
  const problems: string[] = []
  const spotOf = (value: unknown, path: Path): Spot => ({
    value,
    path,
    fail: (message) => {
      problems.push(`${text.spot(path)}: ${message}`)
      return undefined
    },
    inner: (step, inner) => spotOf(inner, [...path, step]),
  })
  const result = check(spotOf(text.value, []))
  if (problems.length > 0) throw new CommandError(problems.join('\n'))
  return result
}

/** The members of an object by name; one that is not known is a problem: it would be ignored, and something else done. */
export const membersOf = <Name extends string>(
  spot: Spot,
  known: ReadonlyArray<Name>,
): { readonly [name in Name]?: Spot } => {
  const all = anyMembersOf(spot)
  for (const [name, member] of Object.entries(all)) {
    if ((known as ReadonlyArray<string>).includes(name)) continue
    const near = nearest(name, known)
    member.fail(`there is no such option${near === undefined ? `: known are ${known.join(', ')}` : `: is it ${near}?`}`)
  }
  return all as { readonly [name in Name]?: Spot }
}

export const anyMembersOf = (spot: Spot): Readonly<Record<string, Spot>> => {
  if (!isObject(spot.value)) {
    spot.fail('must be an object: { … }')
    return {}
  }
  return Object.fromEntries(Object.entries(spot.value).map(([name, value]) => [name, spot.inner(name, value)]))
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const listOf = (spot: Spot): ReadonlyArray<Spot> => {
  if (Array.isArray(spot.value)) return spot.value.map((value, index) => spot.inner(index, value))
  spot.fail('must be a list: [ … ]')
  return []
}

/** Each of these is `undefined` for what is left out, and for what is wrong, which is then told. */
export const textAt = (spot: Spot | undefined): string | undefined => {
  if (spot === undefined) return undefined
  return typeof spot.value === 'string' && spot.value !== ''
    ? spot.value
    : spot.fail('must be a text that is not empty')
}

export const flagAt = (spot: Spot | undefined): boolean | undefined => {
  if (spot === undefined) return undefined
  return typeof spot.value === 'boolean' ? spot.value : spot.fail('must be true or false')
}

export const wordAt = <Word extends string>(spot: Spot | undefined, words: ReadonlyArray<Word>): Word | undefined => {
  if (spot === undefined) return undefined
  const word = words.find((candidate) => candidate === spot.value)
  return word ?? spot.fail(`must be ${words.map((each) => `"${each}"`).join(' or ')}`)
}

export const wholeAt = (spot: Spot | undefined, least: number): number | undefined => {
  if (spot === undefined) return undefined
  const { value } = spot
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
    ? value
    : spot.fail(`must be a whole number of at least ${least}`)
}

/** From 0 to 1. */
export const shareAt = (spot: Spot | undefined): number | undefined => {
  if (spot === undefined) return undefined
  const { value } = spot
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : spot.fail('must be a number from 0 to 1')
}

export const durationAt = (spot: Spot | undefined): number | undefined => {
  if (spot === undefined) return undefined
  const ms = durationMs(spot.value)
  return ms ?? spot.fail('must be a time: a number of milliseconds, or a text such as "30s", "10m", "7h" or "7d"')
}

/** Leaves out what is `undefined`. */
export const present = <A extends object>(fields: A): { [Name in keyof A]?: Exclude<A[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof A]?: Exclude<A[Name], undefined>
  }
