import type { ProviderError } from '../contract/error.ts'
import type { OpenRecord, Work } from '../intake/work.ts'
import { isDoubted } from '../judge/record.ts'
import { leave, type Run } from './run.ts'
import { whyUntouched } from './stop.ts'

/** Records that provably were not deleted go again, unless the run is stopping; one in doubt stays in doubt. */
export const sendAgain = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  const reason = run.ending.stop.reason()
  if (reason === undefined) {
    run.queue.batcher.addAgain(records)
    run.tell.wake()
    return
  }
  // A defect may have settled what was queued already.
  leave(
    run,
    records.filter(({ settled }) => !settled),
    whyUntouched(reason),
  )
}

/** Sends exactly these records next, together; or not at all, when the run is stopping. */
export const sendNext = (run: Run, work: Work): void => {
  if (run.ending.stop.reason() === undefined) {
    run.queue.works.push(work)
    run.tell.wake()
    return
  }
  sendAgain(run, work.records)
  sendAgain(run, work.search?.others ?? [])
}

/** A batch could not go (throttled, unreachable): the records of a search stay together, and so do records in doubt. */
export const sendSame = (run: Run, work: Work): void => {
  const together = work.search !== undefined || work.records.some(isDoubted)
  if (together) sendNext(run, work)
  else sendAgain(run, work.records)
}

/** Counts a sending that came to nothing; true when the record has none left. One that was put off is none: that is bounded by time. */
export const spend = (run: Run, record: OpenRecord): boolean => {
  record.spent++
  return record.spent >= run.settings.attempts
}

/** A call of unknown end, or one that has to be made in parts, costs budget; when that is spent, the run halts rather than add to the trouble. */
export const spendBudget = (run: Run, cause: 'repetition' | 'unknown-end', error: ProviderError): void => {
  if (run.pace.budget.take(cause)) return
  const detail = 'too many calls came to nothing: the retry budget is spent'
  run.ending.stop.halt({ because: 'unavailable', detail, error })
}
