import * as E from 'fp-ts/lib/Either.js'
import type { IOEither } from 'fp-ts/lib/IOEither.js'
import type { Task } from 'fp-ts/lib/Task.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import {
  AskingFailedError,
  type BulkRecordProvider,
  type DurableOptions,
  type DurableReport,
  type Ids,
  type JournalPlan,
  type Lookup,
  type Place,
  type Plan,
  type PlanIds,
  type Proof,
  type RecordOutcome,
  type Report,
  type RunOptions,
  UsageError,
} from '../face/words.ts'
import * as promises from '../index.ts'

/** What the id source or the journal threw before anything was sent, as `cause`. */
export class PlanFailedError extends Error {
  override readonly name = 'PlanFailedError'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/**
 * Deletes the records and reports on every one of them: one outcome for each distinct identity, in input order. Left is
 * misuse, before the first request; whatever happens later is in the report. Each time the task is run it is a run of its
 * own, so `ids` that can be read only once serve one run. With a journal, `ids` may be left out once there is a plan, and a
 * journal or a source that fails while the plan is made is `PlanFailedError`.
 */
export function deleteRecords(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: DurableOptions,
): TaskEither<UsageError | PlanFailedError, DurableReport>
export function deleteRecords(
  provider: BulkRecordProvider,
  ids: Ids,
  options?: RunOptions,
): TaskEither<UsageError, Report>
export function deleteRecords(
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: RunOptions | DurableOptions,
): TaskEither<UsageError | PlanFailedError, Report | DurableReport> {
  const planned = typeof options === 'object' && options !== null && 'journal' in options
  return caught(
    () => promises.deleteRecords(provider, ids, options as DurableOptions),
    planned ? asPlanning : onlyMisuse,
  )
}

/**
 * Opens a stream of outcomes, in the order in which they are settled. Nothing is sent before the first one is asked for.
 * `reduceStream` runs it to its end; leaving it early is an abort.
 */
export const streamOutcomes =
  (provider: BulkRecordProvider, ids: Ids, options?: RunOptions): IOEither<UsageError, AsyncIterable<RecordOutcome>> =>
  () =>
    E.tryCatch(() => promises.streamOutcomes(provider, ids, options), onlyMisuse)

/** Runs a stream to its end, keeping what `step` makes of each outcome and nothing else. */
export const reduceStream =
  <A>(initial: A, step: (accumulated: A, outcome: RecordOutcome) => A) =>
  (outcomes: AsyncIterable<RecordOutcome>): Task<A> =>
  async () => {
    let accumulated = initial
    for await (const outcome of outcomes) accumulated = step(accumulated, outcome)
    return accumulated
  }

/** What `deleteRecords` would send with the same arguments. Sends nothing. */
export const planDeletion = (
  provider: BulkRecordProvider,
  ids: Ids,
  options?: RunOptions,
): TaskEither<UsageError | PlanFailedError, Plan> =>
  caught(() => promises.planDeletion(provider, ids, options), asPlanning)

/** Deletes what subjects have in several systems, in turn; each subject's state is in what comes out. */
export const deleteSubjects = (
  systems: ReadonlyArray<promises.SubjectSystem>,
  subjects: Iterable<promises.Subject>,
  options?: promises.SubjectsOptions,
): TaskEither<UsageError, promises.SubjectsReport> =>
  caught(() => promises.deleteSubjects(systems, subjects, options), onlyMisuse)

/** Writes the plan of a run into its journal; `deleteRecords` with that journal carries it out. Sends nothing. */
export const writePlan = (
  provider: BulkRecordProvider,
  ids: PlanIds,
  options: DurableOptions,
): TaskEither<UsageError | PlanFailedError, JournalPlan> =>
  caught(() => promises.writePlan(provider, ids, options), asPlanning)

/** Where a run would delete. A provider that can't say is a place by its own name. */
export const identifyPlace = (
  provider: BulkRecordProvider,
  options?: RunOptions,
): TaskEither<UsageError | AskingFailedError, Place> =>
  caught(() => promises.identifyPlace(provider, options), asAsking)

/** Reads which records exist. One that is not listed is `gone` only where the reader is proven to list. */
export const findExisting = (
  provider: BulkRecordProvider,
  ids: ReadonlyArray<string>,
  options?: RunOptions & Proof,
): TaskEither<UsageError | AskingFailedError, Lookup> =>
  caught(() => promises.findExisting(provider, ids, options), asAsking)

/** What factories and lists make, or the `UsageError` that they throw where they are told something wrong: `checked(() => datoCms({ … }))`. */
export const checked = <A>(make: () => A): E.Either<UsageError, A> => E.tryCatch(make, onlyMisuse)

const caught =
  <Left, Right>(task: () => Promise<Right>, leftOf: (cause: unknown) => Left): TaskEither<Left, Right> =>
  async () => {
    try {
      return E.right(await task())
    } catch (cause) {
      return E.left(leftOf(cause))
    }
  }

/** What none of the documented errors is, is a bug, and goes on as what it was thrown as. */
const onlyMisuse = (cause: unknown): UsageError => {
  if (cause instanceof UsageError) return cause
  throw cause
}

const asPlanning = (cause: unknown): UsageError | PlanFailedError =>
  cause instanceof UsageError ? cause : new PlanFailedError(cause)

const asAsking = (cause: unknown): UsageError | AskingFailedError =>
  cause instanceof AskingFailedError ? cause : onlyMisuse(cause)
