import type { Control, PaceWish } from '../contract/control.ts'
import { UsageError } from '../contract/error.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import type { Ids } from '../intake/source.ts'
import { demandPace } from '../run/steering.ts'
import type { AnyOptions } from '../settings/options.ts'
import { type AnyReport, collect } from './stream.ts'

/**
 * A run that goes on, and its wheel. With a journal, what is asked here is on record as what `expunge pause` asks is: a pause
 * and a pace last until they are taken back, in later runs of the plan, too. Once the run is over, nothing happens.
 */
export interface Deletion<AReport> {
  /** Resolves as `deleteRecords` does. */
  readonly report: Promise<AReport>
  /** Sends no more deletions until `continue`; what is in flight is settled meanwhile. */
  readonly pause: () => void
  readonly continue: () => void
  /** Ends the run as an abort of the `signal` does. */
  readonly stop: () => void
  /** Another pace from now on; what is left out stays as it is. Throws `UsageError` for one that is none. */
  readonly setRate: (pace: PaceWish) => void
}

/** Begins at once. Throws `UsageError` for misuse, before the first request. */
export const begin = (
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: AnyOptions,
): Deletion<AnyReport> => {
  const early: Control[] = []
  let ask = (control: Control): void => void early.push(control)
  const start = collect(provider, ids, options, ({ pace: { steering } }) => {
    ask = steering.ask
    for (const control of early.splice(0)) ask(control)
  })
  return {
    report: start(),
    pause: () => ask({ what: 'pause' }),
    continue: () => ask({ what: 'continue' }),
    stop: () => ask({ what: 'stop' }),
    setRate: (pace) => {
      if (typeof pace !== 'object' || pace === null)
        throw new UsageError('setRate takes an object: { share?, requestsPerSecond?, concurrency? }')
      const { share, requestsPerSecond, concurrency, ...unknown } = pace
      const [stranger] = Object.keys(unknown)
      if (stranger !== undefined)
        throw new UsageError(`unknown "${stranger}" in setRate: known are share, requestsPerSecond, concurrency`)
      demandPace(pace)
      ask({
        what: 'rate',
        ...(share !== undefined && { share }),
        ...(requestsPerSecond !== undefined && { requestsPerSecond }),
        ...(concurrency !== undefined && { concurrency }),
      })
    },
  }
}
