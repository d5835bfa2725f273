import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type BulkRecordProvider,
  checked,
  type DurableOptions,
  type DurableReport,
  deleteRecords,
  ensureAllGone,
  foldOutcome,
  type Gone,
  isGone,
  type NotAllGoneError,
  type NotGone,
  type PlanFailedError,
  partitionOutcomes,
  planDeletion,
  type RecordOutcome,
  type Report,
  reduceStream,
  streamOutcomes,
  type UsageError,
} from '../../src/fp.ts'
import { datoCms } from '../../src/providers/datocms/datocms.ts'

declare const provider: BulkRecordProvider
declare const ids: string[]
declare const outcome: RecordOutcome
declare const report: Report
declare const durable: DurableOptions

/** Compiles only if both are the same type. */
const same = <A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : ['they differ']
) => {}

const run = deleteRecords(provider, ids)
same<typeof run, TE.TaskEither<UsageError, Report>>()

const resumed = deleteRecords(provider, undefined, durable)
same<typeof resumed, TE.TaskEither<UsageError | PlanFailedError, DurableReport>>()

const piped = pipe(
  checked(() => datoCms({ apiToken: 't' })),
  TE.fromEither,
  TE.chain((made) => deleteRecords(made, ids)),
  TE.chainEitherKW(ensureAllGone),
  TE.map(({ totals }) => totals.deleted),
)
same<typeof piped, TE.TaskEither<UsageError | NotAllGoneError, number>>()

const planned = pipe(
  planDeletion(provider, ids),
  TE.filterOrElseW(
    (plan) => plan.records < 1_000,
    (plan) => plan.records,
  ),
  TE.chainW(() => deleteRecords(provider, ids)),
)
same<typeof planned, TE.TaskEither<UsageError | PlanFailedError | number, Report>>()

const folded = pipe(
  report.outcomes,
  RA.map(
    foldOutcome({
      deleted: ({ evidence }) => evidence.length,
      absent: () => 0,
      rejected: ({ reason }) => reason.code,
      untouched: ({ why }) => why,
      unconfirmed: () => null,
    }),
  ),
)
same<typeof folded, ReadonlyArray<string | number | null>>()

const parted = partitionOutcomes(report.outcomes)
same<typeof parted.right, ReadonlyArray<Gone>>()
same<typeof parted.left, ReadonlyArray<NotGone>>()
same<(typeof parted.right)[number]['effect'], 'erased' | 'recoverable' | 'marked' | 'unknown'>()

const partedByFp = pipe(report.outcomes, RA.partition(isGone))
same<typeof partedByFp.right, ReadonlyArray<Gone>>()

const counted = pipe(
  E.Do,
  () => streamOutcomes(provider, ids)(),
  TE.fromEither,
  TE.chainTaskK(reduceStream(0, (count, { status }) => (status === 'deleted' ? count + 1 : count))),
)
same<typeof counted, TE.TaskEither<UsageError, number>>()

// @ts-expect-error a status is forgotten
foldOutcome({ deleted: () => 1, absent: () => 1, rejected: () => 1, untouched: () => 1 })

foldOutcome({
  deleted: () => 1,
  absent: () => 1,
  rejected: () => 1,
  // @ts-expect-error a record that was left alone may have no reason
  untouched: ({ reason }) => reason.code.length,
  unconfirmed: () => 1,
})

// @ts-expect-error a task has to be run before there is a report
ensureAllGone(run)

// @ts-expect-error a provider, not the function that makes it
deleteRecords(() => provider, ids)

// @ts-expect-error one id is no list
deleteRecords(provider, 'an-id')

// @ts-expect-error without a journal there is nothing to resume
deleteRecords(provider, undefined)

// @ts-expect-error what is not gone has no effect
partitionOutcomes([outcome]).left.map(({ effect }) => effect)

// @ts-expect-error opening a stream may fail: it is an Either
T.map((value: number) => value)(reduceStream(0, (count: number) => count)(streamOutcomes(provider, ids)()))
