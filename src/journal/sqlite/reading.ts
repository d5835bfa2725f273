import type { JournalDoubt, PlannedRecord } from '../../core/contract/journal.ts'
import type { RecordOutcome, Status, Totals, Why } from '../../core/contract/outcome.ts'
import { type Span, without } from '../words/spans.ts'
import { read } from '../words/text.ts'
import { reasonColumns, reasonOf } from './reasons.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** A planned record and what is known of it. */
export interface JournalRecord {
  /** Its place in the plan, from 0. */
  readonly index: number
  readonly id: string
  /** What the input held beside the id. */
  readonly columns?: Readonly<Record<string, string>>
  /** Left out while there is none. */
  readonly outcome?: RecordOutcome
  readonly attempts: number
  /** ms since the epoch; left out for what was turned away by the plan. */
  readonly at?: number
}

/** Rows read at once: no statement stays open between two of them, so that reading never holds up writing. */
const pageSize = 1_000

/** The ids of a stretch of the plan, and their identities where those are others. */
export const readIds = (store: Store, target: number, [first, last]: Span): ReadonlyArray<PlannedRecord> => {
  const base = target * span
  const sql = `SELECT json_group_array(iif(typeof(id) = 'text', id, NULL)) AS ids, count(identity) AS own
    FROM (SELECT id, identity FROM identities WHERE number BETWEEN ? AND ? ORDER BY number)`
  const row = store.get(sql, base + first, base + last)
  const ids: ReadonlyArray<string | null> = JSON.parse(String(row?.['ids']))
  const records = ids.map((id, offset) => ({ index: first + offset, id: id ?? readId(store, base + first + offset) }))
  return Number(row?.['own']) === 0 ? records : withIdentities(store, base, records)
}

const readId = (store: Store, number: number): string =>
  read(store.get('SELECT id FROM identities WHERE number = ?', number)?.['id'])

const withIdentities = (
  store: Store,
  base: number,
  records: ReadonlyArray<PlannedRecord>,
): ReadonlyArray<PlannedRecord> => {
  const sql = 'SELECT number, identity FROM identities WHERE number BETWEEN ? AND ? AND identity IS NOT NULL'
  const [first, last] = [records[0]?.index ?? 0, records.at(-1)?.index ?? 0]
  const own = new Map(
    store.all(sql, base + first, base + last).map((row) => [Number(row['number']) - base, row['identity']]),
  )
  return records.map((record) => {
    const identity = own.get(record.index)
    return identity === undefined ? record : { ...record, identity: read(identity) }
  })
}

/** The next records after a place that nothing covers, at most so many. */
export const readPending = (
  store: Store,
  target: number,
  after: number,
  most: number,
  settledWithin: (within: Span) => ReadonlyArray<Span>,
  inFlight: (from: number) => ReadonlyArray<Span>,
  doubtsWithin: (within: Span) => (index: number) => JournalDoubt | undefined,
): ReadonlyArray<PlannedRecord> => {
  const end = plannedRecords(store, target)
  const busy = inFlight(after + 1)
  const found: PlannedRecord[] = []
  for (let from = after + 1; from < end && found.length < most; ) {
    const last = Math.min(end - 1, from + Math.max(pageSize, most) - 1)
    for (const free of without([from, last], settledWithin([from, last]))) {
      for (const [first, until] of without(free, busy)) {
        if (found.length >= most) break
        found.push(...readIds(store, target, [first, Math.min(until, first + most - found.length - 1)]))
      }
    }
    from = last + 1
  }
  const [first, last] = [found[0], found.at(-1)]
  if (first === undefined || last === undefined) return found
  const doubtOf = doubtsWithin([first.index, last.index])
  return found.map((record) => withDoubt(record, doubtOf(record.index)))
}

export const withDoubt = (record: PlannedRecord, doubt: JournalDoubt | undefined): PlannedRecord =>
  doubt === undefined ? record : { ...record, doubt }

/** Of a plan that grows, those that it has so far. */
const recordsSql = `SELECT CASE state WHEN 'sealed' THEN records ELSE (SELECT count(*) FROM identities
  WHERE identities.number >= targets.number * ${span} AND identities.number < (targets.number + 1) * ${span}) END AS records
  FROM targets WHERE number = ?`

export const plannedRecords = (store: Store, target: number): number =>
  Number(store.get(recordsSql, target)?.['records'] ?? 0)

export const readTotals = (store: Store, target: number): Totals => {
  const totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
  const sql =
    'SELECT status, sum(last - first + 1) AS records FROM outcomes WHERE first BETWEEN ? AND ? GROUP BY status'
  for (const { status, records } of store.all(sql, target * span, target * span + span - 1)) {
    totals[status as Status] = Number(records)
  }
  return totals
}

/** Which records: all, or those in some statuses (`pending`: no outcome yet), from one place in the plan to another. */
export interface RecordFilter {
  readonly statuses?: ReadonlyArray<Status | 'pending'>
  readonly from?: number
  readonly to?: number
}

/** Planned records in order, read as they are asked for. */
export function* readRecords(store: Store, target: number, filter: RecordFilter = {}): Generator<JournalRecord> {
  const { statuses, from = 0, to = span - 1 } = filter
  if (statuses === undefined) yield* readStretch(store, target, [from, to])
  else yield* readRows(store, target, [from, to], statuses)
}

function* readRows(
  store: Store,
  target: number,
  [from, to]: Span,
  statuses: RecordFilter['statuses'],
): Generator<JournalRecord> {
  const base = target * span
  const wanted = statuses === undefined ? '' : "AND coalesce(o.status, 'pending') IN (SELECT value FROM json_each(?))"
  const sql = `SELECT i.number, i.id, i.columns, o.status, o.evidence, o.effect, o.why, o.attempts, o.settled_at, ${reasonColumns}
    FROM identities i
    LEFT JOIN outcomes o ON o.first = (SELECT max(first) FROM outcomes WHERE first <= i.number) AND o.last >= i.number
    LEFT JOIN reasons r ON r.number = o.reason
    WHERE i.number BETWEEN ? AND ? ${wanted} ORDER BY i.number LIMIT ?`
  const values = statuses === undefined ? [] : [JSON.stringify(statuses)]
  for (let next = base + from; ; ) {
    const rows = store.all(sql, next, base + to, ...values, pageSize)
    for (const row of rows) {
      const columns = row['columns'] === null ? undefined : String(row['columns'])
      yield recordOf(Number(row['number']) - base, read(row['id']), columns, row['status'] === null ? undefined : row)
    }
    if (rows.length < pageSize) return
    next = Number(rows.at(-1)?.['number']) + 1
  }
}

/** All of them: ids by the page, and what neighbours have in common once. */
function* readStretch(store: Store, target: number, [first, last]: Span): Generator<JournalRecord> {
  const base = target * span
  const there = 'SELECT max(number) AS last FROM identities WHERE number BETWEEN ? AND ?'
  const end = Number(store.get(there, base + first, base + last)?.['last'] ?? 0) - base
  for (let from = first; from <= end; from += pageSize) {
    const stretch: Span = [from, Math.min(end, from + pageSize - 1)]
    const ids = readIds(store, target, stretch)
    // Some of the ids were taken out of the file.
    if (ids.length !== stretch[1] - from + 1) {
      yield* readRows(store, target, stretch, undefined)
      continue
    }
    const columnsOf = readColumns(store, base, stretch)
    const rowOf = rowsWithin(store, base, stretch)
    for (const { id, index } of ids) yield recordOf(index, id, columnsOf?.get(index), rowOf(index))
  }
}

const recordOf = (index: number, id: string, columns: string | undefined, row: Row | undefined): JournalRecord => {
  // Of nearly every record: without what costs more than all the rest.
  if (columns === undefined && row !== undefined && row['settled_at'] !== null)
    return { index, id, outcome: outcomeOf(row, id), attempts: Number(row['attempts']), at: Number(row['settled_at']) }
  const at = row?.['settled_at'] ?? null
  return {
    index,
    id,
    ...(columns === undefined ? {} : { columns: JSON.parse(columns) }),
    ...(row === undefined ? {} : { outcome: outcomeOf(row, id) }),
    attempts: Number(row?.['attempts'] ?? 0),
    ...(at === null ? {} : { at: Number(at) }),
  }
}

const readColumns = (store: Store, base: number, [first, last]: Span): ReadonlyMap<number, string> | undefined => {
  const sql = 'SELECT number, columns FROM identities WHERE number BETWEEN ? AND ? AND columns IS NOT NULL'
  const rows = store.all(sql, base + first, base + last)
  return rows.length === 0
    ? undefined
    : new Map(rows.map((row) => [Number(row['number']) - base, String(row['columns'])]))
}

export const hasColumns = (store: Store, target: number): boolean => {
  const sql = 'SELECT 1 FROM identities WHERE number >= ? AND number < ? AND columns IS NOT NULL LIMIT 1'
  return store.get(sql, target * span, target * span + span) !== undefined
}

/** The outcomes of a stretch, for places that are asked for in ascending order. */
const rowsWithin = (store: Store, base: number, [first, last]: Span): ((index: number) => Row | undefined) => {
  const sql = `SELECT o.first, o.last, o.status, o.evidence, o.effect, o.why, o.attempts, o.settled_at, ${reasonColumns}
    FROM outcomes o LEFT JOIN reasons r ON r.number = o.reason
    WHERE o.first >= coalesce((SELECT max(first) FROM outcomes WHERE first <= ?), ?) AND o.first <= ? AND o.last >= ?
    ORDER BY o.first`
  const start = base + first
  const rows = store.all(sql, start, start, base + last, start)
  let at = 0
  return (index) => {
    while (at < rows.length && Number((rows[at] as Row)['last']) < base + index) at++
    const row = rows[at]
    return row !== undefined && Number(row['first']) <= base + index ? row : undefined
  }
}

/** The journal checks nothing that it has written itself: a row says what was handed in. */
const outcomeOf = (row: Row, id: string): RecordOutcome => {
  const { status, evidence, effect, why } = row
  if (evidence !== null) return { id, status, evidence, effect } as RecordOutcome
  const reason = reasonOf(row, id)
  if (why === 'held' && reason !== undefined) return { id, status, why, reference: reason.message } as RecordOutcome
  return { id, status, ...(why === null ? {} : { why }), ...(reason === undefined ? {} : { reason }) } as RecordOutcome
}

/** An outcome for each planned record: one that was sent and has none is in doubt, one that was not sent is untouched. */
export function* readOutcomes(
  store: Store,
  target: number,
  pending: Why,
  isInFlight: (index: number) => boolean,
): Generator<RecordOutcome> {
  for (let from = 0; ; from += pageSize) {
    const ids = readIds(store, target, [from, from + pageSize - 1])
    const rowOf = rowsWithin(store, target * span, [from, from + pageSize - 1])
    for (const { id, index } of ids) {
      const row = rowOf(index)
      if (row !== undefined) yield outcomeOf(row, id)
      else if (isInFlight(index)) yield { id, status: 'unconfirmed', reason: unseen }
      else yield { id, status: 'untouched', why: pending }
    }
    if (ids.length < pageSize) return
  }
}

const unseen = { code: 'in-flight', message: 'it was sent, and what became of it is not on record: resume the run' }

/** What is on record of neighbours in the plan that ended alike. */
export interface SettledSpan {
  /** Places in the plan. */
  readonly first: number
  readonly last: number
  readonly status: string
  readonly effect: string | null
  readonly evidence: string | null
  /** ms since the epoch; null for what the plan has turned away. */
  readonly at: number | null
}

/** A stretch of the plan: its ids in order, and what became of them; what no span covers has no outcome. */
export interface SettledPage {
  readonly from: number
  readonly ids: ReadonlyArray<string>
  readonly spans: ReadonlyArray<SettledSpan>
}

/** Ids and outcomes as they are, a page at a time: what a million of them costs is the reading alone. */
export function* readSettled(store: Store, target: number): Generator<SettledPage> {
  const base = target * span
  const sql = `SELECT first, last, status, effect, evidence, settled_at FROM outcomes
    WHERE first >= coalesce((SELECT max(first) FROM outcomes WHERE first <= ?), ?) AND first <= ? AND last >= ? ORDER BY first`
  for (let from = 0; ; from += pageSize) {
    const ids = readIds(store, target, [from, from + pageSize - 1]).map(({ id }) => id)
    if (ids.length === 0) return
    const start = base + from
    const spans = store.all(sql, start, start, start + pageSize - 1, start).map((row) => ({
      first: Number(row['first']) - base,
      last: Number(row['last']) - base,
      status: String(row['status']),
      effect: textOf(row['effect']),
      evidence: textOf(row['evidence']),
      at: row['settled_at'] === null ? null : Number(row['settled_at']),
    }))
    yield { from, ids, spans }
    if (ids.length < pageSize) return
  }
}

const textOf = (value: unknown): string | null => (value === null ? null : String(value))
