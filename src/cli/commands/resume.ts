import type { Command } from 'commander'
import { kept, planOf } from '../plan/run-plan.ts'
import { demandIds } from '../report/run-file.ts'
import { type CarryOutOptions, carryOut } from '../run/carry-out.ts'
import { demandUnchanged, openRun } from '../run/journal.ts'
import { CommandError } from '../terminal/command-error.ts'
import { openMessages } from '../terminal/messages.ts'
import { version } from '../terminal/version.ts'
import { runOptions } from './options.ts'

/** `expunge resume run.db` */
export const addResumeCommand = (program: Command): void => {
  const command = program
    .command('resume')
    .description(
      'Goes on with a run where it ended: what has its outcome keeps it, what was in flight is read back or followed, the rest is deleted.',
    )
    .argument('<run.db>', 'the journal of the run')
    .addHelpText(
      'after',
      '\nExamples:\n  expunge resume run.db\n  expunge resume run.db --grace 2m --events events.ndjson',
    )
    .action(resume)
  runOptions(command)
}

const resume = async (path: string, options: CarryOutOptions): Promise<void> => {
  const messages = openMessages(options)
  const journal = openRun(path, messages.warn)
  try {
    demandIds(journal)
    const plan = planOf(journal)
    if (kept(journal, 'approval') === undefined) {
      throw new CommandError(`${path} was never begun: approve its plan with "expunge run ${path}"`)
    }
    demandUnchanged(journal, plan)
    if (plan.expunge !== version) messages.warn(`the plan was made by expunge ${plan.expunge}, and this is ${version}`)
    process.exitCode = await carryOut(journal, plan, undefined, options)
  } finally {
    journal.close()
  }
}
