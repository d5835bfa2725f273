import type { RetryBudget } from './backoff.ts'
import type { Batcher } from './batcher.ts'
import type { ProviderError, Reason } from './error.ts'
import type { RunEvent, Unstamped } from './events.ts'
import type { Gate } from './gate.ts'
import type { Found } from './isolation.ts'
import type { Ledger } from './ledger.ts'
import type { Settings } from './options.ts'
import type { RecordOutcome } from './outcome.ts'
import type { Pacing } from './pacing.ts'
import type { Polling } from './polling.ts'
import type { BulkRecordProvider } from './provider.ts'
import { type Stop, whyUntouched } from './stop.ts'
import type { OpenRecord, Work } from './work.ts'

/** What the parts of one run share. Made by the engine, gone with the run. */
export interface Run {
  readonly provider: BulkRecordProvider
  readonly identityOf: (id: string) => string
  readonly settings: Settings
  readonly ledger: Ledger
  readonly batcher: Batcher
  readonly gate: Gate
  readonly pacing: Pacing
  readonly polling: Polling
  readonly budget: RetryBudget
  readonly stop: Stop
  /** Forms of reading that have listed a record of this run. */
  readonly proofs: Proofs
  /** Works that go out exactly as they are, before anything that the batcher cuts. */
  readonly works: Work[]
  readonly culprits: Culprits
  readonly experience: RunExperience
  /** The provider's notes: see `CallContext.memory`. */
  readonly memory: Map<string, unknown>
  readonly emit: (event: Unstamped<RunEvent>) => void
  /** Tells the listener how far the run is. */
  readonly emitSettled: () => void
  /** Something changed that the dispatcher may act upon. */
  readonly wake: () => void
}

/** What a run has learnt about its records and its backend; every part of the engine adds to it. */
export interface RunExperience {
  /** HTTP exchanges sent. */
  requests: number
  /** Batches sent. */
  batches: number
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
  /** Reasons that may still be asked for one by one. */
  diagnosesLeft: number
}

/** Culprits that wait for a decision. */
export interface Culprits {
  /** Refused while nothing has ever passed: perhaps it is not the records. */
  held: ReadonlyArray<Found>
  /** Some of the held are being read. */
  examining: boolean
  /** Bad, but whether missing or refused was not said: read together. */
  suspects: ReadonlyArray<Found>
}

/** Which forms of reading are proven, and who waits for that. */
export interface Proofs {
  readonly isProven: (form: string) => boolean
  readonly prove: (form: string) => void
  readonly any: () => boolean
  /** Resolves with true when some form is proven, with false when nothing is left that could prove one. */
  readonly wait: () => Promise<boolean>
  readonly waiting: () => number
  readonly giveUp: () => void
}

export const openProofs = (): Proofs => {
  const proven = new Set<string>()
  let waiters: Array<(proven: boolean) => void> = []
  const release = (outcome: boolean): void => {
    const released = waiters
    waiters = []
    for (const resolve of released) resolve(outcome)
  }
  return {
    isProven: (form) => proven.has(form),
    prove: (form) => {
      if (proven.has(form)) return
      proven.add(form)
      release(true)
    },
    any: () => proven.size > 0,
    wait: () => (proven.size > 0 ? Promise.resolve(true) : new Promise((resolve) => waiters.push(resolve))),
    waiting: () => waiters.length,
    giveUp: () => release(false),
  }
}

/** Sleeps on the run's clock; ends early when the run gives up waiting. */
export const sleep = (run: Run, ms: number): Promise<void> => run.settings.clock.sleep(ms, run.stop.over)

/** Sleeps on the run's clock; ends early when the run stops sending. */
export const sleepUnlessStopping = (run: Run, ms: number): Promise<void> =>
  run.settings.clock.sleep(ms, run.stop.stopping)

/** Gives a record its outcome. */
export const settle = (run: Run, record: OpenRecord, outcome: OutcomeOf): void =>
  run.ledger.settle(record, { id: record.id, ...outcome })

/** An outcome without the id. */
export type OutcomeOf<Outcome = RecordOutcome> = Outcome extends RecordOutcome ? Omit<Outcome, 'id'> : never

export const settleGone = (
  run: Run,
  record: OpenRecord,
  status: 'deleted' | 'absent',
  evidence: 'reply' | 'job' | 'read-back',
): void => settle(run, record, { status, evidence, effect: run.provider.capabilities.effect })

export const settleUnconfirmed = (run: Run, records: Iterable<OpenRecord>, reason: Reason): void => {
  for (const record of records) settle(run, record, { status: 'unconfirmed', reason: record.doubt ?? reason })
}

/** Records that provably were not deleted go again, unless the run is stopping; one in doubt stays in doubt. */
export const sendAgain = (run: Run, records: ReadonlyArray<OpenRecord>): void => {
  const reason = run.stop.reason()
  if (reason === undefined) {
    run.batcher.addAgain(records)
    run.wake()
    return
  }
  const why = whyUntouched(reason)
  for (const record of records) {
    if (record.doubt === undefined) settle(run, record, { status: 'untouched', why })
    else settleUnconfirmed(run, [record], record.doubt)
  }
}

/** Sends exactly these records next, together; or not at all, when the run is stopping. */
export const sendNext = (run: Run, work: Work): void => {
  if (run.stop.reason() === undefined) {
    run.works.push(work)
    run.wake()
    return
  }
  sendAgain(run, work.records)
  sendAgain(run, work.search?.others ?? [])
}

/** A batch could not go (throttled, unreachable): the records of a search stay together, and so do records in doubt. */
export const sendSame = (run: Run, work: Work): void => {
  const together = work.search !== undefined || work.records.some((record) => record.doubt !== undefined)
  if (together) sendNext(run, work)
  else sendAgain(run, work.records)
}

/**
 * Counts a sending that came to nothing; true when the record has none left. Being turned back by a throttle counts
 * only when nothing at all got through since the last time: a storm that lets some work pass spends nobody's attempts.
 */
export const spend = (run: Run, record: OpenRecord, turnedBack: boolean): boolean => {
  if (turnedBack && record.passedAtThrottle !== run.experience.passed && record.passedAtThrottle !== -1) {
    record.passedAtThrottle = run.experience.passed
    return false
  }
  if (turnedBack) record.passedAtThrottle = run.experience.passed
  record.spent++
  return record.spent >= run.settings.attempts
}

/** An unanswered or repeated call costs budget; when that is spent, the run halts rather than add to the trouble. */
export const spendBudget = (run: Run, cause: 'repetition' | 'unknown-end', error: ProviderError): void => {
  if (run.budget.take(cause)) return
  const detail = 'too many calls came to nothing: the retry budget is spent'
  run.stop.halt({ because: 'unavailable', detail, error })
}
