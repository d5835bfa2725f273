import { describe, type ProviderError } from '../contract/error.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import type { Run } from '../run/run.ts'
import type { AnyOptions, RunOptions } from '../settings/options.ts'
import { settingsOf } from '../settings/settings.ts'
import { closeRun, openRun } from './open-run.ts'

/** A question to a backend that could not be answered; `error` says why. */
export class AskingFailedError extends Error {
  override readonly name = 'AskingFailedError'
  readonly error: ProviderError

  constructor(error: ProviderError) {
    super(saidOf(error))
    this.error = error
  }
}

/** To have asked changes nothing: that it may have happened is of no interest. */
const saidOf = (error: ProviderError): string => {
  const { tag, detail } = error
  if (tag === 'Refused') return `refused (HTTP ${error.status}): ${detail}`
  if (tag === 'Garbled') return `an answer that can not be read: ${detail}`
  return tag === 'Interrupted' ? `no usable answer: ${detail}` : describe(error)
}

/** What a question outside of a run takes. With a run's `limitKey`, or over the same provider value, it shares the run's limits. */
export type AskOptions = Pick<
  RunOptions,
  'signal' | 'attempts' | 'callTimeoutMs' | 'maxWaitMs' | 'rate' | 'limitKey' | 'onEvent' | 'clock' | 'random'
>

/** A question has a run of its own, that sends no deletion. Once it is over, nothing is in flight that would be worth waiting for. */
export const asking = async <A>(
  provider: BulkRecordProvider,
  options: AnyOptions | undefined,
  ask: (run: Run) => Promise<A>,
): Promise<A> => {
  const run = openRun(
    provider,
    settingsOf(provider, { ...options, drainMs: 0 }),
    { put: () => {}, full: () => false },
    () => {},
  )
  run.pace.gate.barDeletions()
  run.ending.stop.listen()
  try {
    return await ask(run)
  } finally {
    closeRun(run)
  }
}
