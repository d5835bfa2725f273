import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Checkpoint, checkpointOf } from '../../evidence/log/checkpoint.ts'
import { type LogPolicy, logOf, logPolicyOf } from '../../evidence/log/policy.ts'
import { leafHash, openTree } from '../../evidence/log/tree.ts'
import { type Envelope, envelopeOf, inToto, signersOf } from '../../evidence/signing/dsse.ts'
import { keyIdOf, type VerifyingKey, verifyingKeyOf } from '../../evidence/signing/keys.ts'
import { statuses } from '../report/run-file.ts'
import { CommandError } from '../terminal/command-error.ts'
import { statementType } from './approval-statement.ts'
import { certificateFiles, sha256Of } from './certificate-files.ts'
import { type Destruction, type DestructionStatement, destructionType, noTotals, type Totals } from './statement.ts'

/** A file of a certificate that does not hold, and why. */
export interface Breach {
  readonly file: string
  readonly why: string
}

export interface Checked {
  readonly breaches: ReadonlyArray<Breach>
  /** What is stated; undefined where that can't be read. */
  readonly stated: Destruction | undefined
  readonly checkpoint: Checkpoint | undefined
  /** When an authority has seen the statement, where there is a token of one. */
  readonly seen?: { readonly at: Date; readonly by: string }
}

/** Whom the reader trusts. Without either, the keys that the certificate names are taken: it says that it is whole, and not whose it is. */
export interface Trust {
  readonly policy?: LogPolicy
  readonly signer?: VerifyingKey
}

/** Checks every file of a certificate against the others and against whom the reader trusts. */
export const checkCertificate = async (folder: string, trust: Trust): Promise<Checked> => {
  const breaches: Breach[] = []
  const breach = (file: string, why: string): undefined => {
    if (!breaches.some((each) => each.file === file)) breaches.push({ file, why })
    return undefined
  }
  const { page, statement, outcomes, checkpoint, how } = certificateFiles
  const read = (file: string): Buffer | undefined =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : breach(file, 'it is missing')
  const stated = checkStatement(read(statement), trust, (why) => breach(statement, why))
  const note = checkCheckpoint(read(checkpoint), stated, trust, (why) => breach(checkpoint, why))
  for (const file of [page, how, checkpoint, outcomes]) {
    if (!existsSync(join(folder, file))) breach(file, 'it is missing')
    else if (stated !== undefined && (await sha256Of(join(folder, file))) !== stated.files[file])
      breach(file, 'it is not the file that the statement was made of')
  }
  if (stated !== undefined) checkPage(read(page)?.toString('utf8') ?? '', stated, (why) => breach(page, why))
  if (existsSync(join(folder, outcomes)))
    await checkOutcomes(join(folder, outcomes), stated, note, (why) => breach(outcomes, why))
  const token = join(folder, certificateFiles.timestamp)
  if (!existsSync(token)) return { breaches, stated, checkpoint: note }
  // Of a statement that does not hold it shows nothing, and it is not to blame.
  if (stated === undefined) return { breaches, stated, checkpoint: note }
  const { timestampOf } = await import('../../evidence/time/timestamp.ts')
  const seen = await timestampOf(readFileSync(token), readFileSync(join(folder, statement))).catch(
    (cause: unknown) => (cause as Error).message,
  )
  if (typeof seen !== 'string') return { breaches, stated, checkpoint: note, seen }
  breach(certificateFiles.timestamp, seen)
  return { breaches, stated, checkpoint: note }
}

type Tell = (why: string) => undefined

const checkStatement = (bytes: Buffer | undefined, trust: Trust, tell: Tell): Destruction | undefined => {
  if (bytes === undefined) return undefined
  const envelope = envelopeOf(parsed(bytes.toString('utf8')))
  if (envelope === undefined) return tell('it is no envelope of DSSE')
  // Written in one way only, so that no byte of it can be another one unseen.
  if (!bytes.equals(Buffer.from(`${JSON.stringify(ordered(envelope))}\n`))) return tell('it was altered')
  const statement = statementIn(envelope)
  if (statement === undefined) return tell('it holds no statement about a destruction')
  const { predicate } = statement
  const named = predicate.signers.map(({ publicKey }) => verifyingKeyOf(publicKey))
  const keys = named.filter((key): key is VerifyingKey => typeof key !== 'string')
  const every = envelope.signatures.every(({ sig, keyid }) =>
    keys.some(
      (key) => keyIdOf(key.publicKey) === keyid && signersOf({ ...envelope, signatures: [{ sig }] }, [key]).length > 0,
    ),
  )
  if (!every || keys.length !== named.length) return tell('a signature does not hold')
  const trusted = trustedBy(trust)
  if (trusted !== undefined && signersOf(envelope, trusted).length === 0)
    return tell('it is signed by none of the keys that were given')
  return predicate
}

const trustedBy = ({ policy, signer }: Trust): ReadonlyArray<VerifyingKey> | undefined => {
  if (signer !== undefined) return [signer]
  return policy?.logs.map(({ key }) => key)
}

/** Members in the order in which they are written. */
const ordered = ({ payloadType, payload, signatures }: Envelope) => ({
  payloadType,
  payload,
  signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
})

const statementIn = ({ payloadType, payload }: Envelope): DestructionStatement | undefined => {
  const statement = parsed(Buffer.from(payload, 'base64').toString('utf8')) as DestructionStatement | undefined
  try {
    if (payloadType !== inToto || statement?._type !== statementType) return undefined
    if (statement.predicateType !== destructionType) return undefined
    const { predicate, subject } = statement
    const [plan, outcomes] = subject
    const agrees =
      subject.length === 2 &&
      plan?.name === 'plan' &&
      plan.digest.sha256 === predicate.run.digest &&
      outcomes?.name === 'outcomes' &&
      outcomes.digest.sha256 === predicate.outcomes.root &&
      statuses.every((status) => sumOf(predicate, status) === predicate.totals[status])
    return agrees ? statement : undefined
  } catch {
    return undefined
  }
}

const sumOf = ({ targets }: Destruction, status: keyof Totals): number =>
  targets.reduce((sum, { totals }) => sum + totals[status], 0)

const checkCheckpoint = (
  bytes: Buffer | undefined,
  stated: Destruction | undefined,
  { policy }: Trust,
  tell: Tell,
): Checkpoint | undefined => {
  if (bytes === undefined) return undefined
  const checkpoint = checkpointOf(bytes.toString('utf8'))
  if (checkpoint === undefined || !Buffer.from(bytes.toString('utf8')).equals(bytes)) return tell('it is no checkpoint')
  const trusted = policy ?? namedLog(stated)
  if (trusted !== undefined && logOf(checkpoint, trusted) === undefined)
    return tell(
      policy === undefined ? 'its signature does not hold' : 'it is signed by no log of the keys that were given',
    )
  if (stated === undefined) return checkpoint
  const { root, records } = stated.outcomes
  if (checkpoint.size !== records || checkpoint.root.toString('hex') !== root)
    return tell('its tree is not that of the statement')
  return checkpoint
}

/** The log that the statement names. */
const namedLog = (stated: Destruction | undefined): LogPolicy | undefined => {
  const policy = stated === undefined ? undefined : logPolicyOf(`log ${stated.log.vkey}\nquorum none\n`)
  return typeof policy === 'string' ? undefined : policy
}

/** What a person reads is what is signed. */
const checkPage = (text: string, stated: Destruction, tell: Tell): void => {
  const said = [stated.serial, stated.run.digest, stated.outcomes.root, stated.pseudonymKey.sha256]
  if (!said.every((word) => text.includes(word))) tell('it does not say what the statement does')
}

const checkOutcomes = async (
  path: string,
  stated: Destruction | undefined,
  checkpoint: Checkpoint | undefined,
  tell: Tell,
): Promise<void> => {
  const tree = openTree()
  const totals = noTotals()
  let before = ''
  try {
    for await (const line of linesIn(path)) {
      tree.add(leafHash(line))
      const { pseudonym, outcome } = JSON.parse(line)
      if (typeof pseudonym !== 'string' || !/^[0-9a-f]{64}$/.test(pseudonym) || !(outcome in totals))
        return void tell(`line ${tree.size()} is none of an outcome`)
      if (pseudonym < before) return void tell(`line ${tree.size()} is out of order`)
      before = pseudonym
      totals[outcome as keyof Totals]++
    }
  } catch (cause) {
    return void tell(`it can't be read: ${(cause as Error).message}`)
  }
  const root = tree.root().toString('hex')
  const wanted = stated?.outcomes.root ?? checkpoint?.root.toString('hex')
  if (wanted !== undefined && root !== wanted) tell('its lines do not lead to the root')
  if (stated !== undefined && statuses.some((status) => totals[status] !== stated.totals[status]))
    tell('its lines do not come to the totals')
}

/** Lines of a packed file, without their ends; each has to have one. */
export async function* linesIn(path: string): AsyncGenerator<string> {
  const unpacked = createGunzip()
  const done = pipeline(createReadStream(path), unpacked)
  // Told where it is awaited below.
  done.catch(() => {})
  let rest = ''
  for await (const piece of unpacked.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  await done
  if (rest !== '') throw new Error('its last line is cut short')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a certificate states, as it stands there: whether it is signed is for `checkCertificate` to say. */
export const statementUnchecked = (folder: string): Destruction => {
  const path = join(folder, certificateFiles.statement)
  if (!existsSync(path))
    throw new CommandError(`${folder}: there is no ${certificateFiles.statement}: this is no certificate`)
  const envelope = envelopeOf(parsed(readFileSync(path, 'utf8')))
  const statement = envelope === undefined ? undefined : statementIn(envelope)
  if (statement === undefined) throw new CommandError(`${path}: it holds no statement about a destruction`)
  return statement.predicate
}
