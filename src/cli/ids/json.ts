import type { IdEntry } from './entry.ts'
import { type JsonText, membersIn, valuesIn } from './json-text.ts'
import { linesOf } from './lines.ts'
import { namesList, nearestName, quoted, shownName } from './quoted.ts'
import { UnreadableError } from './text.ts'

/** A value on each line: a text, or an object whose member `column` is the id. */
export async function* readNdjson(
  text: AsyncIterable<string>,
  column?: string,
): AsyncGenerator<ReadonlyArray<IdEntry>> {
  let line = 0
  for await (const lines of linesOf(text, longestLine)) {
    const entries: IdEntry[] = []
    for (const each of lines) {
      line++
      if (each.trim() !== '') entries.push(entryOf({ text: each.trim(), line }, column, 'it', 'this is not JSON'))
    }
    yield entries
  }
}

/** Characters of a line; what stands beside an id may be long. */
const longestLine = 1_048_576

/** One list of such values. */
export async function* readJson(text: AsyncIterable<string>, column?: string): AsyncGenerator<ReadonlyArray<IdEntry>> {
  let number = 0
  for await (const values of valuesIn(text)) {
    yield values.map((value) => {
      number++
      const unsound = `this is not a JSON list of ids: entry ${number} is not JSON`
      return entryOf({ ...value, text: value.text.trim() }, column, `entry ${number}`, unsound)
    })
  }
}

/** `what` names the value in a message, `unsound` says that it is no JSON. */
const entryOf = ({ text, line }: JsonText, column: string | undefined, what: string, unsound: string): IdEntry => {
  const value = parsed(text, line, unsound)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { id: idOf(value, text, what, line), line }
  const members = membersIn(text)
  demandDistinct(members, what, line)
  const names = members.map(([name]) => name)
  if (column === undefined) {
    throw new UnreadableError(`${what} is an object: say by "column" which of ${namesList(names)} is the id`, line)
  }
  const at = names.indexOf(column)
  const [, idText] = members[at] ?? []
  if (idText === undefined) {
    const near = nearestName(column, names)
    const hint = near === undefined ? `it has ${namesList(names) || 'nothing'}` : `is it ${quoted(near)}?`
    throw new UnreadableError(`${what} has no ${quoted(column)}: ${hint}`, line)
  }
  const all = value as Readonly<Record<string, unknown>>
  const columns = members.flatMap(([name, written], index) =>
    index === at ? [] : [[shownName(name), textOf(all[name], written)]],
  )
  return {
    id: idOf(all[column], idText, what, line),
    line,
    ...(columns.length > 0 && { columns: Object.fromEntries(columns) }),
  }
}

const parsed = (text: string, line: number, unsound: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UnreadableError(unsound, line, cause)
  }
}

/** Only one of two members with one name would count, and nobody said which. */
const demandDistinct = (members: ReadonlyArray<readonly [name: string, value: string]>, what: string, line: number) => {
  const names = new Set<string>()
  for (const [name] of members) {
    if (names.has(name)) throw new UnreadableError(`${quoted(name)} stands twice in ${what}`, line)
    names.add(name)
  }
}

/** A number keeps its digits. */
const textOf = (value: unknown, written: string): string => {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? written : JSON.stringify(value)
}

/** A plain whole number is taken as its digits. How a parser would write any other may not be how the system does. */
const idOf = (value: unknown, written: string, what: string, line: number): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    const why = wrongWith(written)
    if (why === undefined) return written
    throw new UnreadableError(
      `the id of ${what} is the number ${written.slice(0, 80)}, ${why}: write it as a text, in quotes`,
      line,
    )
  }
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  throw new UnreadableError(`the id of ${what} is ${kind}, not a text`, line)
}

const wrongWith = (written: string): string | undefined => {
  if (/e/i.test(written)) return 'with an exponent, which can be written in many ways'
  if (written.includes('.')) return 'with a fraction'
  if (written === '-0') return 'which is no whole number'
  if (!Number.isSafeInteger(Number(written)))
    return 'which is 2^53 or larger, and too large to be exact in many programs'
  return undefined
}
