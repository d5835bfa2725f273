import { Command } from 'commander'
import { addDemoCommand } from './demo-command.ts'
import { addEmulateCommand } from './emulate.ts'
import { addProvidersCommand } from './providers.ts'
import { addReportCommand } from './report.ts'
import { version } from './version.ts'

/**
 * Every command stands in a file of its own, which exports a function that adds it. One line each: an import above and
 * a line in this list, in the order in which `--help` shows them.
 */
const additions: ReadonlyArray<(program: Command) => void> = [
  // addPlanCommand,
  // addRunCommand,
  // addResumeCommand,
  // addStatusCommand,
  addReportCommand,
  // addVerifyCommand,
  // addRetryCommand,
  addProvidersCommand,
  addDemoCommand,
  addEmulateCommand,
]

/** Reads the command line and does what it says. A command sets `process.exitCode`. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  const program = new Command('expunge').version(version).showSuggestionAfterError()
  for (const add of additions) add(program)
  await program.parseAsync([...argv])
}
