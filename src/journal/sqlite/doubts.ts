import type { JournalDoubt, KnownRecord } from '../../core/contract/journal.ts'
import { type Span, spansOf, without } from '../words/spans.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** Neighbours of which the same is known. */
export interface DoubtSpan {
  readonly first: number
  readonly last: number
  readonly doubt: JournalDoubt
}

/** What is known of records that earlier requests may have touched: of members of a batch, and of records that wait. */
export interface Doubts {
  /** When a batch is sent. */
  readonly sent: (
    batch: number,
    indexes: ReadonlyArray<number>,
    doubts: ReadonlyArray<JournalDoubt | undefined>,
  ) => void
  /** When a batch is over: what is known of those of its records that have no outcome takes the place of what was known. */
  readonly over: (batch: number, spans: ReadonlyArray<Span>, known: ReadonlyArray<KnownRecord>) => void
  /** Of members of a batch, as it was sent. */
  readonly ofBatch: (batch: number) => (index: number) => JournalDoubt | undefined
  /** Of records that wait, from one place to another. */
  readonly waiting: (within: Span) => (index: number) => JournalDoubt | undefined
}

export const openDoubts = (store: Store, target: number): Doubts => {
  const base = target * span
  const has = (): boolean =>
    store.get('SELECT 1 FROM doubts WHERE first >= ? AND first < ? LIMIT 1', base, base + span) !== undefined
  /** Whether any record that waits is in doubt: as a rule none is, and then nothing is looked for. */
  let some = has()
  const mayHave = (): boolean => some || (store.readOnly && has())

  const keep = (batch: number, moment: 'sent' | 'over', { first, last, doubt }: DoubtSpan): void => {
    const { belief, firstSentAt, deadAt } = doubt
    const sql = `INSERT INTO beliefs (target, batch, moment, first, last, belief, first_sent_at, dead_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
    store.run(sql, target, batch, moment, first, last, belief, firstSentAt, deadAt)
  }

  const wait = ({ first, last, doubt: { belief, firstSentAt, deadAt } }: DoubtSpan): void => {
    store.run('INSERT INTO doubts VALUES (?, ?, ?, ?, ?)', base + first, base + last, belief, firstSentAt, deadAt)
  }

  const within = ([first, last]: Span): ReadonlyArray<DoubtSpan> => {
    const sql = `SELECT * FROM doubts
      WHERE first >= coalesce((SELECT max(first) FROM doubts WHERE first <= ?), ?) AND first <= ? AND last >= ?
      ORDER BY first`
    const rows = store.all(sql, base + first, base + first, base + last, base + first)
    return rows.map((row) => spanOf(row, base))
  }

  /** Takes a stretch out; what is known of those beside it stays. */
  const forget = (cut: Span): void => {
    for (const known of within(cut)) {
      store.run('DELETE FROM doubts WHERE first = ?', base + known.first)
      for (const [first, last] of without([known.first, known.last], [cut])) wait({ ...known, first, last })
    }
  }

  return {
    sent: (batch, indexes, doubts) => {
      for (const part of partsOf(indexes.map((index, at) => ({ index, doubt: doubts[at] })))) keep(batch, 'sent', part)
    },
    over: (batch, spans, known) => {
      if (some) for (const part of spans) forget(part)
      if (known.length === 0) return
      for (const part of partsOf(known)) {
        keep(batch, 'over', part)
        wait(part)
        some = true
      }
    },
    ofBatch: (batch) => {
      const sql = "SELECT * FROM beliefs WHERE target = ? AND batch = ? AND moment = 'sent' ORDER BY number"
      return lookUp(store.all(sql, target, batch).map((row) => spanOf(row, 0)))
    },
    waiting: (stretch) => (mayHave() ? lookUp(within(stretch)) : nothing),
  }
}

const nothing = (): undefined => undefined

const lookUp = (known: ReadonlyArray<DoubtSpan>): ((index: number) => JournalDoubt | undefined) =>
  known.length === 0 ? nothing : (index) => known.find(({ first, last }) => first <= index && index <= last)?.doubt

export const doubtOf = (row: Row): JournalDoubt => ({
  belief: String(row['belief']),
  firstSentAt: Number(row['first_sent_at']),
  deadAt: Number(row['dead_at']),
})

const spanOf = (row: Row, base: number): DoubtSpan => ({
  first: Number(row['first']) - base,
  last: Number(row['last']) - base,
  doubt: doubtOf(row),
})

/** Neighbours of which the same is known, taken together. */
const partsOf = (known: ReadonlyArray<KnownRecord>): ReadonlyArray<DoubtSpan> => {
  const alike = new Map<string, { readonly doubt: JournalDoubt; readonly indexes: number[] }>()
  for (const { index, doubt } of known) {
    if (doubt === undefined) continue
    const key = `${doubt.belief} ${doubt.firstSentAt} ${doubt.deadAt}`
    const found = alike.get(key)
    if (found === undefined) alike.set(key, { doubt, indexes: [index] })
    else found.indexes.push(index)
  }
  return [...alike.values()].flatMap(({ doubt, indexes }) =>
    spansOf(indexes.sort((one, other) => one - other)).map(([first, last]) => ({ first, last, doubt })),
  )
}
