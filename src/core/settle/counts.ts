import * as E from 'fp-ts/lib/Either.js'
import type { OpenRecord } from '../intake/work.ts'
import { sendAgain, spend } from '../run/requeue.ts'
import { type Run, settle, settleGone, settleUnconfirmed } from '../run/run.ts'
import { releaseHeld } from './culprits.ts'
import { park } from './parking.ts'
import { lookOrReason } from './reconcile.ts'
import { countedFailed, settleRefused } from './refused.ts'

/**
 * Turns two counts into outcomes with one look. Gone: absent before when nothing was counted deleted, else deleted as
 * read back. Still there: refused, when as many were counted failed; the reason of the first few is asked for one by
 * one. Still there and not counted at all: it goes again.
 */
export const settleCounts = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  counts: { readonly deleted: number; readonly failed: number },
  batch: number,
): Promise<void> => {
  const seen = await lookOrReason(run, records)
  if (E.isLeft(seen)) {
    settleUnconfirmed(run, records, seen.left)
    return
  }
  const { listed, unlisted } = seen.right
  for (const record of unlisted) settleGone(run, record, counts.deleted === 0 ? 'absent' : 'deleted', 'read-back')
  run.known.experience.passed += Math.min(counts.deleted, unlisted.length)
  if (run.known.experience.passed > 0) releaseHeld(run)
  const reason = {
    code: countedFailed,
    message: `the backend counted ${counts.failed} of ${records.length} records as failed, and this one is still there`,
  }
  if (listed.length <= counts.failed && counts.deleted + counts.failed === records.length) {
    const refused = listed.filter((record) => !park(run, record, reason, batch))
    await Promise.all(refused.map((record) => settleRefused(run, record, reason, batch)))
    return
  }
  const spentOnes = listed.filter((record) => spend(run, record, false))
  for (const record of spentOnes) settle(run, record, { status: 'untouched', why: 'attempts-spent', reason })
  sendAgain(
    run,
    listed.filter((record) => !record.settled),
  )
}
