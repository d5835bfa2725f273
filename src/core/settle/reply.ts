import type { Reason } from '../contract/error.ts'
import type { BatchReply } from '../contract/provider.ts'
import type { OpenRecord, Sending } from '../intake/work.ts'
import { type Finding, normalize } from '../judge/normalizer.ts'
import { backoffMs } from '../pace/backoff.ts'
import { sendAgain, sendNext, spend, spendBudget } from '../run/requeue.ts'
import { type Run, settle, settleGone, settleUnconfirmed, sleepUnlessStopping } from '../run/run.ts'
import { settleCounts } from './counts.ts'
import { releaseHeld } from './culprits.ts'
import { notePassed } from './missing.ts'
import { park } from './parking.ts'
import { canRead } from './reader.ts'
import { confirm, reconcile } from './reconcile.ts'
import { freeOthers, goOnSearching } from './search.ts'

/** A reply: each record that was sent has exactly one finding. */
export const judgeReply = async (
  run: Run,
  sending: Sending,
  reply: BatchReply,
  evidence: 'reply' | 'job',
): Promise<void> => {
  const { work, batch, sentAt } = sending
  const { records } = work
  run.pace.budget.give()
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
  const confirming = (run.settings.verify === 'all' || run.books.guards.isTrying()) && canRead(run)
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
        else if (!park(run, record, finding.reason, batch.number)) {
          settle(run, record, { status: 'rejected', reason: finding.reason })
        }
    }
  }
  run.known.experience.passed += passed
  if (passed > 0) releaseHeld(run)
  if (passed === records.length)
    run.known.experience.largestPassed = Math.max(run.known.experience.largestPassed, passed)
  const followUps: Array<Promise<void>> = []
  if (doubtful.length > 0) followUps.push(doubtReply(run, sending, doubtful, doubtful[0]?.doubt as Reason))
  if (toConfirm.length > 0) followUps.push(confirm(run, toConfirm, evidence, sentAt + run.settings.lateEffectMs))
  if (again.length > 0) followUps.push(repeat(run, sending, again, retryAfterMs, passed > 0))
  if (passed === records.length && work.search === undefined) notePassed(run, records)
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
export const doubtReply = (
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
