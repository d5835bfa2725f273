import type { Row, Store } from '../sqlite/store.ts'

/** What a person said became of records. */
export interface JournalAttestation {
  readonly target: string
  /** Places in the plan of the target. */
  readonly records: ReadonlyArray<number>
  readonly result: 'done' | 'not-found' | 'not-possible'
  /** Of `not-possible`. */
  readonly reason?: string
  readonly person: string
  /** ms since the epoch. */
  readonly at: number
  readonly host?: string
  /** Where it was signed: a DSSE envelope. */
  readonly envelope?: string
}

/** Attestations in the order in which they were put on record. */
export const openAttestations = (store: Store, numberOf: (target: string) => number) => ({
  attestations: (): ReadonlyArray<JournalAttestation> =>
    store
      .all('SELECT a.*, t.name AS name FROM attestations a JOIN targets t ON t.number = a.target ORDER BY a.number')
      .map(attestationOf),
  attest: ({ target, records, result, reason, person, at, host, envelope }: JournalAttestation): void => {
    const sql = `INSERT INTO attestations (target, records, result, reason, person, at, host, envelope)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
    const values = [JSON.stringify(records), result, reason ?? null, person, at, host ?? null, envelope ?? null]
    store.run(sql, numberOf(target), ...values)
    store.commit()
  },
})

const attestationOf = (row: Row): JournalAttestation => {
  const text = (name: string) => (row[name] === null ? {} : { [name]: String(row[name]) })
  return {
    target: String(row['name']),
    records: JSON.parse(String(row['records'])),
    result: row['result'] as JournalAttestation['result'],
    ...text('reason'),
    person: String(row['person']),
    at: Number(row['at']),
    ...text('host'),
    ...text('envelope'),
  }
}
