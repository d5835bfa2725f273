import type { AskedControl } from './control.ts'
import type { ErrorTag } from './error.ts'
import type { Halt, RunSummary, Totals } from './outcome.ts'
import type { Capabilities, Place, Purpose } from './provider.ts'

/**
 * What a run tells while it goes on. `at` is ms since the epoch. No event holds a credential; a `detail` may hold
 * ids where a backend's own words do. Events come one at a time, in the order of what happened; a listener that throws is told once, as
 * `listener-failed`, and the run goes on.
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly kind: 'run-started'
      readonly provider: string
      readonly verified: 'live' | 'recorded' | 'documentation'
      readonly capabilities: Capabilities
    }
  /** Where the run deletes, once the provider has said so. */
  | { readonly kind: 'place'; readonly place: Place }
  /** A batch goes out; `size` records. */
  | { readonly kind: 'batch-sent'; readonly batch: number; readonly size: number }
  /** The backend took the batch as a job. */
  | { readonly kind: 'job-started'; readonly batch: number; readonly jobId: string }
  /** The job's result is known, or was given up. */
  | { readonly kind: 'job-ended'; readonly batch: number; readonly jobId: string; readonly ms: number }
  /** A call failed; `again`: it will be tried again. */
  | {
      readonly kind: 'call-failed'
      readonly batch: number
      readonly purpose: Purpose
      readonly tag: ErrorTag
      readonly detail: string
      readonly again: boolean
    }
  /** Records of a batch are in doubt and will be read back. */
  | { readonly kind: 'in-doubt'; readonly batch: number; readonly size: number; readonly detail: string }
  /** A batch is over: each of its records has its outcome, or goes again. `ms` since it went out. */
  | { readonly kind: 'batch-ended'; readonly batch: number; readonly ms: number }
  /** All exchanges wait, for `forMs`, and why. */
  | { readonly kind: 'paused'; readonly forMs: number; readonly why: 'throttled' | 'unavailable' | 'unreachable' }
  /**
   * What the run waits for: so many records, at the latest until `untilMs` (ms since the epoch), where that is known. Told
   * of a wait that lasts for a second, when it changes, and with `records: 0` when it is over. `inFlight`: as in `settled`.
   */
  | {
      readonly kind: 'waiting'
      readonly why: WaitWhy
      readonly records: number
      readonly untilMs?: number
      readonly inFlight: number
    }
  /** Somebody has steered the run; told too when it begins, of what was asked before and still holds. */
  | { readonly kind: 'steered'; readonly control: AskedControl }
  /**
   * Records got their outcomes; `totals` is the state of the run, and `inFlight` how many were sent and have no outcome yet.
   */
  | {
      readonly kind: 'settled'
      readonly totals: Totals
      readonly inFlight: number
      readonly duplicates: number
      readonly requests: number
    }
  /** The caller's signal: nothing more is sent. */
  | { readonly kind: 'aborted' }
  /** The run stopped itself. */
  | ({ readonly kind: 'halted' } & Halt)
  | { readonly kind: 'listener-failed'; readonly detail: string }
  /** The last one; the report, without the outcomes. */
  | { readonly kind: 'run-ended'; readonly report: RunSummary }
)

/**
 * Why records wait: for an answer, for a job, to be read back, for a read of others that shows that the reader can see, for
 * their turn under the rate, for a backend that put everything off, is closed or can't be reached, because somebody paused
 * the run, outside of its hours, or for what is in flight when nothing more is sent.
 */
export type WaitWhy =
  | 'answer'
  | 'job'
  | 'read-back'
  | 'proof'
  | 'rate'
  | 'throttled'
  | 'unavailable'
  | 'unreachable'
  | 'paused'
  | 'hours'
  | 'stopping'

/** The words of `RunEvent`. */
export type EventKind = RunEvent['kind']

/** A `RunEvent` before the run has stamped it with the time. */
export type Unstamped<Event = RunEvent> = Event extends RunEvent ? Omit<Event, 'at'> : never
