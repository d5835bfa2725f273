import type { Journal } from '../core/journal.ts'
import type { Status } from '../core/outcome.ts'
import { openBatches, settledSpans } from './batches.ts'
import { journalFailure } from './error.ts'
import { openPlanning } from './planning.ts'
import { type JournalRecord, readIds, readOutcomes, readPending, readRecords, readTotals } from './reading.ts'
import { withoutSecrets } from './secrets.ts'
import { openSettling } from './settling.ts'
import type { Span } from './spans.ts'
import type { Sqlite } from './sqlite.ts'
import type { Store } from './store.ts'

/** The journal of one target: what a run takes as `{ journal }`, and what reports and tools read. */
export interface JournalTarget extends Journal {
  readonly name: string
  /** Planned records in order, read as they are asked for: all, or those in some statuses (`pending`: no outcome yet). */
  readonly records: (statuses?: ReadonlyArray<Status | 'pending'>) => Iterable<JournalRecord>
}

export const openTarget = (store: Store, sqlite: Sqlite, name: string, target: number) => {
  const settling = openSettling(store, target)
  const planning = openPlanning(store, sqlite, target)
  const settledWithin = settledSpans(store, target)
  const batches = openBatches(store, target, settledWithin)

  const runs = () => Number(store.get('SELECT count(*) AS runs FROM runs WHERE target = ?', target)?.['runs'])

  const face: JournalTarget = {
    name,
    plan: planning.plan,
    beginPlan: planning.beginPlan,
    addToPlan: planning.addToPlan,
    sealPlan: planning.sealPlan,
    pending: (after, most) => {
      settling.flush()
      return readPending(store, target, after, most, settledWithin, batches.inFlight)
    },
    openBatches: () => {
      settling.flush()
      return batches.openBatches().map(({ indexes, ...batch }) => ({
        ...batch,
        records: indexes.flatMap((index) => readIds(store, target, [index, index])),
      }))
    },
    intend: batches.intend,
    jobStarted: batches.jobStarted,
    settle: settling.settle,
    closeBatch: batches.closeBatch,
    lastBatch: batches.lastBatch,
    totals: () => {
      settling.flush()
      return readTotals(store, target)
    },
    runStarted: ({ at, options }) => {
      const kept = JSON.stringify(withoutSecrets(options))
      store.run('INSERT INTO runs (target, run, started_at, options) VALUES (?, ?, ?, ?)', target, runs() + 1, at, kept)
      store.commit()
    },
    runEnded: (summary) => {
      const run = runs()
      if (run === 0) throw journalFailure('misuse', store.path, 'no run was begun')
      const kept = JSON.stringify(withoutSecrets(summary))
      store.run('UPDATE runs SET summary = ? WHERE target = ? AND run = ?', kept, target, run)
      store.commit()
    },
    outcomes: (pending) => ({
      [Symbol.iterator]: () => {
        settling.flush()
        return readOutcomes(store, target, pending, isWithin(batches.inFlight(0)))
      },
    }),
    records: (statuses) => ({
      [Symbol.iterator]: () => {
        settling.flush()
        return readRecords(store, target, statuses)
      },
    }),
  }
  return { face, close: planning.close }
}

/** For places that are asked for in ascending order. */
const isWithin = (spans: ReadonlyArray<Span>): ((index: number) => boolean) => {
  let at = 0
  return (index) => {
    while (at < spans.length && (spans[at] as Span)[1] < index) at++
    return at < spans.length && (spans[at] as Span)[0] <= index
  }
}
