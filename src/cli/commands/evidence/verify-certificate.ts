import { existsSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { logPolicyOf } from '../../../evidence/log/policy.ts'
import { verifyingKeyOf } from '../../../evidence/signing/keys.ts'
import { readText } from '../../evidence/approve.ts'
import { checkCertificate, type Trust } from '../../evidence/check-certificate.ts'
import { checkProof } from '../../evidence/check-proof.ts'
import { CommandError } from '../../terminal/command-error.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { counted } from '../../terminal/figures.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'
import { onOneLine } from '../../terminal/output.ts'

interface VerifyOptions extends MessageOptions {
  readonly keys?: string
  readonly signer?: string
  readonly proof?: string
  readonly json?: true
}

/** `expunge verify-certificate certificate --keys keys` */
export const addVerifyCertificateCommand = (program: Command): Command =>
  program
    .command('verify-certificate')
    .description(
      'Checks a certificate, without a network: every signature, the lines of outcomes, their root and their counts, and the page. Names each file that does not hold.',
    )
    .argument('<dir>', 'the folder of the certificate')
    .option('--keys <file>', 'whom you trust: c2sp.org/tlog-policy ("log <vkey>", "quorum none")')
    .option('--signer <file>', 'the public key of the statement, in PEM (SPKI), where it is none of those')
    .option('--proof <file>', 'a proof of one record, as "expunge prove" makes it, to be checked, too')
    .option('--json', 'the result as JSON on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  expunge verify-certificate certificate --keys keys\n  expunge verify-certificate certificate --keys keys --signer p256.pub.pem --proof record.tlog-proof',
    )
    .action(verify)

const verify = async (folder: string, options: VerifyOptions): Promise<void> => {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new CommandError(`${folder}: there is no such folder`)
  const messages = openMessages(options)
  const trust = trustOf(options)
  const { breaches, stated, checkpoint, seen } = await checkCertificate(folder, trust)
  const proof =
    options.proof === undefined ? undefined : checkProof(readText(options.proof, '--proof'), checkpoint, trust.policy)
  const broken = [...breaches, ...(proof?.holds === false ? [{ file: options.proof ?? '', why: proof.why }] : [])]
  const shows = [
    ...(seen === undefined ? [] : [`the statement was seen at ${seen.at.toISOString()} by ${seen.by}`]),
    ...(proof?.holds === true ? proof.shows : []),
  ]
  if (broken.length > 0) process.exitCode = exitCodes.notGone
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ holds: broken.length === 0, files: broken, shows }, null, 2)}\n`)
    return
  }
  for (const { file, why } of broken) process.stdout.write(`${file}: ${why}\n`)
  for (const line of shows) process.stdout.write(`${onOneLine(line)}\n`)
  if (broken.length > 0 || stated === undefined) return
  if (trust.policy === undefined)
    messages.warn('it was checked against the keys that it names itself: give those that you know by --keys')
  process.stdout.write(
    `It holds: ${onOneLine(stated.title)} ${stated.serial}, ${counted(stated.outcomes.records, 'record')}, by ${onOneLine(stated.issuer.organisation)}\n`,
  )
}

const trustOf = ({ keys, signer }: VerifyOptions): Trust => {
  const policy = keys === undefined ? undefined : logPolicyOf(readText(keys, '--keys'))
  if (typeof policy === 'string') throw new CommandError(`--keys ${keys}:${policy}`)
  const key = signer === undefined ? undefined : verifyingKeyOf(readText(signer, '--signer'))
  if (typeof key === 'string') throw new CommandError(`--signer ${signer}: ${key}`)
  return { ...(policy === undefined ? {} : { policy }), ...(key === undefined ? {} : { signer: key }) }
}
