/**
 * The room of the words: what a provider, an outcome, an error, an event and a journal are. Types, and a few total
 * functions over them; whoever writes an adapter or reads a report needs no other room.
 * May import: nothing.
 * Begin with `BulkRecordProvider` at the end of this file; then outcome.ts and error.ts, which say what a run can come to.
 */

import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError, Reason } from './error.ts'
import type { Effect } from './outcome.ts'

/** Facts about a backend. Data, not code: printable, comparable, read by the engine, the command line and tests. */
export interface Capabilities {
  /** Most ids that one request may carry. */
  readonly maxBatchSize: number
  /** Most bytes of the encoded request target (path and query string). */
  readonly maxUrlBytes?: number
  /** Most bytes of the request body. */
  readonly maxBodyBytes?: number
  /** Whether a refused batch leaves every record alone (`all-or-nothing`), or may have deleted some. */
  readonly atomicity: 'per-record' | 'all-or-nothing'
  /** May the same request be sent twice without harm? */
  readonly replay: 'safe' | 'unsafe'
  /** What kind of gone a deletion is. */
  readonly effect: Effect
  /** Codes of reasons that the deletion of another record may cure (it still refers to this one): such records go again later. */
  readonly curableByOrder?: ReadonlyArray<string>
  /** How long after its send an unanswered request may still take effect, in ms; default 2 × `callTimeoutMs`. */
  readonly lateEffectMs?: number
  /** How far a read may lag behind a deletion or a creation, in ms; default 5,000. 0: a read shows what is. */
  readonly readLagMs?: number
  /** Most exchanges that the backend takes at once. */
  readonly maxConcurrency?: number
  /** Most jobs that the backend runs at once. */
  readonly maxJobs?: number
  /** The declared rate limit: `requests` in each window of `perMs` ms. */
  readonly rate?: { readonly requests: number; readonly perMs: number }
}

/** What one request carries: ids exactly as they were handed in. `number` counts the sendings of a run from 1. */
export interface Batch {
  readonly number: number
  readonly ids: ReadonlyArray<string>
}

/**
 * What a backend said about one record. `again`: not done, not refused: send it again, in a `smaller` request where its
 * size was the reason. `unclear`: not done, in a word that is known neither as a refusal nor as one that passes.
 */
export type Verdict =
  | { readonly is: 'deleted' }
  | { readonly is: 'absent' }
  | { readonly is: 'rejected'; readonly reason: Reason }
  | { readonly is: 'again'; readonly retryAfterMs?: number; readonly smaller?: true }
  | { readonly is: 'unclear'; readonly reason: Reason }

/** What a backend said about a batch, decoded. One of these fits every known system. */
export type BatchReply =
  /** Evidence for every record. */
  | { readonly kind: 'AllDeleted' }
  /** Taken; says nothing about any record. */
  | { readonly kind: 'Accepted' }
  /** Verdicts joined by id, in any order; `silence` is what it means that a record is not named. */
  | {
      readonly kind: 'ById'
      readonly verdicts: ReadonlyArray<{ readonly id: string } & Verdict>
      readonly silence: 'deleted' | 'unconfirmed'
    }
  /** Verdicts in the order of the request. */
  | { readonly kind: 'ByPosition'; readonly verdicts: ReadonlyArray<Verdict> }
  /** Counts only. */
  | { readonly kind: 'Tally'; readonly deleted: number; readonly failed: number }

/** The backend took the batch as a job; `followJob` asks for its result. */
export interface JobStarted {
  readonly kind: 'JobStarted'
  readonly jobId: string
}

/** What a job says of itself: still running (ask again, in `askAgainMs` where the backend says when), or its result. */
export type JobState =
  | { readonly kind: 'Pending'; readonly askAgainMs?: number }
  | { readonly kind: 'Ended'; readonly reply: BatchReply }

/** Where a run would delete: for a person to recognise, and for two runs to be compared. */
export interface Place {
  /** A stable name of the account, project, environment: two places are the same exactly if their keys are. */
  readonly key: string
  /** What a person calls it: `ACME Website · main`. */
  readonly label: string
  readonly production: 'yes' | 'no' | 'unknown'
  /** A stable name, free of secrets, of the account that it belongs to: places of one account share its limits. Default: the key. */
  readonly account?: string
}

/**
 * What a read showed of a batch. Only a complete one says anything of records that it does not list: a backend that caps
 * its answers, or leaves out what it could not look up, has not said that those are gone.
 */
export interface Listing {
  /** Those of the batch that exist, spelled as sent. */
  readonly ids: Iterable<string>
  /** Whether nothing is missing from `ids`, those of `unread` aside. */
  readonly complete: boolean
  /** Of which of the batch this says nothing, where the others are complete: a lost read of many, say. Default: none. */
  readonly unread?: Iterable<string>
  /**
   * How it was asked, where a provider can ask in more than one form (by filter, one by one) and this is not its usual
   * one: what one form has proven, another has not.
   */
  readonly form?: string
}

/** Which ids of the batch exist. A bare set or array is its author's word that nothing is missing. */
export type Existing =
  | ReadonlySet<string>
  | ReadonlyArray<string>
  | Listing
  | { readonly existing: ReadonlySet<string>; readonly form: string }

/** The whole content of one record, as the backend gives it; `JSON.stringify` writes every number with all of its digits. */
export interface RecordContent {
  readonly id: string
  readonly content: unknown
}

/** What a read of contents came to. What is in neither list could not be read, or not whole. */
export interface Contents {
  /** Whole contents of records of the batch. */
  readonly records: ReadonlyArray<RecordContent>
  /** Of which of the batch the backend says that they are not there. Default: of none. */
  readonly absent?: Iterable<string>
  /** What kept the others from being read. */
  readonly failure?: ProviderError
}

/** The same for every way of saying it. */
export const listingOf = (existing: Existing | Iterable<string>): Listing => {
  if ('complete' in existing) return existing
  if ('existing' in existing) return { ids: existing.existing, complete: true, form: existing.form }
  return { ids: existing, complete: true }
}

/** Now, in ms since the epoch, never going backwards; and a sleep that ends early, without an error, when the signal aborts. */
export interface Clock {
  readonly now: () => number
  /** The wall clock, which may be set in mid-run: for what others hold against theirs, such as a signature. Default: `now`. */
  readonly wall?: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** What an exchange is for: what goes next is chosen by it. A `token` exchange holds no slot of its own. */
export type Purpose = 'delete' | 'read' | 'poll' | 'token'

/** An answer as it came: a status is data. `text` is the body, complete and within the size limit. */
export interface HttpReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /**
   * Set on a 429 to a request that the engine let go before a rate window had ended, to find out when it does. Who reads
   * the answer as a throttle may hand the request to `exchange` again, which waits for its turn and costs no attempt;
   * who does not, answers `Throttled` as ever.
   */
  readonly wentAhead?: true
}

/**
 * Sends one request. One that takes `onSent` calls it just before the request goes out (a token may have to be asked for
 * first): it counts, and doubt counts, from then; and `onSent` throws `ExchangeClosed` when it is too late to send. One
 * that does not take it is taken to send at once.
 */
export type Send = (signal: AbortSignal, onSent: () => void) => Promise<HttpReply>

/** What the engine lends a provider for one call. */
export interface CallContext {
  /** Aborts when the run gives up waiting for this call; never the caller's own signal. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Notes that last as long as the run, for what a provider learns of its backend on the way. */
  readonly memory: Map<string, unknown>
  /** How long a member that asks by itself may be told "later", and nothing else, before it gives up, in ms. Default 10 minutes. */
  readonly maxWaitMs?: number
  /**
   * Every HTTP exchange passes here: the gate, the time-out, the count and the rate headers live there. `send` is
   * called once, when its turn has come, with the signal of the time-out. Rejects with what `send` rejected with,
   * with `ExchangeTimeout`, or with `ExchangeClosed` when it was not sent because the run is ending.
   */
  readonly exchange: (purpose: Purpose, send: Send) => Promise<HttpReply>
  /** Waits for what another call is at, without being taken for a call that does nothing. */
  readonly waitFor?: <A>(promise: Promise<A>) => Promise<A>
}

/** Why `exchange` rejected: it was not sent, because the run is ending. */
export class ExchangeClosed extends Error {
  override readonly name = 'ExchangeClosed'
}

/** Why `exchange` rejected: it took longer than `callTimeoutMs`. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout'
}

/** Encoded bytes that a record adds to a request. */
export interface Weight {
  readonly urlBytes: number
  readonly bodyBytes: number
}

/**
 * The contract between the engine and a system. A provider is a value; a member's presence is its own capability.
 * Its only state is a token cache: what a run learns lives in the run. Members return errors as data; what one
 * throws is taken for a defect.
 */
export interface BulkRecordProvider {
  readonly specification: 1
  readonly name: string
  /** How far the adapter has met the real thing; shown wherever it is used. */
  readonly verified: 'live' | 'recorded' | 'documentation'
  readonly capabilities: Capabilities
  /**
   * Whatever `deleteBatch` and `diagnose` send, they send by `exchange('delete', …)`: a batch is then put on record when it
   * has its turn, not before. `true`: each exchange is an HTTP request; `calls`: it is a call that sends by other means,
   * such as an SDK.
   */
  readonly sendsByExchange?: true | 'calls'
  readonly isValidId: (id: string) => boolean
  /** One record, one identity: duplicates, protection, joins and listings compare it. Total; default: the id itself. */
  readonly identityOf?: (id: string) => string
  readonly weigh?: (id: string) => Weight
  /** What a request weighs that carries no record; default: nothing. */
  readonly overhead?: Weight
  /** Where a run would delete. */
  readonly identify?: (context: CallContext) => TaskEither<ProviderError, Place>
  readonly deleteBatch: (batch: Batch, context: CallContext) => TaskEither<ProviderError, BatchReply | JobStarted>
  readonly followJob?: (jobId: string, batch: Batch, context: CallContext) => TaskEither<ProviderError, JobState>
  readonly findExisting?: (batch: Batch, context: CallContext) => TaskEither<ProviderError, Existing>
  /** Reads what records hold, wholly, so that a copy can be kept before they are deleted. */
  readonly readContent?: (batch: Batch, context: CallContext) => TaskEither<ProviderError, Contents>
  /** Most records whose content one request reads; for forecasts. Default: a batch of them. */
  readonly contentsPerRequest?: number
  /** Learns why one record was refused. An attempt like any other: it may delete. */
  readonly diagnose?: (id: string, context: CallContext) => TaskEither<ProviderError, Verdict>
}
