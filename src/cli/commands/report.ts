import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Status } from '../../index.ts'
import { openJournal } from '../../journal/index.ts'
import { csvOf } from '../report/csv.ts'
import { jsonOf, ndjsonOf } from '../report/json.ts'
import { type RunFile, readRunFile, type TargetFile } from '../report/run-file.ts'
import { tableReport } from '../report/table.ts'
import { type Taker, toFile, toOutput } from '../report/write.ts'
import { CommandError } from '../terminal/command-error.ts'
import { widthOf } from '../terminal/output.ts'
import { statusesOption } from './options.ts'

type Format = 'table' | 'json' | 'csv' | 'ndjson'

interface ReportOptions {
  readonly format?: Format
  readonly status?: ReadonlyArray<Status>
  readonly output?: string
  readonly split?: string
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
    .addOption(new Option('-o, --output <file>', 'writes a file that only you may read').conflicts('split'))
    .option('--split <dir>', 'writes a file for each target into a folder; default format csv')
    .addHelpText('after', examples)
    .action(report)
}

const formats: ReadonlyArray<Format> = ['table', 'json', 'csv', 'ndjson']

const examples = `
Examples:
  expunge report run.db
  expunge report run.db --status rejected,unconfirmed
  expunge report run.db -o report.csv
  expunge report run.db --format csv --split reports/
  expunge report run.db --format ndjson | jq -r 'select(.status == "rejected") | .id'`

const report = async (path: string, options: ReportOptions): Promise<void> => {
  const { status, output, split } = options
  const format = options.format ?? formatOf(output, split)
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const run = readRunFile(journal)
    if (split !== undefined) return await writeEach(run, split, format, status)
    const write: Taker = output === undefined ? toOutput(process.stdout) : toFile(output)
    const width = output === undefined ? widthOf(process.stdout) : Number.POSITIVE_INFINITY
    await write(piecesOf(run, run.targets, format, status, width))
  } finally {
    journal.close()
  }
}

const formatOf = (output: string | undefined, split: string | undefined): Format => {
  const named = formats.find((format) => output?.toLowerCase().endsWith(`.${format}`))
  return named ?? (split === undefined ? 'table' : 'csv')
}

const piecesOf = (
  run: RunFile,
  targets: ReadonlyArray<TargetFile>,
  format: Format,
  status: ReadonlyArray<Status> | undefined,
  width: number,
): Iterable<string> => {
  if (format === 'json') return jsonOf(run, targets, status)
  if (format === 'ndjson') return ndjsonOf(targets, status)
  if (format === 'csv') return csvOf(targets, status)
  return tableReport(run, targets, status, width)
}

const writeEach = async (
  run: RunFile,
  folder: string,
  format: Format,
  status: ReadonlyArray<Status> | undefined,
): Promise<void> => {
  const names = run.targets.map(({ name }) => `${fileNameOf(name)}.${format === 'table' ? 'txt' : format}`)
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    throw new CommandError('two targets would share a file: write one report with -o')
  }
  await mkdir(folder, { recursive: true })
  for (const [index, target] of run.targets.entries()) {
    const path = join(folder, names[index] ?? '')
    await toFile(path)(piecesOf(run, [target], format, status, Number.POSITIVE_INFINITY))
    process.stderr.write(`${path}\n`)
  }
}

/** A target may be called anything; a file may not. */
const fileNameOf = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\.+/, '_')
