import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import type { Command } from 'commander'
import type { OpenJournal } from '../../journal/index.ts'
import { readConfig } from '../config/config.ts'
import { demandApprovals } from '../evidence/policy.ts'
import { approvedBy, approvedByPhrase, approvedBySignatures, canAsk } from '../plan/approval.ts'
import { draftOf, type PlanWay } from '../plan/draft.ts'
import { type Approval, kept, planOf, type RunPlan } from '../plan/run-plan.ts'
import { demandIds } from '../report/run-file.ts'
import { type CarryOutOptions, carryOut } from '../run/carry-out.ts'
import { demandUnchanged, openRun } from '../run/journal.ts'
import { secretOptionsOf } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { openMessages } from '../terminal/messages.ts'
import { version } from '../terminal/version.ts'
import { planWay, runOptions } from './options.ts'
import { showPlan, writeDraft } from './plan.ts'

interface RunOptions extends CarryOutOptions, PlanWay {
  readonly approve?: string
  readonly output: string
}

/** `expunge run run.db`, `expunge run cleanup.json` */
export const addRunCommand = (program: Command): void => {
  const command = program
    .command('run')
    .description(
      'Carries out exactly the plan of a journal. It is approved by --approve with its digest, or by typing its phrase on a terminal. Given a configuration instead, plans, asks and carries out in one go.',
    )
    .argument('<run.db|cleanup.json>', 'a journal with a plan, or a configuration')
    .option('--approve <digest>', 'the digest of the plan, or the first 16 digits of it')
    .option('-o, --output <run.db>', 'with a configuration: the journal to be written', 'run.db')
    .addHelpText('after', examples)
    .action(run)
  planWay(command)
  runOptions(command)
}

const examples = `
Examples:
  expunge run run.db                              asks for the phrase
  expunge run run.db --approve 3f9a0c71d2e4b586
  expunge run run.db --approve 3f9a0c71d2e4b586 --max-duration 7h --json > result.json
  expunge run cleanup.json -o friday.db           plans, asks, carries out`

const run = async (given: string, options: RunOptions): Promise<void> => {
  const path = isJournal(given) ? given : await planned(given, options)
  const messages = openMessages(options)
  const journal = openRun(path, messages.warn)
  try {
    demandIds(journal)
    const plan = planOf(journal)
    demandFresh(journal, plan)
    const approval = await approvalFor(journal, plan, options.approve)
    process.exitCode = await carryOut(journal, plan, approval, options)
  } finally {
    journal.close()
  }
}

/** By signatures, where the plan has a policy; a digest may be given as well, and is held against the plan. */
const approvalFor = async (journal: OpenJournal, plan: RunPlan, digest: string | undefined): Promise<Approval> => {
  const byDigest = digest === undefined ? undefined : approvedBy(digest, plan)
  demandApprovals(journal, plan)
  if (byDigest !== undefined) return byDigest
  return plan.policy === undefined ? approvedByPhrase(plan) : approvedBySignatures(plan)
}

/** A journal is told by its first bytes; what is no configuration by its name is meant to be one, and the journal says what is wrong. */
const isJournal = (path: string): boolean => {
  if (!existsSync(path)) throw new CommandError(`${path}: there is no such file`)
  const head = Buffer.alloc(magic.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  return head.toString('latin1') === magic || /\.(?:db|sqlite3?)$/i.test(path)
}

const magic = 'SQLite format 3\0'

/** Plans, and shows the plan; there has to be someone to look at it. */
const planned = async (config: string, options: RunOptions): Promise<string> => {
  if (!canAsk()) {
    throw new CommandError(
      `without a terminal, ${config} is planned and carried out in two steps: "expunge plan ${config}", then "expunge run ${options.output} --approve DIGEST"`,
    )
  }
  if (options.approve !== undefined) throw new CommandError('--approve needs a plan that was made before: expunge plan')
  const messages = openMessages(options)
  const draft = draftOf(readConfig(config, secretOptionsOf), messages.warn)
  if (draft.targets.some(({ ids }) => ids === '-')) {
    throw new CommandError('ids from the input leave no way to ask: plan first, with "expunge plan"')
  }
  if (draft.policy !== undefined) {
    throw new CommandError(
      'policy: the plan has to be approved before it is carried out: plan first, with "expunge plan"',
    )
  }
  const made = await writeDraft(draft, options.output, messages, options)
  if (options.json !== true) showPlan(made, options.output, false)
  return options.output
}

/** Approval is for a plan that is fresh, unchanged, and made by this release. */
const demandFresh = (journal: OpenJournal, plan: RunPlan): void => {
  const { expiresAt, expunge, notBefore } = plan
  const isBegun = kept(journal, 'approval') !== undefined
  if (!isBegun && expunge !== version) {
    throw new CommandError(`the plan was made by expunge ${expunge}, and this is ${version}: plan again`)
  }
  demandUnchanged(journal, plan)
  if (notBefore !== undefined && Date.now() < Date.parse(notBefore))
    throw new CommandError(`the plan may not be begun before ${notBefore}: nothing was sent`)
  if (!isBegun && expiresAt !== undefined && Date.now() > Date.parse(expiresAt)) {
    throw new CommandError(`the plan expired at ${expiresAt}: plan again`)
  }
}
