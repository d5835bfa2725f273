import type { Journal, PlannedRecord } from '../core/contract/journal.ts'
import type { RecordOutcome } from '../core/contract/outcome.ts'
import type { Turns } from './turns.ts'

/** What a journal of one system hands out, and whom it tells. */
export interface InTurns {
  /** Hands out a record when its turn has come. Default: in the order of the plan. */
  readonly turns?: Turns
  /** A record, by its place in the plan, has an outcome. */
  readonly onSettled: (record: number, outcome: RecordOutcome) => void
}

/** A journal whose records are handed out in turns, and whose outcomes are passed on once they are on record. */
export const inTurns = <Kind extends Journal>(journal: Kind, { turns, onSettled }: InTurns): Kind => ({
  ...journal,
  ...(turns !== undefined && {
    pending: async (_after: number, most: number) => {
      while (true) {
        const places = await turns.next(most)
        if (places.length === 0) return []
        // What an earlier run has settled is not pending: then there is nothing to hand out yet.
        const records = await pendingAt(journal, places)
        if (records.length > 0) return records
      }
    },
  }),
  settle: (outcomes: Parameters<Journal['settle']>[0]) => {
    const tell = (): void => {
      for (const { index, outcome } of outcomes) onSettled(index, outcome)
    }
    const done = journal.settle(outcomes)
    return done instanceof Promise ? done.then(tell) : tell()
  },
})

/** Tells what earlier runs of a plan have settled. */
export const tellSettled = (journal: Journal, { onSettled }: InTurns): void => {
  let record = 0
  for (const outcome of journal.outcomes('aborted')) {
    if (outcome.status !== 'untouched') onSettled(record, outcome)
    record++
  }
}

/** Those of some places, in order, that are pending: neighbours are read at once. */
const pendingAt = async (journal: Journal, places: ReadonlyArray<number>): Promise<ReadonlyArray<PlannedRecord>> => {
  const records: PlannedRecord[] = []
  for (let from = 0; from < places.length; ) {
    let to = from + 1
    while (to < places.length && places[to] === (places[to - 1] ?? 0) + 1) to++
    const last = places[to - 1] ?? 0
    const some = await journal.pending((places[from] ?? 0) - 1, to - from)
    records.push(...some.filter(({ index }) => index <= last))
    from = to
  }
  return records
}
