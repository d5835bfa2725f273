import type { ProviderError, Reason } from './error.ts'

/** What became of a record. See `docs/outcomes.md` for what each one promises. */
export type Status = 'deleted' | 'absent' | 'rejected' | 'untouched' | 'unconfirmed'

/** Every status, in the order in which tables show them. */
export const statuses: ReadonlyArray<Status> = ['deleted', 'absent', 'rejected', 'untouched', 'unconfirmed']

/** What kind of gone it is: a recycle bin is not an erasure. `unknown` where a setting of the backend decides and can't be seen. */
export type Effect = 'erased' | 'recoverable' | 'marked' | 'unknown'

/**
 * How a `deleted` or `absent` is known. `reply`: the backend's answer said so. `job`: the result of its job said so.
 * `read-back`: it is not listed any more by a reader that was seen to list; who deleted it is not known. `attested`: a person said so.
 */
export type Evidence = 'reply' | 'job' | 'read-back' | 'attested'

/** Why a record was left alone, through no fault of its own. Each is safe to run again. */
export type Why =
  | 'invalid-id'
  | 'protected'
  | 'held'
  | 'aborted'
  | 'halted'
  | 'dry-run'
  | 'throttled'
  | 'unreachable'
  | 'unavailable'
  | 'too-large'
  | 'attempts-spent'
  | 'not-backed-up'
  /** What has to be gone first, by the name of its system, is not: see `deleteSubjects`. */
  | `waiting-for ${string}`

/** What became of one record: exactly one for each distinct identity handed in; `id` is spelled as it was given. */
export type RecordOutcome =
  | { readonly id: string; readonly status: 'deleted'; readonly evidence: Evidence; readonly effect: Effect }
  | { readonly id: string; readonly status: 'absent'; readonly evidence: Evidence; readonly effect: Effect }
  | { readonly id: string; readonly status: 'rejected'; readonly reason: Reason }
  | {
      readonly id: string
      readonly status: 'untouched'
      readonly why: Why
      readonly reason?: Reason
      /** Of `held`: by whose word. */
      readonly reference?: string
    }
  | { readonly id: string; readonly status: 'unconfirmed'; readonly reason: Reason }

/** How many records ended in each status. */
export type Totals = { readonly [status in Status]: number }

/** Why a run stopped itself. */
export type HaltCause =
  | 'denied'
  | 'unreachable'
  | 'unavailable'
  | 'refused-alike'
  | 'source'
  | 'journal'
  | 'guard'
  | 'backup'
  | 'defect'

/** The run stopped itself; `detail` says why in a sentence, `error` is the call's error where one was the reason. */
export interface Halt {
  readonly because: HaltCause
  readonly detail: string
  readonly error?: ProviderError
}

/** A report's figures, without the outcomes: what a stream ends with. */
export interface RunSummary {
  /** The provider's name. */
  readonly provider: string
  readonly totals: Totals
  /** Ids whose identity had been handed in before: they have no outcome of their own. */
  readonly duplicates: number
  /** HTTP exchanges sent, of every purpose. */
  readonly requests: number
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** ISO 8601, UTC. */
  readonly endedAt: string
  /** False when the id source was closed before its end: what it had left was never handed in. */
  readonly sourceEnded: boolean
  readonly halted?: Halt
}

/** What a run did: one outcome for each distinct identity, in input order. */
export interface Report extends RunSummary {
  readonly outcomes: ReadonlyArray<RecordOutcome>
}

/** What a run with a journal did, together with the runs of the same plan before it. */
export interface DurableReport extends RunSummary {
  /** Read from the journal, in the order of the plan, each time it is iterated. */
  readonly outcomes: Iterable<RecordOutcome>
}

/** Whether the record is gone, is still there, or can't be told: so that nobody has to negate a guess. */
export const presence = (outcome: Pick<RecordOutcome, 'status'>): 'gone' | 'present' | 'unknown' =>
  presences[outcome.status]

const presences: Readonly<Record<Status, 'gone' | 'present' | 'unknown'>> = {
  deleted: 'gone',
  absent: 'gone',
  rejected: 'present',
  untouched: 'present',
  unconfirmed: 'unknown',
}

/** Thrown by `assertAllGone`: the totals, up to 20 of the records that are not gone, and what halted the run, if anything did. */
export class NotAllGoneError extends Error {
  override readonly name = 'NotAllGoneError'
  readonly totals: Totals
  readonly reasons: ReadonlyArray<RecordOutcome>
  readonly halted?: Halt

  constructor(message: string, report: Pick<Report, 'totals' | 'halted'>, reasons: ReadonlyArray<RecordOutcome>) {
    super(message)
    this.totals = report.totals
    this.reasons = reasons
    if (report.halted !== undefined) this.halted = report.halted
  }
}

/** Throws `NotAllGoneError` unless every record handed in is gone, the source was read to its end and nothing halted the run. */
export const assertAllGone = (report: Report | DurableReport): void => {
  const { totals, halted, sourceEnded } = report
  const remaining = totals.rejected + totals.untouched + totals.unconfirmed
  if (remaining === 0 && sourceEnded && halted === undefined) return
  const reasons: RecordOutcome[] = []
  for (const outcome of report.outcomes) {
    if (presence(outcome) !== 'gone') reasons.push(outcome)
    if (reasons.length === 20) break
  }
  const counts = `${totals.rejected} rejected, ${totals.untouched} untouched, ${totals.unconfirmed} unconfirmed`
  const unread = sourceEnded ? '' : '; the id source was not read to its end'
  const stopped = halted === undefined ? '' : `; the run halted: ${halted.detail}`
  throw new NotAllGoneError(`${report.provider}: not all gone: ${counts}${unread}${stopped}`, report, reasons)
}
