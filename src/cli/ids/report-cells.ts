/** The columns that a report adds, last in each row. By them a CSV file is known for a report of ours. */
export const reportColumns = [
  'outcome',
  'effect',
  'reason_code',
  'reason',
  'evidence',
  'attempts',
  'request_id',
  'settled_at',
] as const

/** Columns that stand behind these where there is something to say. */
export const reportExtras: ReadonlyArray<string> = ['hold', 'approvals', 'verified_at', 'returned']

/**
 * A spreadsheet runs a cell as a formula that begins with one of these. It may take semicolons, tabs or line breaks for the
 * ends of cells, whatever quotes stand around them; so what comes after one of those counts as a cell of its own.
 */
const formula = String.raw`(?<=^|[;\t\r\n])QUOTE(?=['"]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])`
const begins = new RegExp(formula.replace('QUOTE', ''), 'g')
const escapedBegins = new RegExp(formula.replace('QUOTE', "'"), 'g')

/** An apostrophe in front makes text of it; each one that is put in can be told from those that were there. */
export const asText = (cell: string): string => cell.replace(begins, "'")

/** What `asText` was given. */
const fromText = (cell: string): string => cell.replace(escapedBegins, '')

/** Rows as they were before a report was made of them; those of other files as they are. The first row decides. */
export const openRows = (): ((row: ReadonlyArray<string>) => ReadonlyArray<string>) => {
  let isReport: boolean | undefined
  return (row) => {
    isReport ??= isHead(row)
    return isReport ? row.map(fromText) : row
  }
}

const isHead = (row: ReadonlyArray<string>): boolean => {
  const end = row.findLastIndex((name) => !reportExtras.includes(name)) + 1
  const ours = row.slice(Math.max(0, end - reportColumns.length), end)
  return reportColumns.every((name, index) => ours[index] === name)
}
