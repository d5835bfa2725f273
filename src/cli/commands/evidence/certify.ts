import type { Command } from 'commander'
import { openJournal } from '../../../journal/index.ts'
import { privateKeyIn } from '../../evidence/approve.ts'
import { certify, demandAddress, readIssuer } from '../../evidence/certify.ts'
import { keyPathOf } from '../../evidence/pseudonyms.ts'
import { CommandError } from '../../terminal/command-error.ts'
import { counted } from '../../terminal/figures.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'

interface CertifyOptions extends MessageOptions {
  readonly issuer: string
  readonly key: string
  readonly logKey?: string
  readonly output: string
  readonly withExceptions?: true
  readonly tsa?: string
}

/** `expunge certify run.db --issuer issuer.json --key key.pem -o certificate` */
export const addCertifyCommand = (program: Command): Command =>
  program
    .command('certify')
    .description(
      'Makes a certificate of what a run has destroyed: a page to be handed out, a signed statement, and a line for each record by which one of them can be proven later, without its id.',
    )
    .argument('<run.db>', 'the journal of the run')
    .requiredOption('--issuer <file>', 'who issues it: JSON { organisation, system?, origin }')
    .requiredOption('--key <file>', 'the private key that signs it, in PEM (PKCS#8; Ed25519 or P-256)')
    .option('--log-key <file>', 'the Ed25519 key of the checkpoint, where --key is another kind')
    .option('--tsa <url>', 'an authority of time (RFC 3161) that signs when it has seen the statement')
    .requiredOption('-o, --output <dir>', 'a new folder')
    .option('--with-exceptions', 'also where of some records nobody knows, or the run has not ended: its title says so')
    .addHelpText('after', examples)
    .action(run)

const examples = `
Examples:
  openssl genpkey -algorithm ed25519 -out key.pem
  expunge certify run.db --issuer issuer.json --key key.pem -o certificate
  expunge certify run.db --issuer issuer.json --key p256.pem --log-key ed25519.pem -o certificate`

const run = async (path: string, options: CertifyOptions): Promise<void> => {
  const { issuer, logKey, output, withExceptions = false, tsa } = options
  const messages = openMessages(options)
  const key = privateKeyIn(options.key, '--key')
  const signsLog = logKey === undefined ? key : privateKeyIn(logKey, '--log-key')
  if (signsLog.algorithm !== 'Ed25519') {
    throw new CommandError(
      logKey === undefined
        ? '--key is a key of P-256, and checkpoints are signed with Ed25519: give such a key by --log-key'
        : '--log-key: checkpoints are signed with Ed25519, and this is another kind of key',
    )
  }
  const by = readIssuer(issuer)
  const authority = tsa === undefined ? undefined : demandAddress(tsa)
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const timestamp = async (statement: Uint8Array): Promise<Uint8Array> =>
      (await import('../../evidence/authority.ts')).timestampBy(authority ?? '', statement)
    const certifying = {
      issuer: by,
      key,
      logKey: signsLog,
      withExceptions,
      now: new Date(),
      ...(authority !== undefined && { timestamp }),
    }
    const stated = await certify(journal, output, certifying)
    messages.info(
      `${stated.title} ${stated.serial} in ${output}: ${counted(stated.outcomes.records, 'record')}, root ${stated.outcomes.root}`,
    )
    messages.info(
      `${keyPathOf(path)} tells which line is whose: keep it where the ids may be kept, and destroy it to make all of this anonymous`,
    )
  } finally {
    journal.close()
  }
}
