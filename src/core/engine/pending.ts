import type { Journal, OpenBatch, PlannedRecord } from '../contract/journal.ts'
import type { Source } from '../intake/source.ts'

/**
 * Planned records, read a chunk at a time. What is not pulled stays pending in the plan, so there is nothing to close. What
 * was taken up from an earlier process goes again by itself: once its batch is closed it is pending, too.
 */
export const pendingOf = (
  journal: Journal,
  open: ReadonlyArray<OpenBatch>,
  onArrival: () => void,
  onError: (error: unknown) => void,
  limit = Number.POSITIVE_INFINITY,
): Source => {
  let left = limit
  const takenUp = new Set(open.flatMap((batch) => batch.records.map(({ index }) => index)))
  let records: ReadonlyArray<PlannedRecord> = []
  let next = 0
  let state: 'more' | 'waiting' | 'ended' = 'more'
  const fail = (error: unknown): void => {
    state = 'ended'
    onError(error)
  }
  const arrive = (some: ReadonlyArray<PlannedRecord>): void => {
    records = some
    next = 0
    state = some.length === 0 ? 'ended' : 'more'
  }
  const read = (): void => {
    try {
      const some = journal.pending(records.at(-1)?.index ?? -1, chunk)
      if (!(some instanceof Promise)) return arrive(some)
      state = 'waiting'
      void some.then(arrive, fail).then(onArrival)
    } catch (error) {
      fail(error)
    }
  }
  return {
    sized: false,
    pull: (most, accept) => {
      for (let pulled = 0; pulled < most && state === 'more'; ) {
        if (left === 0) {
          state = 'ended'
          break
        }
        const record = records[next]
        if (record === undefined) {
          read()
          continue
        }
        next++
        if (!takenUp.has(record.index)) {
          pulled++
          left--
          accept(record)
        }
      }
      return state
    },
    close: async () => {},
  }
}

/** Records read at once. */
const chunk = 1_000
