export { type AskedControl, type Control, type PaceWish, type Steered, steeredBy } from '../core/contract/control.ts'
export type { ControlOnRecord } from './control/controls.ts'
export type { JournalApproval } from './evidence/approvals.ts'
export type { JournalAttestation } from './evidence/attestations.ts'
export type { Stretch, Timeline } from './evidence/timeline.ts'
export { type ExplainOptions, type Explanation, explain } from './explain.ts'
export type { ExplainedFact, ExplainedKnowledge, FactOfRecord } from './facts.ts'
export { type JournalOptions, type OpenJournal, openJournal, requestControl } from './open.ts'
export type { PlanNow } from './sqlite/altered.ts'
export type { JournalChain } from './sqlite/chain.ts'
export type { PlanComparison, SharedRecords } from './sqlite/comparing.ts'
export type { LiveFigures, OutcomeCount } from './sqlite/figures.ts'
export type {
  BatchAnswer,
  JournalVerification,
  LastLook,
  RecordHistory,
  RecordRead,
  RecordSending,
  RecordVerification,
} from './sqlite/history.ts'
export type { JournalMeta } from './sqlite/meta.ts'
export type { JournalRecord, RecordFilter, SettledPage, SettledSpan } from './sqlite/reading.ts'
export type { JournalLineage, JournalRun, JournalTarget } from './sqlite/target.ts'
export { JournalError, type JournalErrorCode } from './words/error.ts'
export { sharedName as sharedSubjectsName, subjectsName } from './words/subjects.ts'
