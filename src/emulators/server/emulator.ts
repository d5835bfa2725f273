import type { EmulatorRate } from './limiter.ts'

/**
 * What can go wrong with one call, on demand.
 *
 * | kind | applied? | what the caller sees |
 * | --- | --- | --- |
 * | `lost-before` | no | the connection ends without an answer |
 * | `lost-after` | yes | the connection ends without an answer |
 * | `late` | yes, `lateMs` later, even when the caller has gone | nothing until then, then the connection ends |
 * | `401` `403` `429` `500` `503` | no | that status, in the words of the system |
 * | `html` | no | a page of HTML with status 200, as from a proxy |
 * | `truncated` | yes | half of the answer, then the connection ends; where there is no body: like `lost-after` |
 * | `slow` | yes, at once | the true answer, `slowMs` later |
 * | `job-fails` | as `brokenJob` says | the job ends with an error (systems with jobs) |
 * | `job-never-ends` | as `brokenJob` says | the job's result is 404 for ever (systems with jobs) |
 */
export type FaultKind =
  | 'lost-before'
  | 'lost-after'
  | 'late'
  | '401'
  | '403'
  | '429'
  | '500'
  | '503'
  | 'html'
  | 'truncated'
  | 'slow'
  | 'job-fails'
  | 'job-never-ends'

/** Which calls a fault meets. Only calls that the system lets in are counted: the token is good, the rate is kept. */
export interface FaultWhen {
  /**
   * A purpose word of the system (`delete`, `read`, `poll`, `token`, `submit`; each emulator lists its own), else a
   * part of the path. Default: every call but those for a token.
   */
  readonly route?: string
  /** From the how-manieth matching call on, counted from 1 since the fault was set. Default 1: the next one. */
  readonly nth?: number
  /** How many calls it meets, from there on. Default 1; `Infinity` for all. */
  readonly times?: number
}

/** One HTTP request that reached the server, in the order of arrival. It is filled in while the call goes on. */
export interface EmulatorCall {
  readonly method: string
  /** Path and query, as sent. */
  readonly url: string
  /** The record ids in the request, as sent: those to delete, to submit or to look up. */
  readonly ids: ReadonlyArray<string>
  /** The HTTP status that was sent; 0 as long as there is none, and for good when the connection ended without one. */
  readonly status: number
  /**
   * The ids that this call really changed, spelled as sent. What a job did is noted on the call that started it, when
   * the job does it.
   */
  readonly applied: ReadonlyArray<string>
  /** Time of arrival, in ms since 1970. */
  readonly at: number
}

/** A stand-in for one system: an HTTP server on loopback that keeps the state of every record. */
export interface Emulator<Options = unknown> {
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly url: string
  /** What the provider's factory needs to talk to it; pass it on as it is. */
  readonly options: Options
  /** Makes these records exist, at any time. */
  readonly seed: (ids: Iterable<string>) => void
  /** Makes the system refuse to delete these records; `reason` is told the way the system tells reasons. */
  readonly refuse: (ids: Iterable<string>, reason?: string) => void
  /** The records that exist now: a live view, not a copy. */
  readonly existing: () => ReadonlySet<string>
  /** Every call so far: a live view. */
  readonly calls: ReadonlyArray<EmulatorCall>
  /** Makes calls go wrong. Faults add up; where two meet at one call, the older has it, and the other has the next. */
  readonly fault: (kind: FaultKind, when?: FaultWhen) => void
  /** Ends every connection and every pending job at once. */
  readonly close: () => Promise<void>
}

/** What every emulator can be told. All optional. */
export interface EmulatorOptions {
  /** TCP port. Default 0: any free one. */
  readonly port?: number
  /** Time between a request and its answer, the work in between included, in ms. Default 0: as soon as the work is done. */
  readonly latencyMs?: number
  /** The limit on requests, of any kind; `'none'` for no limit. Each emulator has its own default. */
  readonly rate?: EmulatorRate | 'none'
  /**
   * How much of the first window had passed at the start, in ms. Default: windows are aligned to the wall clock. Either
   * way a window never waits for the caller's first request.
   */
  readonly ratePhaseMs?: number
  /** How a 429 or 503 tells the delay: in whole or decimal seconds, as an HTTP date, or not. Default `'none'`. */
  readonly retryAfter?: 'seconds' | 'decimals' | 'date' | 'none'
  /** The delay that a 429 or 503 fault tells, in ms. Default 1000. A real limit tells the rest of its window. */
  readonly retryAfterMs?: number
  /** How long tokens are good for, in ms. Default: for ever, or as the system documents. */
  readonly tokenLifetimeMs?: number
  /** The most bytes of a request line (method, target, version), and what is over it is refused. Default 8192. */
  readonly maxUrlBytes?: number
  /** The most bytes of a request body; a longer one gets 413. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** When the work of a `late` call is applied, in ms after its arrival. Default 300. */
  readonly lateMs?: number
  /** When a `slow` call is answered, in ms after its arrival. Default 1000. */
  readonly slowMs?: number
}
