import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { BatchReply, JobStarted, JobState } from '../contract/provider.ts'
import { type Scrub, scrubError, scrubReply } from '../http/scrub.ts'

/** Nothing a member does is thrown, and nothing it says holds a credential. */
export const guarded =
  <Value>(
    scrub: Scrub,
    scrubValue: (value: Value, scrub: Scrub) => Value,
    act: () => Promise<E.Either<ProviderError, Value>>,
  ): TaskEither<ProviderError, Value> =>
  async () => {
    try {
      const result = await act()
      return E.isLeft(result) ? E.left(scrubError(result.left, scrub)) : E.right(scrubValue(result.right, scrub))
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : 'something that is no Error was thrown'
      return E.left(scrubError({ tag: 'Defect', detail, cause }, scrub))
    }
  }

export const asItIs = <Value>(value: Value): Value => value

export const scrubBatchReply = (reply: BatchReply | JobStarted, scrub: Scrub): BatchReply | JobStarted =>
  reply.kind === 'JobStarted' ? reply : scrubReply(reply, scrub)

export const scrubJobState = (state: JobState, scrub: Scrub): JobState =>
  state.kind === 'Ended' ? { ...state, reply: scrubReply(state.reply, scrub) } : state
