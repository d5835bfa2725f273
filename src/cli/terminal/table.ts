import type { Status, Totals } from '../../index.ts'
import { grouped } from './figures.ts'

/** Words stand to the left, figures to the right. A heading may be broken at a soft hyphen (U+00AD) where space is scarce. */
export type Column<Row> = readonly [heading: string, align: 'left' | 'right', cell: (row: Row) => string]

/** How many records ended so. */
export const totalOf = (status: Status): Column<{ readonly totals: Totals }> => [
  statusHeadings[status],
  'right',
  ({ totals }) => grouped(totals[status]),
]

const statusHeadings: Readonly<Record<Status, string>> = {
  deleted: 'deleted',
  absent: 'absent',
  rejected: 're\u00adjected',
  untouched: 'un\u00adtouched',
  unconfirmed: 'uncon\u00adfirmed',
}

/** What a run has come to, in figures. */
export interface Outcomes {
  readonly records: number
  readonly totals: Totals
  readonly requests: number
}

export const outcomeColumns: ReadonlyArray<Column<Outcomes>> = [
  ['records', 'right', ({ records }) => grouped(records)],
  ...(Object.keys(statusHeadings) as ReadonlyArray<Status>).map(totalOf),
  ['requests', 'right', ({ requests }) => grouped(requests)],
]

/** What kinds of gone there are, each once. */
export const goneIs = <Row>(effectsOf: (row: Row) => ReadonlyArray<string | undefined>): Column<Row> => [
  'gone is',
  'left',
  (row) => [...new Set(effectsOf(row).filter((effect) => effect !== undefined))].join(', '),
]

/** Lines of aligned text, a blank-free table: headings, then a line for each row. Narrower, where `width` asks for it. */
export const tableOf = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>,
  width = Number.POSITIVE_INFINITY,
): ReadonlyArray<string> => {
  const cells = rows.map((row) => columns.map(([, , cell]) => cell(row)))
  const headings = columns.map(([heading]) => heading)
  const aligns = columns.map(([, align]) => align)
  const whole = layOut(aligns, [headings.map((heading) => heading.replaceAll(softHyphen, '')), ...cells], 2)
  const fits = whole.every((line) => line.length <= width)
  return fits ? whole : layOut(aligns, [...broken(headings), ...cells], 1)
}

const softHyphen = '\u00ad'

const layOut = (
  aligns: ReadonlyArray<'left' | 'right'>,
  lines: ReadonlyArray<ReadonlyArray<string>>,
  gap: number,
): ReadonlyArray<string> => {
  const widths = aligns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  const cell = (text: string, index: number): string =>
    aligns[index] === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)
  return lines.map((line) => line.map(cell).join(' '.repeat(gap)).trimEnd())
}

/** As many lines of headings as the most broken one needs; the others stand on the last. */
const broken = (headings: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const parts = headings.map((heading) => heading.replaceAll(softHyphen, `-${softHyphen}`).split(softHyphen))
  const height = Math.max(...parts.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) => parts.map((lines) => lines[row - (height - lines.length)] ?? ''))
}
