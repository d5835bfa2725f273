import type { Command } from 'commander'
import { openJournal } from '../../../journal/index.ts'
import { bytesToSign } from '../../evidence/approval-statement.ts'
import { type Approving, approvalOf, keyOf } from '../../evidence/approve.ts'
import { judgeApprovals, signersIn } from '../../evidence/policy.ts'
import { kept, planOf, type RunPlan } from '../../plan/run-plan.ts'
import { demandUnchanged, openRun } from '../../run/journal.ts'
import { CommandError } from '../../terminal/command-error.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'
import { onOneLine } from '../../terminal/output.ts'
import { version } from '../../terminal/version.ts'

interface ApproveOptions extends Partial<Approving>, MessageOptions {
  readonly print?: true
}

/** `expunge approve run.db --by "A. Meier"` */
export const addApproveCommand = (program: Command): Command =>
  program
    .command('approve')
    .description(
      'Puts on record that somebody approves a plan, signed where a key is given. Where the plan has a policy, "expunge run" wants enough of these; else they stand in every report.',
    )
    .argument('<run.db>', 'the journal of the plan')
    .option('--by <name>', 'who approves it')
    .option('--role <role>', 'as what')
    .option('--comment <text>', 'what there is to say about it')
    .option('--key <file>', 'a private key in PEM (PKCS#8; Ed25519 or P-256) that signs it')
    .option('--signature <file>', 'what "ssh-keygen -Y sign -n expunge" made of the bytes that --print writes')
    .option('--print', 'writes the bytes to be signed, and puts nothing on record')
    .addHelpText('after', examples)
    .action(approve)

const examples = `
Examples:
  expunge approve run.db --by "A. Meier" --role "records manager"
  expunge approve run.db --by "A. Meier" --key meier.pem
  expunge approve run.db --print | ssh-keygen -Y sign -n expunge -f ~/.ssh/id_ed25519 > approval.sig
  expunge approve run.db --by "A. Meier" --signature approval.sig`

const approve = (path: string, options: ApproveOptions): void => {
  if (options.print === true) return print(path, options)
  const { by, key, signature } = options
  if (by === undefined || by.trim() === '') throw new CommandError('--by is missing: who approves it')
  if (key !== undefined && signature !== undefined) throw new CommandError('give either --key or --signature')
  const messages = openMessages(options)
  const journal = openRun(path, messages.warn)
  try {
    const plan = unchangedPlan(journal)
    const approval = approvalOf(plan, { ...options, by: by.trim() }, new Date())
    journal.approve(approval)
    const signed = keyOf(approval)
    messages.info(
      `${onOneLine(approval.approver)} approves plan ${plan.digest.slice(0, 16)}${signed === undefined ? '' : `, signed by ${signed}`}`,
    )
    if (kept(journal, 'approval') !== undefined) messages.warn('the plan has been begun already')
    if (plan.policy === undefined) return
    const judged = judgeApprovals(journal.approvals(), plan, signersIn(plan), Date.now())
    const last = judged.at(-1)
    if (last?.counts === false) messages.warn(`it does not count for the policy of the plan: ${last.why}`)
    const counting = judged.filter(({ counts }) => counts).length
    messages.info(`${counting} of ${plan.policy.approvals} that the policy asks for`)
  } finally {
    journal.close()
  }
}

/** Reads alone: also beside a process that writes. */
const print = (path: string, { key, signature }: ApproveOptions): void => {
  if (key !== undefined || signature !== undefined)
    throw new CommandError('--print signs nothing: leave --key and --signature out')
  const journal = openJournal(path, { readOnly: true })
  try {
    process.stdout.write(bytesToSign(unchangedPlan(journal)))
  } finally {
    journal.close()
  }
}

/** What is approved has to be the plan that was made; what a digest is made of is the affair of the release that made it. */
const unchangedPlan = (journal: ReturnType<typeof openJournal>): RunPlan => {
  const plan = planOf(journal)
  if (plan.expunge !== version)
    throw new CommandError(`the plan was made by expunge ${plan.expunge}, and this is ${version}: plan again`)
  demandUnchanged(journal, plan)
  return plan
}
