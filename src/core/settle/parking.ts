import type { Reason } from '../contract/error.ts'
import type { OpenRecord } from '../intake/work.ts'
import { type Parked, type Parking, type Run, seem } from '../run/run.ts'
import { settleRefused } from './refused.ts'

const mostPasses = 5

export const openParking = (): Parking => ({
  waiting: [],
  queue: [],
  aside: [],
  sent: 0,
  size: Number.POSITIVE_INFINITY,
  passes: 0,
  before: Number.POSITIVE_INFINITY,
  over: false,
})

/** Whether the deletion of another record may cure it. */
export const isCurable = ({ provider }: Run, reason: Reason): boolean =>
  provider.capabilities.curableByOrder?.includes(reason.code) ?? false

/** Parks a refused record while the order of things may cure it; false when it has to be rejected. */
export const park = (run: Run, record: OpenRecord, reason: Reason, batch: number): boolean => {
  const { parking } = run.queue
  if (!isCurable(run, reason) || parking.over || run.ending.stop.reason() !== undefined) return false
  parking.waiting.push({ record, reason, batch })
  seem(run, [record], 'rejected')
  return true
}

/** While passes last, batches go one at a time: what one deletes is what the next one waits for. */
export const isInPasses = ({ queue: { parking } }: Run): boolean => parking.passes > 0 && !parking.over

/** All that wait for another record to go, and have no outcome yet. */
export const parked = ({ queue: { parking } }: Run): ReadonlyArray<Parked> => [
  ...parking.waiting,
  ...parking.aside,
  ...parking.queue,
]

export const someParked = ({ queue: { parking } }: Run): boolean =>
  parking.waiting.length + parking.aside.length + parking.queue.length > 0

/** None is left of the first records, which go ahead of the others: what comes next has passes of its own. */
export const endPasses = ({ queue: { parking } }: Run): void => void Object.assign(parking, openParking())

/** Everything else is done: sends the next batch of a pass, begins another pass, or gives those that wait their outcomes. */
export const nextPass = async (run: Run): Promise<void> => {
  const { parking } = run.queue
  const refused = parking.waiting.splice(0)
  const next = run.ending.stop.reason() === undefined ? nextBatch(run, refused) : []
  if (next.length > 0) {
    parking.sent = next.length
    run.queue.batcher.addAgain(next.map(({ record }) => record))
    run.tell.wake()
    return
  }
  parking.over = true
  const left = [...refused, ...parking.aside.splice(0), ...parking.queue.splice(0)]
  await Promise.all(left.map(({ record, reason, batch }) => settleRefused(run, record, reason, batch)))
}

/** Those of a batch that helped some go again, ahead of the rest; those of one that helped none wait for the next pass. */
const nextBatch = (run: Run, refused: Parked[]): ReadonlyArray<Parked> => {
  const { parking } = run.queue
  const helped = parking.passes > 0 ? parking.sent - refused.length : 0
  parking.size = nextSize(parking.size, parking.sent, helped, run.queue.batcher.limits().count)
  const back = helped > 0 ? parking.queue : parking.aside
  for (const one of refused.splice(0).sort(byIndex)) back.push(one)
  const progress = run.known.experience.passed > 0 && parking.aside.length < parking.before
  if (parking.queue.length === 0 && progress && parking.passes < mostPasses) {
    parking.passes++
    parking.before = parking.aside.length
    parking.queue = parking.aside.splice(0).sort(byIndex)
  }
  return parking.queue.splice(-parking.size).reverse()
}

/** Where few of a batch were helped, most of them wait for each other: smaller ones get on with fewer refusals. */
const nextSize = (size: number, sent: number, helped: number, most: number): number => {
  const isMixed = helped > 0 && helped < sent / 2
  return Math.max(1, Math.min(most, isMixed ? 2 * helped : 2 * size))
}

const byIndex = (one: Parked, other: Parked): number => one.record.index - other.record.index
