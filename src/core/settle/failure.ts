import { describe, type ErrorOf, type ProviderError, type Reason } from '../contract/error.ts'
import type { OpenRecord, Sending, Work } from '../intake/work.ts'
import { afterRefusal, culpritsNamed } from '../judge/isolation.ts'
import { mayHaveApplied, policy } from '../judge/policy.ts'
import { isDoubted, type Told, tell } from '../judge/record.ts'
import { backoffMs } from '../pace/backoff.ts'
import { sendAgain, sendNext, sendSame, spendBudget } from '../run/requeue.ts'
import { leave, type Run, settleUnconfirmed, sleepUnlessStopping } from '../run/run.ts'
import { noteError } from '../run/trouble.ts'
import { goAgain, settleDoubt } from './doubt.ts'
import { noteMissing, readCulprits, suspectUnlisted } from './missing.ts'
import { canRead } from './reader.ts'
import { applyStep, freeOthers } from './search.ts'

/** An error: the policy table says what may have come of the request, and that is a fact about its records. */
export const judgeError = async (run: Run, sending: Sending, error: ProviderError): Promise<void> => {
  const { work, batch } = sending
  const step = policy[error.tag].then
  noteError(run, error, 'delete', batch.number, policy[error.tag].retry)
  if (error.tag === 'Denied' && mayHaveApplied(error)) return doubtPlace(run, sending, error)
  if (mayHaveApplied(error)) {
    spendBudget(run, 'unknown-end', error)
    freeOthers(run, work)
    return doubtError(run, sending, error, false)
  }
  if (error.tag === 'Refused') return isolate(run, sending, error)
  tellAll(run, sending, work.records, { fact: { is: 'void' }, reason: { code: error.tag, message: describe(error) } })
  // Nothing was applied, and the records are not at fault: they go again after the pause.
  if (step === 'pause') return goLater(run, work, error)
  if (step === 'shrink') return shrink(run, work, error)
  sendSame(run, work)
}

/** What a provider must not say is a bug of it: the run halts, and what was sent is in doubt. */
export const judgeDefect = (run: Run, sending: Sending, detail: string): Promise<void> =>
  judgeError(run, sending, { tag: 'Defect', detail, cause: undefined })

/** A fact about all of these. */
const tellAll = (
  run: Run,
  { sentAt }: Pick<Sending, 'sentAt'>,
  records: ReadonlyArray<OpenRecord>,
  { overAt = run.settings.clock.now(), ...told }: Omit<Told, 'sentAt' | 'overAt'> & { readonly overAt?: number },
): void => {
  for (const record of records) {
    tell(record, { ...told, sentAt, overAt }, run.settings)
  }
}

/** Answered from another place: what that has deleted, no reader of ours can tell. The run halts, and the batch stays open. */
const doubtPlace = (run: Run, sending: Sending, error: ErrorOf<'Denied'>): void => {
  const { records } = sending.work
  const reason: Reason = { code: error.tag, message: describe(error) }
  tellAll(run, sending, records, { overAt: Number.POSITIVE_INFINITY, reason })
  settleUnconfirmed(run, records, reason)
  freeOthers(run, sending.work)
}

const goLater = (run: Run, work: Work, error: ProviderError): void => {
  if (error.tag === 'Throttled') for (const record of work.records) record.putOff++
  sendSame(run, work)
}

/** A refusal of records in doubt begins no search; any other begins or narrows one. */
const isolate = async (run: Run, sending: Sending, refusal: ErrorOf<'Refused'>): Promise<void> => {
  const { work, batch, sentAt } = sending
  const doubted = work.records.filter(isDoubted)
  if (doubted.length > 0) {
    freeOthers(run, work)
    const others = work.records.filter((record) => !isDoubted(record))
    sendAgain(run, others)
    return refusedInDoubt(run, sending, doubted, refusal)
  }
  if (work.unlisted === true) return suspectUnlisted(run, sending, refusal)
  const left = await readCulprits(run, sending, refusal)
  if (left !== undefined) return sendAgain(run, left)
  const isolated = afterRefusal(work, refusal, batch.number, run.known.experience, run.identityOf, sentAt)
  if (isolated.culprits.length === 0) run.known.experience.anonymous = true
  noteMissing(run, isolated.culprits.filter(({ by, is }) => by === 'name' && is === 'absent').length)
  await applyStep(run, isolated)
}

/** It did nothing itself, and what it says of them may be the work of an earlier request: they stay in doubt. */
const refusedInDoubt = (
  run: Run,
  sending: Sending,
  records: ReadonlyArray<OpenRecord>,
  refusal: ErrorOf<'Refused'>,
): Promise<void> => {
  const reason: Reason = {
    code: 'refused-in-doubt',
    message: `refused after an attempt of unknown end: ${refusal.detail}`,
  }
  const named = new Map(culpritsNamed(records, refusal, run.identityOf).map((one) => [one.record, one]))
  const isAlone = sending.work.records.length === 1 && refusal.blames === 'rejected'
  for (const record of records) {
    const quote = named.get(record)?.reason ?? (isAlone ? (refusal.reason ?? reason) : undefined)
    const fact = { is: 'over', took: 'nothing', quoted: quote !== undefined } as const
    tellAll(run, sending, [record], { fact, reason, ...(quote && { quote }) })
  }
  return settleDoubt(run, records, { batch: sending.batch.number, reason, mayResend: false })
}

/** Too long: cut smaller from now on. A single record that is too long is left alone. */
export const shrink = (run: Run, work: Work, error: ErrorOf<'TooLarge'> | ProviderError): void => {
  freeOthers(run, work)
  const { records } = work
  run.queue.unlisted.shrink(records)
  if (!run.queue.batcher.shrink(records)) {
    leave(run, records, 'too-large', { code: error.tag, message: error.detail })
    return
  }
  if (!records.some(isDoubted)) return sendAgain(run, records)
  const half = Math.ceil(records.length / 2)
  sendNext(run, { records: records.slice(0, half) })
  sendNext(run, { records: records.slice(half) })
}

/**
 * It may have happened. A batch that is proven to be untouched twice is halved. A job that the backend says has failed is over: one look tells what it did, and what it left is
 * searched like a refused batch. Any other job may go on, for as long as it likes, after we can't ask it any more.
 */
export const doubtError = async (
  run: Run,
  sending: Sending,
  error: ProviderError,
  jobStarted: boolean,
): Promise<void> => {
  if (error.tag === 'JobFailed') return doubtFailedJob(run, sending, error)
  const { work, batch, sentAt } = sending
  const { lateEffectMs, random } = run.settings
  const reason = { code: error.tag, message: describe(error) }
  tellAll(run, sending, work.records, { overAt: jobStarted ? Number.POSITIVE_INFINITY : sentAt + lateEffectMs, reason })
  const mayResend = policy[error.tag].retry
  if (mayResend && !canRead(run)) await sleepUnlessStopping(run, backoffMs((work.records[0]?.spent ?? 0) + 1, random))
  const onThere = (left: ReadonlyArray<OpenRecord>): void => {
    const isWhole = left.length === work.records.length && left.length > 1
    const isAnswer = error.tag === 'Interrupted' && error.status !== undefined
    if (isWhole && isAnswer && left.some(({ spent }) => spent > 0)) halve(run, left, error)
    else goAgain(run, left)
  }
  return settleDoubt(run, work.records, { batch: batch.number, reason, mayResend, onThere })
}

/** Twice of no use, and provably nothing done: one record may be why. Halving costs the run's budget, and no attempt. */
const halve = (run: Run, records: ReadonlyArray<OpenRecord>, error: ProviderError): void => {
  spendBudget(run, 'repetition', error)
  for (const record of records) record.doubt = undefined
  const half = Math.ceil(records.length / 2)
  sendNext(run, { records: records.slice(0, half) })
  sendNext(run, { records: records.slice(half) })
}

const doubtFailedJob = async (run: Run, sending: Sending, error: ErrorOf<'JobFailed'>): Promise<void> => {
  const { work, batch, sentAt } = sending
  const reason = error.reason ?? { code: error.tag, message: describe(error) }
  const status = reason.status ?? 0
  const refusal = { tag: 'Refused', status, detail: error.detail, culprits: [], blames: 'unknown', reason } as const
  tellAll(run, sending, work.records, { fact: { is: 'over', took: 'unknown', quoted: false }, reason })
  // What has gone meanwhile may have been why it failed: then the rest just goes again. A job says nothing of sizes, so
  // whoever a search leaves to blame is sent alone before it is blamed.
  const onThere = async (left: ReadonlyArray<OpenRecord>): Promise<void> => {
    if (left.length === 0) return
    if (left.length < work.records.length) return goAgain(run, left)
    for (const record of left) record.doubt = undefined
    const search = { refusal, root: batch.number, rootSize: Number.POSITIVE_INFINITY, sentAt, others: [] }
    await applyStep(
      run,
      afterRefusal({ records: left, search }, refusal, batch.number, run.known.experience, run.identityOf, sentAt),
    )
  }
  const refused = status >= 400 && status < 500
  return settleDoubt(run, work.records, {
    batch: batch.number,
    reason,
    mayResend: true,
    ...(refused && { onThere }),
  })
}
