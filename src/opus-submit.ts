/**
 * The other half of AvePoint Opus, for migration tools: submits records of a connector, so that Opus can say when they are
 * due. No deletion, but sent, paced, repeated and accounted for like one.
 */

import { UsageError } from './core/contract/error.ts'
import type { RunEvent } from './core/contract/events.ts'
import { prepareRun } from './core/engine/engine.ts'
import type { RunOptions } from './core/settings/options.ts'
import { checkOptions, defineHttpProvider } from './http-provider.ts'
import { openDesk, type Records } from './opus-submit/desk.ts'
import { type ColumnKind, type OpusRecord, openFieldCheck } from './opus-submit/fields.ts'
import { type SubmitEvent, type SubmitReport, submitEventOf } from './opus-submit/outcomes.ts'
import { repliesOf, saidOf, statusOf } from './providers/avepoint-opus/answers.ts'
import { isGuid, type OpusConfig, whereAndWho } from './providers/avepoint-opus/config.ts'

/** What a submission takes besides the records. */
export interface SubmitOptions
  extends Pick<
    RunOptions,
    | 'concurrency'
    | 'batchSize'
    | 'attempts'
    | 'callTimeoutMs'
    | 'drainMs'
    | 'rate'
    | 'limitKey'
    | 'dryRun'
    | 'signal'
    | 'clock'
    | 'random'
  > {
  /** The id of the connection: a GUID. */
  readonly connectionId: string
  /** Where Opus has a record with the same key: `Overwrite` puts the new one in its place, `Skip` leaves the old one. */
  readonly conflictOption: 'Overwrite' | 'Skip'
  /** What the option is called on the wire; older servers expect the misspelt one. Default `conflictOption`. */
  readonly conflictField?: 'conflictOption' | 'confilictOption'
  /**
   * The columns of the connection by their internal names, and what each holds: what stands in the file that Opus gives
   * out for it. Records are then checked against all of it. Default: only the built-in columns are checked.
   */
  readonly columns?: Readonly<Record<string, ColumnKind>>
  readonly onEvent?: (event: SubmitEvent) => void
}

/**
 * Submits the records, 15 a request, and reports on every one of them: one outcome for each, in the order in which they
 * were handed in. Rejects only for misuse, with `UsageError`, before the first request.
 *
 * Each is checked first; one with a wrong field is `invalid` and never sent, and so is one that repeats a key. Values
 * are sent as they are. After an answer that was lost the same records go again, within `attempts`: neither to overwrite
 * nor to skip does harm a second time. What Opus then lists as failed is `unconfirmed`, for the first sending may have
 * been taken. UNKNOWN: whether `Skip` says which records it skipped; how a list has to be written (as JSON, or as a text
 * in brackets: both pass). Source: learn.avepoint.com, "Submit Records".
 */
export const submitRecords = async <Submitted extends OpusRecord>(
  config: OpusConfig,
  records: Records<Submitted>,
  options: SubmitOptions,
): Promise<SubmitReport> => {
  checkSubmission(options)
  const { connectionId, conflictOption, conflictField = 'conflictOption', columns, onEvent, ...runOptions } = options
  const desk = openDesk(records, openFieldCheck(columns))
  const envelope = { id: connectionId, [conflictField]: conflictOption }
  const provider = submitter(config, (keys) => ({ ...envelope, data: keys.map(desk.recordOf) }))
  const tell = (event: RunEvent) => {
    if (event.kind === 'run-ended') desk.close(event.report)
    return onEvent?.(submitEventOf(event, desk.totals()))
  }
  const start = prepareRun(
    provider,
    desk.keys,
    {
      ...runOptions,
      // The desk has turned repeats away.
      duplicates: 'allow',
      ...(onEvent && { onEvent: tell }),
    },
    { put: desk.settle, full: () => false },
  )
  return desk.close(await start())
}

/** To the engine a submission is a deletion: what it calls deleted was taken, and nothing of it can be read back. */
const submitter = (config: OpusConfig, bodyOf: (keys: ReadonlyArray<string>) => unknown) => {
  const { baseUrl, authorization, path, noContent, connection } = whereAndWho(config)
  return defineHttpProvider({
    name: 'avepoint-opus submit',
    verified: 'documentation',
    capabilities: { maxBatchSize: 15, atomicity: 'per-record', replay: 'safe', effect: 'unknown' },
    baseUrl,
    authorization,
    ...connection,
    statusOf,
    // A record that is refused is rejected: there is no other way to fail at being new.
    explain: (body) => ({ ...saidOf(body), blames: 'rejected' }),
    weigh: () => weightless,
    overhead: weightless,
    deleteBatch: {
      request: (keys) => ({ method: 'POST', path, json: bodyOf(keys) }),
      replies: repliesOf([200, 201], noContent),
    },
  })
}

/** No limit in bytes is known; a request that is too long is cut by the number of its records. */
const weightless = { urlBytes: 0, bodyBytes: 0 }

const checkSubmission = (options: SubmitOptions): void => {
  checkOptions('submitRecords', options, known)
  const { connectionId, conflictOption, conflictField = 'conflictOption' } = options
  if (!isGuid(connectionId)) throw new UsageError('connectionId must be the GUID of a connection')
  if (conflictOption !== 'Overwrite' && conflictOption !== 'Skip')
    throw new UsageError(
      "conflictOption must be 'Overwrite' or 'Skip': no default decides what becomes of what is there",
    )
  if (conflictField !== 'conflictOption' && conflictField !== 'confilictOption')
    throw new UsageError("conflictField must be 'conflictOption' or, for older servers, 'confilictOption'")
}

const known =
  'connectionId conflictOption conflictField columns concurrency batchSize attempts callTimeoutMs drainMs rate limitKey dryRun signal onEvent clock random'

export { UsageError } from './core/contract/error.ts'
export type { WrongField } from './opus-submit/fields.ts'
export type { SubmitOutcome, SubmitStatus, SubmitSummary, SubmitTotals } from './opus-submit/outcomes.ts'
export type { ColumnKind, OpusConfig as AvePointOpusConfig, OpusRecord, Records, SubmitEvent, SubmitReport }
