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
  /** All exchanges wait, for `forMs`, and why. */
  | { readonly kind: 'paused'; readonly forMs: number; readonly why: 'throttled' | 'unavailable' | 'unreachable' }
  /** Records got their outcomes; `totals` is the state of the run. */
  | { readonly kind: 'settled'; readonly totals: Totals; readonly duplicates: number; readonly requests: number }
  /** The caller's signal: nothing more is sent. */
  | { readonly kind: 'aborted' }
  /** The run stopped itself. */
  | ({ readonly kind: 'halted' } & Halt)
  | { readonly kind: 'listener-failed'; readonly detail: string }
  /** The last one; the report, without the outcomes. */
  | { readonly kind: 'run-ended'; readonly report: RunSummary }
)

/** The words of `RunEvent`. */
export type EventKind = RunEvent['kind']

/** A `RunEvent` before the run has stamped it with the time. */
export type Unstamped<Event = RunEvent> = Event extends RunEvent ? Omit<Event, 'at'> : never
