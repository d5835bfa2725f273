import { randomUUID } from 'node:crypto'
import type { OpenJournal } from '../../journal/index.ts'
import { type RunFile, type RunHead, statuses, type TargetFile } from '../report/run-file.ts'
import { version } from '../terminal/version.ts'
import { statementType } from './approval-statement.ts'
import { keyOf } from './approve.ts'

/** Who issues certificates: a file of JSON. */
export interface Issuer {
  readonly organisation: string
  readonly system?: string
  /** The first line of a checkpoint: `example.com/records`. */
  readonly origin: string
}

/** What a certificate states: an in-toto statement, version 1. `docs/certificate.md` says what each part means. */
export interface DestructionStatement {
  readonly _type: string
  readonly subject: ReadonlyArray<{ readonly name: string; readonly digest: { readonly sha256: string } }>
  readonly predicateType: string
  readonly predicate: Destruction
}

export interface Destruction {
  readonly title: string
  readonly serial: string
  readonly issuedAt: string
  readonly issuer: Issuer
  readonly expunge: string
  readonly run: {
    readonly digest: string
    readonly state: string
    readonly plannedAt: string
    readonly startedAt?: string
    readonly endedAt?: string
  }
  readonly authority?: RunHead['authority']
  readonly approval?: { readonly by: string; readonly at: string }
  readonly approvals: ReadonlyArray<CertifiedApproval>
  /** Under the five words for what became of a record. */
  readonly totals: Totals
  readonly targets: ReadonlyArray<CertifiedTarget>
  readonly outcomes: {
    readonly file: string
    readonly records: number
    readonly root: string
    readonly sortedBy: 'pseudonym'
  }
  readonly pseudonymKey: { readonly sha256: string }
  readonly signers: ReadonlyArray<{ readonly keyid: string; readonly algorithm: string; readonly publicKey: string }>
  readonly log: { readonly vkey: string }
  readonly limits: ReadonlyArray<string>
  /** SHA-256 of what else is part of the certificate, by name. */
  readonly files: Readonly<Record<string, string>>
}

export type Totals = Readonly<Record<'deleted' | 'absent' | 'rejected' | 'untouched' | 'unconfirmed', number>>

export interface CertifiedApproval {
  readonly by: string
  readonly role?: string
  readonly at: string
  /** The fingerprint of the key that has signed it. */
  readonly key?: string
  readonly how: string
  /** What was signed, and the signature. */
  readonly envelope?: string
}

export interface CertifiedTarget {
  readonly name: string
  readonly place: {
    readonly key: string
    readonly label: string
    readonly account?: string
    readonly production: string
  }
  readonly method: {
    readonly provider: string
    readonly adapter?: string
    readonly verified: string
    readonly effect: string
  }
  readonly records: number
  readonly duplicates: number
  readonly totals: Totals
  /** How many are gone, by kind. */
  readonly gone: Readonly<Record<string, number>>
  /** How many are known to be gone by what. */
  readonly evidence: Readonly<Record<string, number>>
  /** How many are not gone, by why or by the code of a reason. */
  readonly exceptions: Readonly<Record<string, number>>
  readonly deletions?: { readonly first: string; readonly last: string }
  readonly identities: string
  readonly chain: { readonly links: number; readonly records: number; readonly head: string }
  readonly verification: ReadonlyArray<CertifiedReading>
  readonly remains: ReadonlyArray<{ readonly where: string; readonly until?: string }>
}

export interface CertifiedReading {
  readonly at: string
  readonly how: string
  readonly gone: number
  readonly read: number
}

export const destructionType = 'https://github.com/expunge/expunge/destruction/v1'

/** What the certificate does not say, in its own words. */
export const limits: ReadonlyArray<string> = [
  'It certifies deletion through the interfaces of the named systems, as those systems have answered or listed afterwards.',
  'What kind of gone it is, is said for each system: a recycle bin or a status is not an erasure.',
  'Backups, copies, exports, search indexes, logs and other environments are not covered, except where they are named under what remains.',
  'Somebody else may have created a record again under the same id since.',
]

/** Without what is only known once the rest is written. */
export type Draft = Omit<Destruction, 'outcomes' | 'files' | 'targets' | 'totals'>

export const draftStatement = (
  { head }: RunFile,
  journal: OpenJournal,
  issuer: Issuer,
  rest: Pick<Destruction, 'pseudonymKey' | 'signers' | 'log'> & { readonly hasExceptions: boolean; readonly now: Date },
): Draft => {
  const { digest, state, plannedAt, startedAt, endedAt, authority, approval } = head
  const { hasExceptions, now, ...known } = rest
  return {
    title: hasExceptions ? 'Certificate of destruction, with exceptions' : 'Certificate of destruction',
    serial: randomUUID(),
    issuedAt: now.toISOString(),
    issuer,
    expunge: version,
    run: {
      digest,
      state,
      plannedAt,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
    },
    ...(authority === undefined ? {} : { authority }),
    ...(approval === undefined ? {} : { approval }),
    approvals: journal
      .approvals()
      .filter((each) => each.digest === digest)
      .map((each) => {
        const key = keyOf(each)
        return {
          by: each.approver,
          ...(each.role === undefined ? {} : { role: each.role }),
          at: new Date(each.at).toISOString(),
          ...(key === undefined ? {} : { key }),
          how: each.how,
          ...(each.envelope === undefined ? {} : { envelope: each.envelope }),
        }
      }),
    ...known,
    limits,
  }
}

/** What is counted while the lines are made. */
export interface Counted {
  readonly totals: Totals
  readonly first: number | undefined
  readonly last: number | undefined
}

export const certifiedTarget = (target: TargetFile, { totals, first, last }: Counted): CertifiedTarget => {
  const { planned, counts, journal, duplicates } = target
  const { key, label, account, production } = planned.place
  const { provider, adapter, verified, effect } = planned
  const { links, records, head = '' } = journal.chain()
  const sums = (pick: (count: (typeof counts)[number]) => string | undefined) => {
    const sum: Record<string, number> = {}
    for (const count of counts) {
      const name = pick(count)
      if (name !== undefined) sum[name] = (sum[name] ?? 0) + count.records
    }
    return sum
  }
  return {
    name: target.name,
    place: { key, label, ...(account === undefined ? {} : { account }), production },
    method: { provider, ...(adapter === undefined ? {} : { adapter }), verified, effect },
    records: planned.records,
    duplicates,
    totals,
    gone: sums(({ status, effect: kind }) => (status === 'deleted' || status === 'absent' ? kind : undefined)),
    evidence: sums(({ status, evidence }) => (status === 'deleted' || status === 'absent' ? evidence : undefined)),
    exceptions: sums(({ status, why, reason }) =>
      status === 'deleted' || status === 'absent' ? undefined : (why ?? codeOf(reason?.code)),
    ),
    ...(first === undefined || last === undefined
      ? {}
      : { deletions: { first: new Date(first).toISOString(), last: new Date(last).toISOString() } }),
    identities: planned.identities,
    chain: { links, records, head },
    verification: readingsOf(target),
    remains: planned.remains ?? [],
  }
}

/** A code is a word of ours or of a vendor; what is longer, or anything else, may name a record. */
const codeOf = (code = ''): string => (/^[\w:./-]{1,48}$/.test(code) ? code : 'other')

/** Of the target as a whole: what is on record of any place of it. */
const readingsOf = ({ journal }: TargetFile): ReadonlyArray<CertifiedReading> =>
  journal.history(0).verifications.map(({ at, how, gone, read }) => ({
    at: new Date(at).toISOString(),
    how,
    gone,
    read,
  }))

export const statementOf = (predicate: Destruction): DestructionStatement => ({
  _type: statementType,
  subject: [
    { name: 'plan', digest: { sha256: predicate.run.digest } },
    { name: 'outcomes', digest: { sha256: predicate.outcomes.root } },
  ],
  predicateType: destructionType,
  predicate,
})

export const noTotals = (): Record<keyof Totals, number> =>
  Object.fromEntries(statuses.map((status) => [status, 0])) as Record<keyof Totals, number>
