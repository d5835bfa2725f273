import * as E from 'fp-ts/lib/Either.js'
import { describe, type ProviderError, type Reason } from '../contract/error.ts'
import type { OpenRecord } from '../intake/work.ts'
import { sendAgain, sendNext, spend } from '../run/requeue.ts'
import { type Run, settle, settleGone, settleUnconfirmed, sleepUnlessStopping } from '../run/run.ts'
import { whyUntouched } from '../run/stop.ts'
import { canRead, type Look, look, lookWithProof, unreadable } from './reader.ts'

/** An attempt that may have been applied. */
export interface Doubt {
  readonly batch: number
  readonly reason: Reason
  /** When the attempt was sent. */
  readonly sentAt: number
  /** From when on "it is still there" means that it was not applied. */
  readonly conclusiveAt: number
  /** It is a job that nobody saw the end of: "still there" never means that it won't be applied. */
  readonly endless?: boolean
  /** Whether the same may be sent again where nothing can be read: not after an answer, which would only come again. */
  readonly mayResend: boolean
  /** What to do with records that provably were not deleted; default: they go again, within `attempts`. */
  readonly onListed?: (records: ReadonlyArray<OpenRecord>) => Promise<void>
}

/**
 * Settles doubt by reading back. Gone is gone, whenever it is read. Still there proves nothing before `conclusiveAt`;
 * after that the record goes again, free of doubt. Two rounds of reading at most.
 */
export const reconcile = async (run: Run, records: ReadonlyArray<OpenRecord>, doubt: Doubt): Promise<void> => {
  for (const record of records) record.doubt = doubt.reason
  run.tell.emit({ kind: 'in-doubt', batch: doubt.batch, size: records.length, detail: doubt.reason.message })
  if (!canRead(run)) return resend(run, records, doubt, undefined)
  let open = records
  let goneEarly: ReadonlyArray<OpenRecord> = []
  for (const round of ['at once', 'in time'] as const) {
    if (round === 'in time') await waitUntil(run, doubt.conclusiveAt)
    const seen = await lookWithProof(run, open)
    if (E.isLeft(seen) || !seen.right.proven) {
      settleUnlisted(run, goneEarly, false)
      return resend(run, open, doubt, E.isLeft(seen) ? seen.left : undefined)
    }
    const { listed, unlisted, at } = seen.right
    const inTime = at >= doubt.conclusiveAt
    const conclusive = inTime && doubt.endless !== true
    const notApplied = conclusive && listed.length > 0
    open = listed
    if (round === 'at once' && !inTime && listed.length > 0) goneEarly = unlisted
    else {
      settleUnlisted(run, goneEarly, notApplied)
      settleUnlisted(run, unlisted, notApplied && round === 'at once')
    }
    if (open.length === 0) return
    if (conclusive) return stillThere(run, open, doubt)
    if (inTime) break
  }
  settleUnconfirmed(run, open, doubt.reason)
}

/**
 * Not listed by a proven reader: gone. Where a refused batch leaves all records alone and another one of it is there for
 * good, it was not applied, so these were gone before it.
 */
const settleUnlisted = (run: Run, records: ReadonlyArray<OpenRecord>, notApplied: boolean): void => {
  const wereGone = notApplied && run.provider.capabilities.atomicity === 'all-or-nothing'
  for (const record of records) settleGone(run, record, wereGone ? 'absent' : 'deleted', 'read-back')
}

/** Still there, and nothing can come late any more: the doubt is disproved. */
const stillThere = (run: Run, records: ReadonlyArray<OpenRecord>, { onListed }: Doubt): Promise<void> | void => {
  if (onListed === undefined || run.ending.stop.reason() !== undefined) return goAgain(run, records)
  for (const record of records) record.doubt = undefined
  return onListed(records)
}

/** Provably not deleted: they go again, within `attempts`. */
export const goAgain = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  const left: OpenRecord[] = []
  const reason = run.ending.stop.reason()
  for (const record of records) {
    const cause = record.doubt
    record.doubt = undefined
    if (reason !== undefined) settle(run, record, { status: 'untouched', why: whyUntouched(reason) })
    else if (spend(run, record, false))
      settle(run, record, { status: 'untouched', why: 'attempts-spent', ...(cause && { reason: cause }) })
    else left.push(record)
  }
  sendAgain(run, left)
}

/**
 * Nothing can be read: the same records go again, together and still in doubt, where that does no harm. What a later
 * answer then says of "not found" or "refused" is no evidence; that they are deleted is.
 */
const resend = (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  doubt: Doubt,
  failure: ProviderError | undefined,
): void => {
  const couldRead = canRead(run)
  const why: Reason = couldRead
    ? { ...unreadable(failure), message: `${doubt.reason.message}; ${unreadable(failure).message}` }
    : doubt.reason
  const allowed =
    doubt.mayResend && run.provider.capabilities.replay === 'safe' && run.ending.stop.reason() === undefined
  const left: OpenRecord[] = []
  for (const record of records) {
    record.doubt = why
    if (!allowed || spend(run, record, false)) settleUnconfirmed(run, [record], why)
    else left.push(record)
  }
  if (left.length > 0) sendNext(run, { records: left })
}

/** Waits for a time; while the run is stopping not longer than leaves room for a last read before the drain is over. */
const waitUntil = async (run: Run, at: number): Promise<void> => {
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

/** The backend calls these deleted, and every deletion is to be read back. */
export const confirm = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  evidence: 'reply' | 'job',
  conclusiveAt: number,
): Promise<void> => {
  let open = records
  for (const round of ['at once', 'in time'] as const) {
    if (round === 'in time') await waitUntil(run, conclusiveAt)
    const seen = await look(run, open)
    if (E.isLeft(seen) || !seen.right.proven) {
      if (round === 'in time') break
      for (const record of open) settleGone(run, record, 'deleted', evidence)
      return
    }
    for (const record of seen.right.unlisted) settleGone(run, record, 'deleted', 'read-back')
    open = seen.right.listed
    if (open.length === 0) return
    if (seen.right.at >= conclusiveAt) break
  }
  settleUnconfirmed(run, open, {
    code: 'reply-and-read-disagree',
    message: 'the backend called it deleted, and it is still listed',
  })
}

/** What a look that could settle a count showed, or why it settles nothing. */
export const lookOrReason = async (run: Run, records: ReadonlyArray<OpenRecord>): Promise<E.Either<Reason, Look>> => {
  if (!canRead(run)) return E.left({ code: 'not-read', message: 'only counts are known, and nothing may be read back' })
  const seen = await lookWithProof(run, records)
  if (E.isLeft(seen))
    return E.left({
      code: 'unreadable',
      message: `only counts are known, and reading back failed: ${describe(seen.left)}`,
    })
  return seen.right.unlisted.length === 0 || seen.right.proven ? seen : E.left(unreadable(undefined))
}
