import * as E from 'fp-ts/lib/Either.js'
import type { Reason } from '../contract/error.ts'
import type { OpenRecord, Sending } from '../intake/work.ts'
import { tell } from '../judge/record.ts'
import { type Run, settle, settleGone, settleUnconfirmed } from '../run/run.ts'
import { type Doubting, goAgain, settleDoubt, settleSeen, waitUntil } from './doubt.ts'
import { park } from './parking.ts'
import { canRead, lookAtAll } from './reader.ts'
import { countedFailed, settleRefused } from './refused.ts'

/**
 * A job has ended and says only how many it deleted and how many failed: its records are read once. Those that are there
 * are the failed ones where as many were counted, and go again where not.
 */
export const settleCounts = async (
  run: Run,
  { work, batch, sentAt }: Sending,
  counts: { readonly deleted: number; readonly failed: number },
): Promise<void> => {
  const { records } = work
  const { deleted, failed } = counts
  const now = run.settings.clock.now()
  const quote: Reason = {
    code: countedFailed,
    message: `the backend counted ${failed} of ${records.length} records as failed, and this one is still there`,
  }
  const doubt: Reason = { code: 'only-counted', message: 'only counts are known of its batch' }
  const fact = { is: 'over', took: 'unknown', quoted: failed > 0 } as const
  for (const record of records) {
    tell(record, { sentAt, fact, overAt: now, reason: doubt, ...(failed > 0 && { quote }) }, run.settings)
  }
  if (!canRead(run)) {
    settleUnconfirmed(run, records, {
      code: 'not-read',
      message: 'only counts are known, and nothing may be read back',
    })
    return
  }
  const onRefused = async (there: ReadonlyArray<OpenRecord>): Promise<void> => {
    if (there.length > failed || deleted + failed !== records.length) return goAgain(run, there)
    const refused = there.filter((record) => !park(run, record, quote, batch.number))
    await Promise.all(refused.map((record) => settleRefused(run, record, quote, batch.number)))
  }
  const doubting: Doubting = { batch: batch.number, reason: doubt, mayResend: false, onRefused }
  await settleDoubt(run, records, doubting)
}

/** The backend calls these deleted, and every deletion is to be read back. */
export const confirm = async (run: Run, { work, sentAt }: Sending, evidence: 'reply' | 'job'): Promise<void> => {
  const { records } = work
  const { clock, readLagMs } = run.settings
  const now = clock.now()
  const reason: Reason = {
    code: 'reply-and-read-disagree',
    message: 'the backend called it deleted, and it is still listed',
  }
  for (const record of records) {
    tell(record, { sentAt, fact: { is: 'over', took: 'unknown', quoted: false }, overAt: now, reason }, run.settings)
  }
  await waitUntil(run, now + readLagMs)
  const seen = await lookAtAll(run, records)
  if (E.isLeft(seen) || !seen.right.proven) {
    // Nothing contradicts the answer.
    for (const record of records) settleGone(run, record, 'deleted', evidence)
    return
  }
  const listed = new Set(seen.right.listed)
  const { there, refused, open } = settleSeen(run, seen.right)
  const left = [...there, ...refused, ...open]
  // They had been counted when the answer came.
  run.known.experience.passed -= records.length - left.length
  for (const record of left) {
    if (listed.has(record)) settle(run, record, { status: 'unconfirmed', reason })
    else settleGone(run, record, 'deleted', evidence)
  }
}
