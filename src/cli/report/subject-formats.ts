import { stringify } from 'csv-stringify/sync'
import { documentOf, factsOf, tableOf as pageTable, section } from '../../pages/document.ts'
import { html } from '../../pages/html.ts'
import { subjectStates } from '../../subjects.ts'
import { asText } from '../ids/report-cells.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { type Column, tableOf } from '../terminal/table.ts'
import type { BySubject, SubjectRow } from './by-subject.ts'
import type { RunFile } from './run-file.ts'

/** One document, a subject a line. */
export function* subjectsJson({ rows }: BySubject): Generator<string> {
  yield '{"subjects":['
  let separator = '\n'
  for (const row of rows()) {
    yield separator + JSON.stringify(plain(row))
    separator = ',\n'
  }
  yield '\n]}\n'
}

/** A line for each subject. */
export function* subjectsNdjson({ rows }: BySubject): Generator<string> {
  for (const row of rows()) yield `${JSON.stringify(plain(row))}\n`
}

/** A row for each subject; what is left of it in one cell, as `target: id (why)`. */
export function* subjectsCsv({ rows }: BySubject): Generator<string> {
  yield line(['subject', 'state', 'records', 'left', 'what is left'])
  for (const { subject, state, records, left } of rows())
    yield line([subject, state, String(records), String(left.length), left.map(leftText).join('; ')])
}

const plain = ({ subject, state, left }: SubjectRow) => ({
  subject,
  state,
  left: left.map(({ target, outcome }) => ({ target, ...outcome })),
})

const line = (cells: ReadonlyArray<string>): string =>
  stringify([cells.map(asText)] as string[][], { record_delimiter: 'windows', quoted_match: /[\r\n;\t]/ })

const leftText = ({ target, outcome }: SubjectRow['left'][number]): string => {
  const why = 'why' in outcome ? outcome.why : 'reason' in outcome ? outcome.reason.code : ''
  return `${onOneLine(target)}: ${onOneLine(outcome.id)} (${outcome.status}${why === '' ? '' : `, ${onOneLine(why)}`})`
}

/** For people: how many there are of each kind, and the first of those that are half deleted or not begun. */
export const subjectsText = ({ totals, rows }: BySubject, width: number): string => {
  const head = [...subjectStates.map((state) => `${grouped(totals[state])} ${state}`)].join(', ')
  const shown: string[][] = []
  let more = 0
  for (const { subject, state, left } of rows()) {
    if (state !== 'half-deleted' && state !== 'not-begun') break
    if (shown.length === mostShown) {
      more = totals['half-deleted'] + totals['not-begun'] - mostShown
      break
    }
    const [first] = left
    const others = left.length > 1 ? `, and ${grouped(left.length - 1)} more` : ''
    shown.push([onOneLine(subject), state, first === undefined ? '' : `${leftText(first)}${others}`])
  }
  const table =
    shown.length === 0
      ? []
      : [
          '',
          ...tableOf(columns, shown, width),
          ...(more > 0 ? [`and ${counted(more, 'subject')} more: --format csv`] : []),
        ]
  return [head, ...table, ''].join('\n')
}

/** For people who would rather look: the figures, and those that are half deleted or not begun, up to a bound. */
export const subjectsPage = ({ totals, rows }: BySubject, { head }: RunFile): string => {
  const open: SubjectRow[] = []
  for (const row of rows()) {
    if (row.left.length === 0 || open.length === mostOnPage) break
    open.push(row)
  }
  const all = totals['half-deleted'] + totals['not-begun']
  return documentOf(`Subjects of a deletion: plan ${head.digest.slice(0, 16)}`, [
    factsOf([
      ['State', head.state],
      ['Plan', html`<code>${head.digest}</code>`],
    ]),
    section('totals', 'How far the subjects are', [
      pageTable(
        'Subjects',
        ['State', 'Subjects'],
        subjectStates.map((state) => [state, grouped(totals[state])]),
      ),
    ]),
    section('left', 'Subjects of which something is left', [
      open.length === 0
        ? html`<p class="note">There is none.</p>`
        : pageTable(
            open.length < all
              ? `The first ${grouped(open.length)} of ${grouped(all)}; the CSV report has all`
              : 'All of them',
            ['Subject', 'State', 'Left'],
            open.map(({ subject, state, left }) => [subject, state, leftShort(left)]),
          ),
    ]),
  ])
}

const leftShort = (left: SubjectRow['left']): string => {
  const shown = left.slice(0, 5).map(leftText).join('; ')
  return left.length > 5 ? `${shown}; and ${grouped(left.length - 5)} more` : shown
}

const mostOnPage = 500
const mostShown = 20

const columns: ReadonlyArray<Column<ReadonlyArray<string>>> = ['Subject', 'state', 'left'].map((heading, at) => [
  heading,
  'left',
  (row) => row[at] ?? '',
])
