/**
 * The words that both faces share, the one with promises (`index.ts`) and the one for fp-ts (`fp.ts`): what goes into a run,
 * what comes out of it, and the errors and events on the way. A word that is added here is public in both.
 */

export { type IdSource, ListChangedError, type ListedRecord } from '../core/adapter/listing.ts'
export type { AskedControl, Control, PaceWish } from '../core/contract/control.ts'
export { describe, type ProviderError, type Reason, UsageError } from '../core/contract/error.ts'
export type { RunEvent, WaitWhy } from '../core/contract/events.ts'
export type { Journal, JournalPlan } from '../core/contract/journal.ts'
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
} from '../core/contract/outcome.ts'
export type { BulkRecordProvider, Capabilities, Clock, Place, RecordContent } from '../core/contract/provider.ts'
export type { Plan } from '../core/engine/forecast.ts'
export { AskingFailedError, type AskOptions } from '../core/engine/inquiry.ts'
export type { Lookup, Proof } from '../core/engine/look-up.ts'
export type { Deletion } from '../core/engine/steer.ts'
export type { PlanIds, PlanInput } from '../core/engine/write-plan.ts'
export type { Ids } from '../core/intake/source.ts'
export { type DurableOptions, defaults, type RunOptions } from '../core/settings/options.ts'
