import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { Batch, BatchReply, JobStarted } from '../contract/provider.ts'
import type { OpenRecord, Sending, Work } from '../intake/work.ts'
import { callDeleting, heldBack, notOnRecord } from '../run/call.ts'
import { withoutHeld } from '../run/holding.ts'
import { sendSame } from '../run/requeue.ts'
import { land, type Run } from '../run/run.ts'
import { noteAnswer } from '../run/trouble.ts'
import { withCopies } from '../settle/copying.ts'
import { doubtError, judgeError } from '../settle/failure.ts'
import { followToEnd } from '../settle/jobs.ts'
import { withoutMissing } from '../settle/missing.ts'
import { judgeReply } from '../settle/reply.ts'
import { freeOthers } from '../settle/search.ts'

/**
 * Sends one work and sees it through: every record of it ends here with an outcome, or goes back to be sent again.
 * `control` reads a batch first while the reader is unproven; `onSubmitted` is called when the deletion has been
 * answered, so that another may be sent while this one's job is followed or its doubt settled.
 */
export const conduct = async (
  run: Run,
  given: Work,
  control: (records: ReadonlyArray<OpenRecord>) => Promise<void>,
  onSubmitted: (job: boolean) => void,
): Promise<void> => {
  const work = run.settings.holds === undefined ? given : await unheld(run, given)
  if (work === undefined) return
  const { search } = work
  if (search === undefined) await control(work.records)
  const isPlain = search === undefined && work.unlisted === undefined
  const toSend = isPlain ? await withoutMissing(run, work.records) : work.records
  const records = run.settings.backup === undefined ? toSend : await withCopies(run, toSend, search !== undefined)
  if (records.length === 0) return
  if (run.pace.steering.held() !== undefined) await run.pace.steering.whenFree()
  const batch: Batch = { number: run.known.experience.batches + 1, ids: records.map((record) => record.id) }
  const began = run.settings.clock.now()
  const isTold = run.ending.stop.reason() === undefined
  if (isTold) run.tell.emit({ kind: 'batch-sent', batch: batch.number, size: batch.ids.length })
  const isOver = (): void => {
    if (isTold) run.tell.emit({ kind: 'batch-ended', batch: batch.number, ms: run.settings.clock.now() - began })
  }
  // A listener may abort: looked at after it was told, and before anything is sent.
  const called =
    run.ending.stop.reason() === undefined
      ? await callDeleting(run, batch, records, (context) => run.provider.deleteBatch(batch, context))
      : notOnRecord
  if (called === notOnRecord || called === heldBack) {
    land(run, records)
    onSubmitted(false)
    isOver()
    return sendSame(run, { ...work, records })
  }
  const { result, sentAt } = called
  if (E.isRight(result) && search === undefined) run.pace.gate.answered(sentAt)
  const sending: Sending = { work: { ...work, records }, batch, sentAt }
  await seeThrough(run, sending, result, onSubmitted)
  land(run, records)
  if (run.books.recorder.isKept) await run.books.recorder.over(batch.number, records)
  isOver()
}

/** What of a work may be sent now; undefined where nothing of it may. What a search knew is void once a record of it is held. */
const unheld = async (run: Run, work: Work): Promise<Work | undefined> => {
  const records = await withoutHeld(run, work.records)
  if (records.length === work.records.length) return work
  freeOthers(run, work)
  const { search, ...plain } = work
  return records.length === 0 ? undefined : { ...plain, records }
}

const seeThrough = async (
  run: Run,
  sending: Sending,
  result: E.Either<ProviderError, BatchReply | JobStarted>,
  onSubmitted: (job: boolean) => void,
): Promise<void> => {
  const { work, batch, sentAt } = sending
  noteAnswered(run, batch.number, result, 'reply')
  if (E.isLeft(result)) {
    onSubmitted(false)
    return judgeError(run, sending, result.left)
  }
  noteAnswer(run)
  const reply = result.right
  onSubmitted(reply.kind === 'JobStarted')
  if (reply.kind !== 'JobStarted') return judgeReply(run, sending, reply, 'reply')
  if (run.books.recorder.isKept) await run.books.recorder.jobStarted(batch.number, reply.jobId)
  const job = await followToEnd(run, reply.jobId, batch, sentAt)
  noteAnswered(run, batch.number, job, 'job')
  if (E.isRight(job)) return judgeReply(run, sending, job.right, 'job')
  freeOthers(run, work)
  return doubtError(run, sending, job.left, true)
}

/** For people who ask later what was known. */
const noteAnswered = (
  run: Run,
  batch: number,
  answer: E.Either<ProviderError, BatchReply | JobStarted>,
  by: 'reply' | 'job',
): void => {
  if (!run.books.recorder.isKept) return
  const said = E.isLeft(answer) ? answer.left.tag : answer.right.kind
  const counts =
    E.isRight(answer) && answer.right.kind === 'Tally'
      ? { deleted: answer.right.deleted, failed: answer.right.failed }
      : {}
  run.books.recorder.note({ kind: 'answered', batch, at: run.settings.clock.now(), by, said, ...counts })
}
