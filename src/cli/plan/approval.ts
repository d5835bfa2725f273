import { createInterface } from 'node:readline/promises'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { approves, enoughDigits, isPhrase } from './digest.ts'
import type { Approval, RunPlan } from './run-plan.ts'

/** The digest that was given approves the plan, or a `CommandError` says that it does not. */
export const approvedBy = (given: string, { digest }: RunPlan): Approval => {
  if (approves(given, digest)) return { by: 'digest', at: new Date().toISOString(), digest }
  const why =
    given.trim().length < enoughDigits
      ? `--approve takes the first ${enoughDigits} digits of the digest or more`
      : '--approve is not the digest of this plan: look at what changed, with "expunge plan"'
  throw new CommandError(why)
}

/** Enough people have signed: there is nobody to be asked. */
export const approvedBySignatures = ({ digest }: RunPlan): Approval => ({
  by: 'signatures',
  at: new Date().toISOString(),
  digest,
})

/** Whether a person sits there who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Asks for the phrase on the terminal. Anything else that is typed is a `CommandError`, and nothing was sent. */
export const approvedByPhrase = async ({ phrase, digest }: RunPlan): Promise<Approval> => {
  if (!canAsk()) {
    throw new CommandError(
      'this has to be approved: give --approve with the digest that "expunge plan" printed, or run it on a terminal and type the phrase',
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  let interrupted = false
  const left = new AbortController()
  terminal.on('SIGINT', () => {
    interrupted = true
    terminal.close()
  })
  terminal.on('close', () => left.abort())
  try {
    process.stderr.write(`This can not be undone. To go on, type: ${phrase}\n`)
    const typed = await terminal.question('> ', { signal: left.signal })
    if (isPhrase(typed, phrase)) return { by: 'phrase', at: new Date().toISOString(), digest }
  } catch (cause) {
    if (!left.signal.aborted) throw cause
    process.stderr.write('\n')
    if (interrupted) throw new CommandError('not approved: nothing was sent', exitCodes.interrupted)
  } finally {
    terminal.close()
  }
  throw new CommandError('that is not the phrase: nothing was sent')
}
