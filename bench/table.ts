/** A table of a measure; `unit` and ratio are in the heads and cells already. */
export interface Table {
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** Markdown: the first column to the left, figures to the right. */
export const markdown = ({ head, rows }: Table): string => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

export const median = (figures: ReadonlyArray<number>): number => {
  const sorted = figures.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** `1,000,000` */
export const whole = (figure: number): string => Math.round(figure).toLocaleString('en-US')

export const fixed = (figure: number, digits = 2): string => figure.toFixed(digits)

export const times = (ratio: number, digits = 2): string => `${ratio.toFixed(digits)} ×`

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
