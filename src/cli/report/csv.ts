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
  const isVerified = targets.some(({ verifications }) => verifications.length > 0)
  const extras = [
    ...(isHeld ? ['hold'] : []),
    ...(approvals.length > 0 ? ['approvals'] : []),
    ...(isVerified ? ['verified_at', 'returned'] : []),
  ]
  const extraCells = ({ outcome, verifiedAt, returned }: ReportRow): ReadonlyArray<string> => [
    ...(isHeld ? [outcome.status === 'untouched' ? (outcome.reference ?? '') : ''] : []),
    ...(approvals.length > 0 ? [approvals.join('; ')] : []),
    ...(isVerified ? [verifiedAt === undefined ? '' : isoOf(verifiedAt), returned === true ? 'returned' : ''] : []),
  ]
  yield rowText([...(several ? ['target'] : []), ...input.map(headingOf), ...added, ...extras])
  for (const { target } of named) {
    const idColumn = idColumnOf(target)
    const before = several ? `${cellText(target.name)},` : ''
    const ending = openEnding(extraCells)
    let text = ''
    for (const row of target.rows(statuses)) {
      text += before
      for (const column of input)
        text += `${cellText(column === idColumn ? row.outcome.id : (row.columns?.[column] ?? ''))},`
      text += ending(row)
      if (text.length < piece) continue
      yield text
      text = ''
    }
    if (text !== '') yield text
  }
}

const added: ReadonlyArray<string> = reportColumns

/** Characters that are handed on at once. */
const piece = 65_536

/** Neighbours that ended alike end in the same text: it is made once for all of them. */
const openEnding = (extraCells: (row: ReportRow) => ReadonlyArray<string>): ((row: ReportRow) => string) => {
  let known: ReportRow | undefined
  let text = ''
  return (row) => {
    if (known !== undefined && endsAlike(known, row)) return text
    known = row
    text = rowText([...addedCells(row), ...extraCells(row)])
    return text
  }
}

/** What has a reason may quote its id there, and is not compared. */
const endsAlike = (one: ReportRow, other: ReportRow): boolean => {
  if (one.settledAt !== other.settledAt || one.attempts !== other.attempts) return false
  if (one.verifiedAt !== other.verifiedAt || one.returned !== other.returned) return false
  const [first, second] = [one.outcome, other.outcome]
  if (first.status !== second.status || first.status === 'rejected' || first.status === 'unconfirmed') return false
  if (first.status !== 'untouched' && second.status !== 'untouched')
    return first.evidence === (second as typeof first).evidence && first.effect === (second as typeof first).effect
  return false
}

/** A cell that means nothing to anyone is written as it is, which nearly all are. */
const cellText = (cell: string): string => {
  if (cell === '' || plainCell.test(cell)) return cell
  return rowText([cell, '']).slice(0, -3)
}

const plainCell = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/

const rowText = (cells: ReadonlyArray<string>): string =>
  stringify([cells.map(asText)], {
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
  const format = ids === undefined ? undefined : formatOf({ ids, ...(column === undefined ? {} : { column }) })
  const isCsv = format === 'csv'
  const columns = new Set([idColumnOf(target)])
  if (!target.journal.hasColumns()) return [...columns]
  for (const row of target.rows()) {
    for (const name of Object.keys(row.columns ?? {})) columns.add(name)
    if (isCsv) break
  }
  return [...columns]
}

/** A report that is handed in again has our columns, and they are input now. */
const headingOf = (column: string): string =>
  column === 'target' || added.includes(column) || reportExtras.includes(column) ? `input_${column}` : column
