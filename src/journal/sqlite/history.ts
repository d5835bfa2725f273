import type { JournalDoubt, JournalFact } from '../../core/contract/journal.ts'
import type { Place } from '../../core/contract/provider.ts'
import { type Span, spansOf } from '../words/spans.ts'
import { write } from '../words/text.ts'
import { doubtOf } from './doubts.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

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

/** A reading back of what is gone: when, of how many how many were read, and the most that may remain. */
export interface JournalVerification {
  /** ms since the epoch. */
  readonly at: number
  /** `all`, or `sample`: drawn at random. */
  readonly how: string
  /** Records that were gone, how many of them were told, and how many of these were there. */
  readonly gone: number
  readonly read: number
  readonly present: number
  /** The most of all that can still be there, 95 % sure. */
  readonly mostRemaining?: number
  /** What shows that the reader could see: forms of reading that listed something. */
  readonly proof?: string
  /** Why it shows nothing, or not all. */
  readonly cannot?: string
}

/** Of one record: whether it was found there. What was not read is not told of, but for journals that do not say what was. */
export interface RecordVerification extends JournalVerification {
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
  return store.all(sql, index, target).map((row) => ({ ...verificationOf(row), cameBack: row['found'] === 1 }))
}

const verificationOf = (row: Row): JournalVerification => ({
  at: Number(row['at']),
  how: String(row['how']),
  gone: Number(row['gone']),
  read: Number(row['read']),
  present: Number(row['present']),
  ...(row['most_remaining'] === null ? {} : { mostRemaining: Number(row['most_remaining']) }),
  ...(row['proof'] === null ? {} : { proof: String(row['proof']) }),
  ...(row['cannot'] === null ? {} : { cannot: String(row['cannot']) }),
})

/** The last reading back that a record was part of: when, and whether it was there. */
export interface LastLook {
  /** ms since the epoch. */
  readonly at: number
  readonly cameBack: boolean
}

/** What was read back after the run. An outcome stays as it is, whatever is found. */
export const openVerifications = (store: Store, target: number) => {
  const rows = () => store.all('SELECT * FROM verifications WHERE target = ? ORDER BY at, number', target)
  return {
    /** Puts one on record, with the places that were told and those of them that were there; durable. */
    verified: (
      { at, how, gone, read, present, mostRemaining, proof, cannot }: JournalVerification,
      told: ReadonlyArray<number>,
      there: ReadonlyArray<number>,
    ): void => {
      const sql = `INSERT INTO verifications (target, at, how, proof, gone, read, present, most_remaining, cannot, places)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
      const places = JSON.stringify(inOrder(told))
      const values = [proof ?? null, gone, read, present, mostRemaining ?? null, cannot ?? null]
      store.run(sql, target, at, how, ...values, places)
      const number = Number(store.get('SELECT last_insert_rowid() AS number')?.['number'])
      for (const [first, last] of inOrder(there))
        store.run('INSERT INTO came_back VALUES (?, ?, ?)', number, first, last)
      store.commit()
    },
    verifications: (): ReadonlyArray<JournalVerification> => rows().map(verificationOf),
    /** Of a record by its place, once they are all read: the last look counts. */
    lastLooks: (): ((index: number) => LastLook | undefined) => {
      const looks = rows()
        .toReversed()
        .map((row) => {
          const came = 'SELECT first, last FROM came_back WHERE verification = ? ORDER BY first'
          const there = store
            .all(came, Number(row['number']))
            .map((each): Span => [Number(each['first']), Number(each['last'])])
          return { at: Number(row['at']), told: JSON.parse(String(row['places'])) as ReadonlyArray<Span>, there }
        })
      return (index) => {
        const look = looks.find(({ told }) => isWithin(told, index))
        return look === undefined ? undefined : { at: look.at, cameBack: isWithin(look.there, index) }
      }
    },
  }
}

/** Spans in order, none of which touches another. */
const isWithin = (spans: ReadonlyArray<Span>, index: number): boolean => {
  let [low, high] = [0, spans.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = spans[middle] as Span
    if (index < first) high = middle - 1
    else if (index > last) low = middle + 1
    else return true
  }
  return false
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
