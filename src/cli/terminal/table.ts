/** Words to the left, figures to the right. A heading may be broken at a soft hyphen (U+00AD) where space is scarce. */
export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
}

/** Lines of aligned text, a blank-free table: headings, then a line for each row. Narrower, where `width` asks for it. */
export const tableOf = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width = Number.POSITIVE_INFINITY,
): ReadonlyArray<string> => {
  const whole = layOut(columns, [columns.map(({ heading }) => heading.replaceAll(softHyphen, ''))], rows, 2)
  const fits = whole.every((line) => line.length <= width)
  return fits ? whole : layOut(columns, brokenHeadings(columns), rows, 1)
}

const softHyphen = '\u00ad'

const layOut = (
  columns: ReadonlyArray<Column>,
  headings: ReadonlyArray<ReadonlyArray<string>>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  gap: number,
): ReadonlyArray<string> => {
  const lines = [...headings, ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  const cell = (text: string, index: number): string =>
    columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0)
  return lines.map((line) => line.map(cell).join(' '.repeat(gap)).trimEnd())
}

/** As many lines of headings as the most broken one needs; the others stand on the last. */
const brokenHeadings = (columns: ReadonlyArray<Column>): ReadonlyArray<ReadonlyArray<string>> => {
  const parts = columns.map(({ heading }) => heading.replaceAll(softHyphen, `-${softHyphen}`).split(softHyphen))
  const height = Math.max(...parts.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) => parts.map((lines) => lines[row - (height - lines.length)] ?? ''))
}
