import type { Command } from 'commander'
import type { Status } from '../../index.ts'
import { demandRecipients } from '../backup/age.ts'
import { readConfig } from '../config/config.ts'
import { draftOf, type PlanDraft, type PlanWay } from '../plan/draft.ts'
import { backupsOf, inputsOf } from '../plan/files.ts'
import { makePlan } from '../plan/make.ts'
import type { MadePlan } from '../plan/notes.ts'
import { planJson, planText } from '../plan/text.ts'
import { nextJournal, retryDraftOf } from '../report/retry-draft.ts'
import { newJournal } from '../run/journal.ts'
import { secretOptionsOf } from '../systems/registry.ts'
import { openActivity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type MessageOptions, type Messages, openMessages } from '../terminal/messages.ts'
import { visible } from '../terminal/output.ts'
import { besideJournal, destinationOf, isSame } from '../terminal/output-file.ts'
import { forceOption, messageOptions, planWay, statusesOption } from './options.ts'

interface PlanOptions extends MessageOptions, PlanWay {
  readonly output?: string
  readonly from?: string
  readonly status?: ReadonlyArray<Status>
  readonly returned?: true
  readonly json?: boolean
  readonly force?: boolean
}

/** `expunge plan cleanup.json`, `expunge plan --from run.db` */
export const addPlanCommand = (program: Command): void => {
  const command = program
    .command('plan')
    .description(
      'Reads the ids of every target, asks each system where it is, and puts the plan on record: in a journal that "expunge run" carries out. Sends no deletion.',
    )
    .argument('[cleanup.json]', 'what is to be deleted, and where: docs/cli.md')
    .option(
      '-o, --output <run.db>',
      'the journal to be written (default: run.db; with --from run.db: run-2.db and so on)',
    )
    .option('--from <run.db>', 'plans what a run has left, instead: whatever is not gone and can be sent')
    .addOption(statusesOption('with --from, only what ended so'))
    .option('--returned', 'with --from, what a verification has found to be there again')
    .addOption(forceOption())
    .option('--json', 'the plan as JSON on stdout')
    .addHelpText('after', examples)
    .action(plan)
  planWay(command)
  messageOptions(command)
}

const examples = `
Examples:
  expunge plan cleanup.json
  expunge plan cleanup.json -o friday.db
  expunge plan cleanup.json --json | jq -r .digest
  expunge plan --from run.db --status rejected`

const plan = async (path: string | undefined, options: PlanOptions): Promise<void> => {
  const { output = 'run.db', from, status, returned, json } = options
  if ((path === undefined) === (from === undefined)) throw new CommandError('give a configuration, or --from run.db')
  if (from !== undefined) return planLeft(from, options)
  if (status !== undefined || returned === true)
    throw new CommandError(
      `--${status === undefined ? 'returned' : 'status'} says what to take from a run: it needs --from run.db`,
    )
  const messages = openMessages(options)
  const made = await writeDraft(
    draftOf(readConfig(path ?? '', secretOptionsOf), messages.warn),
    output,
    messages,
    options,
  )
  showPlan(made, output, json === true)
}

/** Plans what a run has left; says so where it has left nothing. */
export const planLeft = async (path: string, options: Omit<PlanOptions, 'from'>): Promise<void> => {
  const { output = nextJournal(path), status, returned, json } = options
  const messages = openMessages(options)
  const draft = retryDraftOf(path, status, returned)
  if (draft !== undefined) return showPlan(await writeDraft(draft, output, messages, options), output, json === true)
  messages.info(`${path} has left nothing of that kind: there is nothing to plan`)
  if (json === true) process.stdout.write('null\n')
}

/** Plans into a new journal, which is taken away again where nothing comes of it. */
export const writeDraft = async (
  draft: PlanDraft,
  given: string,
  messages: Messages,
  { allowEmpty = false, offline = false, force = false }: PlanWay & { readonly force?: boolean },
): Promise<MadePlan> => {
  const path = journalPath(given, draft, force)
  for (const { backupKey, origin } of draft.targets)
    if (backupKey !== undefined) await demandRecipients(backupKey, origin.spot(['backupKey']))
  let created: ReturnType<typeof newJournal> | undefined
  const activity = openActivity(messages)
  try {
    const openTo = () => {
      created = newJournal(path, messages.warn, force)
      return created.journal
    }
    const made = await makePlan(draft, openTo, { allowEmpty, offline, activity })
    created?.finish()
    return made
  } catch (cause) {
    created?.discard()
    throw cause
  } finally {
    activity.end()
  }
}

/** Where the new journal goes, links followed. What is there already is `newJournal`'s affair. */
const journalPath = (given: string, draft: PlanDraft, force: boolean): string => {
  const keep = [...inputsOf(draft), ...backupsOf(draft)]
  const to = destinationOf(given, { option: '-o', keep, force, onFile: () => {} })
  if (to.kind !== 'file') throw new CommandError(`-o ${given}: a journal is a file`)
  const beside = besideJournal.map((ending) => to.path + ending)
  const taken = keep.find((file) => beside.some((path) => isSame(path, file.path)))
  if (taken !== undefined)
    throw new CommandError(`-o ${given}: the journal would write over ${taken.what}: choose another name`)
  return to.path
}

export const showPlan = (made: MadePlan, path: string, asJson: boolean): void => {
  process.stdout.write(`${visible(asJson ? JSON.stringify(planJson(made, path), null, 2) : planText(made, path))}\n`)
}
