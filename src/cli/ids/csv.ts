import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { IdEntry, OnEmptyRow } from './entry.ts'
import { namesList, nearestName, quoted, shownName } from './quoted.ts'
import { openRows } from './report-cells.ts'
import { UnreadableError } from './text.ts'

/** Rows handed on at once. */
const chunk = 1_000

/** Bytes of a row: a quote that is never closed would take the rest of the file for one field. */
const longestRow = 1_048_576

interface Row {
  readonly record: ReadonlyArray<string>
  /** So far. */
  readonly info: { readonly lines: number; readonly empty_lines: number }
}

/** CSV as RFC 4180 has it: a header, fields between commas, quoted where they need to be. A lone CR ends a line, too. */
export async function* readCsv(
  text: AsyncIterable<string>,
  column: string,
  onEmptyRow: OnEmptyRow,
): AsyncGenerator<ReadonlyArray<IdEntry>> {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: longestRow,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
  })
  const source = Readable.from(text)
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let header: ReadonlyArray<string> | undefined
  let at = -1
  const lineOf = openLines()
  const asGiven = openRows()
  let entries: IdEntry[] = []
  try {
    for await (const row of parser as AsyncIterable<Row>) {
      const record = asGiven(row.record)
      const line = lineOf(row)
      if (header === undefined) {
        at = placeOf(column, record)
        header = distinct(record.map(shownName))
        continue
      }
      if (record.every((field) => field === '')) {
        onEmptyRow()
        continue
      }
      entries.push(entryOf(record, header, at, line))
      if (entries.length < chunk) continue
      yield entries
      entries = []
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const said = cause.code === 'CSV_MAX_RECORD_SIZE' ? tooLong : cause.message
    throw new UnreadableError(said, Number((cause as { lines?: unknown }).lines), cause)
  }
  if (header === undefined) throw new UnreadableError('it is empty: its first line names the columns')
  yield entries
}

const tooLong = `this row is longer than ${longestRow.toLocaleString('en-US')} bytes: is a quote left open?`

/** The line in which each row begins. The parser counts a CR LF within a field as two. */
const openLines = () => {
  let rows = 0
  let before = { lines: 0, empty_lines: 0 }
  return ({ record, info }: Row): number => {
    const line = rows + info.empty_lines + 1
    const isOneLine = info.lines - before.lines === info.empty_lines - before.empty_lines + 1
    rows += isOneLine ? 1 : 1 + breaksIn(record)
    before = info
    return line
  }
}

const breaksIn = (record: ReadonlyArray<string>): number =>
  record.reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0)

const placeOf = (column: string, header: ReadonlyArray<string>): number => {
  const strange = header.find((name) => /[\r\n\0]/.test(name))
  if (strange !== undefined)
    throw new UnreadableError(`the header has a column with a line break or a NUL in its name: ${quoted(strange)}`, 1)
  demandDistinct(header)
  const at = header.indexOf(column)
  if (at < 0) throw new UnreadableError(`there is no column ${quoted(column)}: ${hintOf(column, header)}`, 1)
  if (header.includes(column, at + 1)) throw new UnreadableError(`two columns are called ${quoted(column)}`, 1)
  return at
}

/** Names that look the same are no names: the wrong column would be as good as the right one. */
const demandDistinct = (header: ReadonlyArray<string>): void => {
  const seen = new Map<string, string>()
  for (const name of header) {
    const bare = name.replaceAll(/[\s\p{Z}\p{Cf}]+/gu, '')
    const other = seen.get(bare)
    if (other !== undefined && other !== name)
      throw new UnreadableError(`the columns ${quoted(other)} and ${quoted(name)} differ in blanks alone`, 1)
    seen.set(bare, name)
  }
}

const hintOf = (column: string, header: ReadonlyArray<string>): string => {
  const all = header.length === 1 ? `there is ${namesList(header)}` : `there are ${namesList(header)}`
  const marks = [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const
  for (const [mark, name] of marks) {
    const parts = header.flatMap((each) => each.split(mark))
    // One field with such a mark in it, or one that holds the name that is looked for.
    if (parts.length > header.length && (header.length === 1 || parts.includes(column)))
      return `${all}: ${name} (${quoted(mark)}) seem to separate the columns here, and commas have to`
  }
  const near = nearestName(column, header)
  return near === undefined ? all : `is it ${quoted(near)}? ${all.replace(/^t/, 'T')}`
}

/** Of two columns with one name both are kept: `name`, `name_2`. */
const distinct = (header: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken = new Set(header)
  return header.map((name, index) => {
    if (header.indexOf(name) === index) return name
    let number = 2
    while (taken.has(`${name}_${number}`)) number++
    taken.add(`${name}_${number}`)
    return `${name}_${number}`
  })
}

const entryOf = (row: ReadonlyArray<string>, header: ReadonlyArray<string>, at: number, line: number): IdEntry => {
  const id = row[at] ?? ''
  if (header.length === 1) return { id, line }
  const columns: Record<string, string> = Object.create(null)
  for (let index = 0; index < header.length; index++) {
    if (index !== at) columns[header[index] ?? ''] = row[index] ?? ''
  }
  return { id, columns, line }
}
