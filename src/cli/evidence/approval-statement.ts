import type { RunPlan } from '../plan/run-plan.ts'

/** What somebody signs who approves a plan: an in-toto statement, version 1, on one line. */
export interface ApprovalStatement {
  readonly _type: typeof statementType
  readonly subject: ReadonlyArray<{ readonly name: string; readonly digest: { readonly sha256: string } }>
  readonly predicateType: typeof approvalType
  readonly predicate: {
    readonly digest: string
    readonly places: ReadonlyArray<{ readonly target: string; readonly key: string; readonly label: string }>
    readonly counts: ReadonlyArray<{ readonly target: string; readonly toDelete: number; readonly records: number }>
    readonly authority?: RunPlan['authority']
    readonly approver?: Approver
    /** ISO 8601, UTC. */
    readonly decidedAt?: string
  }
}

export interface Approver {
  readonly name: string
  readonly role?: string
  readonly comment?: string
  /** The public key, as OpenSSH writes it. */
  readonly key: string
}

export const statementType = 'https://in-toto.io/Statement/v1'
export const approvalType = 'https://github.com/expunge/expunge/approval/v1'

/** Without an approver: what `--print` writes, which depends on the plan alone. */
export const approvalStatement = (plan: RunPlan, approver?: Approver, decidedAt?: string): ApprovalStatement => ({
  _type: statementType,
  subject: [{ name: 'plan', digest: { sha256: plan.digest } }],
  predicateType: approvalType,
  predicate: {
    digest: plan.digest,
    places: plan.targets.map(({ name, place }) => ({ target: name, key: place.key, label: place.label })),
    counts: plan.targets.map(({ name, toSend, records }) => ({ target: name, toDelete: toSend, records })),
    ...(plan.authority === undefined ? {} : { authority: plan.authority }),
    ...(approver === undefined ? {} : { approver }),
    ...(decidedAt === undefined ? {} : { decidedAt }),
  },
})

/** What `--print` writes. */
export const bytesToSign = (plan: RunPlan): Buffer => Buffer.from(`${JSON.stringify(approvalStatement(plan))}\n`)

/** The same as shells and editors hand it on: they take a line break away, or write another one. */
export const asHandedOn = (plan: RunPlan): ReadonlyArray<Buffer> => {
  const text = JSON.stringify(approvalStatement(plan))
  return ['\n', '', '\r\n'].map((end) => Buffer.from(text + end))
}

/** The digest that a statement approves; undefined for any other statement. */
export const digestApproved = (payload: Buffer): string | undefined => {
  try {
    const { _type, subject, predicateType, predicate } = JSON.parse(payload.toString('utf8'))
    if (_type !== statementType || predicateType !== approvalType || subject?.length !== 1) return undefined
    const [{ name, digest }] = subject
    return name === 'plan' && digest?.sha256 === predicate?.digest ? digest.sha256 : undefined
  } catch {
    return undefined
  }
}
