import * as E from 'fp-ts/lib/Either.js'
import { describe, type Reason } from '../contract/error.ts'
import type { Verdict } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { mayHaveApplied } from '../judge/policy.ts'
import { tell } from '../judge/record.ts'
import type { Called } from '../run/call.ts'
import { callDeleting, heldBack, notOnRecord } from '../run/call.ts'
import { type Run, settle, settleGone } from '../run/run.ts'
import { noteAnswer, noteError } from '../run/trouble.ts'
import { settleDoubt } from './doubt.ts'

/** The reason of a record that is only known to be among those counted as failed. */
export const countedFailed = 'counted-failed'

/**
 * Rejects a record. Where only a count says so, its reason is asked for, while questions are left: such a question is an
 * attempt, and may delete the record.
 */
export const settleRefused = async (run: Run, record: OpenRecord, reason: Reason, batch: number): Promise<void> => {
  const { diagnose } = run.provider
  if (
    reason.code !== countedFailed ||
    diagnose === undefined ||
    run.known.experience.diagnosesLeft <= 0 ||
    // A record that an earlier process sent may have no copy, and the question may delete it.
    (run.settings.backup !== undefined && !record.copied) ||
    run.ending.stop.reason() !== undefined
  ) {
    settle(run, record, { status: 'rejected', reason })
    return
  }
  run.known.experience.diagnosesLeft--
  const single = { number: run.known.experience.batches + 1, ids: [record.id] }
  const called = await callDeleting(run, single, [record], (context) => diagnose(record.id, context))
  if (called === notOnRecord || called === heldBack) settle(run, record, { status: 'rejected', reason })
  else await settleAsked(run, record, reason, batch, called)
  if (run.books.recorder.isKept) await run.books.recorder.over(single.number, [record])
}

const settleAsked = async (
  run: Run,
  record: OpenRecord,
  reason: Reason,
  batch: number,
  { result, sentAt }: Called<Verdict>,
): Promise<void> => {
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
  const doubt = { code: error.tag, message: `asking for the reason: ${describe(error)}` }
  const overAt = error.tag === 'JobOverdue' ? Number.POSITIVE_INFINITY : sentAt + run.settings.lateEffectMs
  tell(record, { sentAt, overAt, reason: doubt }, run.settings)
  const onRefused = () => settle(run, record, { status: 'rejected', reason })
  await settleDoubt(run, [record], { batch, reason: doubt, mayResend: false, onRefused })
}

const settleDiagnosed = (run: Run, record: OpenRecord, verdict: Verdict, reason: Reason): void => {
  if (verdict.is === 'deleted')
    settleGone(run, record, 'deleted', run.provider.followJob === undefined ? 'reply' : 'job')
  else if (verdict.is === 'absent') settleGone(run, record, 'deleted', 'read-back')
  else settle(run, record, { status: 'rejected', reason: 'reason' in verdict ? verdict.reason : reason })
}
