import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { CallContext } from '../contract/provider.ts'
import { endsAsking, policy } from '../judge/policy.ts'
import { backoffMs } from '../pace/backoff.ts'
import { callMember } from './call.ts'
import { type Run, sleep } from './run.ts'
import { noteAnswer, noteError } from './trouble.ts'

/** What a question came to; `at` is when the call began that answered it. */
export interface Answered<A> {
  readonly answer: A
  readonly at: number
}

/**
 * Calls a member that only reads, and calls it again where that failed, within `attempts`. To be put off is no failed
 * attempt: that is bounded by the time in which nothing else was said. The error is the last one's.
 */
export const keepAsking = async <A>(
  run: Run,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  batch: number,
  attempts = run.settings.attempts,
): Promise<E.Either<ProviderError, Answered<A>>> => {
  const { clock, random, maxWaitMs } = run.settings
  const { stop } = run.ending
  let failure: ProviderError = { tag: 'Aborted', detail: 'the run gave up waiting', sent: false }
  let attempt = 0
  let putOffSince: number | undefined
  while (attempt < attempts && !stop.over.aborted) {
    const at = clock.now()
    const { result } = await callMember(run, 0, member)
    if (E.isRight(result)) {
      noteAnswer(run)
      return E.right({ answer: result.right, at })
    }
    failure = result.left
    const isPutOff = policy[failure.tag].then === 'pause'
    if (isPutOff) putOffSince ??= at
    else putOffSince = undefined
    if (attempts === 1 || !isPutOff) attempt++
    const isOver = putOffSince !== undefined && clock.now() - putOffSince >= maxWaitMs
    const useless = endsAsking(failure) || failure.tag === 'Refused' || isOver || isTooLong(failure, maxWaitMs)
    noteError(run, failure, 'read', batch, attempt < attempts && !useless)
    if (useless) break
    await sleep(run, backoffMs(Math.max(1, attempt), random))
  }
  return E.left(failure)
}

/** It asks for a longer wait than there may be: the run halts, and asking again before would only be turned back. */
const isTooLong = (error: ProviderError, maxWaitMs: number): boolean =>
  'retryAfterMs' in error && error.retryAfterMs !== undefined && error.retryAfterMs > maxWaitMs
