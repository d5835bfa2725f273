import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { PlanWay } from '../plan/draft.ts'
import { replayDraftOf } from '../report/replay-draft.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type MessageOptions, openMessages } from '../terminal/messages.ts'
import { forceOption, messageOptions, planWay } from './options.ts'
import { showPlan, writeDraft } from './plan.ts'

interface ReplayOptions extends MessageOptions, PlanWay {
  readonly output: string
  readonly json?: boolean
  readonly force?: boolean
}

/** `expunge replay run.db` */
export const addReplayCommand = (program: Command): void => {
  const command = program
    .command('replay')
    .description(
      'After a backup was restored: makes a new plan of everything that these runs have deleted or found gone, and that may have come back. Sends no deletion.',
    )
    .argument('<run.db...>', 'the journals of the runs')
    .option('-o, --output <new.db>', 'the journal to be written', 'replay.db')
    .addOption(forceOption())
    .option('--json', 'the plan as JSON on stdout')
    .addHelpText('after', '\nExamples:\n  expunge replay run.db\n  expunge replay march.db april.db -o again.db')
    .action(replay)
  planWay(command)
  messageOptions(command)
}

const replay = async (paths: ReadonlyArray<string>, options: ReplayOptions): Promise<void> => {
  const missing = paths.find((path) => !existsSync(path))
  if (missing !== undefined) throw new CommandError(`${missing}: there is no such file`)
  const messages = openMessages(options)
  const draft = replayDraftOf(paths)
  if (draft !== undefined)
    return showPlan(await writeDraft(draft, options.output, messages, options), options.output, options.json === true)
  messages.info('nothing is gone in these runs: there is nothing to plan')
  if (options.json === true) process.stdout.write('null\n')
}
