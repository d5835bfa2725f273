import type { CallPurpose, Fault } from './scenario.ts'
import type { Statement } from './world.ts'

/** A request as a model backend reads it; `target` is path and query as they came. */
export interface ModelRequest {
  readonly method: string
  readonly target: string
  readonly headers: Headers
  readonly body: string
}

/** What a request is about, without carrying it out. */
export interface Subject {
  readonly purpose: CallPurpose
  readonly what: string
  readonly ids: ReadonlyArray<string>
}

/** How a request is carried out. */
export interface Circumstances {
  readonly fault: Fault | undefined
  /** When its effect has to be over because nobody hears of it; infinite where its answer arrives. */
  readonly overBy: number
}

export interface Answer {
  readonly status: number
  /** A text goes out as it is, anything else as JSON; undefined is no body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** What the client may know, once the answer has reached it. */
  readonly says: ReadonlyArray<Omit<Statement, 'at'>>
  /** A job that the client knows of from now on, or knows to be over. */
  readonly job?: { readonly id: string; readonly is: 'started' | 'over' }
}

/** A model backend: it keeps the truth, and answers. */
export interface Server {
  readonly subjectOf: (request: ModelRequest) => Subject
  readonly answer: (request: ModelRequest, circumstances: Circumstances) => Answer
  /** The body of an error that carries this code. */
  readonly error: (code: string, message: string) => unknown
}
