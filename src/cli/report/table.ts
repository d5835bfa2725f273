import type { Status } from '../../index.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { type Column, tableOf } from '../terminal/table.ts'
import type { ReportRow, RunFile, TargetFile } from './run-file.ts'
import { statuses as allStatuses, notGone } from './statuses.ts'

/** For a person: figures, how many were left for which reason, and some of those that are not gone. */
export function* tableReport(
  { head }: RunFile,
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
  width: number,
): Generator<string> {
  const line = (text = ''): string => `${text}\n`
  yield line(`Plan ${head.digest.slice(0, 12)}, ${stateWords[head.state]}`)
  for (const { name, place, detail, state } of targets) {
    yield line(`${name}: ${place.label}${detail === undefined ? '' : ` (${state}: ${detail})`}`)
  }
  yield line()
  for (const text of figuresTable(targets, width)) yield line(text)
  const reasons = targets.flatMap(reasonsOf)
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

/** Records shown where nobody asked for any. */
const fewRows = 10

export const stateWords: Readonly<Record<RunFile['head']['state'], string>> = {
  planned: 'planned, and not begun',
  running: 'running',
  interrupted: 'interrupted: its process ended before it did; go on with "expunge resume"',
  stopped: 'stopped; go on with "expunge resume"',
  halted: 'halted; when the cause is mended, go on with "expunge resume"',
  blocked: 'blocked: a target waits for another to be wholly gone',
  ended: 'ended',
}

export const figuresTable = (targets: ReadonlyArray<TargetFile>, width: number): ReadonlyArray<string> =>
  tableOf(
    figureColumns,
    targets.map(({ name, totals, planned, requests, counts }) => [
      name,
      grouped(planned.records),
      ...allStatuses.map((status) => grouped(totals[status])),
      grouped(requests),
      [...new Set(counts.flatMap(({ effect }) => (effect === undefined ? [] : [effect])))].join(', '),
    ]),
    width,
  )

const figureColumns: ReadonlyArray<Column> = [
  { heading: 'Target', align: 'left' },
  { heading: 'records', align: 'right' },
  { heading: 'deleted', align: 'right' },
  { heading: 'absent', align: 'right' },
  { heading: 're\u00adjected', align: 'right' },
  { heading: 'un\u00adtouched', align: 'right' },
  { heading: 'uncon\u00adfirmed', align: 'right' },
  { heading: 'requests', align: 'right' },
  { heading: 'gone is', align: 'left' },
]

const reasonColumns: ReadonlyArray<Column> = [
  { heading: 'Target', align: 'left' },
  { heading: 'outcome', align: 'left' },
  { heading: 'records', align: 'right' },
  { heading: 'why', align: 'left' },
]

const reasonsOf = ({ name, counts }: TargetFile): ReadonlyArray<ReadonlyArray<string>> =>
  counts
    .filter(({ status }) => notGone.includes(status))
    .map(({ status, why, reason, records }) => [
      name,
      status,
      grouped(records),
      [why, reason?.code, reason?.message]
        .filter((text) => text !== undefined && text !== '')
        .map(onOneLine)
        .join(': '),
    ])

const lineOf = ({ outcome }: ReportRow): string => {
  const reason = 'reason' in outcome ? outcome.reason : undefined
  const why = 'why' in outcome ? [outcome.why] : []
  const said = [...why, ...(reason === undefined ? [] : [reason.code, reason.message])]
  return onOneLine([outcome.id, outcome.status, said.join(': ')].filter((text) => text !== '').join('  '))
}
