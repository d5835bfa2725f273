/**
 * The room `commands`: the command line itself. One file a command: its options, its help, and which rooms it calls.
 * `commands.ts` lists them; a command is loaded when it is called.
 * May import: every room. Nothing but `main.ts` imports it. Begin with `main`.
 */

import { Command, CommanderError } from 'commander'
import type { JournalError } from '../../journal/index.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes, firstThatApplies } from '../terminal/exit-codes.ts'
import { keepMemoryFlat } from '../terminal/memory.ts'
import { openMessages } from '../terminal/messages.ts'
import { visible } from '../terminal/output.ts'
import { watchOutput } from '../terminal/standard-output.ts'
import { version } from '../terminal/version.ts'
import { commands } from './commands.ts'

/** Reads the command line and does what it says. A command sets `process.exitCode`. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  if (argv.some((word) => longCommands.has(word))) keepMemoryFlat()
  const output = watchOutput(process.stdout)
  // Of messages that nobody sees nothing can be said.
  process.stderr.on('error', () => {})
  const program = new Command('expunge')
    .description('Deletes records in bulk, irreversibly, and says for every record what became of it.')
    .version(version)
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .configureHelp({ subcommandTerm: termOf, subcommandDescription: summaryOf })
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .exitOverride()
  // Only what was asked for is loaded: a help text should not wait for a database and three parsers.
  for (const { name, takes, summary, load } of commands) {
    if (argv.includes(name)) (await load())(program)
    else program.command(name).usage(takes).summary(summary)
  }
  for (const command of program.commands) command.exitOverride()
  const isJson = /--log-format(?:=| )json/.test(argv.join(' '))
  const { error } = openMessages({ logFormat: isJson ? 'json' : 'text' })
  let failed: unknown
  try {
    await program.parseAsync([...argv])
  } catch (cause) {
    failed = cause
    const { message, exitCode } = failureOf(cause)
    if (!(cause instanceof CommanderError)) error(message)
    process.exitCode = exitCode
  }
  // A result that nobody got is none, however the command itself came out.
  const lost = await output.failure()
  if (lost === undefined) return
  if (lost !== failed) error(`standard output can't be written: ${lost instanceof Error ? lost.message : String(lost)}`)
  process.exitCode = firstThatApplies([Number(process.exitCode ?? exitCodes.allGone), exitCodes.system])
}

/** Those that may have ten million records on their way. */
const longCommands: ReadonlySet<string> = new Set(['plan', 'run', 'resume', 'report', 'retry', 'verify'])

/** What a command ends with that threw: a sentence for a person, and an exit code. */
const failureOf = (cause: unknown): { readonly message: string; readonly exitCode: number } => {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof CommandError) return { message, exitCode: cause.exitCode }
  if (cause instanceof CommanderError) return { message, exitCode: cause.exitCode === 0 ? 0 : exitCodes.usage }
  // By name: what failed may have loaded another copy of the library, and a help text need not load any.
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'JournalError') {
    return { message, exitCode: (cause as JournalError).code === 'not-found' ? exitCodes.usage : exitCodes.system }
  }
  if (name === 'UsageError') return { message, exitCode: exitCodes.usage }
  // What the system says names its call and its file; anything else is a bug, and the way to it is worth showing.
  const isOfSystem = typeof (cause as { readonly code?: unknown } | undefined)?.code === 'string'
  const shown = cause instanceof Error && !isOfSystem ? (cause.stack ?? message) : message
  return { message: shown, exitCode: exitCodes.system }
}

const entryOf = (command: Command) => commands.find(({ name }) => name === command.name())

/** The same whether the command is loaded or not. */
const termOf = (command: Command): string => `${command.name()} ${entryOf(command)?.takes ?? command.usage()}`.trim()

const summaryOf = (command: Command): string => entryOf(command)?.summary ?? command.description()

const examples = `
Examples:
  expunge demo                                   look at a whole run, on emulated systems
  expunge plan cleanup.json                      what would be deleted, and where
  expunge run run.db --approve 3f9a0c71d2e4b586  do exactly that
  expunge resume run.db                          go on after a crash, Ctrl-C or a halt
  expunge report run.db --status rejected,unconfirmed`
