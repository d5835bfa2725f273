import type { Command } from 'commander'
import type { Totals } from '../../index.ts'
import { type OpenJournal, openJournal } from '../../journal/index.ts'
import { type Accepted, acceptedIn } from '../plan/accepted.ts'
import { kept } from '../plan/run-plan.ts'
import { type RunFile, readRunFile } from '../report/run-file.ts'
import { type Standing, standingOf } from '../report/standing.ts'
import { steeringLines } from '../report/steering.ts'
import { planLine } from '../report/table.ts'
import { type WaitNow, waitSentence } from '../run/waiting-text.ts'
import { exitCodeOf, exitCodes, type TargetEnd } from '../terminal/exit-codes.ts'
import { counted, grouped, spanOf } from '../terminal/figures.ts'
import { visible, widthOf } from '../terminal/output.ts'
import { type Column, tableOf, totalOf } from '../terminal/table.ts'
import { acceptOption } from './options.ts'

/** `expunge status run.db` */
export const addStatusCommand = (program: Command): void => {
  program
    .command('status')
    .description('Says where a run stands: read-only, also beside the process that carries it out.')
    .argument('<run.db>', 'the journal of the run')
    .option('--json', 'as JSON')
    .option('--exit-code', 'ends with the code that the run has come to, as "run" and "resume" do')
    .addOption(acceptOption().implies({ exitCode: true }))
    .addHelpText(
      'after',
      '\nExamples:\n  expunge status run.db\n  watch -n 5 expunge status run.db\n  expunge status run.db --json',
    )
    .action(status)
}

interface StatusOptions {
  readonly json?: true
  readonly exitCode?: boolean
  readonly accept?: Accepted
}

const status = (path: string, { json, exitCode, accept }: StatusOptions): void => {
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const run = readRunFile(journal)
    const { head, targets } = run
    const controls = journal.controls()
    const standings = targets.map((target) => standingOf(target, Date.now(), controls))
    const lines =
      json === true
        ? [JSON.stringify({ run: head, targets: standings })]
        : [planLine(head), '', ...tableOf(columns, withSum(standings), widthOf(process.stdout)), ...notesOn(standings)]
    process.stdout.write(`${visible(lines.join('\n'))}\n`)
    if (exitCode === true) process.exitCode = exitCodeSoFar(run, journal, accept)
  } finally {
    journal.close()
  }
}

/** Of what is on record: what a run that goes on has not come to, or has in flight, counts as it would if it ended now. */
const exitCodeSoFar = ({ targets }: RunFile, journal: OpenJournal, accept: Accepted | undefined): number => {
  const ends = targets.map(({ journal: target, planned, state }): TargetEnd => {
    const { settled, waiting } = target.live()
    return {
      state: state === 'halted' || state === 'blocked' ? state : state === 'ended' ? 'ended' : 'stopped',
      journalFailed: false,
      records: planned.records,
      settled: target.totals() as Totals,
      inFlight: planned.records - settled - waiting,
      accepted: acceptedIn(target, accept),
    }
  })
  const last = kept(journal, 'status')
  const isOutOfTime = last?.exitCode === exitCodes.outOfTime && last.state === 'stopped'
  return exitCodeOf(ends, isOutOfTime ? 'clock' : undefined)
}

/** A run that somebody holds goes on, and sends nothing. */
const stateText = ({ state, steering }: Line): string =>
  state === 'running' && steering?.paused !== undefined ? 'paused' : state

/** What the line for all of them needs. */
type Line = Omit<Standing, 'state' | 'place'> & { readonly state: Standing['state'] | '' }

const withSum = (standings: ReadonlyArray<Standing>): ReadonlyArray<Line> => {
  if (standings.length < 2) return standings
  const sum = (figure: (standing: Standing) => number): number =>
    standings.reduce((total, standing) => total + figure(standing), 0)
  const all: Line = {
    name: 'all',
    state: '',
    records: sum(({ records }) => records),
    settled: sum(({ settled }) => settled),
    waiting: sum(({ waiting }) => waiting),
    totals: {
      deleted: sum(({ totals }) => totals.deleted),
      absent: sum(({ totals }) => totals.absent),
      rejected: sum(({ totals }) => totals.rejected),
      untouched: sum(({ totals }) => totals.untouched),
      unconfirmed: sum(({ totals }) => totals.unconfirmed),
    },
    requests: sum(({ requests }) => requests),
    recordsPerSecond: 0,
    inFlight: {
      batches: sum(({ inFlight }) => inFlight.batches),
      jobs: sum(({ inFlight }) => inFlight.jobs),
      records: sum(({ inFlight }) => inFlight.records),
    },
  }
  return [...standings, all]
}

const columns: ReadonlyArray<Column<Line>> = [
  ['Target', 'left', ({ name }) => name],
  ['state', 'left', stateText],
  ['settled', 'right', ({ settled }) => grouped(settled)],
  ['of', 'right', ({ records }) => grouped(records)],
  ['gone', 'right', ({ totals }) => grouped(totals.deleted + totals.absent)],
  totalOf('rejected'),
  totalOf('unconfirmed'),
  ['in flight', 'right', ({ inFlight }) => grouped(inFlight.records)],
  ['requests', 'right', ({ requests }) => grouped(requests)],
  ['records/s', 'right', ({ recordsPerSecond }) => (recordsPerSecond > 0 ? grouped(recordsPerSecond) : '')],
  ['time left', 'right', ({ leftMs }) => (leftMs === undefined ? '' : spanOf(leftMs))],
]

const notesOn = (standings: ReadonlyArray<Standing>): ReadonlyArray<string> => {
  const notes = standings.flatMap(({ name, state, detail, pause, inFlight, oldestMs, waits = [], after, steering }) => [
    ...(after === undefined ? [] : [`${name}: waits until ${after.join(' and ')} is wholly gone`]),
    ...(steering === undefined ? [] : steeringLines(name, steering)),
    ...waits.flatMap((wait) => waitLine(name, wait)),
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

/** The pause of a backend has a line of its own, and so has one of a person. */
const waitLine = (name: string, wait: WaitNow): ReadonlyArray<string> =>
  ['throttled', 'unavailable', 'unreachable', 'paused'].includes(wait.why) ? [] : [`${name}: ${waitSentence(wait)}`]
