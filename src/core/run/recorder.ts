import type { Journal, JournalDoubt, JournalFact, SettledRecord } from '../contract/journal.ts'
import type { RecordOutcome, Why } from '../contract/outcome.ts'
import type { Batch, Clock } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { beliefText, fresh } from '../judge/judgement.ts'
import { isDoubted } from '../judge/record.ts'

/** What a run writes down on its way. Without a journal it writes nothing, and costs nothing. */
export interface Recorder {
  /** Whether there is a journal. */
  readonly isKept: boolean
  /** Before a batch is sent, and each time that it is sent once more by the same call. False when it could not be put on record: then it must not be sent. */
  readonly intend: (batch: Batch, records: ReadonlyArray<OpenRecord>) => boolean | Promise<boolean>
  /** A batch of an earlier process, which is on record and open. */
  readonly takeUp: (batch: number) => void
  readonly jobStarted: (batch: number, jobId: string) => void | Promise<void>
  /** A form of reading was seen to list a record. */
  readonly readerProven: (form: string) => void
  /** Something was seen that outcomes are judged by. */
  readonly note: (fact: JournalFact) => void
  /** A record got its outcome. */
  readonly settled: (record: OpenRecord, outcome: RecordOutcome) => void
  /** A batch has been seen through. It stays open while a record of it is still in doubt. */
  readonly over: (batch: number, records: ReadonlyArray<OpenRecord>) => void | Promise<void>
  /** Writes what is still to be written. */
  readonly flush: () => void | Promise<void>
}

export const noRecorder: Recorder = {
  isKept: false,
  intend: () => true,
  takeUp: () => {},
  jobStarted: () => {},
  readerProven: () => {},
  note: () => {},
  settled: () => {},
  over: () => {},
  flush: () => {},
}

/** Left alone by this run, and not by the plan: such a record is pending still, and another run takes it up. */
const passing: ReadonlySet<Why> = new Set(['aborted', 'halted', 'dry-run', 'throttled', 'unreachable', 'unavailable'])

export const isPassing = (outcome: RecordOutcome): boolean => outcome.status === 'untouched' && passing.has(outcome.why)

/** What is known of records that earlier requests may have touched, where any of these is such a one. */
const doubtsOf = (records: ReadonlyArray<OpenRecord>): { readonly doubts?: ReadonlyArray<JournalDoubt | undefined> } =>
  records.some(({ belief }) => belief !== fresh) ? { doubts: records.map(doubtOf) } : {}

const doubtOf = ({ belief, doubt }: OpenRecord): JournalDoubt | undefined =>
  belief === fresh
    ? undefined
    : { belief: beliefText(belief), firstSentAt: doubt?.firstSentAt ?? 0, deadAt: doubt?.deadAt ?? 0 }

/** Nothing more may be sent, and what is in flight can still be settled. */
const hasMoved = (error: unknown): boolean => (error as { readonly code?: unknown } | undefined)?.code === 'moved'

/** Writes to a journal; whatever goes wrong there is told once, and nothing more is written. */
export const openRecorder = (
  journal: Journal,
  clock: Clock,
  isStopping: () => boolean,
  onFailure: (error: unknown) => void,
): Recorder => {
  /** Records whose doubt this run has no time to settle: their batches stay open, for the next run to ask again. */
  const leftOpen = new WeakSet<OpenRecord>()
  /**
   * Batches that are on record and open. Any other was never sent (the run stopped, or what comes before its deletion
   * failed): of such a one the journal knows nothing, and takes nothing.
   */
  const onRecord = new Set<number>()
  let waiting: SettledRecord[] = []
  let failed = false

  const attempt = async (write: () => unknown, mayGoOn = (_: unknown): boolean => false): Promise<boolean> => {
    if (failed) return false
    try {
      await write()
      return true
    } catch (error) {
      failed = !mayGoOn(error)
      onFailure(error)
      return false
    }
  }
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return
    const outcomes = waiting
    waiting = []
    await attempt(() => journal.settle(outcomes))
  }

  return {
    isKept: true,
    intend: async ({ number }, records) => {
      const indexes = records.map(({ index }) => index)
      const isKept = await attempt(
        () => journal.intend({ number, indexes, at: clock.now(), ...doubtsOf(records) }),
        hasMoved,
      )
      if (isKept) onRecord.add(number)
      return isKept
    },
    takeUp: (batch) => {
      onRecord.add(batch)
    },
    jobStarted: async (batch, jobId) => {
      if (onRecord.has(batch)) await attempt(() => journal.jobStarted(batch, jobId))
    },
    readerProven: (form) => {
      void attempt(() => journal.readerProven(form))
    },
    note: (fact) => {
      if (fact.kind === 'answered' && !onRecord.has(fact.batch)) return
      if (journal.note !== undefined) void attempt(() => journal.note?.(fact))
    },
    settled: (record, outcome) => {
      const { index, sendings } = record
      if (outcome.status === 'unconfirmed' && isDoubted(record) && isStopping()) leftOpen.add(record)
      else if (!isPassing(outcome)) waiting.push({ index, outcome, attempts: sendings, at: clock.now() })
    },
    over: async (batch, records) => {
      await flush()
      if (!onRecord.has(batch)) return
      const isOver = (record: OpenRecord) => (record.settled ? !leftOpen.has(record) : !isDoubted(record))
      if (!records.every(isOver)) return
      const left = records.filter((record) => !record.settled && record.belief !== fresh)
      const known = left.map((record) => ({ index: record.index, doubt: doubtOf(record) }))
      if (await attempt(() => journal.closeBatch(batch, known))) onRecord.delete(batch)
    },
    flush,
  }
}
