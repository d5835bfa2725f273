import { type Command, InvalidArgumentError, Option } from 'commander'
import { AskingFailedError, identifyPlace } from '../../index.ts'
import { openJournal } from '../../journal/index.ts'
import { originOf } from '../plan/draft.ts'
import { demandIds, type RunFile, readRunFile, type TargetFile } from '../report/run-file.ts'
import { type Verified, type VerifySettings, verifyTarget } from '../report/verify-target.ts'
import { openProviders, type TargetProvider } from '../systems/provider.ts'
import { openActivity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodeOfReading } from '../terminal/exit-codes.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { type MessageOptions, openMessages } from '../terminal/messages.ts'
import { onOneLine } from '../terminal/output.ts'
import { messageOptions } from './options.ts'

interface VerifyOptions {
  readonly sample?: number
  readonly all?: true
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
  expunge verify run.db --sample 500 --control 7f3ad0c2-6f0f-4d0e-9a55-0d6f5a3d7c10

Ends with 0 where none was found, 1 where some are still there, 3 where it can't be told.`

const readSample = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number over 0.')
}

const collect = (id: string, before: ReadonlyArray<string>): ReadonlyArray<string> => [...before, id]

const verify = async (path: string, options: VerifyOptions & MessageOptions): Promise<void> => {
  const { sample = defaultSample, all, control, json } = options
  const messages = openMessages(options)
  const journal = openJournal(path, { readOnly: true })
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
      run.targets.map((target, index) =>
        verifyOne(run, target, opened[index] as TargetProvider, {
          controls: control,
          ...(all === true ? {} : { sample }),
          onLook: (read, most) => looked.set(target.name, `${target.name}: ${grouped(read)} of ${grouped(most)}`),
          onRead: (read, most) => messages.info(`${target.name}: ${grouped(read)} of ${grouped(most)} read back`),
        }),
      ),
    )
    activity.end()
    process.stdout.write(
      json === true ? `${JSON.stringify({ targets: results })}\n` : `${results.map(lineOf).join('\n')}\n`,
    )
    process.exitCode = exitCodeOfReading(results)
  } finally {
    activity.end()
    await Promise.all(opened.map(({ close }) => close()))
    journal.close()
  }
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
    return { name: target.name, gone: deleted + absent, read: 0, present: 0, presentIds: [], cannot: message }
  }
}

/** `max: 0 of 3,000: up to 72 of 72,000 could remain, 95 % sure` */
const lineOf = (verified: Verified): string => {
  const { name, gone, read, present, presentIds, cannot } = verified
  if (cannot !== undefined)
    return `${name}: cannot verify: ${cannot}${presentIds.length > 0 ? stillThere(verified) : ''}`
  if (gone === 0) return `${name}: nothing was called gone`
  const found = `${name}: ${grouped(present)} of ${grouped(read)}`
  const bound = `up to ${grouped(verified.mostRemaining ?? gone)} of ${grouped(gone)} could remain, 95 % sure`
  const conclusion = read < gone ? bound : present === 0 ? 'all were read, none remains' : 'all were read'
  return `${found}: ${conclusion}${present === 0 ? '' : stillThere(verified)}`
}

const stillThere = ({ present, presentIds }: Verified): string => {
  const more = present - presentIds.length
  const lines = presentIds.map((id) => `\n  still there: ${onOneLine(id)}`)
  return `${lines.join('')}${more > 0 ? `\n  and ${counted(more, 'other')}` : ''}`
}
