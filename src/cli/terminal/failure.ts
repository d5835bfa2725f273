import { CommanderError } from 'commander'
import type { JournalError } from '../../journal/index.ts'
import { CommandError } from './command-error.ts'
import { exitCodes } from './exit-codes.ts'

/** What a command ends with that threw: a sentence for a person, and an exit code. */
export const failureOf = (cause: unknown): { readonly message: string; readonly exitCode: number } => {
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
