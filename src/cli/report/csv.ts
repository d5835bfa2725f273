import { stringify } from 'csv-stringify/sync'
import type { Status } from '../../index.ts'
import { formatOf } from '../ids/ids.ts'
import { isoOf, type ReportRow, type TargetFile } from './run-file.ts'

/**
 * The input columns, then ours. RFC 4180: lines end in CRLF. A cell that a spreadsheet would run as a formula gets an
 * apostrophe in front, ids too: what reads a report by program reads JSON. Several targets in one file get a column
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

const added = [
  'outcome',
  'effect',
  'reason_code',
  'reason',
  'evidence',
  'attempts',
  'request_id',
  'settled_at',
] as const

const rowsAtOnce = 500

const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  stringify(rows.map((cells) => cells.map(withoutLeadingBreak)) as string[][], {
    escape_formulas: true,
    record_delimiter: 'windows',
    // RFC 4180 wants them quoted; by itself it quotes CRLF alone, and a row would end at the first LF within a cell.
    quoted_match: /[\r\n]/,
  })

/** A spreadsheet may pass over a line break in front and take what follows for a formula. */
const withoutLeadingBreak = (cell: string): string => (cell.startsWith('\n') ? `'${cell}` : cell)

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
  column === 'target' || (added as ReadonlyArray<string>).includes(column) ? `input_${column}` : column
