import type { Command } from 'commander'
import { type AskedControl, type Control, openJournal, requestControl } from '../../journal/index.ts'
import { planOf } from '../plan/run-plan.ts'
import { controlText } from '../report/steering.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type MessageOptions, openMessages } from '../terminal/messages.ts'
import { momentForms } from '../terminal/moment.ts'
import { nearest } from '../terminal/nearest.ts'
import { messageOptions, readMoment, readRps, readShare, readWhole } from './options.ts'

interface SteerOptions extends MessageOptions {
  readonly target?: string
  readonly json?: boolean
}

interface RateOptions extends SteerOptions {
  readonly share?: number
  readonly rps?: number
  readonly concurrency?: number
  readonly until?: number
  readonly reset?: boolean
}

/** `expunge pause run.db` */
export const addPauseCommand = (program: Command): void => {
  const description = 'Sends no more deletions until "expunge continue"; what is in flight is settled meanwhile.'
  add(program, 'pause', description, () => ({ what: 'pause' }))
}

/** `expunge continue run.db` */
export const addContinueCommand = (program: Command): void => {
  add(program, 'continue', 'Ends a pause.', () => ({ what: 'continue' }))
}

/** `expunge stop run.db` */
export const addStopCommand = (program: Command): void => {
  const description =
    'Ends a run as Ctrl-C does: nothing more is sent, what is in flight is settled, everything is saved.'
  add(program, 'stop', description, () => ({ what: 'stop' }))
}

/** `expunge rate run.db --rps 2` */
export const addRateCommand = (program: Command): void => {
  const command = add(
    program,
    'rate',
    'Sets the pace of a run. It holds until it is set again, in later runs of the plan, too; what is left out stays as it is.',
    rateOf,
  )
  command
    .option('--share <part>', "the part of the backend's rate limit that may be used, over 0 to 1", readShare)
    .option('--rps <number>', 'requests a second at most; none: no limit of your own', readRps)
    .option('--concurrency <number>', 'requests in flight at most', readWhole)
    .option('--until <time>', `the pace holds until then: ${momentForms}`, readMoment)
    .option('--reset', 'back to the pace of the plan')
}

const rateOf = ({ share, rps, concurrency, until, reset = false }: RateOptions): Control => {
  const isNone = share === undefined && rps === undefined && concurrency === undefined
  if (reset) {
    if (!isNone || until !== undefined)
      throw new CommandError('--reset takes the pace of the plan: it goes with no other')
    return { what: 'planned-rate' }
  }
  if (isNone) throw new CommandError('say which pace: --share, --rps or --concurrency, or --reset for that of the plan')
  return {
    what: 'rate',
    ...(share !== undefined && { share }),
    ...(rps !== undefined && { requestsPerSecond: rps }),
    ...(concurrency !== undefined && { concurrency }),
    ...(until !== undefined && { until }),
  }
}

const add = <Options extends SteerOptions>(
  program: Command,
  name: string,
  description: string,
  controlOf: (options: Options) => Control,
): Command =>
  messageOptions(
    program
      .command(name)
      .description(`${description} Takes effect within two seconds, and is on record with who asked, and when.`)
      .argument('<run.db>', 'the journal of the run')
      .option('--target <name>', 'of this target alone')
      .option('--json', 'what was asked, as JSON on stdout')
      .action((path: string, options: Options) => steer(path, controlOf(options), options)),
  )

const steer = async (path: string, control: Control, options: SteerOptions): Promise<void> => {
  const isRunning = demandRun(path, control, options.target)
  const asked = requestControl(path, control, options.target)
  const takenAt = isRunning ? await takenWithin(path, asked) : undefined
  if (options.json === true) {
    const { target } = options
    const taken = takenAt === undefined ? {} : { takenAt }
    process.stdout.write(`${JSON.stringify({ ...(target && { target }), control: asked, isRunning, ...taken })}\n`)
    return
  }
  const { info, warn } = openMessages(options)
  const said = `${options.target === undefined ? '' : `${options.target}: `}${controlText(asked)}`
  if (takenAt !== undefined) info(said)
  else if (isRunning) warn(`${said}: the process that carries it out has not taken it yet, and will`)
  else info(`${said}: nothing is carried out now, and the next "expunge resume ${path}" takes it`)
}

/** The journal of a plan that has such a target, and for a stop one that is carried out. Answers whether it is. */
const demandRun = (path: string, { what }: Control, target: string | undefined): boolean => {
  const journal = openJournal(path, { readOnly: true })
  try {
    const names = planOf(journal).targets.map(({ name }) => name)
    if (target !== undefined && !names.includes(target)) {
      const near = nearest(target, names)
      throw new CommandError(
        `${path} has no target "${target}": ${near === undefined ? `they are ${names.join(', ')}` : `is it "${near}"?`}`,
      )
    }
    const isRunning = journal.isInUse()
    if (what === 'stop' && !isRunning)
      throw new CommandError(`${path} is not carried out now: there is nothing to stop`)
    return isRunning
  } finally {
    journal.close()
  }
}

/** Longer than a run takes to look. */
const patienceMs = 5_000

/** When the run took it: then it is on record, and in effect. */
const takenWithin = async (path: string, asked: AskedControl): Promise<number | undefined> => {
  const until = Date.now() + patienceMs
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const journal = openJournal(path, { readOnly: true })
    try {
      const found = journal
        .controls()
        .find(({ control, takenAt }) => takenAt !== undefined && control.at === asked.at && control.what === asked.what)
      if (found?.takenAt !== undefined) return found.takenAt
    } finally {
      journal.close()
    }
  }
  return undefined
}
