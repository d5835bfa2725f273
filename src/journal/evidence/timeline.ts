import { span } from '../sqlite/schema.ts'
import type { Store } from '../sqlite/store.ts'

/** What happened when, in stretches of equal length. Times in ms since the epoch. */
export interface Timeline {
  /** Where the first stretch begins, and how long each is; 0 where nothing has happened. */
  readonly from: number
  readonly stretchMs: number
  readonly stretches: ReadonlyArray<Stretch>
}

export interface Stretch {
  /** Where it ends. */
  readonly at: number
  /** Records that got their outcome in it. */
  readonly settled: Readonly<Record<string, number>>
  /** Batches that were sent in it, and how many answers turned one back. */
  readonly sent: number
  readonly refused: number
}

/** Errors by which a backend turns a request back. */
const refusals = ['Throttled', 'Unavailable', 'Refused', 'TooLarge', 'Denied']

/** Of one target, in so many stretches at most. */
export const readTimeline = (store: Store, target: number, most: number): Timeline => {
  const [low, high] = [target * span, target * span + span - 1]
  const ends = store.get(
    `SELECT min(at) AS first, max(at) AS last FROM (
      SELECT min(settled_at) AS at FROM outcomes WHERE first BETWEEN ?1 AND ?2 UNION ALL
      SELECT max(settled_at) FROM outcomes WHERE first BETWEEN ?1 AND ?2 UNION ALL
      SELECT min(sent_at) FROM batches WHERE target = ?3 UNION ALL
      SELECT max(sent_at) FROM batches WHERE target = ?3)`,
    low,
    high,
    target,
  )
  if (ends === undefined || ends['first'] === null) return { from: 0, stretchMs: 0, stretches: [] }
  const [first, last] = [Number(ends['first']), Number(ends['last'])]
  const stretchMs = Math.max(1, Math.ceil((last - first + 1) / most))
  const stretches = Array.from({ length: Math.ceil((last - first + 1) / stretchMs) }, (_, index) => ({
    at: first + (index + 1) * stretchMs,
    settled: {} as Record<string, number>,
    sent: 0,
    refused: 0,
  }))
  const settled = `SELECT CAST((settled_at - ?) / ? AS INTEGER) AS stretch, status, sum(last - first + 1) AS records FROM outcomes
    WHERE first BETWEEN ? AND ? AND settled_at IS NOT NULL GROUP BY 1, 2`
  for (const { stretch, status, records } of store.all(settled, first, stretchMs, low, high)) {
    const into = stretches[Number(stretch)]
    if (into !== undefined) into.settled[String(status)] = Number(records)
  }
  const sent = `SELECT CAST((sent_at - ?) / ? AS INTEGER) AS stretch, count(*) AS sent, sum((SELECT count(*) FROM json_each(coalesce(answers, '[]')) a
      WHERE a.value ->> 'said' IN (SELECT value FROM json_each(?)))) AS refused FROM batches WHERE target = ? GROUP BY 1`
  for (const row of store.all(sent, first, stretchMs, JSON.stringify(refusals), target)) {
    const into = stretches[Number(row['stretch'])]
    if (into === undefined) continue
    into.sent = Number(row['sent'])
    into.refused = Number(row['refused'])
  }
  return { from: first, stretchMs, stretches }
}
