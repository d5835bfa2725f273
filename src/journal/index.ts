export {
  type ExplainedFact,
  type ExplainedKnowledge,
  type ExplainOptions,
  type Explanation,
  explain,
} from './explain.ts'
export { type JournalOptions, type OpenJournal, openJournal } from './open.ts'
export type { JournalChain } from './sqlite/chain.ts'
export type { PlanComparison } from './sqlite/comparing.ts'
export type { LiveFigures, OutcomeCount } from './sqlite/figures.ts'
export type { BatchAnswer, RecordHistory, RecordRead, RecordSending, RecordVerification } from './sqlite/history.ts'
export type { JournalMeta } from './sqlite/meta.ts'
export type { JournalRecord, RecordFilter } from './sqlite/reading.ts'
export type { JournalLineage, JournalRun, JournalTarget } from './sqlite/target.ts'
export { JournalError, type JournalErrorCode } from './words/error.ts'
