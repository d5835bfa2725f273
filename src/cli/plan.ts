import type { Command } from 'commander'
import { readConfig } from './config.ts'
import { type MadePlan, makePlan } from './make-plan.ts'
import { type MessageOptions, type Messages, openMessages } from './messages.ts'
import { messageOptions } from './options.ts'
import { draftOf, type PlanDraft } from './plan-draft.ts'
import { planJson, planText } from './plan-text.ts'
import { newJournal } from './run-journal.ts'

interface PlanOptions extends MessageOptions {
  readonly output: string
  readonly json?: boolean
}

/** `expunge plan cleanup.json` */
export const addPlanCommand = (program: Command): void => {
  const command = program
    .command('plan')
    .summary('read ids, write the plan of a run, send no deletion')
    .description(
      'Reads the ids of every target, asks each system where it is, and puts the plan on record: in a journal that "expunge run" carries out. Sends no deletion.',
    )
    .argument('<cleanup.json>', 'what is to be deleted, and where: docs/cli.md')
    .option('-o, --output <run.db>', 'the journal to be written', 'run.db')
    .option('--json', 'the plan as JSON on stdout')
    .addHelpText('after', examples)
    .action(plan)
  messageOptions(command)
}

const examples = `
Examples:
  expunge plan cleanup.json
  expunge plan cleanup.json -o friday.db
  expunge plan cleanup.json --json | jq -r .digest`

const plan = async (path: string, options: PlanOptions): Promise<void> => {
  const messages = openMessages(options)
  const made = await writeDraft(draftOf(readConfig(path), messages.warn), options.output, messages)
  showPlan(made, options.output, options.json === true)
}

/** Plans into a new journal, which is taken away again where nothing comes of it. */
export const writeDraft = async (draft: PlanDraft, path: string, messages: Messages): Promise<MadePlan> => {
  let created: ReturnType<typeof newJournal> | undefined
  try {
    const made = await makePlan(draft, () => {
      created = newJournal(path, messages.warn)
      return created.journal
    })
    created?.journal.close()
    return made
  } catch (cause) {
    created?.discard()
    throw cause
  }
}

export const showPlan = (made: MadePlan, path: string, asJson: boolean): void => {
  process.stdout.write(`${asJson ? JSON.stringify(planJson(made, path), null, 2) : planText(made, path)}\n`)
}
