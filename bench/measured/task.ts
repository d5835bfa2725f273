import type { PerRecord } from './claims.ts'

/** What every contestant is told. */
export interface Task {
  /** Where the server listens; without a slash at the end. */
  readonly url: string
  readonly records: number
  readonly batchSize: number
  /** Requests in flight. */
  readonly concurrency: number
  /** Begins when the wall clock is so far into such a span, in ms: where in a window of the backend's a run begins is luck, and all have the same. */
  readonly beginsAt?: { readonly perMs: number; readonly offsetMs: number }
  /** What one kind of contestant is told besides. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Deletes the records and fills in a claim for each of them. What it returns are its own words about it. */
export type Contestant = (task: Task, claims: PerRecord) => Promise<unknown>

/** What a client process tells at its end. */
export interface ClientResult {
  /** User and system, of all threads, from the start of the work to its end, in µs. */
  readonly cpuUs: number
  readonly wallMs: number
  /** When the work began, in ms since 1970. */
  readonly beganAt: number
  /** Of the whole process, in MB of 2^20 bytes. */
  readonly peakMb: number
  readonly claims: PerRecord
  readonly notes: unknown
}
