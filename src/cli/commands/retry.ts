import type { Command } from 'commander'
import { forceOption, messageOptions, planWay, statusesOption } from './options.ts'
import { planLeft } from './plan.ts'

/** `expunge retry run.db`: short for `expunge plan --from run.db`. */
export const addRetryCommand = (program: Command): void => {
  const command = program
    .command('retry')
    .description(
      'Makes a new plan of what a run has left: whatever is not gone and can be sent. Sends no deletion. The new plan names ' +
        'the old one; shares that halt a run are off in it. Short for "expunge plan --from run.db".',
    )
    .argument('<run.db>', 'the journal of the run that has left something')
    .option('-o, --output <new.db>', 'the journal to be written (default: run-2.db and so on)')
    .addOption(statusesOption('only what ended so'))
    .option('--returned', 'what a verification has found to be there again')
    .addOption(forceOption())
    .option('--json', 'the plan as JSON on stdout')
    .addHelpText('after', examples)
    .action(planLeft)
  planWay(command)
  messageOptions(command)
}

const examples = `
Examples:
  expunge retry run.db
  expunge retry run.db --returned
  expunge retry run.db --status rejected -o again.db && expunge run again.db`
