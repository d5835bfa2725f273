import * as E from 'fp-ts/lib/Either.js'
import type { OpenBatch } from '../contract/journal.ts'
import { type OpenRecord, openRecord } from '../intake/work.ts'
import { beliefOf } from '../judge/judgement.ts'
import { tell } from '../judge/record.ts'
import { land, type Run, takeOff } from '../run/run.ts'
import { settleDoubt } from './doubt.ts'
import { followToEnd } from './jobs.ts'
import { judgeReply } from './reply.ts'

/**
 * A batch that a process had sent when it died, or was about to send. Its job is asked for, where there is one on record;
 * else it is in doubt from the time on record, and is read back, or sent again where that does no harm. `onJobOver`: it is
 * not followed any more.
 */
export const recover = async (
  run: Run,
  open: OpenBatch,
  records: ReadonlyArray<OpenRecord>,
  onJobOver: () => void,
): Promise<void> => {
  const { number, at, jobId, size } = open
  run.books.recorder.takeUp(number)
  takeOff(run, records)
  const { callTimeoutMs, lateEffectMs, clock } = run.settings
  const batch = { number, ids: records.map(({ id }) => id) }
  const reason = { code: 'process-ended', message: 'the process ended before this batch was seen through' }
  const isJob = jobId !== undefined && run.provider.followJob !== undefined
  const job = isJob ? await followToEnd(run, jobId, batch, at, true) : undefined
  onJobOver()
  if (job !== undefined && E.isRight(job) && records.length === size) {
    await judgeReply(run, { work: { records }, batch, sentAt: at }, job.right, 'job')
  } else {
    const isOver = job !== undefined && (E.isRight(job) || job.left.tag === 'JobFailed')
    // It may have waited for a token after it was put on record.
    const lateAt = at + callTimeoutMs + lateEffectMs
    const overAt = isOver ? clock.now() : job === undefined ? lateAt : Number.POSITIVE_INFINITY
    const fact = isOver ? ({ fact: { is: 'over', took: 'unknown', quoted: false } } as const) : {}
    for (const record of records) tell(record, { sentAt: at, overAt, reason, ...fact }, run.settings)
    await settleDoubt(run, records, {
      batch: number,
      reason,
      mayResend: overAt < Number.POSITIVE_INFINITY,
    })
  }
  land(run, records)
  await run.books.recorder.over(number, records)
}

/** The records of an open batch, as they go on: with what was known of them when it was sent. */
export const recoveredRecords = ({ records }: OpenBatch): ReadonlyArray<OpenRecord> =>
  records.map(({ id, index, doubt }) => {
    const record = openRecord(id, index)
    record.sendings = 1
    if (doubt === undefined) return record
    record.belief = beliefOf(doubt.belief)
    record.doubt = { ...doubt, reason: { code: 'process-ended', message: 'an earlier request of unknown end' } }
    return record
  })
