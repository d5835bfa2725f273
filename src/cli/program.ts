import { Command, CommanderError } from 'commander'
import { addDemoCommand } from './demo-command.ts'
import { addEmulateCommand } from './emulate.ts'
import { failureOf } from './failure.ts'
import { openMessages } from './messages.ts'
import { addPlanCommand } from './plan.ts'
import { addProvidersCommand } from './providers.ts'
import { addReportCommand } from './report.ts'
import { addResumeCommand } from './resume.ts'
import { addRetryCommand } from './retry.ts'
import { addRunCommand } from './run.ts'
import { addStatusCommand } from './status.ts'
import { addVerifyCommand } from './verify.ts'
import { version } from './version.ts'

/**
 * Every command stands in a file of its own, which exports a function that adds it. One line each: an import above and
 * a line in this list, in the order in which `--help` shows them.
 */
const additions: ReadonlyArray<(program: Command) => void> = [
  addPlanCommand,
  addRunCommand,
  addResumeCommand,
  addStatusCommand,
  addReportCommand,
  addVerifyCommand,
  addRetryCommand,
  addProvidersCommand,
  addDemoCommand,
  addEmulateCommand,
]

/** Reads the command line and does what it says. A command sets `process.exitCode`. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  // Whoever reads the output may go before we do: a run goes on all the same, and its journal has everything.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
  const program = new Command('expunge')
    .description('Deletes records in bulk, irreversibly, and says for every record what became of it.')
    .version(version)
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .exitOverride()
  for (const add of additions) add(program)
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync([...argv])
  } catch (cause) {
    const { message, exitCode } = failureOf(cause)
    const isJson = /--log-format(?:=| )json/.test(argv.join(' '))
    if (!(cause instanceof CommanderError)) openMessages({ logFormat: isJson ? 'json' : 'text' }).error(message)
    process.exitCode = exitCode
  }
}

const examples = `
Examples:
  expunge demo                                   look at a whole run, on emulated systems
  expunge plan cleanup.json                      what would be deleted, and where
  expunge run run.db --approve 3f9a0c71d2e4      do exactly that
  expunge resume run.db                          go on after a crash, Ctrl-C or a halt
  expunge report run.db --status rejected,unconfirmed`
