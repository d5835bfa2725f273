import type { RecordOutcome, Totals } from '../contract/outcome.ts'
import type { OpenRecord } from '../intake/work.ts'

/** The canary and the shares: what makes a run stop itself although nothing failed. */
export interface Guards {
  /** Takes over what earlier runs of the plan had settled: a crash or a halt gives no guard a fresh start. */
  readonly resume: (before: Totals) => void
  /** Whether the first records are still being tried. */
  readonly isTrying: () => boolean
  /** How many more records may be handed to the batcher now. */
  readonly allowance: () => number
  /** One more record was handed to the batcher. */
  readonly handed: () => void
  /** All that was tried has its outcome, and is gone: the rest may follow. */
  readonly passed: () => void
  /** A record got its outcome: why the run should halt for it, if it should. */
  readonly settled: (record: OpenRecord, outcome: RecordOutcome) => string | undefined
}

export const openGuards = (settings: {
  readonly canary: number
  readonly rejectedShare: number
  readonly absentShare: number
  readonly haltAfter: number
}): Guards => {
  const { canary, rejectedShare, absentShare, haltAfter } = settings
  const counts = { handed: 0, settled: 0, rejected: 0, absent: 0 }
  let trying = canary > 0
  return {
    resume: ({ deleted, absent, rejected, unconfirmed }) => {
      counts.handed = deleted + absent
      counts.settled = deleted + absent + rejected + unconfirmed
      counts.rejected = rejected
      counts.absent = absent
      trying = canary > counts.handed
    },
    isTrying: () => trying,
    allowance: () => (trying ? canary - counts.handed : Number.POSITIVE_INFINITY),
    handed: () => {
      counts.handed++
    },
    passed: () => {
      trying = false
    },
    settled: ({ sendings }, { status }) => {
      if (sendings === 0) return undefined
      const gone = status === 'deleted' || status === 'absent'
      if (trying && !gone) return `the canary: one of the first ${canary} records is ${status}, not gone`
      counts.settled++
      if (status === 'rejected') counts.rejected++
      if (status === 'absent') counts.absent++
      if (counts.settled < haltAfter) return undefined
      if (counts.rejected > rejectedShare * counts.settled)
        return `${counts.rejected} of ${counts.settled} records were rejected: more than the part of ${rejectedShare} that is allowed`
      if (counts.absent > absentShare * counts.settled)
        return `${counts.absent} of ${counts.settled} records were absent: more than the part of ${absentShare} that is allowed`
      return undefined
    },
  }
}
