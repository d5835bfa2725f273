import { Readable } from 'node:stream'
import { streamArray } from 'stream-json/streamers/stream-array.js'
import { isObject } from '../config/checks.ts'
import type { IdEntry } from './entry.ts'
import { UnreadableError } from './text.ts'

/** A value on each line: a text, or an object whose member `column` is the id. */
export async function* readNdjson(
  text: AsyncIterable<ReadonlyArray<string>>,
  column?: string,
): AsyncGenerator<ReadonlyArray<IdEntry>> {
  let number = 0
  for await (const lines of text) {
    const entries: IdEntry[] = []
    for (const line of lines) {
      number++
      if (line.trim() !== '') entries.push(entryOf(parsed(line, number), column, number))
    }
    yield entries
  }
}

const parsed = (line: string, number: number): unknown => {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new UnreadableError('this is not JSON', number, cause)
  }
}

/** Values handed on at once. */
const chunk = 1_000

/** One list of such values. */
export async function* readJson(text: AsyncIterable<string>, column?: string): AsyncGenerator<ReadonlyArray<IdEntry>> {
  const parser = streamArray.withParserAsStream()
  const source = Readable.from(text)
  let failed: unknown
  source.on('error', (error) => {
    failed = error
    parser.destroy(error)
  })
  source.pipe(parser)
  let number = 0
  let entries: IdEntry[] = []
  try {
    for await (const { value } of parser as AsyncIterable<{ readonly value: unknown }>) {
      number++
      entries.push(entryOf(value, column, undefined, `entry ${number}`))
      if (entries.length < chunk) continue
      yield entries
      entries = []
    }
  } catch (cause) {
    if (cause instanceof UnreadableError || cause === failed) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableError(`this is not a JSON list of ids, after ${number} entries (${said})`, undefined, cause)
  }
  yield entries
}

const entryOf = (value: unknown, column: string | undefined, line?: number, what = 'it'): IdEntry => {
  if (!isObject(value)) return { id: idOf(value, what, line) }
  const { [column ?? '']: id, ...others } = value
  if (column === undefined) {
    const names = Object.keys(value).join(', ')
    throw new UnreadableError(`${what} is an object: say by "column" which of ${names} is the id`, line)
  }
  if (id === undefined) throw new UnreadableError(`${what} has no "${column}"`, line)
  const columns = Object.entries(others).map(([name, other]) => [
    name,
    typeof other === 'string' ? other : JSON.stringify(other),
  ])
  return { id: idOf(id, what, line), ...(columns.length > 0 && { columns: Object.fromEntries(columns) }) }
}

/** A whole number is taken as its digits; a larger one has lost some of them on the way. */
const idOf = (value: unknown, what: string, line?: number): string => {
  if (typeof value === 'string') return value
  if (Number.isSafeInteger(value)) return String(value)
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  throw new UnreadableError(`the id of ${what} is ${kind}, not a text`, line)
}
