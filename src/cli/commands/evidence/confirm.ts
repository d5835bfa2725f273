import { hostname } from 'node:os'
import type { Command } from 'commander'
import { enveloped } from '../../../evidence/signing/dsse.ts'
import { statementType } from '../../evidence/approval-statement.ts'
import { privateKeyIn } from '../../evidence/approve.ts'
import { planOf, type RunPlan } from '../../plan/run-plan.ts'
import { demandUnchanged, openRun } from '../../run/journal.ts'
import { outcomeOf, readTold, type Told } from '../../subjects/confirm.ts'
import { CommandError } from '../../terminal/command-error.ts'
import { counted } from '../../terminal/figures.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'
import { onOneLine } from '../../terminal/output.ts'

interface ConfirmOptions extends MessageOptions {
  readonly target: string
  readonly by: string
  readonly key?: string
}

/** `expunge confirm run.db --target paper done.csv --by NAME` */
export const addConfirmCommand = (program: Command): Command =>
  program
    .command('confirm')
    .description(
      'Puts on record what people did in a target of the provider manual: a table with the columns id, result (done, not-found, not-possible) and reason. One bad entry refuses the whole file.',
    )
    .argument('<run.db>', 'the journal of the run')
    .argument('<done.csv>', 'what was done')
    .requiredOption('--target <name>', 'the target that people do')
    .requiredOption('--by <name>', 'who says so')
    .option('--key <file>', 'a private key in PEM (PKCS#8; Ed25519 or P-256) that signs it')
    .addHelpText('after', examples)
    .action(confirm)

const examples = `
Examples:
  expunge report run.db --status untouched -o to-do.csv
  expunge confirm run.db --target paper done.csv --by "A. Meier"`

const confirm = async (path: string, file: string, options: ConfirmOptions): Promise<void> => {
  const by = options.by.trim()
  if (by === '') throw new CommandError('--by is blank: who says so')
  const messages = openMessages(options)
  const journal = openRun(path, messages.warn)
  let confirmed = 0
  try {
    const plan = planOf(journal)
    demandUnchanged(journal, plan)
    demandManual(plan, options.target)
    const target = journal.target(options.target)
    const told = await readTold(file, target)
    const at = new Date()
    const envelope = options.key === undefined ? undefined : signed(plan, options.target, by, told, at, options.key)
    for (const [result, reason] of kindsIn(told)) {
      const records = told
        .filter((each) => each.result === result && each.reason === reason)
        .map(({ record }) => record)
      journal.attest({
        target: options.target,
        records,
        result,
        ...(reason !== undefined && { reason }),
        person: by,
        at: at.getTime(),
        host: hostname(),
        ...(envelope !== undefined && { envelope }),
      })
    }
    const inOrder = told.toSorted((one, other) => one.record - other.record)
    await target.settle(
      inOrder.map((each) => ({ index: each.record, outcome: outcomeOf(each), attempts: 0, at: at.getTime() })),
    )
    confirmed = told.length
  } finally {
    journal.close()
  }
  // Only what is closed is on the disk.
  const words = `${counted(confirmed, 'record')} of ${onOneLine(options.target)} on record, by the word of ${onOneLine(by)}`
  messages.info(words)
  messages.info(`To go on: expunge resume ${path}`)
}

const demandManual = ({ targets }: RunPlan, name: string): void => {
  const target = targets.find((each) => each.name === name)
  const manual = targets.filter(({ provider }) => provider === 'manual').map((each) => each.name)
  const hint = manual.length === 0 ? 'the plan has none that people do' : `people do ${manual.join(', ')}`
  if (target === undefined) throw new CommandError(`--target: there is no target "${onOneLine(name)}": ${hint}`)
  if (target.provider !== 'manual')
    throw new CommandError(`--target: "${onOneLine(name)}" is deleted by ${target.provider}, not by people: ${hint}`)
}

/** Each result with each reason. */
const kindsIn = (told: ReadonlyArray<Told>): ReadonlyArray<readonly [Told['result'], string | undefined]> => {
  const kinds = new Map(told.map(({ result, reason }) => [`${result} ${reason ?? ''}`, [result, reason] as const]))
  return [...kinds.values()]
}

/** What the key signs: who says what of which records, and of which plan they are. */
const signed = (
  { digest }: RunPlan,
  target: string,
  by: string,
  told: ReadonlyArray<Told>,
  at: Date,
  path: string,
): string => {
  const statement = {
    _type: statementType,
    subject: [{ name: 'plan', digest: { sha256: digest } }],
    predicateType: 'https://github.com/expunge/expunge/attestation/v1',
    predicate: {
      target,
      by,
      at: at.toISOString(),
      records: told.map(({ id, result, reason }) => ({ id, result, ...(reason !== undefined && { reason }) })),
    },
  }
  return JSON.stringify(enveloped(Buffer.from(JSON.stringify(statement)), [privateKeyIn(path, '--key')]))
}
