import type { JournalDoubt, JournalFact } from '../../core/contract/journal.ts'
import type { Place } from '../../core/contract/provider.ts'
import { type Span, spansOf } from '../words/spans.ts'
import { write } from '../words/text.ts'
import { doubtOf } from './doubts.ts'
import { span } from './schema.ts'
import type { Store } from './store.ts'

/** What is on record of one record beside its outcome. Times in ms since the epoch; each list in the order of time. */
export interface RecordHistory {
  readonly sendings: ReadonlyArray<RecordSending>
  readonly reads: ReadonlyArray<RecordRead>
  readonly verifications: ReadonlyArray<RecordVerification>
}

/** A batch that the record was in. */
export interface RecordSending {
  readonly batch: number
  readonly at: number
  /** How many records it held. */
  readonly size: number
  readonly job?: string
  readonly closed: boolean
  readonly answers: ReadonlyArray<BatchAnswer>
  /** What was known of the record before, where an earlier request may have touched it. */
  readonly before?: JournalDoubt
  /** What was known of it when the batch was over, where it had no outcome then. */
  readonly after?: JournalDoubt
}

export interface BatchAnswer {
  readonly at: number
  readonly by: 'reply' | 'job'
  /** The kind of a reply, or the tag of an error. */
  readonly said: string
  readonly deleted?: number
  readonly failed?: number
}

export interface RecordRead {
  readonly at: number
  readonly form: string
  /** Whether that form of reading had listed a record of the run by then. */
  readonly proven: boolean
  readonly showed: 'listed' | 'not-listed' | 'not-told'
}

/** The target was read back; whether this record was among those read is not on record, unless it was found. */
export interface RecordVerification {
  readonly at: number
  readonly how: string
  readonly read: number
  readonly gone: number
  /** The record was found there. */
  readonly cameBack: boolean
}

/** The place in the plan of the record with this id, or this identity; of several, the first. */
export const findRecord = (store: Store, target: number, id: string, identity: string): number | undefined => {
  const base = target * span
  const sql = `SELECT number FROM identities WHERE number >= ? AND number < ?
    AND (id = ? OR identity = ? OR coalesce(identity, id) = ?) ORDER BY id <> ?, number LIMIT 1`
  const given = write(id)
  const row = store.get(sql, base, base + span, given, given, write(identity), given)
  return row === undefined ? undefined : Number(row['number']) - base
}

/** A record of the same letters in capitals or small ones, where it is the only one. */
export const findLike = (store: Store, target: number, id: string): number | undefined => {
  const base = target * span
  const sql = 'SELECT number FROM identities WHERE number >= ? AND number < ? AND id = ? COLLATE NOCASE LIMIT 2'
  const [row, other] = store.all(sql, base, base + span, write(id))
  return row === undefined || other !== undefined ? undefined : Number(row['number']) - base
}

export const readHistory = (store: Store, target: number, index: number): RecordHistory => ({
  sendings: sendingsOf(store, target, index),
  reads: readsOf(store, target, index),
  verifications: verificationsOf(store, target, index),
})

const sendingsOf = (store: Store, target: number, index: number): ReadonlyArray<RecordSending> => {
  const sql = `SELECT b.* FROM batches b, json_each(b.records) s
    WHERE b.target = ? AND ? BETWEEN (s.value ->> 0) AND (s.value ->> 1) ORDER BY b.number`
  const beliefs = 'SELECT * FROM beliefs WHERE target = ? AND batch = ? AND first <= ? AND last >= ? ORDER BY number'
  return store.all(sql, target, index).map((row) => {
    const batch = Number(row['number'])
    const known = store.all(beliefs, target, batch, index, index)
    const [before, after] = ['sent', 'over'].map((moment) => known.find((each) => each['moment'] === moment))
    return {
      batch,
      at: Number(row['sent_at']),
      size: Number(row['size']),
      ...(row['job'] === null ? {} : { job: String(row['job']) }),
      closed: row['closed'] === 1,
      answers: typeof row['answers'] === 'string' ? JSON.parse(row['answers']) : [],
      ...(before === undefined ? {} : { before: doubtOf(before) }),
      ...(after === undefined ? {} : { after: doubtOf(after) }),
    }
  })
}

const readsOf = (store: Store, target: number, index: number): ReadonlyArray<RecordRead> => {
  const sql = 'SELECT * FROM looks WHERE target = ? AND first <= ? AND last >= ? ORDER BY begun_at, number'
  return store.all(sql, target, index, index).flatMap((row) => {
    const showed = showings.find(([, column]) => holds(row[column], index))?.[0]
    const at = Number(row['begun_at'])
    return showed === undefined ? [] : [{ at, form: String(row['form']), proven: row['proven'] === 1, showed }]
  })
}

const showings = [
  ['listed', 'listed'],
  ['not-listed', 'unlisted'],
  ['not-told', 'unread'],
] as const

const holds = (spans: unknown, index: number): boolean =>
  (JSON.parse(String(spans)) as ReadonlyArray<Span>).some(([first, last]) => first <= index && index <= last)

const verificationsOf = (store: Store, target: number, index: number): ReadonlyArray<RecordVerification> => {
  const sql = `SELECT v.*, EXISTS (SELECT 1 FROM came_back c WHERE c.verification = v.number AND ? BETWEEN c.first AND c.last) AS found
    FROM verifications v WHERE v.target = ? ORDER BY v.at, v.number`
  return store.all(sql, index, target).map((row) => ({
    at: Number(row['at']),
    how: String(row['how']),
    read: Number(row['read']),
    gone: Number(row['gone']),
    cameBack: row['found'] === 1,
  }))
}

/** Writes what was seen on the way, with the next commit. */
export const openNotes = (store: Store, target: number) => {
  const answered = ({ kind: _, batch, ...answer }: Extract<JournalFact, { readonly kind: 'answered' }>): void => {
    const sql = `UPDATE batches SET answers = iif(answers IS NULL, ?, json_insert(answers, '$[#]', json(?)))
      WHERE target = ? AND number = ?`
    const text = JSON.stringify(answer)
    store.run(sql, `[${text}]`, text, target, batch)
  }

  const read = (fact: Extract<JournalFact, { readonly kind: 'read' }>): void => {
    const { form, at, proven } = fact
    const parts = [fact.listed, fact.unlisted, fact.unread].map(inOrder)
    const all = parts.flat()
    if (all.length === 0) return
    const first = all.reduce((least, [from]) => Math.min(least, from), Number.POSITIVE_INFINITY)
    const last = all.reduce((most, [, to]) => Math.max(most, to), 0)
    const sql = `INSERT INTO looks (target, form, begun_at, proven, first, last, listed, unlisted, unread)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    store.run(sql, target, form, at, proven ? 1 : 0, first, last, ...parts.map((part) => JSON.stringify(part)))
  }

  return (fact: JournalFact): void => (fact.kind === 'answered' ? answered(fact) : read(fact))
}

const inOrder = (indexes: ReadonlyArray<number>): ReadonlyArray<Span> =>
  spansOf([...indexes].sort((one, other) => one - other))

/** Where a target is; written when a run has asked. */
export const openPlaces = (store: Store, target: number) => {
  const place = (): Place | undefined => {
    const row = store.get('SELECT place FROM places WHERE target = ?', target)
    return row === undefined ? undefined : JSON.parse(String(row['place']))
  }
  return {
    place,
    placed: (now: Place): void => {
      if (JSON.stringify(place()) === JSON.stringify(now)) return
      const sql = 'INSERT OR REPLACE INTO places VALUES (?, ?, ?)'
      store.run(sql, target, now.account ?? null, JSON.stringify(now))
    },
  }
}
