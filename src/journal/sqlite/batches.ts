import type { IntendedBatch, KnownRecord, OpenBatch } from '../../core/contract/journal.ts'
import { journalFailure } from '../words/error.ts'
import { type Span, spansOf, without } from '../words/spans.ts'
import type { Doubts } from './doubts.ts'
import { span } from './schema.ts'
import type { Store } from './store.ts'

/** What was sent and is not over. Spans hold places in the plan, in the order in which they were sent. */
interface Open {
  readonly spans: ReadonlyArray<Span>
  readonly size: number
  readonly at: number
  /** Whether earlier requests may have touched records of it: these may be in batches that are open still. */
  readonly isAgain: boolean
  /** Places that were sent again since, in a batch that is over; ascending by their first. */
  returned: ReadonlyArray<Span>
  jobId?: string
}

export interface Batches {
  readonly intend: (batch: IntendedBatch) => void
  readonly jobStarted: (batch: number, jobId: string) => void
  readonly closeBatch: (batch: number, known: ReadonlyArray<KnownRecord>) => void
  readonly lastBatch: () => number
  /** Spans of batches that are not over, ascending, from a place in the plan on. */
  readonly inFlight: (from: number) => ReadonlyArray<Span>
  /** Without ids: those are filled in by the caller. */
  readonly openBatches: () => ReadonlyArray<Omit<OpenBatch, 'records'> & { readonly indexes: ReadonlyArray<number> }>
}

/** The sendings of one target; `settledWithin` gives the spans of a span that have outcomes, ascending. */
export const openBatches = (
  store: Store,
  target: number,
  settledWithin: (within: Span) => ReadonlyArray<Span>,
  doubts: Doubts,
): Batches => {
  const open = new Map<number, Open>()
  let sweepAt = 64

  const load = (): void => {
    open.clear()
    const sql = `SELECT *, EXISTS (SELECT 1 FROM beliefs WHERE target = batches.target AND batch = batches.number) AS again
      FROM batches WHERE target = ? AND closed = 0 ORDER BY number`
    for (const row of store.all(sql, target)) {
      open.set(Number(row['number']), {
        spans: JSON.parse(String(row['records'])),
        size: Number(row['size']),
        at: Number(row['sent_at']),
        isAgain: row['again'] === 1,
        returned: [],
        ...(row['job'] === null ? {} : { jobId: String(row['job']) }),
      })
    }
    for (const row of store.all('SELECT batch, first, last FROM returned_places WHERE target = ?', target)) {
      giveBack(open.get(Number(row['batch'])), [[Number(row['first']), Number(row['last'])]])
    }
  }

  const lastBatch = (): number =>
    Number(store.get('SELECT max(number) AS last FROM batches WHERE target = ?', target)?.['last'] ?? 0)

  const demandOpen = (batch: number): Open => {
    const known = open.get(batch)
    if (known === undefined) throw journalFailure('misuse', store.path, `batch ${batch} is not open`)
    return known
  }

  /** The part of a batch that has no outcome, in the order in which it was sent. */
  const unsettled = (batch: Open): ReadonlyArray<Span> =>
    inFlightOf(batch).flatMap((part) => without(part, settledWithin(part)))

  /** What a batch that is over held, an earlier one that is open still does not hold any more: the later one knows better. */
  const takeFromEarlier = (number: number, { spans }: Open): void => {
    for (const [earlier, batch] of open) {
      if (earlier >= number) continue
      const common = batch.spans.flatMap((part) => spans.flatMap((other) => overlapOf(part, other)))
      giveBack(batch, common)
      for (const [first, last] of common)
        store.run('INSERT INTO returned_places VALUES (?, ?, ?, ?)', target, earlier, first, last)
    }
  }

  /** Closed by the sweep, and maybe by the run in a moment. */
  const swept = new Set<number>()

  /** A batch that stayed open for a doubt, which another batch has ended, is never closed by the run. */
  const sweep = (): void => {
    if (open.size < sweepAt) return
    for (const [number, batch] of open) {
      if (unsettled(batch).length > 0) continue
      store.run('UPDATE batches SET closed = 1 WHERE target = ? AND number = ?', target, number)
      open.delete(number)
      swept.add(number)
    }
    sweepAt = Math.max(64, open.size * 2)
  }

  load()
  return {
    lastBatch,
    intend: ({ number, indexes, at, doubts: known }) => {
      store.demandInPlace()
      const spans = spansOf(indexes)
      sweep()
      // One that was turned away for its token goes out again, and its time counts anew.
      const sql = `INSERT INTO batches (target, number, sent_at, records, size) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (target, number) DO UPDATE SET sent_at = excluded.sent_at`
      store.run(sql, target, number, at, JSON.stringify(spans), indexes.length)
      if (known !== undefined && !open.has(number)) doubts.sent(number, indexes, known)
      store.commit()
      open.set(number, { spans, size: indexes.length, at, isAgain: known !== undefined, returned: [] })
    },
    jobStarted: (number, jobId) => {
      demandOpen(number).jobId = jobId
      store.run('UPDATE batches SET job = ? WHERE target = ? AND number = ?', jobId, target, number)
      store.commit()
    },
    closeBatch: (number, known) => {
      if (swept.delete(number)) return
      const batch = demandOpen(number)
      doubts.over(number, batch.spans, known)
      if (batch.isAgain) takeFromEarlier(number, batch)
      store.run('UPDATE batches SET closed = 1 WHERE target = ? AND number = ?', target, number)
      store.commit()
      open.delete(number)
    },
    inFlight: (from) => {
      if (store.readOnly) load()
      const spans: Span[] = []
      for (const batch of open.values()) for (const part of inFlightOf(batch)) if (part[1] >= from) spans.push(part)
      return spans.sort((one, other) => one[0] - other[0])
    },
    openBatches: () => {
      if (store.readOnly) load()
      const listed: Array<Omit<OpenBatch, 'records'> & { readonly indexes: ReadonlyArray<number> }> = []
      // A record that was sent again is in doubt since then: it belongs to the later batch.
      const taken = new Set<number>()
      for (const [number, batch] of [...open].reverse()) {
        const { size, at, jobId } = batch
        const indexes = unsettled(batch)
          .flatMap(expand)
          .filter((index) => !taken.has(index))
        if (indexes.length === 0) continue
        for (const index of indexes) taken.add(index)
        listed.push({ number, indexes, size, at, ...(jobId === undefined ? {} : { jobId }) })
      }
      return listed.reverse()
    },
  }
}

const inFlightOf = ({ spans, returned }: Open): ReadonlyArray<Span> =>
  returned.length === 0 ? spans : spans.flatMap((part) => without(part, returned))

const giveBack = (batch: Open | undefined, places: ReadonlyArray<Span>): void => {
  if (batch === undefined || places.length === 0) return
  batch.returned = [...batch.returned, ...places].sort((one, other) => one[0] - other[0])
}

const overlapOf = (one: Span, other: Span): ReadonlyArray<Span> => {
  const [first, last] = [Math.max(one[0], other[0]), Math.min(one[1], other[1])]
  return first <= last ? [[first, last]] : []
}

const expand = ([first, last]: Span): ReadonlyArray<number> =>
  Array.from({ length: last - first + 1 }, (_, offset) => first + offset)

/** The spans that have outcomes within a span, clipped to it. */
export const settledSpans = (store: Store, target: number) => {
  const base = target * span
  return ([first, last]: Span): ReadonlyArray<Span> => {
    const sql = `SELECT first, last FROM outcomes
      WHERE first >= coalesce((SELECT max(first) FROM outcomes WHERE first <= ?), ?) AND first <= ? AND last >= ?
      ORDER BY first`
    return store
      .all(sql, base + first, base + first, base + last, base + first)
      .map((row) => [Number(row['first']) - base, Number(row['last']) - base])
  }
}
