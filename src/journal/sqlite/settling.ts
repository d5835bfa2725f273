import type { SettledRecord } from '../../core/contract/journal.ts'
import type { RecordOutcome } from '../../core/contract/outcome.ts'
import { type ChainedOutcome, openLinks } from './chain.ts'
import { openReasons, reasonIn, templateOf } from './reasons.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** Outcomes that are gathered before they are written. */
const gatherMost = 4_096

/** Outcomes of neighbours that are this close in time, in ms, share a row and the later time. */
const sameMomentMs = 1_000

/** Places are those in the plan. */
interface OutcomeRow extends ChainedOutcome {
  readonly reason: number | null
}

/** Writes outcomes: neighbours in the plan that ended alike take one row together. */
export const openSettling = (store: Store, target: number) => {
  const base = target * span
  const reasons = openReasons(store)
  const links = openLinks(store, target)
  let gathered: SettledRecord[] = []

  const flush = (): void => {
    if (gathered.length === 0) return
    const settled = inOrder(gathered)
    gathered = []
    const rows: OutcomeRow[] = []
    let first: SettledRecord | undefined
    let last = 0
    let at = 0
    for (const record of settled) {
      if (first !== undefined && record.index === last + 1 && endedAlike(first, record)) {
        last = record.index
        at = Math.max(at, record.at)
        continue
      }
      if (first !== undefined) rows.push(rowOf(first, last, at))
      first = record
      last = record.index
      at = record.at
    }
    if (first !== undefined) rows.push(rowOf(first, last, at))
    insert(rows.filter((row, which) => !repeats(rows[which - 1], row) && isNew(row)))
  }

  const rowOf = ({ index, outcome, attempts }: SettledRecord, last: number, at: number): OutcomeRow => ({
    ...saidOf(outcome),
    first: index,
    last,
    status: outcome.status,
    evidence: 'evidence' in outcome ? outcome.evidence : null,
    effect: 'effect' in outcome ? outcome.effect : null,
    why: 'why' in outcome ? outcome.why : null,
    reason: reasons.numberOf(reasonIn(outcome), outcome.id),
    attempts,
    at,
  })

  /** False where it is on record already; it can't be there with another outcome. */
  const isNew = (row: OutcomeRow): boolean => {
    const { first, last } = row
    const before = store.get('SELECT * FROM outcomes WHERE first <= ? ORDER BY first DESC LIMIT 1', base + last)
    if (before === undefined || Number(before['last']) < base + first) return true
    const isAll = Number(before['first']) <= base + first && Number(before['last']) >= base + last
    if (isAll && isSame(before, row)) return false
    return store.fail(`record ${Number(before['last']) % span} has another outcome already`)
  }

  /** Handed in twice at once: the same is the same, anything else is a contradiction. */
  const repeats = (before: OutcomeRow | undefined, row: OutcomeRow): boolean => {
    if (before === undefined || before.last < row.first) return false
    const isAll = before.first <= row.first && before.last >= row.last
    if (isAll && words.every((word) => before[word] === row[word])) return true
    return store.fail(`record ${row.first} has another outcome already`)
  }

  /** What is settled at once is one link of the chain. */
  const insert = (rows: ReadonlyArray<OutcomeRow>): void => {
    if (rows.length === 0) return
    const link = links.next(rows)
    const sql = 'INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
    for (const [which, row] of rows.entries()) {
      const { first, last, status, evidence, effect, why, reason, attempts, at } = row
      const hash = which === rows.length - 1 ? link.hash : null
      store.run(sql, base + first, base + last, status, evidence, effect, why, reason, attempts, at, link.number, hash)
    }
  }

  store.beforeCommit(flush)
  return {
    flush,
    settle: (outcomes: ReadonlyArray<SettledRecord>): void => {
      store.demandWritable()
      for (const outcome of outcomes) gathered.push(outcome)
      if (gathered.length >= gatherMost) flush()
    },
  }
}

const saidOf = (outcome: RecordOutcome) => {
  const reason = reasonIn(outcome)
  return { code: reason?.code ?? null, http: reason?.status ?? null }
}

/** As given, where that is the order of the plan already. */
const inOrder = (settled: SettledRecord[]): ReadonlyArray<SettledRecord> => {
  let before = -1
  for (const { index } of settled) {
    if (index < before) return settled.sort((one, other) => one.index - other.index)
    before = index
  }
  return settled
}

/** Looked at for every record, so nothing is made for it. Reasons that quote an id differ from record to record. */
const endedAlike = (one: SettledRecord, other: SettledRecord): boolean => {
  if (one.attempts !== other.attempts || Math.abs(one.at - other.at) >= sameMomentMs) return false
  const [said, again] = [one.outcome, other.outcome]
  if (said.status === 'deleted' || said.status === 'absent') {
    return said.status === again.status && said.evidence === again.evidence && said.effect === again.effect
  }
  if (said.status !== again.status || whyOf(said) !== whyOf(again)) return false
  return sameReason(said, again)
}

const whyOf = (outcome: RecordOutcome): string | undefined => ('why' in outcome ? outcome.why : undefined)

const sameReason = (one: RecordOutcome, other: RecordOutcome): boolean => {
  const first = reasonIn(one)
  const second = reasonIn(other)
  if (first === undefined || second === undefined) return first === second
  const alike = first.code === second.code && first.status === second.status && first.requestId === second.requestId
  if (!alike) return false
  const [kept, again] = [templateOf(first.message, one.id), templateOf(second.message, other.id)]
  return kept.text === again.text && kept.placeholder === again.placeholder
}

const words = ['status', 'evidence', 'effect', 'why', 'reason'] as const

const isSame = (before: Row, row: OutcomeRow): boolean => words.every((word) => before[word] === row[word])
