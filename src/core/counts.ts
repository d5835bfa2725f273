import * as E from 'fp-ts/lib/Either.js'
import { releaseHeld } from './culprits.ts'
import { describe, type Reason } from './error.ts'
import { callMember } from './member.ts'
import { mayHaveApplied } from './policy.ts'
import type { Verdict } from './provider.ts'
import { lookOrReason, reconcile } from './reconcile.ts'
import { sendAgain, spend } from './requeue.ts'
import { type Run, settle, settleGone, settleUnconfirmed } from './run.ts'
import { noteAnswer, noteError } from './trouble.ts'
import type { OpenRecord } from './work.ts'

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
  run.experience.passed += Math.min(counts.deleted, unlisted.length)
  if (run.experience.passed > 0) releaseHeld(run)
  const reason = {
    code: 'counted-failed',
    message: `the backend counted ${counts.failed} of ${records.length} records as failed, and this one is still there`,
  }
  if (listed.length <= counts.failed) {
    await Promise.all(listed.map((record) => settleRefused(run, record, reason, batch)))
    return
  }
  const spentOnes = listed.filter((record) => spend(run, record, false))
  for (const record of spentOnes) settle(run, record, { status: 'untouched', why: 'attempts-spent', reason })
  sendAgain(
    run,
    listed.filter((record) => !record.settled),
  )
}

/** Asks why one record was refused, while questions are left. The question is an attempt, and may delete the record. */
const settleRefused = async (run: Run, record: OpenRecord, reason: Reason, batch: number): Promise<void> => {
  const { diagnose } = run.provider
  if (diagnose === undefined || run.experience.diagnosesLeft <= 0 || run.stop.reason() !== undefined) {
    settle(run, record, { status: 'rejected', reason })
    return
  }
  run.experience.diagnosesLeft--
  const { result, sentAt } = await callMember(run, 0, (context) => diagnose(record.id, context))
  if (E.isRight(result)) {
    noteAnswer(run)
    settleDiagnosed(run, record, result.right, reason)
    return
  }
  const error = result.left
  noteError(run, error, 'delete', batch, false)
  if (!mayHaveApplied(error)) {
    settle(run, record, { status: 'rejected', reason })
    return
  }
  const conclusiveAt = sentAt + run.settings.lateEffectMs
  const doubt = { code: error.tag, message: `asking for the reason: ${describe(error)}` }
  await reconcile(run, [record], { batch, reason: doubt, sentAt, conclusiveAt, mayResend: false })
}

const settleDiagnosed = (run: Run, record: OpenRecord, verdict: Verdict, reason: Reason): void => {
  if (verdict.is === 'deleted')
    settleGone(run, record, 'deleted', run.provider.followJob === undefined ? 'reply' : 'job')
  else if (verdict.is === 'absent') settleGone(run, record, 'deleted', 'read-back')
  else settle(run, record, { status: 'rejected', reason: verdict.is === 'rejected' ? verdict.reason : reason })
}
