import type { ErrorTag, ProviderError } from '../contract/error.ts'

/** What follows an error of `deleteBatch`. */
export type Step =
  /** Find out which record is to blame. */
  | 'isolate'
  /** Cut smaller, and remember. */
  | 'shrink'
  /** All calls wait, then the records go again. */
  | 'pause'
  /** The attempt failed: what is in doubt is read back, the rest goes again. */
  | 'fail-batch'
  /** Nothing more is sent. */
  | 'halt-run'

export interface Policy {
  /** Could the call have been applied? */
  readonly effect: 'not-applied' | 'unknown'
  /** May the same records be sent again (within `attempts`, and once no doubt is left)? */
  readonly retry: boolean
  readonly then: Step
}

/**
 * What each error of `deleteBatch` means. It judges that member alone: once a request was accepted or is in doubt, an
 * error while polling or reading decides only whether to ask again or to halt.
 */
export const policy: Readonly<Record<ErrorTag, Policy>> = {
  Throttled: { effect: 'not-applied', retry: true, then: 'pause' },
  Unavailable: { effect: 'not-applied', retry: true, then: 'pause' },
  Unreachable: { effect: 'not-applied', retry: true, then: 'pause' },
  Interrupted: { effect: 'unknown', retry: true, then: 'fail-batch' },
  Refused: { effect: 'not-applied', retry: false, then: 'isolate' },
  TooLarge: { effect: 'not-applied', retry: true, then: 'shrink' },
  Denied: { effect: 'not-applied', retry: false, then: 'halt-run' },
  Garbled: { effect: 'unknown', retry: true, then: 'fail-batch' },
  JobFailed: { effect: 'unknown', retry: true, then: 'fail-batch' },
  JobOverdue: { effect: 'unknown', retry: false, then: 'fail-batch' },
  Aborted: { effect: 'unknown', retry: false, then: 'fail-batch' },
  Defect: { effect: 'unknown', retry: false, then: 'halt-run' },
}

/** Could this call have been applied? The table's answer, but for the calls that know better: cut short, or answered from elsewhere. */
export const mayHaveApplied = (error: ProviderError): boolean => {
  if (error.tag === 'Aborted') return error.sent
  if (error.tag === 'Denied') return error.inDoubt === true
  return policy[error.tag].effect === 'unknown'
}

/** After one of these, asking a job or a reader again is of no use. */
export const endsAsking = (error: ProviderError): boolean =>
  error.tag === 'JobFailed' || error.tag === 'Aborted' || policy[error.tag].then === 'halt-run'
