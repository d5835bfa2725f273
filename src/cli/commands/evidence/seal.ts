import { type Command, InvalidArgumentError } from 'commander'
import { seal, sealedText } from '../../evidence/seal.ts'
import { openRun } from '../../run/journal.ts'
import { durationMs } from '../../terminal/duration.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'

interface SealOptions extends MessageOptions {
  readonly after?: number
}

/** `expunge seal run.db --after 30d` */
export const addSealCommand = (program: Command): Command =>
  program
    .command('seal')
    .description(
      'Takes ids, input columns and the words of reasons out of a journal whose run has ended. Codes, totals, the chain and proofs stay; "expunge explain" still answers for one record while the key of the pseudonyms exists. Not to be undone.',
    )
    .argument('<run.db>', 'the journal of the run')
    .option(
      '--after <time>',
      'only when its run ended so long ago, such as 30d; until then nothing is done',
      readDuration,
    )
    .addHelpText('after', '\nExamples:\n  expunge seal run.db\n  expunge seal run.db --after 30d')
    .action(run)

const readDuration = (text: string): number => {
  const ms = durationMs(text)
  if (ms === undefined) throw new InvalidArgumentError('It must be a time such as 12h or 30d, or milliseconds.')
  return ms
}

const run = (path: string, options: SealOptions): void => {
  const messages = openMessages(options)
  const journal = openRun(path, messages.warn)
  try {
    messages.info(sealedText(seal(journal, options.after ?? 0, Date.now()), path))
  } finally {
    journal.close()
  }
}
