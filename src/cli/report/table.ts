import type { Status } from '../../index.ts'
import type { OutcomeCount } from '../../journal/index.ts'
import { backupLines } from '../backup/state.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { type Column, goneIs, type Outcomes, outcomeColumns, tableOf } from '../terminal/table.ts'
import { gone, isoOf, notGone, type ReportRow, type RunFile, type RunHead, type TargetFile } from './run-file.ts'
import type { RunFileState } from './run-file-state.ts'
import { verifiedText } from './verify-bound.ts'

/** For a person: figures, how many were left for which reason, and some of those that are not gone. */
export function* tableReport(
  { head }: RunFile,
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
  width: number,
): Generator<string> {
  const line = (text = ''): string => `${text}\n`
  yield line(planLine(head))
  for (const { name, place, detail, state } of targets) {
    yield line(`${name}: ${place.label}${detail === undefined ? '' : ` (${state}: ${detail})`}`)
  }
  for (const { name, journal } of targets) for (const text of backupLines(name, journal)) yield line(text)
  yield line()
  const rows = targets.map((target) => ({ ...target, records: target.planned.records }))
  for (const text of tableOf(figureColumns, rows, width)) yield line(text)
  const reasons = targets.flatMap(({ name, counts }) =>
    counts.filter(({ status }) => notGone.includes(status)).map((count) => ({ ...count, name })),
  )
  const readings = targets.flatMap(verificationLines)
  if (readings.length > 0) yield line()
  for (const text of readings) yield line(text)
  if (reasons.length > 0) {
    yield line()
    for (const text of tableOf(reasonColumns, reasons)) yield line(text)
  }
  const wanted = statuses ?? notGone
  for (const target of targets) {
    const most = statuses === undefined ? fewRows : Number.POSITIVE_INFINITY
    const left = wanted.reduce((sum, status) => sum + target.totals[status], 0)
    if (left === 0) continue
    yield line()
    yield line(`${target.name}: ${counted(left, 'record')} ${wanted.join(', ')}`)
    let shown = 0
    for (const row of target.rows(wanted)) {
      if (shown === most) break
      shown++
      yield line(`  ${lineOf(row)}`)
    }
    if (shown < left)
      yield line(`  and ${grouped(left - shown)} more: --status lists all, --format csv or json says all`)
  }
}

/** The last time that a target was read back, and what of it came back. */
const verificationLines = ({ name, verifications, returned, rows }: TargetFile): ReadonlyArray<string> => {
  const last = verifications.at(-1)
  if (last === undefined) return []
  const times = verifications.length === 1 ? '' : `, the last of ${verifications.length} times`
  const said = `${name}: verified ${isoOf(last.at)}${times}: ${verifiedText(last)}`
  if (returned === 0) return [said]
  const ids: string[] = []
  for (const row of rows(gone)) {
    if (row.returned === true) ids.push(onOneLine(row.outcome.id))
    if (ids.length === fewRows) break
  }
  const more = returned > ids.length ? [`  and ${grouped(returned - ids.length)} more`] : []
  return [said, `${name}: ${counted(returned, 'record')} returned:`, ...ids.map((id) => `  ${id}`), ...more]
}

/** Records shown where nobody asked for any. */
const fewRows = 10

/** Which plan it is, and where its run stands. */
export const planLine = ({ digest, state }: RunHead): string => `Plan ${digest.slice(0, 16)}, ${stateWords[state]}`

export const stateWords: Readonly<Record<RunFileState, string>> = {
  planned: 'planned, and not begun',
  running: 'running',
  interrupted: 'interrupted: its process ended before it did; go on with "expunge resume"',
  stopped: 'stopped; go on with "expunge resume"',
  halted: 'halted; when the cause is mended, go on with "expunge resume"',
  blocked: 'blocked: a target waits for another to be wholly gone',
  ended: 'ended',
}

const figureColumns: ReadonlyArray<Column<TargetFile & Outcomes>> = [
  ['Target', 'left', ({ name }) => name],
  ...outcomeColumns,
  goneIs(({ counts }) => counts.map(({ effect }) => effect)),
]

const reasonColumns: ReadonlyArray<Column<OutcomeCount & Pick<TargetFile, 'name'>>> = [
  ['Target', 'left', ({ name }) => name],
  ['outcome', 'left', ({ status }) => status],
  ['records', 'right', ({ records }) => grouped(records)],
  [
    'why',
    'left',
    ({ why, reason }) =>
      [why, reason?.code, reason?.message]
        .filter((text) => text !== undefined && text !== '')
        .map(onOneLine)
        .join(': '),
  ],
]

const lineOf = ({ outcome }: ReportRow): string => {
  const reason = 'reason' in outcome ? outcome.reason : undefined
  const why = 'why' in outcome ? [outcome.why] : []
  const said = [...why, ...(reason === undefined ? [] : [reason.code, reason.message])]
  return onOneLine([outcome.id, outcome.status, said.join(': ')].filter((text) => text !== '').join('  '))
}
