import { stringify } from 'csv-stringify/sync'
import type { Status } from '../../index.ts'
import { formatOf } from '../ids/ids.ts'
import { asText, reportColumns, reportExtras } from '../ids/report-cells.ts'
import { isoOf, type ReportRow, type RunFile, type TargetFile } from './run-file.ts'

/**
 * The input columns, then ours. RFC 4180: lines end in CRLF. What a spreadsheet would run as a formula gets an apostrophe in
 * front, ids too, whatever it separates cells by; as ids the report is read without them. Several targets in one file get a column
 * `target` in front of all.
 */
export function* csvOf(
  { plan, head }: Pick<RunFile, 'plan' | 'head'>,
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
): Generator<string> {
  const named = targets.map((target) => ({ target, columns: inputColumns(target) }))
  const input = [...new Set(named.flatMap(({ columns }) => columns))]
  const several = targets.length > 1
  // By whose word records are held, and who has approved the plan: columns of plans that have such.
  const isHeld = plan.holds !== undefined
  const approvals = head.approvals.map(({ by, role, at }) => `${by}${role === undefined ? '' : `, ${role}`} (${at})`)
  const extras = [...(isHeld ? ['hold'] : []), ...(approvals.length > 0 ? ['approvals'] : [])]
  const extraCells = ({ outcome }: ReportRow): ReadonlyArray<string> => [
    ...(isHeld ? [outcome.status === 'untouched' ? (outcome.reference ?? '') : ''] : []),
    ...(approvals.length > 0 ? [approvals.join('; ')] : []),
  ]
  yield lines([[...(several ? ['target'] : []), ...input.map(headingOf), ...added, ...extras]])
  for (const { target } of named) {
    const idColumn = idColumnOf(target)
    let waiting: Array<ReadonlyArray<string>> = []
    for (const row of target.rows(statuses)) {
      const cells = input.map((column) => (column === idColumn ? row.outcome.id : (row.columns?.[column] ?? '')))
      waiting.push([...(several ? [target.name] : []), ...cells, ...addedCells(row), ...extraCells(row)])
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
  column === 'target' || added.includes(column) || reportExtras.includes(column) ? `input_${column}` : column
