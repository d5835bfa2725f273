import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { CallContext, JobStarted, JobState, Verdict } from '../contract/provider.ts'
import type { Replies } from '../http/rows.ts'
import type { Call } from './calls.ts'
import type { RequestSpec } from './requests.ts'

/** How to learn about one record by deleting it alone. A refusal with a reason is a verdict by itself. */
export interface Diagnosis {
  readonly request: (id: string) => RequestSpec
  readonly replies: Replies<Verdict | JobStarted>
  /** How its job is asked, where there is one. */
  readonly follow?: (jobId: string) => {
    readonly request: RequestSpec
    readonly replies: Replies<Verdict | Extract<JobState, { kind: 'Pending' }>>
  }
}

/** Waits between polls, in ms; the last one repeats. Together with `mostPolls`: about a minute. */
const waitsMs = [250, 500, 1_000, 2_000, 4_000]
const mostPolls = 18

/**
 * Deletes one record, and follows its job to the end. Once a job has started it may have happened: an error after that
 * means that nobody saw its end. A poll that is put off is none of those that it may take: it waits as deletions do.
 */
export const diagnoser =
  ({ request, replies, follow }: Diagnosis) =>
  async (id: string, call: Call, context: CallContext): Promise<E.Either<ProviderError, Verdict>> => {
    const started = await call({ purpose: 'delete', request: request(id), replies, batch: { number: 0, ids: [id] } })
    if (E.isLeft(started)) return verdictOf(started.left)
    if ('is' in started.right) return E.right(started.right)
    const { jobId } = started.right
    if (follow === undefined) return E.left({ tag: 'Defect', detail: 'no way to follow the job', cause: undefined })
    const { clock, signal, maxWaitMs = usualWaitMs } = context
    const overdue = (detail: string) => E.left({ tag: 'JobOverdue', jobId, detail } as const)
    let waitMs = 0
    let asked = 0
    let putOff: PutOff | undefined
    while (asked < mostPolls) {
      await clock.sleep(Math.max(waitMs, waitsMs[asked] ?? 4_000), signal)
      const answer = await call({ purpose: 'poll', ...follow(jobId) })
      if (E.isLeft(answer)) {
        const error = answer.left
        if (error.tag === 'Denied') return overdue(error.detail)
        if (error.tag === 'Aborted') return E.left({ ...error, sent: true })
        waitMs = wishOf(error)
        if (isPutOff(error)) {
          putOff = { since: putOff?.since ?? clock.now(), times: (putOff?.times ?? 0) + 1 }
          if (clock.now() - putOff.since >= maxWaitMs) return overdue(error.detail)
          waitMs = Math.max(waitMs, ownWaitMs(putOff.times))
          continue
        }
      } else {
        const state = answer.right
        if ('is' in state) return E.right(state)
        waitMs = state.askAgainMs ?? 0
      }
      putOff = undefined
      asked++
    }
    return overdue('the job did not end in time')
  }

/** Since when nothing was said but "later", and how often that. */
interface PutOff {
  readonly since: number
  readonly times: number
}

const isPutOff = ({ tag }: ProviderError): boolean =>
  tag === 'Throttled' || tag === 'Unavailable' || tag === 'Unreachable'

const usualWaitMs = 600_000

const ownWaitMs = (times: number): number => Math.min(longestWaitMs, 250 * 2 ** Math.min(times, 10))

const verdictOf = (error: ProviderError): E.Either<ProviderError, Verdict> => {
  if (error.tag !== 'Refused' || error.reason === undefined) return E.left(error)
  return E.right(error.blames === 'absent' ? { is: 'absent' } : { is: 'rejected', reason: error.reason })
}

/** A pause that is asked for is kept by everyone, before the next poll; a longer one than the run bears has ended it. */
const longestWaitMs = 30_000

const wishOf = (error: ProviderError): number =>
  'retryAfterMs' in error && error.retryAfterMs !== undefined ? Math.min(error.retryAfterMs, longestWaitMs) : 0
