import type { RecordOutcome, Totals } from '../contract/outcome.ts'
import type { OpenRecord } from '../intake/work.ts'

/** The canary and the shares: what makes a run stop itself although nothing failed. */
export interface Guards {
  /**
   * Takes over what earlier runs of the plan had settled, and how many records they left in flight: a crash, a stop or a
   * halt gives no guard a fresh start. Answers why the run should halt for it, if it should.
   */
  readonly resume: (before: Totals, inFlight: number) => string | undefined
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
  /**
   * What a record looks like until it has its outcome: refused, and waiting for another to go; or missing, by a read that
   * can't tell yet. Answers like `settled`.
   */
  readonly seems: (record: OpenRecord, as: 'rejected' | 'absent') => string | undefined
}

export const openGuards = (settings: {
  readonly canary: number
  readonly rejectedShare: number
  readonly absentShare: number
  readonly haltAfter: number
}): Guards => {
  const { canary, rejectedShare, absentShare, haltAfter } = settings
  const counts = { handed: 0, settled: 0, rejected: 0, absent: 0 }
  const seeming = { rejected: new Set<OpenRecord>(), absent: new Set<OpenRecord>() }
  let trying = canary > 0
  const shares = (): string | undefined => {
    const settled = counts.settled + seeming.rejected.size + seeming.absent.size
    const rejected = counts.rejected + seeming.rejected.size
    const absent = counts.absent + seeming.absent.size
    if (settled < haltAfter) return undefined
    if (rejected > rejectedShare * settled)
      return `${rejected} of ${settled} records were rejected: more than the part of ${rejectedShare} that is allowed`
    if (absent > absentShare * settled)
      return `${absent} of ${settled} records were absent: more than the part of ${absentShare} that is allowed`
    return undefined
  }
  return {
    resume: ({ deleted, absent, rejected, unconfirmed }, inFlight) => {
      const gone = deleted + absent
      counts.settled = gone + rejected + unconfirmed
      counts.handed = counts.settled + inFlight
      counts.rejected = rejected
      counts.absent = absent
      // Nothing follows the canary before all of it is gone: where more was handed over, it was.
      trying = canary > 0 && counts.handed <= canary && gone < canary
      if (trying && counts.settled > gone)
        return `the canary: ${counts.settled - gone} of the first ${canary} records are not gone`
      return shares()
    },
    isTrying: () => trying,
    allowance: () => (trying ? canary - counts.handed : Number.POSITIVE_INFINITY),
    handed: () => {
      counts.handed++
    },
    passed: () => {
      trying = false
    },
    settled: (record, outcome) => {
      const { status } = outcome
      seeming.rejected.delete(record)
      seeming.absent.delete(record)
      const why = 'why' in outcome ? outcome.why : undefined
      // What can't be copied is not gone, and stops the trial.
      if (record.sendings === 0 && !(trying && why === 'not-backed-up')) {
        // Another one is tried in its place.
        if (trying && why === 'held') counts.handed--
        return undefined
      }
      const gone = status === 'deleted' || status === 'absent'
      if (trying && !gone) return `the canary: one of the first ${canary} records is ${status}, not gone`
      counts.settled++
      if (status === 'rejected') counts.rejected++
      if (status === 'absent') counts.absent++
      return shares()
    },
    seems: (record, as) => {
      seeming[as].add(record)
      return shares()
    },
  }
}
