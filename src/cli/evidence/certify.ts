import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { signedCheckpoint } from '../../evidence/log/checkpoint.ts'
import { isKeyName, vkeyOf } from '../../evidence/log/note.ts'
import { leafHash, openTree } from '../../evidence/log/tree.ts'
import { enveloped } from '../../evidence/signing/dsse.ts'
import { keyIdOf, type SigningKey } from '../../evidence/signing/keys.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { type RunFile, readRunFile, statuses } from '../report/run-file.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/figures.ts'
import { readText } from './approve.ts'
import { certificateFiles, sha256Of } from './certificate-files.ts'
import { certificatePage } from './certificate-page.ts'
import { howToVerify } from './how-to-verify.ts'
import { type OutcomeRows, openRows } from './outcome-rows.ts'
import { keyFor, type PseudonymKey } from './pseudonyms.ts'
import {
  type CertifiedTarget,
  certifiedTarget,
  type Destruction,
  draftStatement,
  type Issuer,
  noTotals,
  statementOf,
  type Totals,
} from './statement.ts'

export interface Certifying {
  readonly issuer: Issuer
  readonly key: SigningKey
  /** Signs the checkpoint: Ed25519. */
  readonly logKey: SigningKey
  readonly withExceptions: boolean
  readonly now: Date
  /** Makes a token of time for the bytes of the statement. */
  readonly timestamp?: (statement: Uint8Array) => Promise<Uint8Array>
}

/** A file of JSON: `{ organisation, system?, origin }`. */
export const readIssuer = (path: string): Issuer => {
  const refuse = (why: string): never => {
    throw new CommandError(`--issuer ${path}: ${why}`)
  }
  let read: unknown
  try {
    read = JSON.parse(readText(path, '--issuer'))
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    refuse(`this is no JSON: ${(cause as Error).message}`)
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    refuse('must be { organisation, system?, origin }')
  const { organisation, system, origin, ...others } = read as Record<string, unknown>
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) refuse(`there is no "${stranger}": it is { organisation, system?, origin }`)
  if (typeof organisation !== 'string' || organisation.trim() === '') refuse('organisation is missing: who issues it')
  if (system !== undefined && typeof system !== 'string') refuse('system must be a text')
  if (typeof origin !== 'string' || !isKeyName(origin))
    refuse('origin is missing: a name without blanks and "+", such as example.com/records')
  return {
    organisation: organisation as string,
    ...(system === undefined ? {} : { system: system as string }),
    origin: origin as string,
  }
}

/** An address of an authority of time; a `CommandError` for anything else. */
export const demandAddress = (given: string): string => {
  const { protocol = '' } = URL.canParse(given) ? new URL(given) : {}
  if (protocol === 'https:' || protocol === 'http:') return given
  throw new CommandError(`--tsa ${given}: this is no address: https://… is wanted`)
}

/** Writes a certificate into a new folder, which is there when it is whole. Resolves with what it states. */
export const certify = async (journal: OpenJournal, folder: string, certifying: Certifying): Promise<Destruction> => {
  const run = readRunFile(journal)
  const hasExceptions = demandCertifiable(run, journal, certifying.withExceptions)
  const to = demandNewFolder(folder)
  const pseudonyms = keyFor(journal.path)
  const unfinished = `${to}.unfinished-${process.pid}`
  mkdirSync(unfinished, { mode: 0o700 })
  try {
    const stated = await writeAll(run, journal, unfinished, pseudonyms, hasExceptions, certifying)
    renameSync(unfinished, to)
    return stated
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true })
    throw cause
  }
}

/** Whether not everything is gone; throws where nothing may be certified yet. */
const demandCertifiable = ({ head, targets }: RunFile, journal: OpenJournal, withExceptions: boolean): boolean => {
  if (head.state === 'running') throw new CommandError(`${journal.path} is being run: wait for its end`)
  const sum = (pick: (totals: Totals) => number): number => targets.reduce((all, { totals }) => all + pick(totals), 0)
  const unconfirmed = sum((totals) => totals.unconfirmed)
  const open = targets.reduce((all, { planned, journal: target }) => all + planned.records - target.live().settled, 0)
  if (unconfirmed > 0 && !withExceptions) {
    throw new CommandError(
      `of ${counted(unconfirmed, 'record')} it can't be told whether they are gone: nothing is certified. Read them back ("expunge resume", "expunge retry --status unconfirmed"), or say so in its title by --with-exceptions`,
      exitCodes.unconfirmed,
    )
  }
  if (open > 0 && !withExceptions) {
    throw new CommandError(
      `the run has not ended: ${counted(open, 'record')} have no outcome. Go on with "expunge resume", or say so in the title of the certificate by --with-exceptions`,
    )
  }
  return unconfirmed > 0 || open > 0
}

/** It is not there, or it is empty. */
const demandNewFolder = (folder: string): string => {
  const path = resolve(folder)
  if (!existsSync(dirname(path))) throw new CommandError(`-o ${folder}: there is no folder ${dirname(path)}`)
  if (!existsSync(path)) return path
  let entries: ReadonlyArray<string>
  try {
    entries = readdirSync(path)
  } catch {
    throw new CommandError(`-o ${folder}: this is a file: name a folder`)
  }
  if (entries.length > 0) throw new CommandError(`-o ${folder}: this folder is not empty: name a new one`)
  return path
}

const writeAll = async (
  run: RunFile,
  journal: OpenJournal,
  folder: string,
  pseudonyms: PseudonymKey,
  hasExceptions: boolean,
  { issuer, key, logKey, now, timestamp }: Certifying,
): Promise<Destruction> => {
  const write = (name: string, data: string | Uint8Array): void =>
    writeFileSync(join(folder, name), data, { flag: 'wx', mode: 0o600 })
  const records = run.targets.reduce((sum, { planned }) => sum + planned.records, 0)
  const rows = openRows(records, folder)
  let tree: { readonly size: number; readonly root: Buffer }
  let targets: ReadonlyArray<CertifiedTarget>
  try {
    targets = run.targets.map((target) => addTarget(target, pseudonyms, rows))
    tree = await writeLines(rows.lines(), join(folder, certificateFiles.outcomes))
  } finally {
    rows.close()
  }
  const checkpoint = signedCheckpoint(issuer.origin, tree.size, tree.root, logKey)
  write(certificateFiles.checkpoint, checkpoint)
  const draft = draftStatement(run, journal, issuer, {
    hasExceptions,
    now,
    pseudonymKey: { sha256: pseudonyms.sha256 },
    signers: [{ keyid: keyIdOf(key.publicKey), algorithm: key.algorithm, publicKey: pemOf(key) }],
    log: { vkey: vkeyOf(issuer.origin, logKey) },
  })
  const totals = noTotals()
  for (const target of targets) for (const status of statuses) totals[status] += target.totals[status]
  const whole: Omit<Destruction, 'files'> = {
    ...draft,
    totals,
    targets,
    outcomes: {
      file: certificateFiles.outcomes,
      records: tree.size,
      root: tree.root.toString('hex'),
      sortedBy: 'pseudonym',
    },
  }
  write(certificateFiles.page, certificatePage(whole))
  write(certificateFiles.how, howToVerify(whole))
  const covered = [certificateFiles.page, certificateFiles.outcomes, certificateFiles.checkpoint, certificateFiles.how]
  const files = Object.fromEntries(
    await Promise.all(covered.map(async (name) => [name, await sha256Of(join(folder, name))])),
  )
  const stated: Destruction = { ...whole, files }
  const envelope = enveloped(Buffer.from(JSON.stringify(statementOf(stated))), [key])
  const statement = Buffer.from(`${JSON.stringify(envelope)}\n`)
  write(certificateFiles.statement, statement)
  if (timestamp !== undefined) write(certificateFiles.timestamp, await timestamp(statement))
  return stated
}

const pemOf = ({ publicKey }: SigningKey): string => String(publicKey.export({ type: 'spki', format: 'pem' }))

/** Every record of the target becomes a row; what they come to is counted on the way. */
const addTarget = (
  target: RunFile['targets'][number],
  pseudonyms: PseudonymKey,
  rows: OutcomeRows,
): CertifiedTarget => {
  const { journal, planned } = target
  const { key } = planned.place
  const totals = noTotals()
  let [first, last]: Array<number | undefined> = []
  const inFlight = inFlightIn(target)
  const isSealed = journal.isSealed()
  for (const { from, ids, spans } of journal.settled()) {
    let which = 0
    for (const [offset, id] of ids.entries()) {
      const place = from + offset
      while (which < spans.length && (spans[which]?.last as number) < place) which++
      const span = spans[which]
      const isSettled = span !== undefined && span.first <= place
      const outcome = isSettled ? span.status : inFlight(place) ? 'unconfirmed' : 'untouched'
      const said = isSettled ? span : nothingSaid
      const at = isSettled ? span.at : null
      totals[outcome as keyof Totals]++
      if (outcome === 'deleted' && at !== null) {
        first = Math.min(first ?? at, at)
        last = Math.max(last ?? at, at)
      }
      const pseudonym = isSealed ? Buffer.from(id, 'hex') : pseudonyms.of(key, id)
      rows.add(pseudonym, { outcome, effect: said.effect, evidence: said.evidence }, at ?? Number.NaN)
    }
  }
  return certifiedTarget(target, { totals, first, last })
}

const nothingSaid = { effect: null, evidence: null }

/** Places that were sent and have no outcome. */
const inFlightIn = ({ journal }: RunFile['targets'][number]): ((place: number) => boolean) => {
  const open = journal.openBatches() as ReadonlyArray<{ readonly records: ReadonlyArray<{ readonly index: number }> }>
  const places = new Set(open.flatMap(({ records }) => records.map(({ index }) => index)))
  return (place) => places.has(place)
}

/** Lines go through the tree and into the file, at the speed of the disk. */
const writeLines = async (
  lines: Iterable<string>,
  path: string,
): Promise<{ readonly size: number; readonly root: Buffer }> => {
  const tree = openTree()
  function* pieces(): Generator<string> {
    let text = ''
    for (const line of lines) {
      tree.add(leafHash(line))
      text += `${line}\n`
      if (text.length < pieceLength) continue
      yield text
      text = ''
    }
    if (text !== '') yield text
  }
  await pipeline(
    Readable.from(pieces(), { highWaterMark: 2 }),
    createGzip({ level: 1 }),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  )
  return { size: tree.size(), root: tree.root() }
}

const pieceLength = 64 * 1024
