import type { JournalTarget } from '../../journal/index.ts'

/** What may be left without making a failure of it. */
export type Accepted = 'protected'

/** How many records of a target were left for that. */
export const acceptedIn = (journal: JournalTarget, accept: Accepted | undefined): number => {
  if (accept === undefined) return 0
  return journal.counts().reduce((sum, { why, records }) => sum + (why === accept ? records : 0), 0)
}
