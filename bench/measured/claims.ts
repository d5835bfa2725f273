import { indexOf } from './ids.ts'

/** What a contestant says became of a record. */
export const claimed = { nothing: 0, gone: 1, there: 2, unknown: 3 } as const
export type Claim = (typeof claimed)[keyof typeof claimed]

/** A byte a record: claims of a client, or the ledger of a server (how often it deleted the record). */
export type PerRecord = Uint8Array

/** A loop by hand says of a whole batch what became of it: of all of it, the same. */
export const claimBatch = (claims: PerRecord, ids: ReadonlyArray<string>, claim: Claim): void => {
  for (const id of ids) claims[indexOf(id)] = claim
}

/** A report, held against what the server did. The four never overlap. */
export interface Score {
  /** Reported gone, and still there. */
  readonly lost: number
  /** Reported as not deleted, and gone. */
  readonly falseAlarms: number
  /** Nothing was reported. */
  readonly unsaid: number
  /** Reported as not known. */
  readonly inDoubt: number
}

export const score = (claims: PerRecord, ledger: PerRecord): Score => {
  const found = { lost: 0, falseAlarms: 0, unsaid: 0, inDoubt: 0 }
  for (let index = 0; index < claims.length; index++) {
    const gone = (ledger[index] ?? 0) > 0
    const claim = claims[index]
    if (claim === claimed.nothing) found.unsaid++
    else if (claim === claimed.unknown) found.inDoubt++
    else if (claim === claimed.gone && !gone) found.lost++
    else if (claim === claimed.there && gone) found.falseAlarms++
  }
  return found
}

/** Counters say less than records: as many as they can be right about, they are. */
export interface Counted {
  readonly gone: number
  readonly there: number
}

export const scoreCounted = (counted: Counted, ledger: PerRecord): Score => {
  const there = ledger.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0)
  return {
    lost: Math.max(0, counted.gone - (ledger.length - there)),
    falseAlarms: Math.max(0, counted.there - there),
    unsaid: Math.max(0, ledger.length - counted.gone - counted.there),
    inDoubt: 0,
  }
}
