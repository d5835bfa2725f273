import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { enveloped } from '../../evidence/signing/dsse.ts'
import { type SigningKey, signingKeyOf } from '../../evidence/signing/keys.ts'
import { fingerprintOf, sshBlobOf } from '../../evidence/ssh/public-keys.ts'
import { isSignatureOf, readSshSignature } from '../../evidence/ssh/signature.ts'
import type { JournalApproval } from '../../journal/index.ts'
import type { RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { approvalStatement, asHandedOn } from './approval-statement.ts'
import { namespace } from './policy.ts'

/** Who approves, and by what. */
export interface Approving {
  readonly by: string
  readonly role?: string
  readonly comment?: string
  /** A private key in PEM. */
  readonly key?: string
  /** What `ssh-keygen -Y sign` made of the bytes that `--print` writes. */
  readonly signature?: string
}

/** An approval as it goes on record; throws a `CommandError` where a key or a signature is not what it has to be. */
export const approvalOf = (
  plan: RunPlan,
  { by, role, comment, key, signature }: Approving,
  now: Date,
): JournalApproval => ({
  digest: plan.digest,
  approver: by,
  ...(role === undefined ? {} : { role }),
  ...(comment === undefined ? {} : { comment }),
  at: now.getTime(),
  host: hostname(),
  account: accountName(),
  ...signedHow(plan, { by, role, comment, key, signature }, now),
})

/** The fingerprint of the key that an approval is signed with, if any. */
export const keyOf = ({ how, envelope = '' }: JournalApproval): string | undefined => {
  if (how === 'named') return undefined
  if (how === 'ssh') {
    const signature = readSshSignature(envelope)
    return signature === undefined ? undefined : fingerprintOf(signature.key.blob)
  }
  const { payload = '' } = JSON.parse(envelope) as { readonly payload?: string }
  const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
  const [, blob = ''] = String(predicate?.approver?.key).split(' ')
  return fingerprintOf(Buffer.from(blob, 'base64'))
}

const signedHow = (
  plan: RunPlan,
  { by, role, comment, key, signature }: { readonly [Name in keyof Approving]: Approving[Name] | undefined },
  now: Date,
): Pick<JournalApproval, 'how' | 'envelope'> => {
  if (key !== undefined) {
    const signing = privateKeyIn(key, '--key')
    const blob = sshBlobOf(signing.publicKey) as Buffer
    const type = signing.algorithm === 'Ed25519' ? 'ssh-ed25519' : 'ecdsa-sha2-nistp256'
    const approver = {
      name: by ?? '',
      ...(role === undefined ? {} : { role }),
      ...(comment === undefined ? {} : { comment }),
      key: `${type} ${blob.toString('base64')}`,
    }
    const statement = JSON.stringify(approvalStatement(plan, approver, now.toISOString()))
    return { how: 'dsse', envelope: JSON.stringify(enveloped(Buffer.from(statement), [signing])) }
  }
  if (signature === undefined) return { how: 'named' }
  return { how: 'ssh', envelope: demandSshSignature(plan, signature) }
}

const demandSshSignature = (plan: RunPlan, path: string): string => {
  const text = readText(path, '--signature')
  const read = readSshSignature(text)
  if (read === undefined)
    throw new CommandError(`--signature ${path}: this is no signature of "ssh-keygen -Y sign -n ${namespace}"`)
  if (read.namespace !== namespace) {
    throw new CommandError(
      `--signature ${path}: it was made for "${read.namespace}": sign again, with "ssh-keygen -Y sign -n ${namespace}"`,
    )
  }
  if (asHandedOn(plan).some((bytes) => isSignatureOf(read, bytes))) return text.trim()
  throw new CommandError(
    `--signature ${path}: it does not sign this plan: sign what "expunge approve --print" writes, to the byte`,
  )
}

/** A private key from a file; throws a `CommandError` that names the option. */
export const privateKeyIn = (path: string, option: string): SigningKey => {
  const key = signingKeyOf(readText(path, option))
  if (typeof key === 'string') throw new CommandError(`${option} ${path}: ${key}`)
  return key
}

export const readText = (path: string, option: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CommandError(`${option} ${path}: ${(cause as Error).message}`, undefined, cause)
  }
}

/** A process may run as somebody whom the system has no name for. */
const accountName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}
