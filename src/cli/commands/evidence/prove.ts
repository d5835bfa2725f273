import type { Command } from 'commander'
import { prove } from '../../evidence/prove.ts'
import { readKey } from '../../evidence/pseudonyms.ts'
import { takerOf } from '../../report/write.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'
import { onOneLine } from '../../terminal/output.ts'
import { type Destination, destinationOf } from '../../terminal/output-file.ts'

interface ProveOptions extends MessageOptions {
  readonly id: string
  readonly pseudonymKey: string
  readonly output?: string
  readonly force?: true
}

/** `expunge prove certificate --id ID --pseudonym-key run.db.key` */
export const addProveCommand = (program: Command): Command =>
  program
    .command('prove')
    .description(
      'Proves by a certificate what became of one record, or that it was not in the run. Ends with 0 where it was there, with 1 where it was not, and with 2 where the key is another one.',
    )
    .argument('<dir>', 'the folder of the certificate')
    .requiredOption('--id <id>', 'the record, spelled as it was in the plan')
    .requiredOption('--pseudonym-key <file>', 'the key of the run: run.db.key')
    .option('-o, --output <file>', 'where the proof goes (c2sp.org/tlog-proof); default: standard output')
    .option('--force', 'replaces a file that is there')
    .addHelpText(
      'after',
      '\nExample:\n  expunge prove certificate --id 4711 --pseudonym-key run.db.key -o record.tlog-proof',
    )
    .action(run)

const run = async (folder: string, options: ProveOptions): Promise<void> => {
  const { id, pseudonymKey, output, force = false } = options
  const messages = openMessages(options)
  const to: Destination =
    output === undefined
      ? { kind: 'stdout' }
      : destinationOf(output, {
          option: '-o',
          keep: [{ path: pseudonymKey, what: 'the key of the pseudonyms' }],
          force,
        })
  const { isThere, proofs, lines } = await prove(folder, id, readKey(pseudonymKey))
  await takerOf(to)([proofs.join('\n')])
  if (isThere) for (const line of lines) messages.info(`it was there: ${onOneLine(line)}`)
  else messages.info('it was not there under this id: these are the lines between which it would stand')
  process.exitCode = isThere ? exitCodes.allGone : exitCodes.notGone
}
