import { describe, type ErrorOf, type ProviderError, type Reason } from '../contract/error.ts'
import type { OpenRecord, Sending, Work } from '../intake/work.ts'
import { afterRefusal } from '../judge/isolation.ts'
import { mayHaveApplied, policy } from '../judge/policy.ts'
import { backoffMs } from '../pace/backoff.ts'
import { sendAgain, sendNext, sendSame, spend, spendBudget } from '../run/requeue.ts'
import { type Run, settle, settleUnconfirmed, sleepUnlessStopping } from '../run/run.ts'
import { noteError } from '../run/trouble.ts'
import { noteMissing, readCulprits } from './missing.ts'
import { canRead } from './reader.ts'
import { goAgain, reconcile } from './reconcile.ts'
import { doubtReply } from './reply.ts'
import { applyStep, freeOthers } from './search.ts'

/** An error: the policy table says what it means. */
export const judgeError = async (run: Run, sending: Sending, error: ProviderError): Promise<void> => {
  const { work, batch } = sending
  const step = policy[error.tag].then
  noteError(run, error, 'delete', batch.number, policy[error.tag].retry)
  if (mayHaveApplied(error)) {
    spendBudget(run, 'unknown-end', error)
    freeOthers(run, work)
    return doubtError(run, sending, error, false)
  }
  if (error.tag === 'Refused') return isolate(run, sending, error)
  if (step === 'pause') return turnedBack(run, work, error)
  if (step === 'shrink') return shrink(run, work, error)
  sendSame(run, work)
}

/** A refusal of records in doubt is evidence of nothing; any other begins or narrows a search. */
const isolate = async (run: Run, sending: Sending, refusal: ErrorOf<'Refused'>): Promise<void> => {
  const { work, batch } = sending
  const doubted = work.records.filter((record) => record.doubt !== undefined)
  if (doubted.length > 0) {
    freeOthers(run, work)
    sendAgain(
      run,
      work.records.filter((record) => record.doubt === undefined),
    )
    return doubtReply(run, sending, doubted, {
      code: 'refused-in-doubt',
      message: `refused after an attempt of unknown end: ${refusal.detail}`,
    })
  }
  const left = await readCulprits(run, work, refusal)
  if (left !== undefined) return sendAgain(run, left)
  const isolated = afterRefusal(work, refusal, batch.number, run.known.experience, run.identityOf)
  if (isolated.culprits.length === 0) run.known.experience.anonymous = true
  noteMissing(run, isolated.culprits.filter(({ by, is }) => by === 'name' && is === 'absent').length)
  await applyStep(run, isolated)
}

const whys = { Throttled: 'throttled', Unavailable: 'unavailable', Unreachable: 'unreachable' } as const

/** Nothing was applied, and the records are not at fault: they go again after the pause; a throttle may spend their attempts. */
const turnedBack = (run: Run, work: Work, error: ProviderError): void => {
  const counts = error.tag === 'Throttled'
  const spentOnes = counts ? work.records.filter((record) => spend(run, record, true)) : []
  if (counts) spendBudget(run, 'repetition', error)
  if (spentOnes.length === 0) return sendSame(run, work)
  const reason: Reason = { code: error.tag, message: error.detail }
  for (const record of spentOnes) {
    if (record.doubt === undefined) settle(run, record, { status: 'untouched', why: whys.Throttled, reason })
    else settleUnconfirmed(run, [record], record.doubt)
  }
  freeOthers(run, work)
  const left = work.records.filter((record) => !record.settled)
  if (left.length > 0) sendSame(run, { records: left })
}

/** Too long: cut smaller from now on. A single record that is too long is left alone. */
const shrink = (run: Run, work: Work, error: ProviderError): void => {
  freeOthers(run, work)
  const { records } = work
  const [first] = records
  if (run.queue.batcher.shrink(records)) {
    const half = Math.ceil(records.length / 2)
    if (first?.doubt === undefined) return sendAgain(run, records)
    sendNext(run, { records: records.slice(0, half) })
    return sendNext(run, { records: records.slice(half) })
  }
  if (first === undefined) return
  const reason: Reason = { code: error.tag, message: error.detail }
  if (first.doubt === undefined) settle(run, first, { status: 'untouched', why: 'too-large', reason })
  else settleUnconfirmed(run, [first], first.doubt)
}

/**
 * It may have happened. A job that the backend says has failed is over: one look tells what it did, and what it left is
 * searched like a refused batch. Any other job may go on, for as long as it likes, after we can't ask it any more.
 */
export const doubtError = async (
  run: Run,
  sending: Sending,
  error: ProviderError,
  jobStarted: boolean,
): Promise<void> => {
  const { work, batch, sentAt } = sending
  const { clock, lateEffectMs, random } = run.settings
  const doubt = { batch: batch.number, sentAt, mayResend: policy[error.tag].retry }
  if (error.tag === 'JobFailed') {
    const reason = error.reason ?? { code: error.tag, message: describe(error) }
    const refusal = {
      tag: 'Refused',
      status: reason.status ?? 0,
      detail: error.detail,
      culprits: [],
      blames: 'unknown',
      reason,
    } as const
    // A job says nothing of sizes, so whoever a search leaves to blame is sent alone before it is blamed.
    const search = { refusal, root: batch.number, rootSize: Number.POSITIVE_INFINITY, others: [] }
    // What has gone meanwhile may have been why it failed: then the rest just goes again.
    const onListed = async (left: ReadonlyArray<OpenRecord>) => {
      if (left.length < work.records.length) return goAgain(run, left)
      await applyStep(
        run,
        afterRefusal({ records: left, search }, refusal, batch.number, run.known.experience, run.identityOf),
      )
    }
    const refused = refusal.status >= 400 && refusal.status < 500
    return reconcile(run, work.records, { ...doubt, reason, conclusiveAt: clock.now(), ...(refused && { onListed }) })
  }
  const conclusiveAt = sentAt + lateEffectMs
  const waits = doubt.mayResend && !canRead(run)
  if (waits) await sleepUnlessStopping(run, backoffMs((work.records[0]?.spent ?? 0) + 1, random))
  return reconcile(run, work.records, {
    ...doubt,
    reason: { code: error.tag, message: describe(error) },
    conclusiveAt,
    endless: jobStarted,
  })
}
