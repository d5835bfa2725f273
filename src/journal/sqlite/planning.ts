import { createHash, type Hash } from 'node:crypto'
import type { JournalPlan, PlanEntry, PlanOptions } from '../../core/contract/journal.ts'
import { journalFailure } from '../words/error.ts'
import { digestible, read, write } from '../words/text.ts'
import { sealedRefusals } from './altered.ts'
import { growing, isGrowing, recordHead } from './chain.ts'
import { heldBy, openReasons } from './reasons.ts'
import { span } from './schema.ts'
import { hashOf, openSeen, type Seen } from './seen.ts'
import { bulkInsert, type Store } from './store.ts'

/** Records between two commits of a plan: until it is sealed it counts for nothing, so only the log's size matters. */
const commitEvery = 50_000

/** The plan of one target. */
export const openPlanning = (store: Store, target: number, refusalsNow: () => string) => {
  const base = target * span
  let building: ReturnType<typeof openBuilding> | undefined
  store.beforeCommit(() => building?.flush())

  const state = (): string => String(store.get('SELECT state FROM targets WHERE number = ?', target)?.['state'])

  const plan = (): JournalPlan | undefined => {
    const row = store.get('SELECT * FROM targets WHERE number = ?', target)
    if (row?.['state'] !== 'sealed') return undefined
    return {
      digest: String(row['digest']),
      records: Number(row['records']),
      toSend: Number(row['to_send']),
      duplicates: Number(row['duplicates']),
    }
  }

  const beginPlan = (): void => {
    store.demandWritable()
    if (state() === 'sealed') throw journalFailure('misuse', store.path, 'a sealed plan can not be begun again')
    if (isGrowing(store, target) && store.get('SELECT 1 FROM runs WHERE target = ? LIMIT 1', target) !== undefined) {
      throw journalFailure('misuse', store.path, growingText)
    }
    building?.close()
    for (const [table, column] of [
      ['identities', 'number'],
      ['outcomes', 'first'],
    ] as const) {
      store.run(`DELETE FROM ${table} WHERE ${column} >= ? AND ${column} < ?`, base, base + span)
    }
    store.run("UPDATE targets SET state = 'begun' WHERE number = ?", target)
    store.commit()
    building = openBuilding(store, openSeen(`${store.path}.seen-${target}`), base)
  }

  /** What was added without a run of it is begun anew, as any plan. */
  const growPlan = (): number => {
    store.demandWritable()
    if (state() === 'begun' && isGrowing(store, target)) {
      building?.close()
      building = openBuilding(store, openSeen(`${store.path}.seen-${target}`), base)
      return building.takeUp(target)
    }
    beginPlan()
    store.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', target, growing, 'true')
    recordHead(store, target, { links: 0, head: '' })
    store.commit()
    return 0
  }

  const demandBuilding = (): ReturnType<typeof openBuilding> => {
    if (building === undefined) throw journalFailure('misuse', store.path, 'there is no plan that was begun')
    return building
  }

  const sealPlan = ({ duplicates, sourceEnded }: PlanOptions): JournalPlan => {
    const built = demandBuilding()
    if (!sourceEnded) throw journalFailure('misuse', store.path, 'a source that was not read to its end makes no plan')
    built.flush()
    const { records, toSend, digest } = built.result()
    store.run(
      "UPDATE targets SET state = 'sealed', digest = ?, records = ?, to_send = ?, duplicates = ? WHERE number = ?",
      digest,
      records,
      toSend,
      duplicates,
      target,
    )
    store.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', target, sealedRefusals, JSON.stringify(refusalsNow()))
    // One that has grown has links already, over nothing: its digest was not known yet.
    if (!isGrowing(store, target)) recordHead(store, target, { links: 0, head: digest })
    store.commit()
    close()
    return { digest, records, toSend, duplicates }
  }

  const close = (): void => {
    building?.close()
    building = undefined
  }

  return {
    plan,
    beginPlan,
    growPlan,
    addToPlan: (entries: ReadonlyArray<PlanEntry>) => demandBuilding().add(entries),
    sealPlan,
    close,
  }
}

const pageSize = 10_000

const growingText =
  'it holds a plan that was carried out while its source was read: go on with planFirst: false, and the same source'

/** Turned away by the plan: they have their outcome without a time. */
const refusedRecords = (store: Store, target: number): number => {
  const sql = `SELECT coalesce(sum(last - first + 1), 0) AS records FROM outcomes
    WHERE first >= ? AND first < ? AND settled_at IS NULL`
  return Number(store.get(sql, target * span, target * span + span)?.['records'])
}

const openBuilding = (store: Store, seen: Seen, base: number) => {
  const identities = bulkInsert(store, 'identities', ['number', 'id', 'identity', 'columns'])
  const digest: Hash = createHash('sha256')
  const refusals = openRefusals(store)
  let records = 0
  let toSend = 0
  /** Identities of this call, which are not all in the table yet. */
  let fresh: string[] = []
  let freshFrom = 0

  const identityOf = (number: number): string => {
    if (number >= freshFrom) return fresh[number - freshFrom] as string
    const row = store.get('SELECT coalesce(identity, id) AS identity FROM identities WHERE number = ?', number)
    return read(row?.['identity'])
  }

  const addOne = ({ id, identity, refused, reference, columns }: PlanEntry): boolean => {
    const hash = hashOf(identity)
    for (const place of seen.candidates(hash)) if (identityOf(base + place) === identity) return false
    if (records >= span) throw journalFailure('misuse', store.path, `a plan holds ${span} records at most`)
    const number = base + records
    seen.add(hash, records)
    fresh.push(identity)
    identities.add(
      number,
      write(id),
      identity === id ? null : write(identity),
      columns === undefined ? null : JSON.stringify(columns),
    )
    if (refused === undefined) toSend++
    else refusals.add(number, refused, reference)
    records++
    return true
  }

  const flush = (): void => {
    identities.flush()
    refusals.flush()
  }

  return {
    /** What was added before, by a process that has ended; answers how many records that are. */
    takeUp: (target: number): number => {
      const sql = `SELECT number, coalesce(identity, id) AS identity FROM identities
        WHERE number >= ? AND number < ? ORDER BY number LIMIT ${pageSize}`
      for (let rows = store.all(sql, base, base + span); rows.length > 0; ) {
        const some = rows.map((row) => read(row['identity']))
        for (const identity of some) seen.add(hashOf(identity), records++)
        digest.update(some.map(digestible).join(''))
        rows = store.all(sql, base + records, base + span)
      }
      toSend = records - refusedRecords(store, target)
      return records
    },
    add: (entries: ReadonlyArray<PlanEntry>): ReadonlyArray<boolean> => {
      store.demandWritable()
      const before = records
      fresh = []
      freshFrom = base + records
      const answers = entries.map(addOne)
      digest.update(fresh.map(digestible).join(''))
      identities.flush()
      if (Math.floor(before / commitEvery) !== Math.floor(records / commitEvery)) store.commit()
      return answers
    },
    flush,
    result: () => ({ records, toSend, digest: digest.copy().digest('hex') }),
    close: () => seen.close(),
  }
}

/** What is not to be sent has its outcome from the start. */
const openRefusals = (store: Store) => {
  const reasons = openReasons(store)
  let current: { first: number; last: number; why: string; reference: string | undefined } | undefined
  const flush = (): void => {
    if (current === undefined) return
    const { first, last, why, reference } = current
    current = undefined
    const reason = reference === undefined ? null : reasons.numberOf(heldBy(reference), '')
    const sql = "INSERT INTO outcomes (first, last, status, why, reason, attempts) VALUES (?, ?, 'untouched', ?, ?, 0)"
    store.run(sql, first, last, why, reason)
  }
  return {
    flush,
    add: (number: number, why: string, reference: string | undefined): void => {
      const isAlike = current?.why === why && current.reference === reference
      if (current !== undefined && current.last === number - 1 && isAlike) {
        current.last = number
        return
      }
      flush()
      current = { first: number, last: number, why, reference }
    },
  }
}
