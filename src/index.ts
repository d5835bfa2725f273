import { planRun } from './core/engine/forecast.ts'
import { askExisting, askPlace } from './core/engine/look-up.ts'
import { begin } from './core/engine/steer.ts'
import { collect, stream } from './core/engine/stream.ts'
import { writePlanInto } from './core/engine/write-plan.ts'
import type {
  BulkRecordProvider,
  Deletion,
  DurableOptions,
  DurableReport,
  Ids,
  JournalPlan,
  Lookup,
  Place,
  Plan,
  PlanIds,
  Proof,
  RecordOutcome,
  Report,
  RunOptions,
} from './face/words.ts'

/**
 * Deletes the records and reports on every one of them: one outcome for each distinct identity, in input order.
 * Rejects only for misuse, with `UsageError`, before the first request; whatever happens later is in the report. With
 * a journal, `ids` may be left out once there is a plan, and the outcomes are read from it.
 */
export async function deleteRecords(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: DurableOptions,
): Promise<DurableReport>
export async function deleteRecords(provider: BulkRecordProvider, ids: Ids, options?: RunOptions): Promise<Report>
export async function deleteRecords(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: RunOptions | DurableOptions,
): Promise<Report | DurableReport> {
  return collect(provider, ids, options)()
}

/**
 * The same as a run that can be steered: begins at once, and returns its report as a promise beside `pause`, `continue`,
 * `stop` and `setRate`. Throws `UsageError` at once for misuse.
 */
export function startDeletion(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: DurableOptions,
): Deletion<DurableReport>
export function startDeletion(provider: BulkRecordProvider, ids: Ids, options?: RunOptions): Deletion<Report>
export function startDeletion(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: RunOptions | DurableOptions,
): Deletion<Report> | Deletion<DurableReport> {
  return begin(provider, ids, options) as Deletion<Report> | Deletion<DurableReport>
}

/**
 * Deletes the records and yields each outcome as it is settled, in no particular order. Nothing is sent before the
 * first outcome is asked for, and the run is held back while outcomes are not taken. Memory stays flat with
 * `duplicates: 'allow'`. Leaving the loop early is an abort: what is in flight is settled first, for at most
 * `drainMs`. The report, without outcomes, comes with the event `run-ended`. Throws `UsageError` at once for misuse.
 *
 * With a journal nothing of it is lost by a crash, and memory stays flat, too: `ids` may be left out once there is a plan, and
 * what is settled from then on is yielded. What the journal can't do rejects with its error.
 */
export function streamOutcomes(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: DurableOptions,
): AsyncIterable<RecordOutcome>
export function streamOutcomes(
  provider: BulkRecordProvider,
  ids: Ids,
  options?: RunOptions,
): AsyncIterable<RecordOutcome>
export function streamOutcomes(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: RunOptions | DurableOptions,
): AsyncIterable<RecordOutcome> {
  return stream(provider, ids, options)
}

/**
 * What `deleteRecords` would send with the same arguments: records, batches, requests, and seconds under the declared
 * rate. Reads the ids to their end and sends nothing. Rejects with `UsageError` for misuse, and with the source's own
 * error.
 */
export const planDeletion = async (provider: BulkRecordProvider, ids: Ids, options?: RunOptions): Promise<Plan> =>
  planRun(provider, ids, options)

/**
 * Writes the plan of a run into its journal: every distinct record in order, and what is turned away. Sends nothing;
 * `deleteRecords` with the same journal and without ids then carries it out. An entry may bring along what the input
 * held beside the id. Rejects with `UsageError` for misuse, and with the source's or the journal's own error.
 */
export const writePlan = async (
  provider: BulkRecordProvider,
  ids: PlanIds,
  options: DurableOptions,
): Promise<JournalPlan> => writePlanInto(provider, ids, options)

/**
 * Where a run would delete: account, environment, production or not. A provider that can't say is a place by its own
 * name. Rejects with `AskingFailedError` where the backend can't be asked.
 */
export const identifyPlace = async (provider: BulkRecordProvider, options?: RunOptions): Promise<Place> =>
  askPlace(provider, options)

/**
 * Reads which records exist. A record that is not listed is `gone` only if the reader was seen to list another one, in
 * the same form of reading: `controls` are ids that should still be there, for when none of the others is;
 * `provenForms` are what an earlier look or a journal has proven. Rejects with `AskingFailedError` where reading failed.
 */
export const findExisting = async (
  provider: BulkRecordProvider,
  ids: ReadonlyArray<string>,
  options: RunOptions & Proof = {},
): Promise<Lookup> => {
  const { controls = [], provenForms = [], ...others } = options
  return askExisting(provider, ids, { controls, provenForms }, others)
}

export { defineProvider, type ProviderSpec } from './core/adapter/define-provider.ts'
export { assertAllGone } from './core/contract/outcome.ts'
export * from './face/words.ts'
export { type AvePointOpus, avePointOpus } from './providers/avepoint-opus/avepoint-opus.ts'
export type { DueQuery } from './providers/avepoint-opus/due.ts'
export { type DatoCms, datoCms } from './providers/datocms/datocms.ts'
export type { DatoCmsFilter, DatoCmsSelection } from './providers/datocms/selection.ts'
export type { DatoCmsReference, DatoCmsSideEffects } from './providers/datocms/side-effects.ts'
export type { UuidListSelection } from './providers/uuid-list/records.ts'
export { serviceMaxMax, type UuidList, uuidList } from './providers/uuid-list/uuid-list.ts'
export {
  type AfterEach,
  deleteSubjects,
  type LeftRecord,
  type SubjectReport,
  type SubjectSystem,
  type SubjectsOptions,
  type SubjectsReport,
} from './subjects/delete-subjects.ts'
export type { Shared, Subject } from './subjects/frozen.ts'
export type { SubjectState } from './subjects/states.ts'
