import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { BatchReply, Contents, JobStarted, JobState, Place } from '../contract/provider.ts'
import { oneLine } from '../contract/text.ts'
import { UnsafePath } from '../http/path.ts'
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
      if (cause instanceof UnsafePath)
        return E.left(scrubError({ tag: 'Garbled', detail: cause.message, paths: [] }, scrub))
      const detail = cause instanceof Error ? cause.message : 'something that is no Error was thrown'
      return E.left(scrubError({ tag: 'Defect', detail, cause }, scrub))
    }
  }

export const asItIs = <Value>(value: Value): Value => value

/** Contents are what they are: a copy with holes is none. What kept the others from being read is told, and shown. */
export const scrubContents = (contents: Contents, scrub: Scrub): Contents =>
  contents.failure === undefined ? contents : { ...contents, failure: scrubError(contents.failure, scrub) }

/** A job is asked for by its id as it is, and so it is kept: one that holds a secret, or none at all, can't be. */
export const withSoundJob = <Reply extends object>(
  answer: E.Either<ProviderError, Reply | JobStarted>,
  scrub: Scrub,
  isAskable: (jobId: string) => boolean = () => true,
): E.Either<ProviderError, Reply | JobStarted> => {
  if (E.isLeft(answer) || !('jobId' in answer.right)) return answer
  const { jobId } = answer.right
  const isSound = typeof jobId === 'string' && jobId !== '' && !scrub.holds(jobId) && isAskable(jobId)
  return isSound ? answer : E.left(strangeJob)
}

const strangeJob: ProviderError = {
  tag: 'Garbled',
  detail: 'the id of the job is none that it can be asked by: empty, no part of a path, or with a secret in it',
  paths: [],
}

/** The label is for people; the key is compared, so nothing of it is cut off. */
export const scrubPlace = ({ key, label, production, account }: Place, scrub: Scrub): Place => ({
  ...(account !== undefined && { account: oneLine(account) }),
  key: oneLine(key),
  label: scrub(label),
  production,
})

export const scrubBatchReply = (reply: BatchReply | JobStarted, scrub: Scrub): BatchReply | JobStarted =>
  reply.kind === 'JobStarted' ? reply : scrubReply(reply, scrub)

export const scrubJobState = (state: JobState, scrub: Scrub): JobState =>
  state.kind === 'Ended' ? { ...state, reply: scrubReply(state.reply, scrub) } : state
