import type { ErrorOf, Reason } from '../contract/error.ts'
import type { Batch } from '../contract/provider.ts'

/** A record that has no outcome yet: one small object from the source to the ledger. */
export interface OpenRecord {
  /** Spelled as it was given: sent, joined and reported so. */
  readonly id: string
  /** Its place among the accepted ids, from 0. */
  readonly index: number
  /** Sendings that came to nothing; bounded by `attempts`. */
  spent: number
  /** Sendings it took part in. */
  sendings: number
  /** Why it is in doubt: an attempt may have been applied, and nothing has disproved it yet. */
  doubt: Reason | undefined
  /** How many records had passed when a throttle last turned this one back. */
  passedAtThrottle: number
  /** A proven reader has listed it: it is none of the missing ones. */
  listed: boolean
  settled: boolean
}

/** What the dispatcher sends next: records that go out together, exactly these. */
export interface Work {
  readonly records: ReadonlyArray<OpenRecord>
  /** Set while a refused batch is searched: who else may be to blame, and for which refusal. */
  readonly search?: Search
}

/** A refused set that holds at least one culprit: the records of the work, and `others`. */
export interface Search {
  readonly others: ReadonlyArray<OpenRecord>
  readonly refusal: ErrorOf<'Refused'>
  /** The batch whose refusal began the search. */
  readonly root: number
  /** How many records the refused batch held. */
  readonly rootSize: number
}

/** One sending of a work: which batch it was, and from when a doubt about it counts. */
export interface Sending {
  readonly work: Work
  readonly batch: Batch
  readonly sentAt: number
}

export const openRecord = (id: string, index: number): OpenRecord => ({
  id,
  index,
  spent: 0,
  sendings: 0,
  doubt: undefined,
  passedAtThrottle: -1,
  listed: false,
  settled: false,
})
