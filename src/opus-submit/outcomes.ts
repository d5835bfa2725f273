import type { Reason } from '../core/contract/error.ts'
import type { RunEvent } from '../core/contract/events.ts'
import type { RecordOutcome, RunSummary, Why } from '../core/contract/outcome.ts'
import type { Purpose } from '../core/contract/provider.ts'
import type { WrongField } from './fields.ts'

/** Of a record that was handed in: `index` is its place among them, from 0. */
interface Place {
  readonly index: number
  /** Missing where the record had none that is a text. */
  readonly rowKey?: string
}

/**
 * What became of one record: exactly one for each that was handed in. `submitted`: Opus took it, or left the one that it
 * had, as `conflictOption` says. `rejected`: Opus refused this one, and said so. `invalid`: never sent, because of these
 * fields. `untouched`: not submitted, through no fault of its own. `unconfirmed`: sent, and it can't be told.
 */
export type SubmitOutcome = Place &
  (
    | { readonly status: 'submitted' }
    | { readonly status: 'rejected'; readonly reason: Reason }
    | { readonly status: 'invalid'; readonly fields: ReadonlyArray<WrongField> }
    | {
        readonly status: 'untouched'
        readonly why: Exclude<Why, 'invalid-id' | 'protected'>
        readonly reason?: Reason
      }
    | { readonly status: 'unconfirmed'; readonly reason: Reason }
  )

export type SubmitStatus = SubmitOutcome['status']

export type SubmitTotals = { readonly [status in SubmitStatus]: number }

/** A report's figures, without the outcomes. */
export interface SubmitSummary extends Omit<RunSummary, 'totals' | 'duplicates'> {
  readonly totals: SubmitTotals
}

/** What a submission did: one outcome for each record, in the order in which they were handed in. */
export interface SubmitReport extends SubmitSummary {
  readonly outcomes: ReadonlyArray<SubmitOutcome>
}

/** What a submission tells while it goes on: the events of a run, in its own words. */
export type SubmitEvent = { readonly at: number } & (
  | SubmitEventOf<Exclude<RunEvent['kind'], 'call-failed' | 'settled' | 'run-ended'>>
  | (Omit<SubmitEventOf<'call-failed'>, 'purpose'> & { readonly purpose: 'submit' | Exclude<Purpose, 'delete'> })
  | { readonly kind: 'settled'; readonly totals: SubmitTotals; readonly requests: number }
  | { readonly kind: 'run-ended'; readonly report: SubmitSummary }
)

type SubmitEventOf<Kind> = Extract<RunEvent, { readonly kind: Kind }>

/** The words of a deletion, which the engine speaks, in those of a submission. */
export const submitOutcomeOf = (outcome: RecordOutcome, index: number): SubmitOutcome => {
  const place = { index, rowKey: outcome.id }
  switch (outcome.status) {
    case 'deleted':
      return { ...place, status: 'submitted' }
    case 'rejected':
    case 'unconfirmed':
      return { ...place, status: outcome.status, reason: outcome.reason }
    case 'untouched': {
      const { why, reason } = outcome
      if (why === 'invalid-id' || why === 'protected')
        return { ...place, status: 'invalid', fields: [{ field: 'rowKey', why: unsound }] }
      return { ...place, status: 'untouched', why, ...(reason && { reason }) }
    }
    case 'absent':
      return { ...place, status: 'unconfirmed', reason: { code: 'no-such-answer', message: 'Opus called it missing' } }
  }
}

const unsound = 'must have no control characters and at most 4,096 bytes'

export const submitEventOf = (event: RunEvent, totals: SubmitTotals): SubmitEvent => {
  if (event.kind === 'call-failed') return { ...event, purpose: event.purpose === 'delete' ? 'submit' : event.purpose }
  const { at } = event
  if (event.kind === 'settled') return { at, kind: 'settled', totals, requests: event.requests }
  if (event.kind === 'run-ended') return { at, kind: 'run-ended', report: summaryOf(event.report, totals) }
  return event
}

export const summaryOf = (summary: RunSummary, totals: SubmitTotals): SubmitSummary => {
  const { provider, requests, startedAt, endedAt, sourceEnded, halted } = summary
  return { provider, totals, requests, startedAt, endedAt, sourceEnded, ...(halted && { halted }) }
}
