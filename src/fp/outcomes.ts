import * as E from 'fp-ts/lib/Either.js'
import * as Eq from 'fp-ts/lib/Eq.js'
import type { Monoid } from 'fp-ts/lib/Monoid.js'
import type { Separated } from 'fp-ts/lib/Separated.js'
import type { Show } from 'fp-ts/lib/Show.js'
import { describe, type ProviderError, type Reason } from '../core/contract/error.ts'
import {
  assertAllGone,
  type DurableReport,
  NotAllGoneError,
  presence,
  type RecordOutcome,
  type Report,
  type Status,
  statuses,
  type Totals,
} from '../core/contract/outcome.ts'

/** The outcome that has this status: `OutcomeOf<'rejected'>` has a reason. */
export type OutcomeOf<S extends Status> = Extract<RecordOutcome, { readonly status: S }>

/** The record is gone. */
export type Gone = OutcomeOf<'deleted' | 'absent'>

/** The record is there, or nobody can tell. */
export type NotGone = OutcomeOf<'rejected' | 'untouched' | 'unconfirmed'>

/** What to do with each kind of outcome. */
export type OutcomeCases<A> = { readonly [S in Status]: (outcome: OutcomeOf<S>) => A }

/** One function for each status; a status that is forgotten does not compile. The result is the union of what they return. */
export const foldOutcome =
  <Cases extends OutcomeCases<unknown>>(cases: Cases) =>
  (outcome: RecordOutcome): ReturnType<Cases[Status]> =>
    (cases[outcome.status] as (outcome: RecordOutcome) => ReturnType<Cases[Status]>)(outcome)

/** Whether the record is gone, for `filter`, `partition` and `fromPredicate`. */
export const isGone = (outcome: RecordOutcome): outcome is Gone => presence(outcome) === 'gone'

/** Right: the records that are gone. Left: all others. In their order. */
export const partitionOutcomes = (
  outcomes: Iterable<RecordOutcome>,
): Separated<ReadonlyArray<NotGone>, ReadonlyArray<Gone>> => {
  const left: NotGone[] = []
  const right: Gone[] = []
  for (const outcome of outcomes) {
    if (isGone(outcome)) right.push(outcome)
    else left.push(outcome)
  }
  return { left, right }
}

/** Outcomes by what is to be done about them: nothing, run again or cure, look. In their order. */
export interface ByPresence {
  readonly gone: ReadonlyArray<Gone>
  readonly present: ReadonlyArray<OutcomeOf<'rejected' | 'untouched'>>
  readonly unknown: ReadonlyArray<OutcomeOf<'unconfirmed'>>
}

/** `partitionOutcomes`, with what can't be told apart from what is there. */
export const groupByPresence = (outcomes: Iterable<RecordOutcome>): ByPresence => {
  const { left, right } = partitionOutcomes(outcomes)
  const present: OutcomeOf<'rejected' | 'untouched'>[] = []
  const unknown: OutcomeOf<'unconfirmed'>[] = []
  for (const outcome of left) {
    if (outcome.status === 'unconfirmed') unknown.push(outcome)
    else present.push(outcome)
  }
  return { gone: right, present, unknown }
}

/** Right unless `assertAllGone` would throw: every record is gone, the source was read to its end, nothing halted the run. */
export const ensureAllGone = <R extends Report | DurableReport>(report: R): E.Either<NotAllGoneError, R> => {
  try {
    assertAllGone(report)
    return E.right(report)
  } catch (cause) {
    if (cause instanceof NotAllGoneError) return E.left(cause)
    throw cause
  }
}

const totalsBy = (count: (status: Status) => number): Totals => ({
  deleted: count('deleted'),
  absent: count('absent'),
  rejected: count('rejected'),
  untouched: count('untouched'),
  unconfirmed: count('unconfirmed'),
})

/** Adds the totals of several runs: of one cleanup over several systems. */
export const monoidTotals: Monoid<Totals> = {
  empty: totalsBy(() => 0),
  concat: (first, second) => totalsBy((status) => first[status] + second[status]),
}

/** How many of each status. */
export const totalsOf = (outcomes: Iterable<RecordOutcome>): Totals => {
  const counts = new Map<Status, number>(statuses.map((status) => [status, 0]))
  for (const { status } of outcomes) counts.set(status, (counts.get(status) ?? 0) + 1)
  return totalsBy((status) => counts.get(status) ?? 0)
}

/** Two outcomes are the same if a reader of the report could not tell them apart; ids are compared as they are spelled. */
export const eqOutcome: Eq.Eq<RecordOutcome> = Eq.fromEquals(
  (first, second) => first.id === second.id && first.status === second.status && sameRest(first, second),
)

const sameRest = (first: RecordOutcome, second: RecordOutcome): boolean => {
  const fields = ['evidence', 'effect', 'why', 'reference'] as const
  const partsOf = (outcome: RecordOutcome) => outcome as Readonly<Record<string, unknown>>
  return (
    fields.every((field) => partsOf(first)[field] === partsOf(second)[field]) &&
    sameReason('reason' in first ? first.reason : undefined, 'reason' in second ? second.reason : undefined)
  )
}

const sameReason = (first: Reason | undefined, second: Reason | undefined): boolean =>
  (['code', 'message', 'status', 'requestId'] as const).every((field) => first?.[field] === second?.[field])

/** One line for a person or a log: the id, what became of it, and why. */
export const showOutcome: Show<RecordOutcome> = {
  show: (outcome) => `${outcome.id}: ${outcome.status}${because(outcome)}`,
}

const because = foldOutcome({
  deleted: ({ evidence, effect }) => ` by ${evidence} (${effect})`,
  absent: ({ evidence }) => ` by ${evidence}`,
  rejected: ({ reason }) => `, ${told(reason)}`,
  untouched: ({ why, reason, reference }) =>
    `, ${why}${reference === undefined ? '' : ` (${reference})`}${reason === undefined ? '' : `, ${told(reason)}`}`,
  unconfirmed: ({ reason }) => `, ${told(reason)}`,
})

const told = ({ code, message }: Reason): string => `${code}: ${message}`

/** `describe`, as an instance. */
export const showError: Show<ProviderError> = { show: describe }
