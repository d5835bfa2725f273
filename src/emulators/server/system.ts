import type { IncomingHttpHeaders } from 'node:http'
import type { EmulatorCall } from './emulator.ts'

/** One request, read to its end. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly call: OpenCall
}

/** A call in the log while the server may still write to it. */
export interface OpenCall extends EmulatorCall {
  ids: ReadonlyArray<string>
  status: number
  applied: ReadonlyArray<string>
}

/** What to answer. Without `json` and `html` the body is empty. */
export interface Reply {
  readonly status: number
  readonly json?: unknown
  readonly html?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a request asks for: the records it names, and the deed. `run` does everything at once, synchronously. */
export interface Task {
  readonly ids: ReadonlyArray<string>
  readonly run: (jobFault?: JobFault) => Reply
}

export type JobFault = 'job-fails' | 'job-never-ends'

export interface Route {
  /** Purpose words that a fault may be aimed at. */
  readonly words: ReadonlyArray<string>
  readonly startsJob?: boolean
  readonly open: (arrival: Arrival) => Task
}

/** The statuses that a system must have words for, because they come from outside its routes. */
export type FailureStatus = 401 | 403 | 404 | 413 | 414 | 429 | 500 | 503

/** What makes one emulator differ from another; the server does the rest. */
export interface System {
  /** All purpose words of the routes. */
  readonly words: ReadonlySet<string>
  readonly hasJobs: boolean
  readonly find: (method: string, path: string) => Route | undefined
  /** Checks what comes before the work: the token, the rate, required headers. A reply turns the request away. */
  readonly admit: (arrival: Arrival, route: Route) => Reply | undefined
  /** A call is over: answered, or its connection gone. */
  readonly left: (call: object) => void
  /** An error in the system's own style. */
  readonly fail: (status: FailureStatus) => Reply
  /** Headers of every answer to a request that reached the application. */
  readonly headers: (arrival: Arrival) => Readonly<Record<string, string>>
}
