import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError, Reason } from '../contract/error.ts'
import type { OpenRecord } from '../intake/work.ts'
import { conclude, learn } from '../judge/judgement.ts'
import { see } from '../judge/record.ts'
import { sendAgain, sendNext, spend } from '../run/requeue.ts'
import { leave, type Run, settle, settleGone, settleUnconfirmed, sleepUnlessStopping } from '../run/run.ts'
import { whyUntouched } from '../run/stop.ts'
import { canRead, type Look, lookWithProof, unreadable } from './reader.ts'

/** What is to be done about records in doubt. */
export interface Doubting {
  readonly batch: number
  /** Why they are in doubt. */
  readonly reason: Reason
  /** Whether the same may be sent again where nothing can be read: not after an answer, which would only come again. */
  readonly mayResend: boolean
  /** Those that are there, and were not refused; default: they go again, within `attempts`. */
  readonly onThere?: (records: ReadonlyArray<OpenRecord>) => Promise<void> | void
  /** Those that are there, and were refused; default: the same. */
  readonly onRefused?: (records: ReadonlyArray<OpenRecord>) => Promise<void> | void
}

/**
 * Settles doubt by reading back: as soon as a read can show what came of the first request, and once more when no request
 * can take effect any more. What a read means is for the judgement to say.
 */
export const settleDoubt = async (run: Run, records: ReadonlyArray<OpenRecord>, doubting: Doubting): Promise<void> => {
  run.tell.emit({
    kind: 'in-doubt',
    batch: doubting.batch,
    size: records.length,
    detail: doubting.reason.message,
  })
  if (!canRead(run)) return resend(run, records, doubting, undefined)
  let open = records
  let unread: ReadonlySet<OpenRecord> = new Set()
  const times = readingTimes(run, records)
  for (const at of times) {
    const endWait = run.tell.waits.begin('read-back', open.length, times.at(-1))
    await waitUntil(run, at)
    endWait()
    const seen = await lookWithProof(run, open)
    if (E.isLeft(seen)) return resend(run, open, doubting, seen.left)
    if (!seen.right.proven && seen.right.unlisted.length > 0) return resend(run, open, doubting, undefined)
    unread = new Set(seen.right.unread)
    noteUnapplied(run, seen.right)
    const found = settleSeen(run, seen.right)
    open = found.open
    await handOn(run, found.refused, doubting.onRefused)
    await handOn(run, found.there, doubting.onThere)
    if (open.length === 0) return
  }
  for (const record of open) {
    const reason = record.doubt?.reason ?? doubting.reason
    settle(run, record, {
      status: 'unconfirmed',
      reason: unread.has(record) ? withFailure(reason, incomplete) : reason,
    })
  }
}

const handOn = (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  take: Doubting['onThere'] = (some) => goAgain(run, some),
): Promise<void> | void => {
  if (records.length === 0) return
  return run.ending.stop.reason() === undefined ? take(records) : goAgain(run, records)
}

/**
 * A batch that is applied as a whole or not at all was not, if one of it is still there when nothing can come late, and
 * nobody else can have put it there again.
 */
const noteUnapplied = (run: Run, { listed, unlisted, at }: Look): void => {
  const { others, readLagMs } = run.settings
  if (others === 'may' || run.provider.capabilities.atomicity !== 'all-or-nothing') return
  const isLate = ({ doubt }: OpenRecord): boolean => doubt !== undefined && at - readLagMs >= doubt.deadAt
  if (!listed.some(isLate)) return
  for (const record of unlisted.filter(isLate)) {
    const belief = learn(record.belief, { is: 'dead' }, run.settings)
    record.belief = learn(belief, { is: 'over', took: 'nothing', quoted: false }, run.settings)
  }
}

const incomplete = { code: 'unreadable', message: 'the answers to reading back left it out' }

/** What a look settled, and what it leaves. */
interface SeenRecords {
  /** Provably not deleted, and not refused either. */
  readonly there: ReadonlyArray<OpenRecord>
  /** Provably there, after a refusal of them. */
  readonly refused: ReadonlyArray<OpenRecord>
  readonly open: ReadonlyArray<OpenRecord>
}

/** Turns a look into facts, and gives those their outcomes that are gone by them. */
export const settleSeen = (run: Run, { listed, unlisted, unread, at }: Look): SeenRecords => {
  const there: OpenRecord[] = []
  const refused: OpenRecord[] = []
  const open: OpenRecord[] = [...unread]
  const from = at - run.settings.readLagMs
  for (const [records, isListed] of [
    [listed, true],
    [unlisted, false],
  ] as const) {
    for (const record of records) {
      const conclusion = see(record, { listed: isListed, from }, run.settings)
      if (conclusion.is === 'unknowable') settle(run, record, { status: 'unconfirmed', reason: contradiction })
      else if (conclusion.is === 'open') open.push(record)
      else if (conclusion.status === 'untouched') (isListed || record.doubt === undefined ? there : open).push(record)
      else if (conclusion.status === 'rejected') refused.push(record)
      else settleGone(run, record, conclusion.status, 'read-back')
    }
  }
  return { there, refused, open }
}

export const contradiction: Reason = {
  code: 'contradiction',
  message:
    'what was seen of it does not fit together: somebody else changes these records, or a read lags more than it is said to',
}

/** When reads can tell: what is gone, from the lag after the first request on; what is there, when none can take effect. */
const readingTimes = (run: Run, records: ReadonlyArray<OpenRecord>): ReadonlyArray<number> => {
  const { readLagMs, clock, others } = run.settings
  let sentAt = 0
  let deadAt = 0
  for (const { doubt } of records) {
    sentAt = Math.max(sentAt, doubt?.firstSentAt ?? 0)
    deadAt = Math.max(deadAt, doubt?.deadAt ?? 0)
  }
  const [gone, all] = [sentAt + readLagMs, deadAt + readLagMs]
  if (all === Number.POSITIVE_INFINITY) return [gone]
  // What is still there then tells of the others, too.
  const tellsOfAll = others === 'none' && run.provider.capabilities.atomicity === 'all-or-nothing'
  return tellsOfAll || all - Math.max(gone, clock.now()) <= readLagMs ? [all] : [gone, all]
}

/** Provably not deleted: they go again, within `attempts`. */
export const goAgain = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  if (records.length === 0) return
  const left: OpenRecord[] = []
  const stopping = run.ending.stop.reason()
  for (const record of records) {
    const reason = record.doubt?.reason
    record.doubt = undefined
    if (stopping !== undefined) leave(run, [record], whyUntouched(stopping))
    else if (spend(run, record)) leave(run, [record], 'attempts-spent', reason)
    else left.push(record)
  }
  sendAgain(run, left)
}

/** Nothing can be read: the same records go again, together and still in doubt, where that does no harm and may tell. */
const resend = (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  doubting: Doubting,
  failure: ProviderError | undefined,
): void => {
  const couldRead = canRead(run)
  const allowed =
    doubting.mayResend && run.provider.capabilities.replay === 'safe' && run.ending.stop.reason() === undefined
  const left: OpenRecord[] = []
  for (const record of records) {
    const { doubt } = record
    const reason = couldRead ? withFailure(doubt?.reason ?? doubting.reason, unreadable(failure)) : doubt?.reason
    if (doubt !== undefined && reason !== undefined) record.doubt = { ...doubt, reason }
    if (conclude(record.belief).is === 'outcome') goAgain(run, [record])
    else if (!allowed || spend(run, record)) settleUnconfirmed(run, [record], doubting.reason)
    else left.push(record)
  }
  if (left.length > 0) sendNext(run, { records: left })
}

const withFailure = (reason: Reason, failure: Reason): Reason => ({
  ...failure,
  message: `${reason.message}; ${failure.message}`,
})

/** Waits for a time; while the run is stopping not longer than leaves room for a last read before the drain is over. */
export const waitUntil = async (run: Run, at: number): Promise<void> => {
  const { clock, drainMs } = run.settings
  const lastChance = () => run.ending.stop.drainEndsAt() - Math.min(drainMs / 4, lastReadMs)
  if (at < Number.POSITIVE_INFINITY) {
    while (run.ending.stop.reason() === undefined && clock.now() < at) await sleepUnlessStopping(run, at - clock.now())
  }
  const until = Math.min(at, lastChance())
  while (!run.ending.stop.over.aborted && until < Number.POSITIVE_INFINITY && clock.now() < until) {
    await clock.sleep(until - clock.now(), run.ending.stop.over)
  }
}

/** Kept free at the end of a drain for one more read, in ms. */
const lastReadMs = 5_000
