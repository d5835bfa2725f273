import type { Row, Store } from '../sqlite/store.ts'

/** Somebody has approved a plan. */
export interface JournalApproval {
  /** Of the plan that was approved. */
  readonly digest: string
  /** The name that was given. */
  readonly approver: string
  readonly role?: string
  readonly comment?: string
  /** ms since the epoch. */
  readonly at: number
  /** Where, and by which account of the operating system, it was put on record. */
  readonly host?: string
  readonly account?: string
  /** `named`: nobody has signed. `dsse`: the envelope is one of DSSE. `ssh`: it is a signature of OpenSSH. */
  readonly how: 'named' | 'dsse' | 'ssh'
  readonly envelope?: string
}

/** Approvals in the order in which they were put on record. */
export const openApprovals = (store: Store) => ({
  approvals: (): ReadonlyArray<JournalApproval> => store.all('SELECT * FROM approvals ORDER BY number').map(approvalOf),
  approve: ({ digest, approver, role, comment, at, host, account, how, envelope }: JournalApproval): void => {
    const sql = `INSERT INTO approvals (digest, approver, role, comment, at, host, account, how, envelope)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    const texts = [host, account, how, envelope].map((text) => text ?? null)
    store.run(sql, digest, approver, role ?? null, comment ?? null, at, ...texts)
    store.commit()
  },
})

const approvalOf = (row: Row): JournalApproval => {
  const text = (name: string) => (row[name] === null ? {} : { [name]: String(row[name]) })
  return {
    digest: String(row['digest']),
    approver: String(row['approver']),
    ...text('role'),
    ...text('comment'),
    at: Number(row['at']),
    ...text('host'),
    ...text('account'),
    how: row['how'] as JournalApproval['how'],
    ...text('envelope'),
  }
}
