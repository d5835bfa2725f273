/**
 * The face for fp-ts programs: the verbs of `expunge` as `TaskEither`, and what a program does with their reports.
 * Providers come from `expunge/providers/*`.
 */
export type { Lookup, Proof } from './core/asking.ts'
export { describe, type ProviderError, type Reason, UsageError } from './core/error.ts'
export type { RunEvent } from './core/events.ts'
export type { Journal, JournalPlan } from './core/journal.ts'
export { type IdSource, ListChangedError, type ListedRecord } from './core/listing.ts'
export { type DurableOptions, defaults, type RunOptions } from './core/options.ts'
export {
  type DurableReport,
  type Effect,
  type Evidence,
  type Halt,
  NotAllGoneError,
  presence,
  type RecordOutcome,
  type Report,
  type RunSummary,
  type Status,
  type Totals,
  type Why,
} from './core/outcome.ts'
export type { Plan } from './core/plan.ts'
export type { PlanIds, PlanInput } from './core/planned.ts'
export type { BulkRecordProvider, Capabilities, Clock, Place } from './core/provider.ts'
export { AskingFailedError, type AskOptions } from './core/question.ts'
export type { Ids } from './core/source.ts'
export {
  type ByPresence,
  ensureAllGone,
  eqOutcome,
  foldOutcome,
  type Gone,
  groupByPresence,
  isGone,
  monoidTotals,
  type NotGone,
  type OutcomeCases,
  type OutcomeOf,
  partitionOutcomes,
  showError,
  showOutcome,
  totalsOf,
} from './fp/outcomes.ts'
export {
  checked,
  deleteRecords,
  findExisting,
  identifyPlace,
  PlanFailedError,
  planDeletion,
  reduceStream,
  streamOutcomes,
  writePlan,
} from './fp/verbs.ts'
