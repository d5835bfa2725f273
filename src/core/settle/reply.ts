import type { Reason } from '../contract/error.ts'
import type { BatchReply } from '../contract/provider.ts'
import type { OpenRecord, Sending } from '../intake/work.ts'
import { type Conclusion, mayBeOurs } from '../judge/judgement.ts'
import { type Finding, normalize } from '../judge/normalizer.ts'
import { isDoubted, type Told, tell } from '../judge/record.ts'
import { backoffMs } from '../pace/backoff.ts'
import { endsRun, putOff } from '../run/patience.ts'
import { sendAgain, sendNext } from '../run/requeue.ts'
import { type Run, settle, settleGone, sleepUnlessStopping } from '../run/run.ts'
import { confirm, settleCounts } from './counted.ts'
import { type Doubting, goAgain, settleDoubt } from './doubt.ts'
import { judgeDefect, shrink } from './failure.ts'
import { notePassed } from './missing.ts'
import { park } from './parking.ts'
import { canRead } from './reader.ts'
import { freeOthers, goOnSearching } from './search.ts'

/** A reply: each record that was sent has exactly one finding, which is a fact about it. */
export const judgeReply = async (
  run: Run,
  sending: Sending,
  reply: BatchReply,
  evidence: 'reply' | 'job',
): Promise<void> => {
  const { work, batch } = sending
  const { records } = work
  run.pace.budget.give()
  const findings = normalize(batch.ids, reply, run.identityOf)
  if (findings.kind === 'defect') return judgeDefect(run, sending, findings.detail)
  if (findings.kind === 'counts') {
    freeOthers(run, work)
    return settleCounts(run, sending, findings)
  }
  const followUps = openFollowUps()
  const confirming = (run.settings.verify === 'all' || run.books.guards.isTrying()) && canRead(run)
  let passed = 0
  for (let at = 0; at < records.length; at++) {
    const record = records[at] as OpenRecord
    const finding = findings.kind === 'every' ? findings.finding : (findings.findings[at] as Finding)
    if (finding.is === 'deleted') {
      passed++
      if (confirming) followUps.confirm.push(record)
      else settleGone(run, record, 'deleted', evidence)
    } else hear(run, sending, record, finding, evidence, followUps)
  }
  const isWhole = passed === records.length
  run.known.experience.passed += passed
  if (isWhole) run.known.experience.largestPassed = Math.max(run.known.experience.largestPassed, passed)
  if (isWhole && work.search === undefined) notePassed(run, records)
  await Promise.all([
    settleFollowUps(run, sending, followUps),
    followUps.confirm.length > 0 && confirm(run, { ...sending, work: { records: followUps.confirm } }, evidence),
    followUps.again.length > 0 && repeat(run, sending, followUps.again, followUps.retryAfterMs),
    followUps.smaller.length > 0 && shrink(run, { records: followUps.smaller }, tooMuch),
    isWhole ? goOnSearching(run, work) : freeOthers(run, work),
  ])
}

/** What is still to be done once every finding was heard. */
interface FollowUps {
  readonly confirm: OpenRecord[]
  readonly again: OpenRecord[]
  /** Not done, for the size of the request. */
  readonly smaller: OpenRecord[]
  retryAfterMs: number
  /** An answer that proves nothing about these. */
  readonly doubted: OpenRecord[]
  /** In a word that is neither a refusal nor one that passes: read, and tried once more. */
  readonly unclear: OpenRecord[]
}

const openFollowUps = (): FollowUps => ({
  confirm: [],
  again: [],
  smaller: [],
  retryAfterMs: 0,
  doubted: [],
  unclear: [],
})

/** A finding that is no plain deletion becomes a fact. */
const hear = (
  run: Run,
  { batch, sentAt }: Sending,
  record: OpenRecord,
  finding: Exclude<Finding, { readonly is: 'deleted' }>,
  evidence: 'reply' | 'job',
  followUps: FollowUps,
): void => {
  const now = run.settings.clock.now()
  const told = (more: Omit<Told, 'sentAt' | 'overAt'>): Conclusion =>
    tell(record, { sentAt, overAt: now, ...more }, run.settings)
  switch (finding.is) {
    case 'again':
      told({ fact: { is: 'void' }, reason: notDone })
      followUps[finding.smaller === true ? 'smaller' : 'again'].push(record)
      followUps.retryAfterMs = Math.max(followUps.retryAfterMs, finding.retryAfterMs ?? 0)
      return
    case 'unknown': {
      const { reason } = finding
      // Nobody has said that it is over.
      tell(record, { sentAt, overAt: sentAt + run.settings.lateEffectMs, reason }, run.settings)
      followUps.doubted.push(record)
      return
    }
    case 'absent': {
      // After a request that may have deleted it, and from a job that was carried out twice, this is no evidence.
      const isJob = evidence === 'job'
      const isVain = isDoubted(record) || mayBeOurs(record.belief) || (isJob && record.listed)
      const over = { is: 'over', took: isJob ? 'unknown' : 'nothing', quoted: false } as const
      const fact = isVain ? over : ({ is: 'said', of: 'absent' } as const)
      const conclusion = told({ fact, reason: saidMissing })
      if (isVain) followUps.doubted.push(record)
      else settleSaid(run, record, conclusion, evidence, batch.number, followUps)
      return
    }
    case 'unclear':
      if (!record.unclear) {
        record.unclear = true
        told({ fact: { is: 'over', took: 'unknown', quoted: true }, reason: finding.reason, quote: finding.reason })
        followUps.unclear.push(record)
        return
      }
      break
    default:
  }
  const { reason } = finding
  const conclusion = told({
    fact: { is: 'said', of: 'rejected' },
    reason: record.doubt?.reason ?? reason,
    quote: reason,
  })
  settleSaid(run, record, conclusion, evidence, batch.number, followUps)
}

const tooMuch = { tag: 'TooLarge', detail: 'the backend did not do it, for the size of the request' } as const
const notDone: Reason = { code: 'not-done', message: 'the backend did not do it and did not refuse it, each time' }
const saidMissing: Reason = { code: 'said-missing', message: 'the backend says that it was missing' }

const settleSaid = (
  run: Run,
  record: OpenRecord,
  conclusion: Conclusion,
  evidence: 'reply' | 'job',
  batch: number,
  { doubted }: FollowUps,
): void => {
  if (conclusion.is !== 'outcome') doubted.push(record)
  else if (conclusion.status === 'absent') settleGone(run, record, 'absent', evidence)
  else if (conclusion.status === 'deleted') settleGone(run, record, 'deleted', conclusion.evidence)
  else settleRejected(run, record, batch)
}

/** There, and refused: parked, where the deletion of another record may cure it. */
const settleRejected = (run: Run, record: OpenRecord, batch: number): void => {
  const reason = record.doubt?.quote ?? record.doubt?.reason ?? notDone
  if (!park(run, record, reason, batch)) settle(run, record, { status: 'rejected', reason })
}

/** An answer that proves nothing would only come again, so nothing is sent again for it before older doubts are over. */
const settleFollowUps = async (run: Run, sending: Sending, { doubted, unclear }: FollowUps): Promise<void> => {
  const batch = sending.batch.number
  const onRefused = (records: ReadonlyArray<OpenRecord>): void => {
    for (const record of records) settleRejected(run, record, batch)
  }
  const doubting = (records: ReadonlyArray<OpenRecord>): Doubting => {
    return { batch, reason: records[0]?.doubt?.reason ?? notDone, mayResend: false, onRefused }
  }
  const tried = (records: ReadonlyArray<OpenRecord>): void => goAgain(run, records)
  await Promise.all([
    doubted.length > 0 && settleDoubt(run, doubted, doubting(doubted)),
    unclear.length > 0 &&
      (canRead(run)
        ? settleDoubt(run, unclear, { ...doubting(unclear), mayResend: true, onRefused: tried, onThere: tried })
        : tried(unclear)),
  ])
}

/** Not done, not refused: after a wait they go again, until nothing has passed for `maxWaitMs`. */
const repeat = async (
  run: Run,
  { batch }: Sending,
  records: ReadonlyArray<OpenRecord>,
  retryAfterMs: number,
): Promise<void> => {
  const error = { tag: 'Throttled', detail: `batch ${batch.number}: ${notDone.message}` } as const
  let times = 0
  for (const record of records) times = Math.max(times, ++record.putOff)
  const isTooLong = endsRun(run, retryAfterMs, error)
  putOff(run, error, 'records')
  const wish = retryAfterMs > 0 && !isTooLong ? retryAfterMs : undefined
  await sleepUnlessStopping(run, wish ?? backoffMs(times, run.settings.random))
  const doubted = records.filter(isDoubted)
  if (doubted.length > 0) sendNext(run, { records: doubted })
  sendAgain(
    run,
    records.filter((record) => !isDoubted(record)),
  )
}
