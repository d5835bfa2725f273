import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { IdEntry } from './entry.ts'
import { UnreadableError } from './text.ts'

/** Rows handed on at once. */
const chunk = 1_000

/** CSV as RFC 4180 has it: a header, fields between commas, quoted where they need to be. */
export async function* readCsv(text: AsyncIterable<string>, column: string): AsyncGenerator<ReadonlyArray<IdEntry>> {
  const parser = parse({ bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
  const source = Readable.from(text)
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let header: ReadonlyArray<string> | undefined
  let at = -1
  let entries: IdEntry[] = []
  try {
    for await (const row of parser as AsyncIterable<ReadonlyArray<string>>) {
      if (header === undefined) {
        at = placeOf(column, row)
        header = distinct(row)
        continue
      }
      entries.push(entryOf(row, header, at))
      if (entries.length < chunk) continue
      yield entries
      entries = []
    }
  } catch (cause) {
    if (cause instanceof CsvError) {
      throw new UnreadableError(cause.message, Number((cause as { lines?: unknown }).lines), cause)
    }
    throw cause
  }
  if (header === undefined) throw new UnreadableError('it is empty: its first line names the columns')
  yield entries
}

const placeOf = (column: string, header: ReadonlyArray<string>): number => {
  const at = header.indexOf(column)
  if (at < 0) throw new UnreadableError(`there is no column "${column}": there are ${header.join(', ')}`, 1)
  if (header.includes(column, at + 1)) throw new UnreadableError(`two columns are called "${column}"`, 1)
  return at
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

const entryOf = (row: ReadonlyArray<string>, header: ReadonlyArray<string>, at: number): IdEntry => {
  const id = row[at] ?? ''
  if (header.length === 1) return { id }
  const columns: Record<string, string> = Object.create(null)
  for (let index = 0; index < header.length; index++) {
    if (index !== at) columns[header[index] ?? ''] = row[index] ?? ''
  }
  return { id, columns }
}
