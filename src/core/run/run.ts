/**
 * The room of what the parts of one run share: the books, the queue, the pace, what is known, how it ends; and the small
 * moves that several parts make: call a member, ask, send again, settle, stop. It decides nothing about a reply.
 * May import: contract, settings, intake, pace, http, judge.
 * Begin with `Run` below; then call.ts and exchange.ts (one call), requeue.ts (what goes again), ledger.ts (one outcome
 * each).
 */

import type { Reason } from '../contract/error.ts'
import type { RunEvent, Unstamped } from '../contract/events.ts'
import type { RecordOutcome } from '../contract/outcome.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import type { Deadlines } from '../http/deadlines.ts'
import type { Batcher } from '../intake/batcher.ts'
import type { OpenRecord, Work } from '../intake/work.ts'
import type { Found } from '../judge/isolation.ts'
import { mayBeOurs } from '../judge/judgement.ts'
import { isDoubted } from '../judge/record.ts'
import type { RetryBudget } from '../pace/backoff.ts'
import type { Gate } from '../pace/gate.ts'
import type { Pacing } from '../pace/pacing.ts'
import type { Polling } from '../pace/polling.ts'
import type { Settings } from '../settings/settings.ts'
import type { Copies } from './copies.ts'
import type { Guards } from './guards.ts'
import type { Ledger } from './ledger.ts'
import type { Proofs } from './proofs.ts'
import type { Recorder } from './recorder.ts'
import type { Steering } from './steering.ts'
import type { Stop } from './stop.ts'
import type { Waits } from './waits.ts'
import type { Watch } from './watch.ts'

/** What the parts of one run share. Made by the engine, gone with the run. */
export interface Run {
  readonly provider: BulkRecordProvider
  readonly identityOf: (id: string) => string
  readonly settings: Settings
  readonly books: Books
  readonly queue: Queue
  readonly pace: Pace
  readonly known: Known
  readonly ending: Ending
  readonly tell: Tell
}

/** Where every record that was accepted ends, and what is on record of it. */
export interface Books {
  readonly ledger: Ledger
  readonly guards: Guards
  readonly recorder: Recorder
  readonly copies: Copies
}

/** What is still to be sent. */
export interface Queue {
  /** Works that go out exactly as they are, before anything that the batcher cuts. */
  readonly works: Work[]
  readonly batcher: Batcher
  readonly parking: Parking
  /** Not listed when they were read, and still to be sent, in batches of their own: the backend has the last word. */
  readonly unlisted: Batcher
}

/** When the next request may go. */
export interface Pace {
  readonly gate: Gate
  readonly pacing: Pacing
  readonly polling: Polling
  readonly budget: RetryBudget
  readonly steering: Steering
  /** Releases what is shared with other runs. */
  readonly release: () => void
}

/** What the run has learnt of its records and its backend. */
export interface Known {
  /** Forms of reading that have listed a record of this run. */
  readonly proofs: Proofs
  readonly culprits: Culprits
  readonly missing: MissingMet
  readonly experience: RunExperience
  /** The provider's notes: see `CallContext.memory`. */
  readonly memory: Map<string, unknown>
}

/** How calls and the run itself end. */
export interface Ending {
  readonly stop: Stop
  readonly watch: Watch
  readonly deadlines: Deadlines
}

/** Who hears of changes: the listener, and the dispatcher. */
export interface Tell {
  readonly emit: (event: Unstamped<RunEvent>) => void
  /** Tells the listener how far the run is. */
  readonly settled: () => void
  /** Tells the listener what is waited for. */
  readonly waits: Waits
  /** Something changed that the dispatcher may act upon. */
  readonly wake: () => void
}

/** What a run has learnt about its records and its backend; every part of the engine adds to it. */
export interface RunExperience {
  /** HTTP exchanges sent. */
  requests: number
  /** Batches sent. */
  batches: number
  /** Records that were sent and have no outcome yet. */
  inFlight: number
  /** Records of a plan that had no outcome when the run began. */
  planned: number | undefined
  /** Records deleted. */
  passed: number
  /** Records that a refusal was found to be due to. */
  bad: number
  /** The largest batch that passed. */
  largestPassed: number
  /** A refusal came that named nobody. */
  anonymous: boolean
  /** The backend has answered at all. */
  answered: boolean
  /** Pauses in a row with no answer in between that was worth something, and when they began. */
  outage: { pauses: number; since: number } | undefined
  /** Polls that were answered: a job that is at work is no standstill. */
  pollsAnswered: number
  /** Deletions are put off, with nothing passing: since when, and how much had passed then. */
  putOff: { [what in 'requests' | 'records']?: { readonly progress: number; readonly since: number } }
  /** Exchanges that wait for their turn. */
  atGate: number
  /** An answer asked for a pause, which has begun and not been told yet. */
  pauseBegun: boolean
  /** Copies kept, and reads of content that came to nothing. */
  copied: number
  vainCopies: number
  /** Reasons that may still be asked for one by one. */
  diagnosesLeft: number
}

/** Culprits that wait for a decision. */
export interface Culprits {
  /** Refused while nothing has ever passed: perhaps it is not the records. */
  held: Found[]
  /** Some of the held are being read: nothing is sent until it is known whether it is the records. */
  examining: boolean
  /** Refused, but whether missing or there was not said: read together. */
  suspects: Found[]
}

/**
 * Where a missing record makes a whole batch be refused, one read that lists what exists is cheaper than a refusal for
 * each, as soon as a batch is expected to hold more than one. Both figures are running means of what was met lately.
 */
export interface MissingMet {
  /** The part of sendings that were refused for a missing record: over a half, a batch holds more than one. */
  refusedShare: number
  /** The part of reads after an anonymous refusal that found the culprit missing. */
  readsPay: number
}

/**
 * Records refused because another record still refers to them. That one may be of the same list, so they wait until the
 * fresh ids are done and go again, last come first, one batch at a time, each for as long as sending it settles some of
 * it; and in passes over all of them, as long as the last one settled at least one, and at most five. Then they are
 * rejected.
 */
export interface Parking {
  /** Refused since the last decision. */
  waiting: Parked[]
  /** Those that the pass has still to send; the last one goes first. */
  queue: Parked[]
  /** Those that the pass did not help. */
  aside: Parked[]
  /** How many the batch held that was sent last. */
  sent: number
  /** How many the next one may hold. */
  size: number
  /** Passes begun. */
  passes: number
  /** How many waited when the last pass began. */
  before: number
  /** No more passes: what comes now stays refused. */
  over: boolean
}

export interface Parked {
  readonly record: OpenRecord
  readonly reason: Reason
  readonly batch: number
}

/** Sleeps on the run's clock; ends early when the run gives up waiting. */
export const sleep = (run: Run, ms: number): Promise<void> => run.settings.clock.sleep(ms, run.ending.stop.over)

/** Sleeps on the run's clock; ends early when the run stops sending. */
export const sleepUnlessStopping = (run: Run, ms: number): Promise<void> =>
  run.settings.clock.sleep(ms, run.ending.stop.stopping)

/** These are about to be sent. */
export const takeOff = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  for (const record of records) {
    if (record.inFlight) continue
    record.inFlight = true
    run.known.experience.inFlight++
  }
}

/** What was sent of them is over: with an outcome, or to be sent again. */
export const land = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  for (const record of records) landOne(run, record)
}

const landOne = (run: Run, record: OpenRecord): void => {
  if (!record.inFlight) return
  record.inFlight = false
  run.known.experience.inFlight--
}

/** Neither settled nor in flight: of a plan, or of what was handed in so far. */
export const unsent = ({ books: { ledger }, known: { experience } }: Run): number =>
  Math.max(0, (experience.planned ?? ledger.accepted()) - ledger.settled() - experience.inFlight)

/** Gives a record its outcome. */
export const settle = (run: Run, record: OpenRecord, outcome: OutcomeOf): void =>
  put(run, record, { id: record.id, ...outcome })

const put = (run: Run, record: OpenRecord, outcome: RecordOutcome): void => {
  landOne(run, record)
  run.books.ledger.settle(record, outcome)
  run.books.recorder.settled(record, outcome)
  const alarm = run.books.guards.settled(record, outcome)
  if (alarm !== undefined && run.ending.stop.reason() === undefined)
    run.ending.stop.halt({ because: 'guard', detail: alarm })
}

/** What these look like for now, for the guards. */
export const seem = (run: Run, records: Iterable<OpenRecord>, as: 'rejected' | 'absent'): void => {
  for (const record of records) {
    const alarm = run.books.guards.seems(record, as)
    if (alarm === undefined || run.ending.stop.reason() !== undefined) continue
    run.ending.stop.halt({ because: 'guard', detail: alarm })
  }
}

/** An outcome without the id. */
export type OutcomeOf<Outcome = RecordOutcome> = Outcome extends RecordOutcome ? Omit<Outcome, 'id'> : never

export const settleGone = (
  run: Run,
  record: OpenRecord,
  status: 'deleted' | 'absent',
  evidence: 'reply' | 'job' | 'read-back',
): void => {
  // What an answer calls deleted has been counted when it came.
  const isPassed = status === 'deleted' && evidence === 'read-back' && mayBeOurs(record.belief)
  if (isPassed) run.known.experience.passed++
  put(run, record, { id: record.id, status, evidence, effect: run.provider.capabilities.effect })
}

export const settleUnconfirmed = (run: Run, records: Iterable<OpenRecord>, reason: Reason): void => {
  for (const record of records) settle(run, record, { status: 'unconfirmed', reason: record.doubt?.reason ?? reason })
}

/** Ends records that are not sent again: what is in doubt is unconfirmed, any other is untouched. */
export const leave = (
  run: Run,
  records: Iterable<OpenRecord>,
  why: Extract<RecordOutcome, { readonly status: 'untouched' }>['why'],
  reason?: Reason,
): void => {
  for (const record of records) {
    const doubted = isDoubted(record) ? record.doubt : undefined
    settle(
      run,
      record,
      doubted === undefined
        ? { status: 'untouched', why, ...(reason && { reason }) }
        : { status: 'unconfirmed', reason: doubted.reason },
    )
  }
}
