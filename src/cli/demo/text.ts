import type { Reason, Report } from '../../index.ts'
import { counted, grouped, secondsOf } from '../terminal/figures.ts'
import { type Column, goneIs, type Outcomes, outcomeColumns, tableOf } from '../terminal/table.ts'
import type { Audit } from './audit.ts'
import type { DemoSystem } from './systems.ts'

/** A system, the report of the run there, and what the two say when held against each other. */
export interface DemoResult {
  readonly system: DemoSystem
  readonly report: Report
  readonly audit: Audit
}

/** What the demo is about to do, and what it has put in the way. */
export const introductionOf = (systems: ReadonlyArray<DemoSystem>): string => {
  const sum = (figure: (system: DemoSystem) => number): string => grouped(total(systems.map(figure)))
  return (
    `Deletes ${sum(({ ids }) => ids.length)} records from ${systems.length} systems at once, emulated on this machine. Among them ` +
    `${sum(({ refused }) => refused)} that are refused and ${sum(({ missing }) => missing)} that never existed; ` +
    'and on the way one throttle and one answer that is lost after its work was done.'
  )
}

/** A row for each system. */
export const resultTable = (results: ReadonlyArray<DemoResult>, width: number): ReadonlyArray<string> =>
  tableOf(
    columns,
    results.map(({ system, report }) => ({ ...report, name: system.name, records: report.outcomes.length })),
    width,
  )

const columns: ReadonlyArray<Column<Report & Outcomes & Pick<DemoSystem, 'name'>>> = [
  ['System', 'left', ({ name }) => name],
  ...outcomeColumns,
  ['seconds', 'right', ({ startedAt, endedAt }) => secondsOf(Date.parse(endedAt) - Date.parse(startedAt))],
  goneIs(({ outcomes }) => outcomes.map((outcome) => ('effect' in outcome ? outcome.effect : undefined))),
]

/** What the words of the table don't say by themselves. */
export const notesOn = (results: ReadonlyArray<DemoResult>): ReadonlyArray<string> => {
  const readBack = results.flatMap(({ system, report }) => {
    const count = report.outcomes.filter(
      (outcome) => outcome.status === 'deleted' && outcome.evidence === 'read-back',
    ).length
    return count === 0 ? [] : [`${grouped(count)} in ${system.name}`]
  })
  const kinds = 'Gone is: erased for good; marked by the system; unknown, where a setting of the system decides.'
  if (readBack.length === 0) return [kinds]
  return [
    kinds,
    `Known by reading back only, after a lost answer or a job that tells no more than counts: ${readBack.join(', ')}. ` +
      'They are gone; the report does not say by whom, and some may never have been there.',
  ]
}

/** How many records were rejected, by system and reason. */
export const rejectionsIn = (results: ReadonlyArray<DemoResult>): ReadonlyArray<string> =>
  results.flatMap(({ system, report }) => {
    const reasons = new Map<string, number>()
    for (const outcome of report.outcomes) {
      if (outcome.status !== 'rejected') continue
      const reason = wordsOf(outcome.reason).replaceAll(outcome.id, '<id>')
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    return [...reasons].map(([reason, count]) => `${system.name}: ${grouped(count)} × ${reason}`)
  })

const wordsOf = ({ code, message }: Reason): string => (code.endsWith(message) ? code : `${message} (${code})`)

/** What was held against the ledgers of the systems. */
export const comparisonOf = (results: ReadonlyArray<DemoResult>): string => {
  const sum = (figure: (result: DemoResult) => number): string => grouped(total(results.map(figure)))
  return (
    'Held against what the systems really did, record by record: ' +
    `whether it is gone, for ${sum(({ audit }) => audit.compared)} records; ` +
    `whether this run did it, for the ${sum(({ audit }) => audit.attributed)} of which the report says so; ` +
    `and whether ${sum(({ system }) => system.bystanders.length)} others, not handed in, are still there.`
  )
}

/** Whatever should not be: a line for each run that halted and for each difference, up to 20. */
export const complaintsAbout = (results: ReadonlyArray<DemoResult>): ReadonlyArray<string> => {
  const lines = results.flatMap(({ system: { name }, report: { halted }, audit: { differences } }) => [
    ...(halted === undefined ? [] : [`${name} halted: ${halted.detail}`]),
    ...differences.map(({ about, reported, really }) => `${name}, ${about}: reported ${reported}; really ${really}`),
  ])
  const more = lines.length - mostShown
  return [...lines.slice(0, mostShown), ...(more > 0 ? [`and ${grouped(more)} more`] : [])]
}

const mostShown = 20

/** The last line. */
export const verdictOf = (results: ReadonlyArray<DemoResult>): { readonly right: boolean; readonly text: string } => {
  const differences = total(results.map(({ audit }) => audit.differences.length))
  const unconfirmed = total(results.map(({ audit }) => audit.unconfirmed))
  if (differences > 0) return { right: false, text: `WRONG: ${counted(differences, 'difference')}.` }
  if (results.some(({ report }) => report.halted !== undefined))
    return { right: false, text: 'WRONG: not all was done.' }
  const rest = unconfirmed > 0 ? ` Of ${counted(unconfirmed, 'record')} it claims nothing.` : ''
  return { right: true, text: `RIGHT: no difference, the report is true.${rest}` }
}

const total = (figures: ReadonlyArray<number>): number => figures.reduce((sum, figure) => sum + figure, 0)
