import type { Reason } from './error.ts'
import { settleRefused } from './refused.ts'
import type { Parking, Run } from './run.ts'
import type { OpenRecord } from './work.ts'

const mostPasses = 5

export const openParking = (): Parking => ({ waiting: [], passes: 0, before: Number.POSITIVE_INFINITY, over: false })

/** Parks a refused record while the order of things may cure it; false when it has to be rejected. */
export const park = (run: Run, record: OpenRecord, reason: Reason, batch: number): boolean => {
  const { parking } = run
  const curable = run.provider.capabilities.curableByOrder?.includes(reason.code) ?? false
  if (!curable || parking.over || run.stop.reason() !== undefined) return false
  parking.waiting.push({ record, reason, batch })
  return true
}

/** While passes last, batches go one at a time: what one deletes is what the next one waits for. */
export const isInPasses = ({ parking }: Run): boolean => parking.passes > 0 && !parking.over

/** Everything else is done: begins another pass, or gives those that wait their outcomes. True when something was begun. */
export const nextPass = async (run: Run): Promise<void> => {
  const { parking } = run
  const parked = parking.waiting
  parking.waiting = []
  const progress = run.experience.passed > 0 && parked.length < parking.before
  if (progress && parking.passes < mostPasses && run.stop.reason() === undefined) {
    parking.passes++
    parking.before = parked.length
    run.batcher.addAgain(parked.map(({ record }) => record).reverse())
    run.wake()
    return
  }
  parking.over = true
  await Promise.all(parked.map(({ record, reason, batch }) => settleRefused(run, record, reason, batch)))
}
