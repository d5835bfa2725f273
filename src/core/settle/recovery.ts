import * as E from 'fp-ts/lib/Either.js'
import type { OpenBatch } from '../contract/journal.ts'
import { type OpenRecord, openRecord } from '../intake/work.ts'
import type { Run } from '../run/run.ts'
import { followToEnd } from './jobs.ts'
import { reconcile } from './reconcile.ts'
import { judgeReply } from './reply.ts'

/**
 * A batch that a process had sent when it died, or was about to send. Its job is asked for, where there is one on record;
 * else it is in doubt from the time on record, and is read back, or sent again where that does no harm.
 */
export const recover = async (run: Run, open: OpenBatch, records: ReadonlyArray<OpenRecord>): Promise<void> => {
  const batch = { number: open.number, ids: records.map(({ id }) => id) }
  const reason = { code: 'process-ended', message: 'the process ended before this batch was seen through' }
  const doubt = { batch: open.number, reason, sentAt: open.at, mayResend: true }
  for (const record of records) record.doubt = reason
  if (open.jobId === undefined || run.provider.followJob === undefined) {
    // It may have waited for a token after it was put on record.
    const sentAt = open.at + run.settings.callTimeoutMs
    await reconcile(run, records, { ...doubt, conclusiveAt: sentAt + run.settings.lateEffectMs })
  } else {
    const job = await followToEnd(run, open.jobId, batch, open.at, true)
    const whole = records.length === open.size
    if (E.isRight(job) && whole) {
      for (const record of records) record.doubt = undefined
      await judgeReply(run, { work: { records }, batch, sentAt: open.at }, job.right, 'job')
    } else {
      const over = E.isRight(job) || job.left.tag === 'JobFailed'
      const conclusiveAt = over ? run.settings.clock.now() : open.at + run.settings.lateEffectMs
      await reconcile(run, records, { ...doubt, conclusiveAt, endless: !over, mayResend: over })
    }
  }
  await run.books.recorder.over(open.number, records)
}

/** The records of an open batch, as they go on. */
export const recoveredRecords = ({ records }: OpenBatch): ReadonlyArray<OpenRecord> =>
  records.map(({ id, index }) => openRecord(id, index))
