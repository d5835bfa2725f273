import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { BulkRecordProvider, CallContext } from '../contract/provider.ts'
import { AskingFailedError, type AskOptions, asking } from '../engine/inquiry.ts'
import type { Scrub } from '../http/scrub.ts'
import { keepAsking } from '../run/ask.ts'
import type { Run } from '../run/run.ts'
import type { Call } from './calls.ts'
import { type IdSource, type ListedRecord, type ListSpec, pageOf, readFirst, readList } from './listing.ts'

/** What an adapter asks a backend for on a caller's behalf, outside of a run: tokens, limits, pauses and repetitions as in one. */
export interface Questions {
  /** A list of ids. */
  readonly list: (spec: ListSpec, options?: AskOptions) => IdSource
  /** Anything else. Rejects with `AskingFailedError`. */
  readonly ask: <A>(question: Question<A>, options?: AskOptions) => Promise<A>
}

/** Sends what it has to, and says what came of it. */
export type Question<A> = (call: Call, context: CallContext) => Promise<E.Either<ProviderError, A>>

/** `member` makes a member of a question: nothing it does is thrown, and nothing it says holds a credential. */
export const openQuestions = (
  provider: BulkRecordProvider,
  member: <A>(question: Question<A>) => (context: CallContext) => TaskEither<ProviderError, A>,
  scrub: Scrub,
): Questions => {
  const answered = async <A>(run: Run, question: Question<A>): Promise<A> => {
    const asked = await keepAsking(run, member(question), 0)
    if (E.isLeft(asked)) throw new AskingFailedError(asked.left)
    return asked.right.answer
  }
  const iterate = <A>(spec: ListSpec, options: AskOptions, keep: (record: ListedRecord) => A): AsyncIterator<A> =>
    readFirst((leave) => {
      const { signal } = options
      const both = signal === undefined ? leave : AbortSignal.any([signal, leave])
      return asking(provider, { ...options, signal: both }, (run) =>
        readList(spec, (page) => answered(run, pageOf(spec, page)), run.identityOf, keep),
      )
    })
  const shown = ({ id, title }: ListedRecord): ListedRecord =>
    title === undefined ? { id } : { id, title: scrub(title) }
  return {
    list: (spec, options = {}) => ({
      [Symbol.asyncIterator]: () => iterate(spec, options, ({ id }) => id),
      records: () => ({ [Symbol.asyncIterator]: () => iterate(spec, options, shown) }),
    }),
    ask: (question, options = {}) => asking(provider, options, (run) => answered(run, question)),
  }
}
