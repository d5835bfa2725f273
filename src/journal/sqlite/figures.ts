import type { Effect, Evidence, Status, Why } from '../../core/contract/outcome.ts'
import { type JournalRecord, plannedRecords, readRecords } from './reading.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** How many records ended alike. */
export interface OutcomeCount {
  readonly status: Status
  readonly evidence?: Evidence
  readonly effect?: Effect
  readonly why?: Why
  /** The reason's code, and one of its messages; `{id}` stands there for the record's own id. */
  readonly reason?: { readonly code: string; readonly message: string }
  readonly records: number
}

/** What is going on, as of the last commit. */
export interface LiveFigures {
  /** Planned, and neither settled nor in flight. */
  readonly waiting: number
  readonly settled: number
  /** Batches that were sent and are not over. */
  readonly batches: number
  /** Of them, those that the backend runs as a job. */
  readonly jobs: number
  /** When the oldest of them was sent, in ms since the epoch. */
  readonly oldestSentAt?: number
}

const within = (target: number): [number, number] => [target * span, target * span + span - 1]

/** By status, evidence, effect, why and reason code, the most frequent first. */
export const readCounts = (store: Store, target: number): ReadonlyArray<OutcomeCount> => {
  const sql = `SELECT o.status, o.evidence, o.effect, o.why, r.code, min(r.message) AS message, sum(o.last - o.first + 1) AS records
    FROM outcomes o LEFT JOIN reasons r ON r.number = o.reason
    WHERE o.first BETWEEN ? AND ? GROUP BY 1, 2, 3, 4, 5 ORDER BY records DESC, 1, 2, 3, 4, 5`
  return store.all(sql, ...within(target)).map((row) => countOf(row))
}

const countOf = (row: Row): OutcomeCount => {
  const said = ['evidence', 'effect', 'why'].filter((word) => row[word] !== null).map((word) => [word, row[word]])
  const reason = row['code'] === null ? {} : { reason: { code: row['code'], message: String(row['message']) } }
  return {
    status: row['status'],
    ...Object.fromEntries(said),
    ...reason,
    records: Number(row['records']),
  } as OutcomeCount
}

export const readLive = (store: Store, target: number, inFlight: () => number): LiveFigures => {
  const open = store.get(
    'SELECT count(*) AS batches, count(job) AS jobs, min(sent_at) AS oldest FROM batches WHERE target = ? AND closed = 0',
    target,
  )
  const settledSql = 'SELECT coalesce(sum(last - first + 1), 0) AS settled FROM outcomes WHERE first BETWEEN ? AND ?'
  const settled = Number(store.get(settledSql, ...within(target))?.['settled'])
  const planned = plannedRecords(store, target)
  return {
    waiting: Math.max(0, planned - settled - inFlight()),
    settled,
    batches: Number(open?.['batches']),
    jobs: Number(open?.['jobs']),
    ...(open?.['oldest'] === null ? {} : { oldestSentAt: Number(open?.['oldest']) }),
  }
}

/** Distinct records in these statuses, each as likely as any other, in the order of the plan; `random` is from 0 up to 1. */
export function* sampleRecords(
  store: Store,
  target: number,
  most: number,
  random: () => number,
  statuses: ReadonlyArray<Status>,
): Generator<JournalRecord> {
  const sql = `SELECT first, last FROM outcomes WHERE first BETWEEN ? AND ?
    AND status IN (SELECT value FROM json_each(?)) ORDER BY first`
  const rows = store.all(sql, ...within(target), JSON.stringify(statuses))
  const total = rows.reduce((sum, { first, last }) => sum + Number(last) - Number(first) + 1, 0)
  let passed = 0
  const ranks = ranksOf(most, total, random)
  let next = 0
  for (const { first, last } of rows) {
    const until = passed + Number(last) - Number(first) + 1
    for (; next < ranks.length && (ranks[next] as number) < until; next++) {
      const index = Number(first) + (ranks[next] as number) - passed - target * span
      yield* readRecords(store, target, { from: index, to: index })
    }
    passed = until
  }
}

/** Distinct whole numbers below a total, ascending (Floyd's method: it draws as many times as it takes numbers). */
const ranksOf = (most: number, total: number, random: () => number): ReadonlyArray<number> => {
  const chosen = new Set<number>()
  for (let bound = Math.max(0, total - most); bound < total; bound++) {
    const drawn = Math.floor(random() * (bound + 1))
    chosen.add(chosen.has(drawn) ? bound : drawn)
  }
  return [...chosen].sort((one, other) => one - other)
}
