import type { Status } from '../core/contract/outcome.ts'

/**
 * How far a subject has come. `nothing`: it has no records. `complete`: all are `deleted` or `absent`. `not-begun`: none is gone,
 * and none may be. `half-deleted`: anything else.
 */
export type SubjectState = 'nothing' | 'complete' | 'not-begun' | 'half-deleted'

/** In the order in which a report has them. */
export const subjectStates: ReadonlyArray<SubjectState> = ['half-deleted', 'not-begun', 'complete', 'nothing']

/** Counts records, and says how far their subjects have come. */
export const openStates = (subjects: number) => {
  const records = new Int32Array(subjects)
  const gone = new Int32Array(subjects)
  const doubtful = new Int32Array(subjects)
  const add = (counts: Int32Array, subject: number): void => {
    counts[subject] = (counts[subject] ?? 0) + 1
  }
  return {
    add: (subject: number, status: Status): void => {
      add(records, subject)
      if (status === 'deleted' || status === 'absent') add(gone, subject)
      if (status === 'unconfirmed') add(doubtful, subject)
    },
    of: (subject: number): SubjectState => {
      if (records[subject] === 0) return 'nothing'
      if (gone[subject] === records[subject]) return 'complete'
      return gone[subject] === 0 && doubtful[subject] === 0 ? 'not-begun' : 'half-deleted'
    },
  }
}
