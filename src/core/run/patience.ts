import { describe, type ProviderError } from '../contract/error.ts'
import type { Run } from './run.ts'

/**
 * A wait that is longer than `maxWaitMs` is not begun: the run halts, and says until when the backend asked to wait. True
 * when this is one. `error` is what asked for it.
 */
export const endsRun = (run: Run, waitMs: number, error: ProviderError): boolean => {
  const { clock, maxWaitMs } = run.settings
  if (!(waitMs > maxWaitMs)) return false
  if (run.ending.stop.reason() !== undefined) return true
  const told = { ...error, detail: `${error.detail}; ${wishOf(clock.now() + waitMs, maxWaitMs)}` }
  run.ending.stop.halt({ because: 'unavailable', detail: describe(told), error: told })
  return true
}

const wishOf = (until: number, maxWaitMs: number): string =>
  `it asks to wait until ${momentOf(until)}, and maxWaitMs allows ${maxWaitMs / 1_000} s: go on after that, or with a longer maxWaitMs`

/** Beyond what a calendar can say there is no moment. */
const momentOf = (at: number): string => (at <= 8.64e15 ? new Date(at).toISOString() : 'the end of time')

/**
 * Deletions are put off. Where nothing has passed for `maxWaitMs` the run halts, whatever reads are answered meanwhile: no
 * record got its outcome, and no job was found at work.
 */
export const putOff = (run: Run, error: ProviderError): void => {
  const { clock, maxWaitMs } = run.settings
  const { experience } = run.known
  const progress = run.books.ledger.settled() + experience.pollsAnswered
  if (experience.putOff?.progress !== progress) experience.putOff = { progress, since: clock.now() }
  if (clock.now() - experience.putOff.since < maxWaitMs) return
  const because = error.tag === 'Unreachable' ? 'unreachable' : 'unavailable'
  const detail = `nothing has passed for ${maxWaitMs / 1_000} s (maxWaitMs): ${describe(error)}`
  run.ending.stop.halt({ because, detail, error })
}
