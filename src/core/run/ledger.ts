import type { RecordOutcome, Status, Totals } from '../contract/outcome.ts'
import { statuses } from '../contract/outcome.ts'
import type { OpenRecord } from '../intake/work.ts'

/** Where each record gets its one outcome. What comes in and what goes out is counted apart, and held against each other at the end. */
export interface Ledger {
  /** Counts an id in; returns its place. Called where ids are pulled. */
  readonly accept: () => number
  readonly countDuplicate: () => void
  /** Gives a record its outcome. Throws `LedgerBreach` for a record that has one. */
  readonly settle: (record: OpenRecord, outcome: RecordOutcome) => void
  readonly totals: () => Totals
  readonly duplicates: () => number
  readonly accepted: () => number
  readonly settled: () => number
  /** Throws `LedgerBreach` unless every accepted record has exactly one outcome. */
  readonly close: () => void
}

/** The accounts don't add up: a defect of the engine, never rounded away. */
export class LedgerBreach extends Error {
  override readonly name = 'LedgerBreach'
}

export const openLedger = (sink: (outcome: RecordOutcome, index: number) => void): Ledger => {
  let accepted = 0
  let duplicates = 0
  const totals: { [status in Status]: number } = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
  const settled = () => statuses.reduce((sum, status) => sum + totals[status], 0)
  return {
    accept: () => accepted++,
    countDuplicate: () => {
      duplicates++
    },
    settle: (record, outcome) => {
      if (record.settled) throw new LedgerBreach(`a second outcome, ${outcome.status}, for record ${record.index}`)
      record.settled = true
      totals[outcome.status]++
      sink(outcome, record.index)
    },
    totals: () => ({ ...totals }),
    duplicates: () => duplicates,
    accepted: () => accepted,
    settled,
    close: () => {
      if (settled() === accepted) return
      throw new LedgerBreach(`${accepted} records were handed in and ${settled()} have an outcome`)
    },
  }
}
