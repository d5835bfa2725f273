import type { Effect } from '../../index.ts'
import { flagAt, listOf, membersOf, present, type Spot, textAt, wordAt } from './checks.ts'
import { type IdFormat, idFormats } from './select.ts'

/** Whose records the targets hold: a table with a row for each subject, or several, and a column for each target. */
export interface SubjectsConfig {
  /** As written. */
  readonly file: string
  readonly format?: IdFormat
  /** The column that names the subject. */
  readonly key: string
  /** What is done with a record that two subjects share: the plan is refused, or it goes with the last of them. */
  readonly shared: 'refuse' | 'last'
}

/** An earlier target whose records go before those of this one, subject by subject. */
export interface AfterEach {
  readonly target: string
  /** The kind of gone that they must be at least. */
  readonly needs?: Effect
}

export const subjectsAt = (spot: Spot): SubjectsConfig => {
  const { file, format, key, shared } = membersOf(spot, ['file', 'format', 'key', 'shared'])
  const needed = (name: 'file' | 'key', member: Spot | undefined): string => {
    if (member === undefined) spot.inner(name, undefined).fail('is missing')
    const text = textAt(member) ?? ''
    if (member !== undefined && text.trim() === '') member.fail('must not be blank')
    return text
  }
  if (file?.value === '-') file.fail('must be a file: it is read once for each target')
  return {
    file: needed('file', file),
    key: needed('key', key),
    shared: wordAt(shared, ['refuse', 'last']) ?? 'refuse',
    ...present({ format: wordAt(format, idFormats) }),
  }
}

const effects: ReadonlyArray<Effect> = ['erased', 'recoverable', 'marked', 'unknown']

/** Texts are whole targets; an object with `each` is one whose subjects are waited for, each by itself. */
export const afterAt = (
  spot: Spot | undefined,
): { readonly after: ReadonlyArray<string>; readonly each?: ReadonlyArray<AfterEach> } => {
  if (spot === undefined) return { after: [] }
  const after: string[] = []
  const each: AfterEach[] = []
  for (const entry of listOf(spot)) {
    if (typeof entry.value !== 'object' || entry.value === null || Array.isArray(entry.value)) {
      after.push(textAt(entry) ?? '')
      continue
    }
    const members = membersOf(entry, ['target', 'each', 'needs'])
    if (members.target === undefined) entry.inner('target', undefined).fail('is missing')
    const target = textAt(members.target) ?? ''
    if (flagAt(members.each) === true) {
      if (each.some((other) => other.target === target)) entry.fail(`"${target}" stands twice`)
      each.push({ target, ...present({ needs: wordAt(members.needs, effects) }) })
      continue
    }
    if (members.needs !== undefined) members.needs.fail('goes with "each": true')
    after.push(target)
  }
  return { after, ...(each.length > 0 && { each }) }
}

/** A text between several ids of one cell. */
export const separatorAt = (spot: Spot | undefined): string | undefined => {
  if (spot === undefined) return undefined
  const text = typeof spot.value === 'string' ? spot.value : undefined
  if (text === undefined || text === '') spot.fail('must be a text of at least one character')
  return text
}
