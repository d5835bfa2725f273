import type { Command } from 'commander'
import type { Status } from '../index.ts'
import { type MessageOptions, openMessages } from './messages.ts'
import { messageOptions } from './options.ts'
import { showPlan, writeDraft } from './plan.ts'
import { nextJournal, retryDraftOf } from './retry-draft.ts'
import { statusesOption } from './statuses.ts'

interface RetryOptions extends MessageOptions {
  readonly output?: string
  readonly status?: ReadonlyArray<Status>
  readonly json?: true
}

/** `expunge retry run.db`: short for `expunge plan --from run.db`. */
export const addRetryCommand = (program: Command): void => {
  const command = program
    .command('retry')
    .summary('plan what a run has left')
    .description(
      'Makes a new plan of what a run has left: whatever is not gone and can be sent. Sends no deletion. The new plan names ' +
        'the old one; shares that halt a run are off in it. Short for "expunge plan --from run.db".',
    )
    .argument('<run.db>', 'the journal of the run that has left something')
    .option('-o, --output <new.db>', 'the journal to be written (default: run-2.db and so on)')
    .addOption(statusesOption('only what ended so'))
    .option('--json', 'the plan as JSON on stdout')
    .addHelpText('after', examples)
    .action(retry)
  messageOptions(command)
}

const examples = `
Examples:
  expunge retry run.db
  expunge retry run.db --status rejected -o again.db && expunge run again.db`

const retry = async (path: string, options: RetryOptions): Promise<void> => {
  const { output = nextJournal(path), status, json } = options
  const messages = openMessages(options)
  const draft = retryDraftOf(path, status)
  if (draft === undefined) {
    messages.info(`${path} has left nothing of that kind: there is nothing to plan`)
    if (json === true) process.stdout.write('null\n')
    return
  }
  showPlan(await writeDraft(draft, output, messages), output, json === true)
}
