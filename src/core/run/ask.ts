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

/** Calls a member that only reads, and calls it again where that failed, within `attempts`. The error is the last one's. */
export const keepAsking = async <A>(
  run: Run,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  batch: number,
  attempts = run.settings.attempts,
): Promise<E.Either<ProviderError, Answered<A>>> => {
  const { clock, random } = run.settings
  let failure: ProviderError = { tag: 'Aborted', detail: 'the run gave up waiting', sent: false }
  let attempt = 0
  for (let tries = 0; tries < mostTries && attempt < attempts && !run.ending.stop.over.aborted; tries++) {
    const at = clock.now()
    const { result } = await callMember(run, 0, member)
    if (E.isRight(result)) {
      noteAnswer(run)
      return E.right({ answer: result.right, at })
    }
    failure = result.left
    if (attempts === 1 || policy[failure.tag].then !== 'pause') attempt++
    const useless = endsAsking(failure) || failure.tag === 'Refused'
    noteError(run, failure, 'read', batch, attempt < attempts && !useless)
    if (useless) break
    await sleep(run, backoffMs(Math.max(1, attempt), random))
  }
  return E.left(failure)
}

/** Calls at most, for a reader that is turned back again and again: being turned back is no failed attempt. */
const mostTries = 30
