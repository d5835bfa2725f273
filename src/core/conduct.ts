import * as E from 'fp-ts/lib/Either.js'
import { backoffMs } from './backoff.ts'
import { settleCounts } from './counts.ts'
import { releaseHeld, settleCulprits } from './culprits.ts'
import { describe, type ErrorOf, type ProviderError, type Reason } from './error.ts'
import { afterPass, afterRefusal, type Isolated } from './isolation.ts'
import { followToEnd } from './jobs.ts'
import { callMember } from './member.ts'
import { type Finding, normalize } from './normalizer.ts'
import { mayHaveApplied, policy } from './policy.ts'
import type { Batch, BatchReply } from './provider.ts'
import { canRead } from './reader.ts'
import { confirm, reconcile } from './reconcile.ts'
import {
  type Run,
  sendAgain,
  sendNext,
  sendSame,
  settle,
  settleGone,
  settleUnconfirmed,
  sleepUnlessStopping,
  spend,
  spendBudget,
} from './run.ts'
import { noteAnswer, noteError } from './trouble.ts'
import type { OpenRecord, Work } from './work.ts'

/** One sending of a work: which batch it was, and from when a doubt about it counts. */
interface Sending {
  readonly work: Work
  readonly batch: Batch
  readonly sentAt: number
}

/**
 * Sends one work and sees it through: every record of it ends here with an outcome, or goes back to be sent again.
 * `control` reads a batch first while the reader is unproven; `onSubmitted` is called when the deletion has been
 * answered, so that another may be sent while this one's job is followed or its doubt settled.
 */
export const conduct = async (
  run: Run,
  work: Work,
  control: (records: ReadonlyArray<OpenRecord>) => Promise<void>,
  onSubmitted: (job: boolean) => void,
): Promise<void> => {
  if (work.search === undefined) await control(work.records)
  if (run.stop.reason() !== undefined) {
    onSubmitted(false)
    return sendSame(run, work)
  }
  const batch: Batch = { number: ++run.experience.batches, ids: work.records.map((record) => record.id) }
  run.emit({ kind: 'batch-sent', batch: batch.number, size: batch.ids.length })
  const { result, sentAt } = await callMember(run, 0, (context) => run.provider.deleteBatch(batch, context))
  const sending: Sending = { work, batch, sentAt }
  if (E.isLeft(result)) {
    onSubmitted(false)
    return judgeError(run, sending, result.left)
  }
  noteAnswer(run)
  const reply = result.right
  onSubmitted(reply.kind === 'JobStarted')
  if (reply.kind !== 'JobStarted') return judgeReply(run, sending, reply, 'reply')
  const job = await followToEnd(run, reply.jobId, batch, sentAt)
  if (E.isRight(job)) return judgeReply(run, sending, job.right, 'job')
  freeOthers(run, work)
  return doubtError(run, sending, job.left)
}

/** A reply: each record that was sent has exactly one finding. */
const judgeReply = async (run: Run, sending: Sending, reply: BatchReply, evidence: 'reply' | 'job'): Promise<void> => {
  const { work, batch, sentAt } = sending
  const { records } = work
  run.budget.give()
  const findings = normalize(batch.ids, reply, run.identityOf)
  if (findings.kind === 'counts') {
    freeOthers(run, work)
    const doubted = records.find((record) => record.doubt !== undefined)?.doubt
    if (doubted === undefined) return settleCounts(run, records, findings, batch.number)
    return doubtReply(run, sending, records, doubted)
  }
  const again: OpenRecord[] = []
  const doubtful: OpenRecord[] = []
  const toConfirm: OpenRecord[] = []
  let retryAfterMs = 0
  let passed = 0
  const confirming = run.settings.verify === 'all' && canRead(run)
  for (let at = 0; at < records.length; at++) {
    const record = records[at] as OpenRecord
    const finding = findings.kind === 'every' ? findings.finding : (findings.findings[at] as Finding)
    switch (finding.is) {
      case 'deleted':
        passed++
        if (confirming) toConfirm.push(record)
        else settleGone(run, record, 'deleted', evidence)
        break
      case 'again':
        again.push(record)
        retryAfterMs = Math.max(retryAfterMs, finding.retryAfterMs ?? 0)
        break
      case 'unknown':
        record.doubt ??= finding.reason
        doubtful.push(record)
        break
      default:
        if (record.doubt !== undefined) doubtful.push(record)
        else if (finding.is === 'absent') settleGone(run, record, 'absent', evidence)
        else settle(run, record, { status: 'rejected', reason: finding.reason })
    }
  }
  run.experience.passed += passed
  if (passed > 0) releaseHeld(run)
  if (passed === records.length) run.experience.largestPassed = Math.max(run.experience.largestPassed, passed)
  const followUps: Array<Promise<void>> = []
  if (doubtful.length > 0) followUps.push(doubtReply(run, sending, doubtful, doubtful[0]?.doubt as Reason))
  if (toConfirm.length > 0) followUps.push(confirm(run, toConfirm, evidence, sentAt + run.settings.lateEffectMs))
  if (again.length > 0) followUps.push(repeat(run, sending, again, retryAfterMs, passed > 0))
  if (passed === records.length) followUps.push(goOnSearching(run, work))
  else freeOthers(run, work)
  await Promise.all(followUps)
}

/** Not done, not refused: after a wait they go again, within `attempts`. */
const repeat = async (
  run: Run,
  { batch }: Sending,
  records: ReadonlyArray<OpenRecord>,
  retryAfterMs: number,
  progress: boolean,
): Promise<void> => {
  const reason: Reason = { code: 'not-done', message: 'the backend did not do it and did not refuse it, each time' }
  const left = records.filter((record) => !spend(run, record, true))
  for (const record of records) {
    if (left.includes(record)) continue
    if (record.doubt === undefined) settle(run, record, { status: 'untouched', why: 'attempts-spent', reason })
    else settleUnconfirmed(run, [record], record.doubt)
  }
  if (left.length === 0) return
  if (!progress)
    spendBudget(run, 'repetition', { tag: 'Throttled', detail: `batch ${batch.number}: ${reason.message}` })
  const times = Math.max(...left.map((record) => record.spent))
  await sleepUnlessStopping(run, retryAfterMs > 0 ? retryAfterMs : backoffMs(times, run.settings.random))
  const doubted = left.filter((record) => record.doubt !== undefined)
  if (doubted.length > 0) sendNext(run, { records: doubted })
  sendAgain(
    run,
    left.filter((record) => record.doubt === undefined),
  )
}

/** An answer that proves nothing about these; it would only come again, so they are not sent again for it. */
const doubtReply = (
  run: Run,
  { batch, sentAt }: Sending,
  records: ReadonlyArray<OpenRecord>,
  reason: Reason,
): Promise<void> =>
  reconcile(run, records, {
    batch: batch.number,
    reason,
    sentAt,
    conclusiveAt: sentAt + run.settings.lateEffectMs,
    mayResend: false,
  })

/** An error: the policy table says what it means. */
const judgeError = async (run: Run, sending: Sending, error: ProviderError): Promise<void> => {
  const { work, batch } = sending
  const step = policy[error.tag].then
  noteError(run, error, 'delete', batch.number, policy[error.tag].retry)
  if (mayHaveApplied(error)) {
    spendBudget(run, 'unknown-end', error)
    freeOthers(run, work)
    return doubtError(run, sending, error)
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
    return doubtReply(run, sending, doubted, {
      code: 'refused-in-doubt',
      message: `refused after an attempt of unknown end: ${refusal.detail}`,
    })
  }
  const isolated = afterRefusal(work, refusal, batch.number, run.experience, run.identityOf)
  if (isolated.culprits.length === 0) run.experience.anonymous = true
  await apply(run, isolated)
}

/** The part that was sent has passed; when it was the last one there is no culprit, so it was the size that was refused. */
const goOnSearching = async (run: Run, { search }: Work): Promise<void> => {
  if (search === undefined) return
  if (search.others.length === 0 && search.rootSize > 1) run.batcher.limitCount(Math.floor(search.rootSize / 2))
  await apply(run, afterPass(search, run.experience))
}

const apply = async (run: Run, { culprits, free, next }: Isolated): Promise<void> => {
  if (next !== undefined) sendNext(run, next)
  if (free.length > 0) sendAgain(run, free)
  if (culprits.length > 0) await settleCulprits(run, culprits)
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
  if (run.batcher.shrink(records)) {
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
 * searched like a refused batch. What has no end can never be known to be over.
 */
const doubtError = async (run: Run, sending: Sending, error: ProviderError): Promise<void> => {
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
    const onListed = (left: ReadonlyArray<OpenRecord>) =>
      apply(run, afterRefusal({ records: left }, refusal, batch.number, run.experience, run.identityOf))
    return reconcile(run, work.records, { ...doubt, reason, conclusiveAt: clock.now(), onListed })
  }
  const conclusiveAt = error.tag === 'JobOverdue' ? Number.POSITIVE_INFINITY : sentAt + lateEffectMs
  const waits = doubt.mayResend && !canRead(run)
  if (waits) await sleepUnlessStopping(run, backoffMs((work.records[0]?.spent ?? 0) + 1, random))
  return reconcile(run, work.records, { ...doubt, reason: { code: error.tag, message: describe(error) }, conclusiveAt })
}

/** What a search knew of its other records is void: they go again with any others. */
const freeOthers = (run: Run, { search }: Work): void => {
  if (search !== undefined && search.others.length > 0) sendAgain(run, search.others)
}
