/**
 * The face for fp-ts programs: the verbs of `expunge` as `TaskEither`, and what a program does with their reports.
 * Providers come from `expunge/providers/*`.
 */

export * from './face/words.ts'
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
  deleteSubjects,
  findExisting,
  identifyPlace,
  PlanFailedError,
  planDeletion,
  reduceStream,
  streamOutcomes,
  writePlan,
} from './fp/verbs.ts'
