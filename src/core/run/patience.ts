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
 * Deletions are put off: whole requests, or the records of one that was answered. Where nothing has passed for `maxWaitMs`
 * the run halts, whatever reads are answered meanwhile: no record got its outcome, and, for requests, no job was found at
 * work. That jobs answer is no progress of records that those jobs put off.
 */
export const putOff = (run: Run, error: ProviderError, what: 'requests' | 'records'): void => {
  const { clock, maxWaitMs } = run.settings
  const { experience } = run.known
  const progress = run.books.ledger.settled() + (what === 'requests' ? experience.pollsAnswered : 0)
  const known = experience.putOff[what]
  const since = known?.progress === progress ? known.since : clock.now()
  experience.putOff[what] = { progress, since }
  if (clock.now() - since < maxWaitMs) return
  const because = error.tag === 'Unreachable' ? 'unreachable' : 'unavailable'
  const detail = `nothing has passed for ${maxWaitMs / 1_000} s (maxWaitMs): ${describe(error)}`
  run.ending.stop.halt({ because, detail, error })
}
