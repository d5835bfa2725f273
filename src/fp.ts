/**
 * The face for fp-ts programs: the verbs of `expunge` as `TaskEither`, and what a program does with their reports.
 * Providers come from `expunge/providers/*`.
 */

export { type IdSource, ListChangedError, type ListedRecord } from './core/adapter/listing.ts'
export { describe, type ProviderError, type Reason, UsageError } from './core/contract/error.ts'
export type { RunEvent } from './core/contract/events.ts'
export type { Journal, JournalPlan } from './core/contract/journal.ts'
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
} from './core/contract/outcome.ts'
export type { BulkRecordProvider, Capabilities, Clock, Place } from './core/contract/provider.ts'
export type { PlanIds, PlanInput } from './core/engine/durable.ts'
export type { Plan } from './core/engine/forecast.ts'
export { AskingFailedError, type AskOptions } from './core/engine/inquiry.ts'
export type { Lookup, Proof } from './core/engine/look-up.ts'
export type { Ids } from './core/intake/source.ts'
export { type DurableOptions, defaults, type RunOptions } from './core/settings/options.ts'
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
