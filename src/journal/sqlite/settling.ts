import type { SettledRecord } from '../../core/contract/journal.ts'
import type { RecordOutcome } from '../../core/contract/outcome.ts'
import { type ChainedOutcome, openLinks } from './chain.ts'
import { openReasons, templateOf } from './reasons.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** Outcomes that are gathered before they are written. */
const gatherMost = 4_096

/** Outcomes of neighbours that are this close in time, in ms, share a row and the later time. */
const sameMomentMs = 1_000

interface OutcomeRow {
  readonly first: number
  readonly last: number
  readonly status: string
  readonly evidence: string | null
  readonly effect: string | null
  readonly why: string | null
  readonly reason: number | null
  readonly attempts: number
  readonly at: number
  /** Of the reason: what the chain covers of it. */
  readonly code: string | null
  readonly http: number | null
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
    const covered: ChainedOutcome[] = []
    const write = (row: OutcomeRow): void => {
      if (insert(row)) covered.push({ ...row, first: row.first - base, last: row.last - base })
    }
    let first: SettledRecord | undefined
    let last = 0
    let at = 0
    for (const record of settled) {
      if (first !== undefined && record.index === last + 1 && endedAlike(first, record)) {
        last = record.index
        at = Math.max(at, record.at)
        continue
      }
      if (first !== undefined) write(rowOf(first, last, at))
      first = record
      last = record.index
      at = record.at
    }
    if (first !== undefined) write(rowOf(first, last, at))
    links.add(covered)
  }

  const rowOf = ({ index, outcome, attempts }: SettledRecord, last: number, at: number): OutcomeRow => ({
    ...saidOf(outcome),
    first: base + index,
    last: base + last,
    status: outcome.status,
    evidence: 'evidence' in outcome ? outcome.evidence : null,
    effect: 'effect' in outcome ? outcome.effect : null,
    why: 'why' in outcome ? outcome.why : null,
    reason: reasons.numberOf('reason' in outcome ? outcome.reason : undefined, outcome.id),
    attempts,
    at,
  })

  /** False where it was on record already. */
  const insert = (row: OutcomeRow): boolean => {
    const { first, last, status, evidence, effect, why, reason, attempts, at } = row
    const before = store.get('SELECT * FROM outcomes WHERE first <= ? ORDER BY first DESC LIMIT 1', last)
    if (before !== undefined && Number(before['last']) >= first) {
      if (Number(before['first']) <= first && Number(before['last']) >= last && isSame(before, row)) return false
      store.fail(`record ${Number(before['last']) % span} has another outcome already`)
    }
    const sql = 'INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
    store.run(sql, first, last, status, evidence, effect, why, reason, attempts, at)
    return true
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
  const reason = 'reason' in outcome ? outcome.reason : undefined
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
  const first = 'reason' in one ? one.reason : undefined
  const second = 'reason' in other ? other.reason : undefined
  if (first === undefined || second === undefined) return first === second
  const alike = first.code === second.code && first.status === second.status && first.requestId === second.requestId
  if (!alike) return false
  const [kept, again] = [templateOf(first.message, one.id), templateOf(second.message, other.id)]
  return kept.text === again.text && kept.placeholder === again.placeholder
}

const words = ['status', 'evidence', 'effect', 'why', 'reason'] as const

const isSame = (before: Row, row: OutcomeRow): boolean => words.every((word) => before[word] === row[word])
