import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { Batch, BatchReply } from '../contract/provider.ts'
import { endsAsking } from '../judge/policy.ts'
import { backoffMs } from '../pace/backoff.ts'
import { callMember } from '../run/call.ts'
import { endsRun } from '../run/patience.ts'
import { type Run, sleep } from '../run/run.ts'
import { noteAnswer, noteError } from '../run/trouble.ts'

/**
 * Asks a job for its result until it has one, until it is overdue, or until asking is of no use. A question that fails
 * is asked again: the job is never submitted again because of it. Bounded by `jobDeadlineMs`. `isTakenUp`: an earlier
 * process started it. It is asked at once, for it may have ended long ago, and how long nobody asked teaches nothing.
 */
export const followToEnd = async (
  run: Run,
  jobId: string,
  batch: Batch,
  startedAt: number,
  isTakenUp = false,
): Promise<E.Either<ProviderError, BatchReply>> => {
  const { clock, jobDeadlineMs, random } = run.settings
  const { followJob } = run.provider
  if (followJob === undefined) {
    const defect: ProviderError = {
      tag: 'Defect',
      detail: 'the provider started a job and has no followJob',
      cause: undefined,
    }
    noteError(run, defect, 'poll', batch.number, false)
    return E.left(defect)
  }
  run.tell.emit({ kind: 'job-started', batch: batch.number, jobId })
  const deadline = startedAt + jobDeadlineMs
  const endWait = run.tell.waits.begin('job', batch.ids.length, deadline)
  const job = isTakenUp ? undefined : run.pace.polling.begin()
  let pendingAt = startedAt
  let failures = 0
  let asked = 0
  const ended = (result: E.Either<ProviderError, BatchReply>): E.Either<ProviderError, BatchReply> => {
    endWait()
    run.tell.emit({ kind: 'job-ended', batch: batch.number, jobId, ms: clock.now() - startedAt })
    return result
  }
  let wait = run.pace.polling.holdMs(job, clock.now() - startedAt)
  for (;;) {
    await sleep(run, Math.min(wait, deadline - clock.now()))
    if (run.ending.stop.over.aborted)
      return ended(E.left({ tag: 'Aborted', detail: 'the run gave up waiting for the job', sent: true }))
    const askedAt = clock.now()
    const waits = askedAt < deadline && run.ending.stop.reason() === undefined
    // What the others have taught meanwhile holds for this one, too.
    wait = waits && asked === 0 ? run.pace.polling.holdMs(job, askedAt - startedAt) : 0
    if (wait > 0) continue
    asked++
    const { result } = await callMember(run, startedAt, (context) => followJob(jobId, batch, context))
    if (E.isRight(result)) {
      noteAnswer(run)
      failures = 0
      if (result.right.kind === 'Ended') {
        if (!isTakenUp || pendingAt > startedAt) run.pace.polling.learn(pendingAt - startedAt, askedAt - startedAt)
        return ended(E.right(result.right.reply))
      }
      pendingAt = askedAt
      if (asked === 1) run.pace.polling.stillRuns(askedAt - startedAt)
      const wish = wishOf(result.right)
      const isTooLong = endsRun(run, wish ?? 0, { tag: 'Unavailable', detail: `job ${jobId} is at work` })
      wait = isTooLong || wish === undefined ? run.pace.polling.waitMs(asked, clock.now() - startedAt) : wish
    } else {
      failures++
      // It has ended all the same.
      if (result.left.tag === 'JobFailed') run.pace.polling.learn(pendingAt - startedAt, askedAt - startedAt)
      wait = backoffMs(failures, random)
      noteError(run, result.left, 'poll', batch.number, !endsAsking(result.left))
      if (endsAsking(result.left)) return ended(result)
    }
    if (clock.now() >= deadline) {
      const detail = `no result within ${jobDeadlineMs} ms; it may still be running`
      return ended(E.left({ tag: 'JobOverdue', detail, jobId }))
    }
  }
}

/** When the backend wants to be asked again, where it says so; never at once, over and over. */
const wishOf = ({ askAgainMs = Number.NaN }: { readonly askAgainMs?: number }): number | undefined =>
  askAgainMs >= 0 ? Math.max(shortestWishMs, askAgainMs) : undefined

const shortestWishMs = 50
