import { existsSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Status } from '../../index.ts'
import { type OpenJournal, openJournal } from '../../journal/index.ts'
import { filesOf } from '../plan/files.ts'
import { type BySubject, bySubject } from '../report/by-subject.ts'
import { csvOf } from '../report/csv.ts'
import { jsonOf, ndjsonOf } from '../report/json.ts'
import { reportPage } from '../report/page.ts'
import { type RunFile, readRunFile, type TargetFile } from '../report/run-file.ts'
import { subjectsCsv, subjectsJson, subjectsNdjson, subjectsPage, subjectsText } from '../report/subject-formats.ts'
import { tableReport } from '../report/table.ts'
import { takerOf } from '../report/write.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { visible, widthOf } from '../terminal/output.ts'
import { type Destination, destinationOf, type OutputRules } from '../terminal/output-file.ts'
import { forceOption, statusesOption } from './options.ts'

type Format = 'table' | 'json' | 'csv' | 'ndjson' | 'html'

interface ReportOptions {
  readonly format?: Format
  readonly status?: ReadonlyArray<Status>
  readonly output?: string
  readonly split?: string
  readonly force?: true
  readonly by?: 'subject'
}

/** `expunge report run.db` */
export const addReportCommand = (program: Command): void => {
  program
    .command('report')
    .description('Says for every record what became of it: as a table for people, as JSON, CSV or NDJSON for programs.')
    .argument('<run.db>', 'the journal of the run')
    .addOption(
      new Option('--format <format>', 'default: what the name of the output file says, else table').choices(formats),
    )
    .addOption(statusesOption('only records with these outcomes'))
    .addOption(
      new Option('-o, --output <file>', 'writes a file that only you may read; - is standard output').conflicts(
        'split',
      ),
    )
    .option('--split <dir>', 'writes a file for each target into a folder; default format csv')
    .addOption(
      new Option('--by <what>', 'a row for each subject, and how far it is: those that are half deleted come first')
        .choices(['subject'])
        .conflicts(['status', 'split']),
    )
    .addOption(forceOption())
    .addHelpText('after', examples)
    .action(report)
}

const formats: ReadonlyArray<Format> = ['table', 'json', 'csv', 'ndjson', 'html']

const examples = `
Examples:
  expunge report run.db
  expunge report run.db --status rejected,unconfirmed
  expunge report run.db -o report.csv
  expunge report run.db --format csv --split reports/
  expunge report run.db --by subject
  expunge report run.db --format ndjson | jq -r 'select(.status == "rejected") | .id'`

const report = async (path: string, options: ReportOptions): Promise<void> => {
  const { status, output, split, force = false } = options
  const format = formatOf(options)
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const run = readRunFile(journal)
    const keep = filesOf(path, run.plan)
    if (split !== undefined)
      return await writeEach(run, journal, split, format, status, { option: '--split', keep, force })
    const to: Destination =
      output === undefined ? { kind: 'stdout' } : destinationOf(output, { option: '-o', keep, force })
    const width = to.kind === 'stdout' ? widthOf(process.stdout) : Number.POSITIVE_INFINITY
    if (options.by === 'subject') {
      const subjects = bySubject(journal, run)
      await takerOf(to)(subjectPieces(subjects, run, format, width))
      if (subjects.totals['half-deleted'] > 0) process.exitCode = exitCodes.notGone
      return
    }
    await takerOf(to)(piecesOf(run, journal, run.targets, format, status, width))
  } finally {
    journal.close()
  }
}

/** What `--format` says, or else the ending of the file's name. They may not contradict each other. */
const formatOf = ({ format, output, split }: ReportOptions): Format => {
  if (output === undefined || output === '-' || /^\/(?:dev|proc)\//.test(output))
    return format ?? (split === undefined ? 'table' : 'csv')
  const [, ending] = /\.(\p{L}[\p{L}\p{N}]*)$/u.exec(basename(output)) ?? []
  if (ending === undefined) return format ?? 'table'
  const named = endings.get(ending.toLowerCase())
  if (named === undefined) {
    const known = [...endings.keys()].map((each) => `.${each}`).join(', ')
    throw new CommandError(`-o ${output}: there is no format for .${ending}; there are ${known}`)
  }
  if (format !== undefined && format !== named)
    throw new CommandError(`-o ${output}: .${ending} says ${named}, and --format ${format}`)
  return named
}

const endings: ReadonlyMap<string, Format> = new Map([
  ['csv', 'csv'],
  ['json', 'json'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['txt', 'table'],
  ['table', 'table'],
  ['html', 'html'],
  ['htm', 'html'],
])

const piecesOf = (
  run: RunFile,
  journal: OpenJournal,
  targets: ReadonlyArray<TargetFile>,
  format: Format,
  status: ReadonlyArray<Status> | undefined,
  width: number,
): Iterable<string> => {
  if (format === 'html') return [reportPage(run, targets, journal)]
  // As ids it is read back as it was: what is in its cells stays.
  if (format === 'csv') return csvOf(run, targets, status)
  if (format === 'json') return eachVisible(jsonOf(run, targets, status))
  return eachVisible(format === 'ndjson' ? ndjsonOf(targets, status) : tableReport(run, targets, status, width))
}

function* eachVisible(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield visible(piece)
}

const subjectPieces = (subjects: BySubject, run: RunFile, format: Format, width: number): Iterable<string> => {
  if (format === 'html') return [subjectsPage(subjects, run)]
  if (format === 'json') return subjectsJson(subjects)
  if (format === 'ndjson') return subjectsNdjson(subjects)
  if (format === 'csv') return subjectsCsv(subjects)
  return [subjectsText(subjects, width)]
}

const writeEach = async (
  run: RunFile,
  journal: OpenJournal,
  folder: string,
  format: Format,
  status: ReadonlyArray<Status> | undefined,
  rules: OutputRules,
): Promise<void> => {
  if (folder === '-') throw new CommandError('--split writes files: name a folder')
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new CommandError(`--split ${folder}: this is no folder`)
  const names = run.targets.map(({ name }) => `${fileNameOf(name)}.${format === 'table' ? 'txt' : format}`)
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    throw new CommandError('two targets would share a file: write one report with -o')
  }
  await mkdir(folder, { recursive: true })
  // All of them before the first is written: half a set of reports is none.
  const files = run.targets.map((target, index) => {
    const path = join(folder, names[index] ?? '')
    return { target, path, to: destinationOf(path, rules) }
  })
  for (const { target, path, to } of files) {
    await takerOf(to)(piecesOf(run, journal, [target], format, status, Number.POSITIVE_INFINITY))
    process.stderr.write(`${visible(path)}\n`)
  }
}

/** A target may be called anything; a file may not. */
const fileNameOf = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\.+/, '_')
