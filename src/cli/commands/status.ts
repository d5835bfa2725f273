import type { Command } from 'commander'
import { openJournal } from '../../journal/index.ts'
import { readRunFile } from '../report/run-file.ts'
import { type Standing, standingOf } from '../report/standing.ts'
import { planLine } from '../report/table.ts'
import { counted, grouped, spanOf } from '../terminal/figures.ts'
import { widthOf } from '../terminal/output.ts'
import { type Column, tableOf, totalOf } from '../terminal/table.ts'

/** `expunge status run.db` */
export const addStatusCommand = (program: Command): void => {
  program
    .command('status')
    .description('Says where a run stands: read-only, also beside the process that carries it out.')
    .argument('<run.db>', 'the journal of the run')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  expunge status run.db\n  watch -n 5 expunge status run.db\n  expunge status run.db --json',
    )
    .action(status)
}

const status = (path: string, { json }: { readonly json?: true }): void => {
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const { head, targets } = readRunFile(journal)
    const standings = targets.map((target) => standingOf(target, Date.now()))
    const lines =
      json === true
        ? [JSON.stringify({ run: head, targets: standings })]
        : [planLine(head), '', ...tableOf(columns, standings, widthOf(process.stdout)), ...notesOn(standings)]
    process.stdout.write(`${lines.join('\n')}\n`)
  } finally {
    journal.close()
  }
}

const columns: ReadonlyArray<Column<Standing>> = [
  ['Target', 'left', ({ name }) => name],
  ['state', 'left', ({ state }) => state],
  ['settled', 'right', ({ settled }) => grouped(settled)],
  ['of', 'right', ({ records }) => grouped(records)],
  ['gone', 'right', ({ totals }) => grouped(totals.deleted + totals.absent)],
  totalOf('rejected'),
  totalOf('unconfirmed'),
  ['requests', 'right', ({ requests }) => grouped(requests)],
  ['records/s', 'right', ({ recordsPerSecond }) => (recordsPerSecond > 0 ? grouped(recordsPerSecond) : '')],
  ['time left', 'right', ({ leftMs }) => (leftMs === undefined ? '' : spanOf(leftMs))],
]

const notesOn = (standings: ReadonlyArray<Standing>): ReadonlyArray<string> => {
  const notes = standings.flatMap(({ name, state, detail, pause, inFlight, oldestMs }) => [
    ...(detail === undefined ? [] : [`${name}: ${state}: ${detail}`]),
    ...(pause === undefined ? [] : [`${name}: waits for another ${spanOf(pause.forMs)} (${pause.why})`]),
    ...(inFlight.records === 0
      ? []
      : [
          `${name}: ${counted(inFlight.records, 'record')} in flight` +
            `${inFlight.jobs === 0 ? '' : `, ${counted(inFlight.jobs, 'job')}`}` +
            `${oldestMs === undefined ? '' : `; the oldest was sent ${spanOf(oldestMs)} ago`}`,
        ]),
  ])
  return notes.length === 0 ? [] : ['', ...notes]
}
