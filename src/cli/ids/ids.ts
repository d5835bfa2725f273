/**
 * The room `ids`: reads ids from a file or the input, as text, CSV, JSON or NDJSON, a piece at a time. Decides what is an
 * id and what is refused; changes none.
 * May import: `terminal`, `config`. Begin with `readIds`.
 */

import { type IdFormat, idFormats } from '../config/select.ts'
import { CommandError } from '../terminal/command-error.ts'
import { readCsv } from './csv.ts'
import type { IdEntry, OnEmptyRow } from './entry.ts'
import { readJson, readNdjson } from './json.ts'
import { readTxt } from './lines.ts'
import { openText, UnreadableError } from './text.ts'

/** Where ids come from: a path, or `-` for the input. */
export interface IdSource {
  readonly ids: string
  readonly format?: IdFormat
  readonly column?: string
}

/** The format that a name ends with, gzip left aside; `-` is a list of lines unless it is said to be something else. */
export const formatOf = ({ ids, format, column }: IdSource): IdFormat | undefined => {
  if (format !== undefined) return format
  if (ids === '-') return column === undefined ? 'txt' : 'csv'
  const [, ending] = /\.([a-z]+)(?:\.gz)?$/i.exec(ids) ?? []
  const known = { jsonl: 'ndjson', text: 'txt' } as const
  const word = ending?.toLowerCase()
  return idFormats.find((each) => each === word) ?? known[word as keyof typeof known]
}

/**
 * Reads the ids of a file, a piece at a time: nothing is trimmed but the byte order mark and the end of a line. Lines with
 * nothing on them are passed over, and so are rows of separators alone, of which `onEmptyRow` hears. Rejects with a
 * `CommandError` that names the file and the line.
 */
export async function* readIds(
  source: IdSource,
  folder: string,
  onEmptyRow: OnEmptyRow = () => {},
): AsyncGenerator<IdEntry> {
  const format = formatOf(source)
  if (format === undefined) {
    throw new CommandError(
      `${source.ids}: say by "format" whether this is ${idFormats.join(', ')}: the name does not tell`,
    )
  }
  if (format === 'csv' && source.column === undefined) {
    throw new CommandError(`${source.ids}: a .csv file needs "column": the name of the one that holds the ids`)
  }
  try {
    const text = openText(source.ids, folder)
    for await (const entries of readers[format](text, source.column, onEmptyRow)) yield* entries
  } catch (cause) {
    if (cause instanceof UnreadableError)
      throw new CommandError(`${placeIn(source.ids, cause.line)}: ${cause.message}`, undefined, cause)
    throw cause
  }
}

/** `ids.csv:12` */
export const placeIn = (file: string, line: number | undefined): string =>
  line === undefined ? file : `${file}:${line}`

type Reader = (
  text: AsyncIterable<string>,
  column: string | undefined,
  onEmptyRow: OnEmptyRow,
) => AsyncIterable<ReadonlyArray<IdEntry>>

const readers: Readonly<Record<IdFormat, Reader>> = {
  txt: readTxt,
  csv: (text, column = '', onEmptyRow) => readCsv(text, column, onEmptyRow),
  ndjson: readNdjson,
  json: readJson,
}
