import type { RunEvent } from '../contract/events.ts'
import type { Awaitable, Journal } from '../contract/journal.ts'
import type { Clock, RecordContent } from '../contract/provider.ts'

/** How a run goes about it. All optional; the defaults are `defaults`, below. */
export interface RunOptions {
  /**
   * HTTP exchanges in flight at most; a running job holds none. Default 4. `adaptive`: begins there, and finds out from
   * latency and refusals how many the backend bears, up to 256 or its `maxConcurrency`. Not the default: a deletion that
   * nobody watches should not raise its own load by itself.
   */
  readonly concurrency?: number | 'adaptive'
  /** Records in a batch at most; default and upper bound: the provider's `maxBatchSize`. */
  readonly batchSize?: number
  /** Sendings of one record at most, the first included; a batch that was refused and is taken apart does not count. Default 4. */
  readonly attempts?: number
  /** How long one HTTP exchange may take, in ms. Default 30,000. */
  readonly callTimeoutMs?: number
  /**
   * How long is waited for a backend that puts off, is closed or can't be reached, with nothing passing meanwhile, in ms; and
   * the longest wait that a backend may ask for: the run halts at once when it reads of a longer one. Default 600,000.
   */
  readonly maxWaitMs?: number
  /** How long a job may run before its batch is read back, in ms. Default 600,000. */
  readonly jobDeadlineMs?: number
  /** How long polls and reads for what is in flight go on after an abort or a halt, in ms. Default 30,000. */
  readonly drainMs?: number
  /** Jobs running at once at most. Default 1,000, or the provider's `maxJobs` where that is less. */
  readonly maxJobs?: number
  /** Records whose reason may be asked for one by one, where a provider can only be asked so. Default 20. */
  readonly diagnoses?: number
  readonly rate?: {
    /** The part of the backend's rate limit that this run may use, over 0 to 1. Default 0.8: limits are shared with editors and other programs. With 1, about one request in a hundred may be refused, to find out where a window of the backend ends. */
    readonly share?: number
    /** Requests a second at most, whatever the backend allows. Default: none of our own. */
    readonly requestsPerSecond?: number
  }
  /** Runs with the same key that go on at once share one rate limit and one pause, at the settings of the first: targets on one account. Any value but undefined. Default: the provider value. */
  readonly limitKey?: unknown
  /** `drop`: a repeated identity is counted and has no outcome of its own. `allow`: each has one, and memory stays flat. Default `drop`. */
  readonly duplicates?: 'drop' | 'allow'
  /**
   * Records that are never sent, by identity; or a function that says so for an id. An entry that is no id is refused where
   * a record has more than one spelling. Default: none.
   */
  readonly protect?: Iterable<string> | ((id: string) => boolean)
  /**
   * For each of these ids, in order: by whose word its record may not be deleted for now, or undefined. Asked when a plan is
   * made, and for each batch before it is put on record and sent; such a record is `untouched: held`. Where it throws or
   * rejects the run halts. Default: nothing is held.
   */
  readonly holds?: (ids: ReadonlyArray<string>) => Awaitable<ReadonlyArray<string | undefined>>
  /** Read back: nothing, what is in doubt, or everything that the backend calls deleted. Default `doubtful`. */
  readonly verify?: 'never' | 'doubtful' | 'all'
  /**
   * Whether somebody else may delete or recreate these records while the run goes on. Default `may`. `none` lets a read
   * tell more, and is wrong where an editor or another program is at work.
   */
  readonly others?: 'may' | 'none'
  /** The run halts rather than send more distinct records than this. Default: no bound. */
  readonly maxRecords?: number
  /** That many records go first, and are read back where that is possible; the run halts when one of them is not gone. Default 0: none. */
  readonly canary?: number
  /** The run halts when more than this part of the records that were sent and settled is rejected, or absent, once `after` (default 200) of them are. Default: never. */
  readonly halt?: { readonly rejectedShare?: number; readonly absentShare?: number; readonly after?: number }
  /**
   * Keeps a copy: the whole content of records is read and handed over before their deletion is put on record or sent. They
   * are sent once the promise has resolved; the run halts when it rejects. It is called once at a time: what is read meanwhile
   * comes with the next call. A record that can't be read is `untouched: not-backed-up`; one that is sent once more is
   * handed over once more, and the last copy counts. Only for providers with `readContent`. Default: no copy.
   */
  readonly backup?: (records: ReadonlyArray<RecordContent>) => Promise<void> | void
  /** Sends nothing: every record that would be sent is `untouched: dry-run`. Default false. */
  readonly dryRun?: boolean
  /**
   * Hours of your own: until when nothing may be sent, in ms since the epoch, or undefined while it may. Asked, with the time
   * of the wall clock, before each deletion, so it has to be quick. What is in flight is settled all the same.
   */
  readonly closedUntil?: (now: number) => number | undefined
  /** Stops sending; what is in flight is settled for at most `drainMs`. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /** Default: the machine's. */
  readonly clock?: Clock
  /** From 0 up to but not including 1; for jitter. Default: the machine's. */
  readonly random?: () => number
}

/** Options of a run that outlives its process. */
export interface DurableOptions extends RunOptions {
  /**
   * Puts the run on record, so that another process can go on where this one ends: `openJournal(path).target(name)`. The
   * ids are planned first, exactly and on disk; a journal that has a plan is resumed, and `ids` may be left out.
   */
  readonly journal: Journal
  /** The key of the place that the plan was made for: the run halts, with nothing sent, where the provider says that it is another. */
  readonly place?: string
  /** This run takes so many records of the plan at most, and leaves the rest for a later one. Default: all. */
  readonly limit?: number
  /**
   * False: begins to delete while the source is still being read. Until it was read to its end, the same source has to be handed
   * in again to go on; what it gave before is known by its identity. Default true: all ids are planned first.
   */
  readonly planFirst?: boolean
}

/** Any of them. */
export type AnyOptions = RunOptions & Partial<Pick<DurableOptions, 'journal' | 'place' | 'limit' | 'planFirst'>>

/** The one home of every default; times in ms. */
export const defaults = {
  concurrency: 4,
  mostAdaptive: 256,
  attempts: 4,
  callTimeoutMs: 30_000,
  maxWaitMs: 600_000,
  jobDeadlineMs: 600_000,
  drainMs: 30_000,
  maxJobs: 1_000,
  diagnoses: 20,
  rateShare: 0.8,
  duplicates: 'drop',
  verify: 'doubtful',
  others: 'may',
  readLagMs: 5_000,
  haltAfter: 200,
} as const

/** How long a partly filled batch waits for an asynchronous id source, in ms. */
export const lingerMs = 100
