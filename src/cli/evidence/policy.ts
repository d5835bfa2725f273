import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { envelopeOf, signersOf } from '../../evidence/signing/dsse.ts'
import type { VerifyingKey } from '../../evidence/signing/keys.ts'
import { type AllowedSigner, matches, maySign, readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import { fingerprintOf, sshKeyOf } from '../../evidence/ssh/public-keys.ts'
import { isSignatureOf, readSshSignature } from '../../evidence/ssh/signature.ts'
import type { JournalApproval, OpenJournal } from '../../journal/index.ts'
import type { RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { asHandedOn, digestApproved } from './approval-statement.ts'

/** What `ssh-keygen -Y sign -n` has to say. */
export const namespace = 'expunge'

/** Whether an approval counts for a policy, by whose key; else why not. */
export type Judged =
  | { readonly approval: JournalApproval; readonly counts: true; readonly principal: string; readonly key: string }
  | { readonly approval: JournalApproval; readonly counts: false; readonly why: string }

/** Throws a `CommandError` unless enough people have approved this plan, where its policy asks for that. */
export const demandApprovals = (journal: OpenJournal, plan: RunPlan, now = Date.now()): void => {
  const { policy } = plan
  if (policy === undefined) return
  const judged = judgeApprovals(journal.approvals(), plan, signersIn(plan), now)
  const keys = new Set(judged.flatMap((each) => (each.counts ? [each.key] : [])))
  if (keys.size >= policy.approvals) return
  const told = judged.map((each) => {
    const name = onOneLine(each.approval.approver)
    return each.counts
      ? `${name}: counts, signed by ${onOneLine(each.principal)}`
      : `${name}: does not count: ${each.why}`
  })
  throw new CommandError(
    [
      `the policy of this plan asks for ${counted(policy.approvals, 'approval')}, and ${keys.size} ${keys.size === 1 ? 'counts' : 'count'}: nothing was sent`,
      ...told,
      `to approve it: expunge approve ${journal.path} --by NAME --key KEY, or --signature FILE`,
    ].join('\n'),
  )
}

/** Those who may sign, from the file that the policy names. */
export const signersIn = ({ policy, config }: RunPlan): ReadonlyArray<AllowedSigner> => {
  if (policy === undefined) return []
  const { approvers } = policy
  let text: string
  try {
    text = readFileSync(resolve(dirname(config), approvers), 'utf8')
  } catch (cause) {
    throw new CommandError(
      `policy.approvers: ${approvers} can't be read: ${(cause as Error).message}`,
      undefined,
      cause,
    )
  }
  const { signers, problems } = readAllowedSigners(text)
  if (problems.length > 0) throw new CommandError(problems.map((problem) => `${approvers}:${problem}`).join('\n'))
  if (signers.length === 0) throw new CommandError(`policy.approvers: ${approvers} lists nobody who may sign`)
  return signers
}

export const judgeApprovals = (
  approvals: ReadonlyArray<JournalApproval>,
  plan: RunPlan,
  signers: ReadonlyArray<AllowedSigner>,
  now: number,
): ReadonlyArray<Judged> => {
  const used = new Set<string>()
  return approvals.map((approval): Judged => {
    const judged = judge(approval, plan, signers, now)
    if (typeof judged === 'string') return { approval, counts: false, why: judged }
    const key = fingerprintOf(judged.blob)
    if (used.has(key)) return { approval, counts: false, why: `its key (${key}) counts already` }
    used.add(key)
    return { approval, counts: true, principal: judged.principals, key }
  })
}

/** The signer whose key has signed it and may; else why it does not count. */
const judge = (
  approval: JournalApproval,
  plan: RunPlan,
  signers: ReadonlyArray<AllowedSigner>,
  now: number,
): AllowedSigner | string => {
  if (approval.digest !== plan.digest) return 'it is of another plan'
  if (approval.how === 'named') return 'it is not signed'
  const listed = signersFor(approval, plan, signers)
  if (typeof listed === 'string') return listed
  if (listed.length === 0) return `its key is not in ${plan.policy?.approvers}`
  const allowed = listed.filter((signer) => maySign(signer, namespace, now) && maySign(signer, namespace, approval.at))
  if (allowed.length === 0)
    return `its key may not sign for this, or not now (${plan.policy?.approvers}:${listed[0]?.line})`
  const { distinctFromRequester } = plan.policy ?? {}
  const isRequester = allowed.some((signer) => isRequesterOf(plan, signer))
  if (distinctFromRequester === true && isRequester) return 'its key is that of who has asked for the deletion'
  return allowed[0] as AllowedSigner
}

/** Lines of the key that has signed the approval; a sentence where nobody's has. */
const signersFor = (
  { how, envelope = '' }: JournalApproval,
  plan: RunPlan,
  signers: ReadonlyArray<AllowedSigner>,
): ReadonlyArray<AllowedSigner> | string => {
  if (how === 'ssh') {
    const signature = readSshSignature(envelope)
    const isOfPlan =
      signature?.namespace === namespace && asHandedOn(plan).some((bytes) => isSignatureOf(signature, bytes))
    if (signature === undefined || !isOfPlan) return 'its signature does not hold'
    return signers.filter(({ blob }) => blob.equals(signature.key.blob))
  }
  const opened = envelopeOf(parsed(envelope))
  if (opened === undefined) return 'its signature does not hold'
  if (digestApproved(Buffer.from(opened.payload, 'base64')) !== plan.digest) return 'what is signed is another plan'
  return signers.filter((signer) => {
    const key = verifyingKeyIn(signer)
    return key !== undefined && signersOf(opened, [key]).length > 0
  })
}

const verifyingKeyIn = ({ type, blob }: AllowedSigner): VerifyingKey | undefined => {
  const algorithm = ({ 'ssh-ed25519': 'Ed25519', 'ecdsa-sha2-nistp256': 'P-256' } as const)[type]
  const publicKey = algorithm === undefined ? undefined : sshKeyOf(blob)?.key
  return algorithm === undefined || publicKey === undefined ? undefined : { algorithm, publicKey }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By name, or by the address behind it: `A. Meier <a.meier@example.com>`. */
const isRequesterOf = ({ authority }: RunPlan, { principals }: AllowedSigner): boolean => {
  const requester = authority?.['requestedBy']
  if (typeof requester !== 'string') return false
  const [, address = requester] = /<([^<>]+)>/.exec(requester) ?? []
  const [name = requester] = requester.split('<')
  return [requester, address, name].some((each) => matches(plain(each), plain(principals)))
}

const plain = (text: string): string => text.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
