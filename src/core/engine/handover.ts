import type { PlannedRecord } from '../contract/journal.ts'
import type { RecordOutcome } from '../contract/outcome.ts'
import type { Intake, Judgement } from '../intake/intake.ts'
import { type OpenRecord, openRecord } from '../intake/work.ts'
import { beliefOf } from '../judge/judgement.ts'
import { type Run, settle } from '../run/run.ts'
import { whyUntouched } from '../run/stop.ts'

/** Where a run's outcomes go; `index` is the place of the record among those handed in. */
export interface Sink {
  readonly put: (outcome: RecordOutcome, index: number) => void
  /** True while there is no room, which holds the run back; `onRoom` is then called when there is. */
  readonly full: (onRoom: () => void) => boolean
}

/** Takes what was pulled from the source: turns away what must not be sent, and hands the rest to the batcher. */
export const openHandover = (run: Run, intake: Intake): ((id: unknown) => void) => {
  let pulled = 0
  const place = openPlacing(run)
  return (id) => {
    pulled++
    if (typeof id !== 'string') {
      const detail = `entry ${pulled} of the id source is ${id === null ? 'null' : `a ${typeof id}`}, not a string`
      run.ending.stop.halt({ because: 'source', detail })
      return
    }
    const judgement = judge(run, intake, id)
    if (judgement === 'duplicate') {
      run.books.ledger.countDuplicate()
      return
    }
    place(openRecord(id, run.books.ledger.accept()), judgement)
  }
}

/** The same for records of a plan: judged once more, because what is protected may be more by now. */
export const openPlannedHandover = (run: Run, intake: Intake): ((entry: unknown) => void) => {
  const place = openPlacing(run)
  return (entry) => {
    const { id, identity, index, doubt } = entry as PlannedRecord
    run.books.ledger.accept()
    const record = openRecord(id, index)
    if (identity !== undefined && run.identityOf(id) !== identity)
      run.ending.stop.halt({
        because: 'journal',
        detail: `record ${index + 1} was altered: its id is not the one that was planned`,
      })
    if (doubt !== undefined) record.belief = beliefOf(doubt.belief)
    place(record, judge(run, intake, id))
  }
}

/** A record that is not to be sent gets its outcome, any other goes to the batcher. */
const openPlacing = (run: Run): ((record: OpenRecord, judgement: Judgement) => void) => {
  let toSend = 0
  return (record, judgement) => {
    const reason = run.ending.stop.reason()
    if (judgement === 'invalid-id' || judgement === 'protected')
      settle(run, record, { status: 'untouched', why: judgement })
    else if (reason !== undefined) settle(run, record, { status: 'untouched', why: whyUntouched(reason) })
    else if (run.settings.dryRun) settle(run, record, { status: 'untouched', why: 'dry-run' })
    else if (++toSend > run.settings.maxRecords) {
      run.ending.stop.halt(tooMany(run.settings.maxRecords))
      settle(run, record, { status: 'untouched', why: 'halted' })
    } else {
      run.books.guards.handed()
      run.queue.batcher.addFresh(record)
    }
  }
}

/** What a run with more records than it may have says of itself. */
export const tooMany = (maxRecords: number) => ({
  because: 'guard' as const,
  detail: `there are more records than maxRecords allows (${maxRecords})`,
})

const judge = (run: Run, intake: Intake, id: string) => {
  try {
    return intake(id)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    run.ending.stop.halt({
      because: 'guard',
      detail: `judging an id failed (protect, isValidId or identityOf threw): ${message}`,
    })
    return 'send'
  }
}
