import { existsSync, statSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { AskingFailedError, identifyPlace } from '../../index.ts'
import { JournalError, type JournalVerification, type OpenJournal, openJournal } from '../../journal/index.ts'
import { originOf } from '../plan/draft.ts'
import { demandIds, isoOf, type RunFile, readRunFile, type TargetFile } from '../report/run-file.ts'
import { verifiedText } from '../report/verify-bound.ts'
import { type Verified, type VerifySettings, verifyTarget } from '../report/verify-target.ts'
import { openProviders, type TargetProvider } from '../systems/provider.ts'
import { openActivity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodeOfReading } from '../terminal/exit-codes.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { type MessageOptions, openMessages } from '../terminal/messages.ts'
import { onOneLine, visible } from '../terminal/output.ts'
import { messageOptions } from './options.ts'

interface VerifyOptions {
  readonly sample?: number
  readonly all?: true
  readonly again?: true
  readonly control: ReadonlyArray<string>
  readonly json?: true
}

/** `expunge verify run.db` */
export const addVerifyCommand = (program: Command): void => {
  messageOptions(program.command('verify'))
    .description(
      'Reads back a random sample of what the run called gone, or all of it, and says how many could still be there. Sends ' +
        'no deletion. A reader that lists nothing now verifies nothing: records of the run that are not gone prove it, or --control.',
    )
    .argument('<run.db>', 'the journal of the run')
    .addOption(
      new Option('--sample <n>', `records of each target (default: ${defaultSample})`)
        .argParser(readSample)
        .conflicts('all'),
    )
    .option('--all', 'every record that was called gone')
    .option('--again', 'once more, as much as the last time: what came back since is marked as returned')
    .option('--control <id>', 'a record that exists, to prove the reader by; may be given more than once', collect, [])
    .option('--json', 'as JSON')
    .addHelpText('after', examples)
    .action(verify)
}

const defaultSample = 3_000

const examples = `
Examples:
  expunge verify run.db
  expunge verify run.db --all
  expunge verify run.db --again
  expunge verify run.db --sample 500 --control 7f3ad0c2-6f0f-4d0e-9a55-0d6f5a3d7c10

Ends with 0 where none was found, 1 where some are still there, 3 where it can't be told.`

const readSample = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number over 0.')
}

const collect = (id: string, before: ReadonlyArray<string>): ReadonlyArray<string> => [...before, id]

const verify = async (path: string, options: VerifyOptions & MessageOptions): Promise<void> => {
  const { sample, all, again = false, control, json } = options
  const messages = openMessages(options)
  const { journal, isRecorded } = openToRecord(path, messages.warn)
  let opened: ReadonlyArray<TargetProvider> = []
  const activity = openActivity(messages)
  const looked = new Map<string, string>()
  try {
    demandIds(journal)
    const run = readRunFile(journal)
    opened = await openProviders(run.targets.map(({ planned, name }) => [planned, originOf(run.plan, name)]))
    activity.at(() => `asks ${run.targets.map(({ name }) => name).join(', ')} where it is`)
    await Promise.all(run.targets.map((target, index) => demandPlace(target, opened[index] as TargetProvider)))
    activity.at(() => ['reads back', ...looked.values()].join(' '))
    const results = await Promise.all(
      run.targets.map(async (target, index) => {
        // Once more, as much as the last time, where nothing else is said.
        const last = again && sample === undefined ? target.verifications.at(-1) : undefined
        const most = all === true || last?.how === 'all' ? undefined : (sample ?? last?.read ?? defaultSample)
        const found = await verifyOne(run, target, opened[index] as TargetProvider, {
          controls: control,
          ...(most === undefined ? {} : { sample: Math.max(most, 1) }),
          onLook: (read, of) => looked.set(target.name, `${target.name}: ${grouped(read)} of ${grouped(of)}`),
          onRead: (read, of) => messages.info(`${target.name}: ${grouped(read)} of ${grouped(of)} read back`),
        })
        return { found, how: most === undefined ? 'all' : 'sample', before: target.verifications.at(-1) }
      }),
    )
    activity.end()
    for (const { found, how } of results) if (isRecorded) record(journal, found, how)
    const shown = results.map(({ found: { places, forms, ...result }, how }) => ({ ...result, how }))
    const lines = results.map(({ found, before }) => lineOf(found, again ? before : undefined))
    const text = json === true ? JSON.stringify({ recorded: isRecorded, targets: shown }) : lines.join('\n')
    process.stdout.write(`${visible(text)}\n`)
    process.exitCode = exitCodeOfReading(shown)
  } finally {
    activity.end()
    await Promise.all(opened.map(({ close }) => close()))
    journal.close()
  }
}

/** What is found goes on record, unless the file may not be written. Beside a run nothing is said of what goes on. */
const openToRecord = (
  path: string,
  warn: (message: string) => void,
): { readonly journal: OpenJournal; readonly isRecorded: boolean } => {
  const beside = `${path} is being run: verify it when that has ended`
  // Whoever takes the right to write away means it, also where the system lets an administrator do everything.
  const mayWrite = existsSync(path) && (statSync(path).mode & 0o222) !== 0
  try {
    if (mayWrite) return { journal: openJournal(path, { onWarning: warn }), isRecorded: true }
  } catch (cause) {
    if (!(cause instanceof JournalError)) throw cause
    if (cause.code === 'in-use') throw new CommandError(beside, undefined, cause)
    if (cause.code !== 'read-only') throw cause
  }
  const journal = openJournal(path, { readOnly: true })
  if (journal.isInUse()) {
    journal.close()
    throw new CommandError(beside)
  }
  warn(`${path} may not be written: what is found is shown, and nothing was recorded`)
  return { journal, isRecorded: false }
}

const record = (
  journal: OpenJournal,
  { name, gone, read, present, mostRemaining, cannot, places, forms }: Verified,
  how: string,
): void => {
  if (gone === 0) return
  journal.target(name).verified(
    {
      at: Date.now(),
      how,
      gone,
      read,
      present,
      ...(mostRemaining !== undefined && { mostRemaining }),
      ...(forms.length > 0 && { proof: forms.join(', ') }),
      ...(cannot !== undefined && { cannot }),
    },
    places.told,
    places.there,
  )
}

/** The same ids elsewhere are other records: that none of them is there would prove nothing. */
const demandPlace = async ({ name, place }: TargetFile, { provider }: TargetProvider): Promise<void> => {
  const now = await identifyPlace(provider).catch((cause: unknown) => {
    if (!(cause instanceof AskingFailedError)) throw cause
    throw new CommandError(`${name}: ${provider.name} can't say where it is: ${cause.message}`, undefined, cause)
  })
  if (now.key === place.key) return
  throw new CommandError(`${name}: the plan is for ${place.label}, and this is ${now.label}: nothing was read`)
}

const verifyOne = async (
  { plan }: RunFile,
  target: TargetFile,
  { provider }: TargetProvider,
  how: Omit<VerifySettings, 'options'>,
): Promise<Verified> => {
  const { verify: _, ...pace } = target.planned.pace
  const options = { ...pace, ...(plan.rate === undefined ? {} : { rate: plan.rate }) }
  try {
    return await verifyTarget(target, provider, { ...how, options })
  } catch (cause) {
    if (!(cause instanceof AskingFailedError)) throw cause
    const { deleted, absent } = target.totals
    const { message } = cause
    const nothing = { read: 0, present: 0, presentIds: [], places: { told: [], there: [] }, forms: [] }
    return { name: target.name, gone: deleted + absent, ...nothing, cannot: message }
  }
}

/** `max: 0 of 3,000: up to 72 of 72,000 could remain, 95 % sure`; and what an earlier one has found. */
const lineOf = (verified: Verified, before: JournalVerification | undefined): string => {
  const { name, gone, read, present, presentIds, cannot } = verified
  const last = before === undefined ? '' : `; on ${isoOf(before.at)}: ${verifiedText(before)}`
  const word = before === undefined ? 'still there' : 'returned'
  if (cannot !== undefined)
    return `${name}: cannot verify: ${cannot}${last}${presentIds.length > 0 ? thereText(verified, word) : ''}`
  if (gone === 0) return `${name}: nothing was called gone`
  const found = `${name}: ${grouped(present)} of ${grouped(read)}`
  const bound = `up to ${grouped(verified.mostRemaining ?? gone)} of ${grouped(gone)} could remain, 95 % sure`
  const conclusion = read < gone ? bound : present === 0 ? 'all were read, none remains' : 'all were read'
  return `${found}: ${conclusion}${last}${present === 0 ? '' : thereText(verified, word)}`
}

const thereText = ({ present, presentIds }: Verified, word: string): string => {
  const more = present - presentIds.length
  const lines = presentIds.map((id) => `\n  ${word}: ${onOneLine(id)}`)
  return `${lines.join('')}${more > 0 ? `\n  and ${counted(more, 'other')}` : ''}`
}
