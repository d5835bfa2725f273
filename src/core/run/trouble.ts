import { describe, type ProviderError } from '../contract/error.ts'
import type { Purpose } from '../contract/provider.ts'
import { policy } from '../judge/policy.ts'
import { backoffMs } from '../pace/backoff.ts'
import { endsRun, putOff } from './patience.ts'
import { type Run, unsent } from './run.ts'

/**
 * What an error means for the run as a whole, whichever member met it: a pause for all, a halt, or nothing. What it
 * means for the records of the call is the caller's business.
 */
export const noteError = (run: Run, error: ProviderError, purpose: Purpose, batch: number, again: boolean): void => {
  run.tell.emit({ kind: 'call-failed', batch, purpose, tag: error.tag, detail: error.detail, again })
  const { then } = policy[error.tag]
  if (then === 'halt-run') {
    run.ending.stop.halt({ because: error.tag === 'Defect' ? 'defect' : 'denied', detail: describe(error), error })
    return
  }
  const wish = wishOf(error)
  const isTooLong = wish !== undefined && endsRun(run, wish, error)
  if (then === 'pause') {
    pauseAll(run, error, isTooLong ? undefined : wish)
    if (purpose === 'delete') putOff(run, error, 'requests')
    return
  }
  noteAnswer(run)
  if (wish === undefined || isTooLong) return
  run.pace.gate.turnedBack()
  run.pace.gate.pause(wish)
}

/** The server's own delay, where it names one that is. */
const wishOf = (error: ProviderError): number | undefined =>
  'retryAfterMs' in error && error.retryAfterMs !== undefined && error.retryAfterMs > 0 ? error.retryAfterMs : undefined

/** The backend answered, and not with "later": what was an outage is over. */
export const noteAnswer = (run: Run): void => {
  run.known.experience.answered = true
  run.known.experience.outage = undefined
  run.pace.pacing.passed()
  run.pace.gate.passed()
}

/**
 * One pause for all. The server's own delay is taken as it is, ours grows and is jittered. A backend that says nothing
 * else, or can't be reached, is waited for up to `maxWaitMs`; one that could not be reached even once only `attempts` times.
 */
const pauseAll = (run: Run, error: ProviderError, wish: number | undefined): void => {
  const { clock, random, attempts, maxWaitMs } = run.settings
  const fewer = error.tag === 'Throttled' && run.pace.gate.turnedBack()
  const outage = run.known.experience.outage ?? { pauses: 0, since: clock.now() }
  run.known.experience.outage = outage
  const told =
    error.tag === 'Throttled' && wish === undefined ? run.pace.pacing.throttled(clock.now(), !fewer) : undefined
  if (error.tag === 'Throttled' && wish !== undefined) run.pace.pacing.asked(clock.now(), !fewer)
  const forMs = wish ?? told ?? backoffMs(outage.pauses + 1, random)
  if (endsRun(run, forMs, error)) return
  const begins = run.pace.gate.pause(forMs) || run.known.experience.pauseBegun
  run.known.experience.pauseBegun = false
  if (!begins) return
  outage.pauses++
  const why = error.tag === 'Throttled' ? 'throttled' : error.tag === 'Unavailable' ? 'unavailable' : 'unreachable'
  run.tell.emit({ kind: 'paused', forMs, why })
  run.tell.waits.begin(why, unsent(run), clock.now() + forMs)
  const lostCause = error.tag === 'Unreachable' && !run.known.experience.answered && outage.pauses >= attempts
  if (!lostCause && clock.now() - outage.since < maxWaitMs) return
  run.ending.stop.halt({
    because: why === 'unreachable' ? 'unreachable' : 'unavailable',
    detail: describe(error),
    error,
  })
}
