import type { SettledRecord } from '../core/journal.ts'
import type { RecordOutcome } from '../core/outcome.ts'
import { openReasons } from './reasons.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** Outcomes that are gathered before they are written. */
const gatherMost = 4_096

/** Outcomes of neighbours that are this close in time, in ms, share a row and the later time. */
const sameMomentMs = 1_000

interface OutcomeRow {
  readonly first: number
  last: number
  readonly status: string
  readonly evidence: string | null
  readonly effect: string | null
  readonly why: string | null
  readonly reason: number | null
  readonly attempts: number
  at: number
}

/** Writes outcomes: neighbours in the plan that ended alike take one row together. */
export const openSettling = (store: Store, target: number) => {
  const base = target * span
  const reasons = openReasons(store)
  let gathered: SettledRecord[] = []

  const flush = (): void => {
    if (gathered.length === 0) return
    const settled = gathered.sort((one, other) => one.index - other.index)
    gathered = []
    let current: OutcomeRow | undefined
    for (const record of settled) {
      const row = rowOf(record)
      if (current !== undefined && continues(current, row)) {
        current.last = row.last
        current.at = Math.max(current.at, row.at)
        continue
      }
      if (current !== undefined) insert(current)
      current = row
    }
    if (current !== undefined) insert(current)
  }

  const rowOf = ({ index, outcome, attempts, at }: SettledRecord): OutcomeRow => ({
    first: base + index,
    last: base + index,
    status: outcome.status,
    ...wordsOf(outcome),
    reason: reasons.numberOf('reason' in outcome ? outcome.reason : undefined, outcome.id),
    attempts,
    at,
  })

  const insert = (row: OutcomeRow): void => {
    const { first, last, status, evidence, effect, why, reason, attempts, at } = row
    const before = store.get('SELECT * FROM outcomes WHERE first <= ? ORDER BY first DESC LIMIT 1', last)
    if (before !== undefined && Number(before['last']) >= first) {
      if (Number(before['first']) <= first && Number(before['last']) >= last && isSame(before, row)) return
      store.fail(`record ${Number(before['last']) % span} has another outcome already`)
    }
    const sql = 'INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
    store.run(sql, first, last, status, evidence, effect, why, reason, attempts, at)
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

const wordsOf = (outcome: RecordOutcome): Pick<OutcomeRow, 'evidence' | 'effect' | 'why'> => ({
  evidence: 'evidence' in outcome ? outcome.evidence : null,
  effect: 'effect' in outcome ? outcome.effect : null,
  why: 'why' in outcome ? outcome.why : null,
})

const words = ['status', 'evidence', 'effect', 'why', 'reason'] as const

const continues = (row: OutcomeRow, next: OutcomeRow): boolean =>
  next.first === row.last + 1 &&
  next.attempts === row.attempts &&
  Math.abs(next.at - row.at) < sameMomentMs &&
  words.every((word) => next[word] === row[word])

const isSame = (before: Row, row: OutcomeRow): boolean => words.every((word) => before[word] === row[word])
