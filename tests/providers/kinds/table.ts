import type { ContractSubject } from '../../../src/testing.ts'
import type { SeenRequest } from '../../support/listen.ts'

/** Kinds of answers, or of trouble, that were once read as facts that they are not. Each is tried on every provider. */
export const kinds = {
  'short-list': 'a short or partial list counts as absence',
  'hollow-success': 'a success that is not about the records counts as deletion',
  'passing-refusal': 'a refusal that passes is taken for the fault of the records',
  'costly-record': 'a 5xx that one record causes spends the whole batch',
  'guessed-job': 'what a job answers is guessed',
  'never-sent': 'what was never sent is called in doubt',
  'endless-wait': 'a wait that is asked for has no bounds',
  'wrong-clock': 'a request is signed by a wrong clock',
  elsewhere: 'a deletion is answered from another environment',
  'dot-segments': 'ids that are . or .. reach another path',
  'rewritten-word': 'the backend rewrites an id on its way into a filter',
  'misspelt-id': 'an id whose own check does not fit is another record',
  'deep-body': 'an answer that is nested deeper than can be walked is taken for a bug',
} as const

export type Kind = keyof typeof kinds

/** What a cell may use: closers run when its test is over. */
export interface Means {
  readonly after: (closer: () => unknown) => void
}

export type Trial = (means: Means) => Promise<void>

/** A test; or a sentence that says why the kind can't occur there. */
export type Cell = Trial | string

/** One after the other. */
export const each =
  (...trials: ReadonlyArray<Trial>): Trial =>
  async (means) => {
    for (const trial of trials) await trial(means)
  }

/** A provider before its stand-in, and one cell for each kind: a new provider has to fill a row, or this does not compile. */
export interface Row {
  /** Its entry point, `expunge/providers/<name>`. */
  readonly name: string
  readonly cells: Readonly<Record<Kind, Cell>>
}

/** What tells the requests of a provider apart. */
export interface Traffic {
  readonly subject: ContractSubject
  readonly deletes: (request: SeenRequest) => boolean
  readonly reads: (request: SeenRequest) => boolean
}
