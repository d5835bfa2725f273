import { stringify } from 'csv-stringify/sync'
import type { Status } from '../../index.ts'
import { formatOf } from '../ids/ids.ts'
import { asText, reportColumns } from '../ids/report-cells.ts'
import { isoOf, type ReportRow, type TargetFile } from './run-file.ts'

/**
 * The input columns, then ours. RFC 4180: lines end in CRLF. What a spreadsheet would run as a formula gets an apostrophe in
 * front, ids too, whatever it separates cells by; as ids the report is read without them. Several targets in one file get a column
 * `target` in front of all.
 */
export function* csvOf(
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
): Generator<string> {
  const named = targets.map((target) => ({ target, columns: inputColumns(target) }))
  const input = [...new Set(named.flatMap(({ columns }) => columns))]
  const several = targets.length > 1
  yield lines([[...(several ? ['target'] : []), ...input.map(headingOf), ...added]])
  for (const { target } of named) {
    const idColumn = idColumnOf(target)
    let waiting: Array<ReadonlyArray<string>> = []
    for (const row of target.rows(statuses)) {
      const cells = input.map((column) => (column === idColumn ? row.outcome.id : (row.columns?.[column] ?? '')))
      waiting.push([...(several ? [target.name] : []), ...cells, ...addedCells(row)])
      if (waiting.length < rowsAtOnce) continue
      yield lines(waiting)
      waiting = []
    }
    if (waiting.length > 0) yield lines(waiting)
  }
}

const added: ReadonlyArray<string> = reportColumns

const rowsAtOnce = 500

const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  stringify(rows.map((cells) => cells.map(asText)) as string[][], {
    record_delimiter: 'windows',
    // A line break would end the row; the others would end the cell for a program that takes them for separators.
    quoted_match: /[\r\n;\t]/,
  })

const addedCells = ({ outcome, attempts, settledAt }: ReportRow): ReadonlyArray<string> => {
  const reason = 'reason' in outcome ? outcome.reason : undefined
  return [
    outcome.status,
    'effect' in outcome ? outcome.effect : '',
    'why' in outcome ? outcome.why : (reason?.code ?? ''),
    reason?.message ?? '',
    'evidence' in outcome ? outcome.evidence : '',
    String(attempts),
    reason?.requestId ?? '',
    settledAt === undefined ? '' : isoOf(settledAt),
  ]
}

const idColumnOf = ({ planned }: TargetFile): string => planned.column ?? 'id'

/** The id's column first, then those beside it in the order in which they turn up: in a CSV file all in the first record. */
const inputColumns = (target: TargetFile): ReadonlyArray<string> => {
  const { ids, column } = target.planned
  const isCsv = ids !== undefined && formatOf({ ids, ...(column === undefined ? {} : { column }) }) === 'csv'
  const columns = new Set([idColumnOf(target)])
  for (const row of target.rows()) {
    for (const name of Object.keys(row.columns ?? {})) columns.add(name)
    if (isCsv) break
  }
  return [...columns]
}

/** A report that is handed in again has our columns, and they are input now. */
const headingOf = (column: string): string =>
  column === 'target' || added.includes(column) ? `input_${column}` : column
