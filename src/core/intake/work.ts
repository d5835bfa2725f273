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
  /** What may be so of it, as the judgement keeps it; 0 for a record that no send of ours can have touched. */
  belief: number
  /** Kept while a send of ours is not disposed of. */
  doubt: Doubt | undefined
  /** The backend has once answered in a word that is neither a refusal nor one that passes. */
  unclear: boolean
  /** How often the backend has put it off. */
  putOff: number
  /** A proven reader has listed it: it is none of the missing ones. */
  listed: boolean
  /** A copy of its content is kept. */
  copied: boolean
  /** It was sent, and the batch that it is in is not over. */
  inFlight: boolean
  settled: boolean
}

/** When a record was sent, and why nobody knows yet what came of it. Times in ms since the epoch. */
export interface Doubt {
  readonly firstSentAt: number
  /** From when on no send of ours can take effect; infinite for a job that nobody saw the end of. */
  readonly deadAt: number
  readonly reason: Reason
  /** What the backend refused it with, or counted it among. */
  readonly quote?: Reason
}

/** What the dispatcher sends next: records that go out together, exactly these. */
export interface Work {
  readonly records: ReadonlyArray<OpenRecord>
  /** A read did not list them: they are sent to know what the backend says of it, and read again when it refuses. */
  readonly unlisted?: true
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
  /** When the request left that was refused last. */
  readonly sentAt: number
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
  belief: 0,
  doubt: undefined,
  unclear: false,
  putOff: 0,
  listed: false,
  copied: false,
  inFlight: false,
  settled: false,
})
