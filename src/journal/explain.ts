import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { JournalDoubt } from '../core/contract/journal.ts'
import type { RecordOutcome } from '../core/contract/outcome.ts'
import { beliefOf, conclude, worldsOf } from '../core/judge/judgement.ts'
import type { ExplainedFact, ExplainedKnowledge, FactOfRecord } from './facts.ts'
import { openJournal } from './open.ts'
import { sentenceOf } from './sentences.ts'
import type { RecordHistory } from './sqlite/history.ts'
import type { JournalRecord } from './sqlite/reading.ts'
import type { JournalTarget } from './sqlite/target.ts'

export interface ExplainOptions {
  /** The provider's, so that a record is found in every spelling of its id. */
  readonly identityOf?: (id: string) => string
}

/** All that a journal says of one record. Times in ms since the epoch. */
export interface Explanation {
  /** The file. */
  readonly journal: string
  readonly target: string
  /** As the plan has it. */
  readonly id: string
  /** Its place in the plan, from 0. */
  readonly place: number
  /** What the input held beside the id. */
  readonly columns?: Readonly<Record<string, string>>
  /** Sendings that it took part in. */
  readonly attempts: number
  /** Left out while there is none. */
  readonly outcome?: RecordOutcome
  readonly settledAt?: number
  /** In order. */
  readonly facts: ReadonlyArray<ExplainedFact>
  /** The same by the plan that this one takes up what is left of. */
  readonly earlier?: Explanation
  /** Why that is not told, where there is such a plan. */
  readonly untold?: string
}

/**
 * Every fact about one record, in order and in sentences; undefined where the plan does not have it. A plan that takes up
 * what another one has left is followed to that one's journal, where it is still there: under its path, or beside this one.
 */
export const explain = (target: JournalTarget, id: string, options: ExplainOptions = {}): Explanation | undefined =>
  explainOf(target, id, options, new Set([target.path]))

const explainOf = (
  target: JournalTarget,
  id: string,
  options: ExplainOptions,
  visited: Set<string>,
): Explanation | undefined => {
  const place = target.find(id, options.identityOf?.(id))
  if (place === undefined) return undefined
  const [record] = target.records({ from: place, to: place })
  if (record === undefined) return undefined
  const { columns, attempts, outcome, at } = record
  return {
    journal: target.path,
    target: target.name,
    id: record.id,
    place,
    ...(columns === undefined ? {} : { columns }),
    attempts,
    ...(outcome === undefined ? {} : { outcome }),
    ...(at === undefined ? {} : { settledAt: at }),
    facts: factsOf(record, target.history(place), target.lineage().plannedAt).map((fact) => ({
      ...fact,
      text: sentenceOf(fact),
    })),
    ...earlierOf(target, record.id, options, visited),
  }
}

const earlierOf = (
  target: JournalTarget,
  id: string,
  options: ExplainOptions,
  visited: Set<string>,
): Pick<Explanation, 'earlier' | 'untold'> => {
  const { from } = target.lineage()
  if (from === undefined) return {}
  const said = `the plan takes up what the plan ${from.digest.slice(0, 12)} in ${from.path} has left`
  const beside = join(dirname(target.path), basename(from.path))
  const path = [from.path, beside].find((each) => existsSync(each))
  if (path === undefined) return { untold: `${said}, and that file is not there` }
  if (visited.has(path)) return { untold: `${said}, and that file is this journal itself` }
  visited.add(path)
  try {
    const journal = openJournal(path, { readOnly: true })
    try {
      if (!journal.targets().includes(target.name)) return { untold: `${said}, and it has no target ${target.name}` }
      const before = journal.target(target.name)
      if (before.lineage().digest !== from.digest) return { untold: `${said}, and that file holds another plan now` }
      const earlier = explainOf(before, id, options, visited)
      return earlier === undefined ? { untold: `${said}, and it does not have this record` } : { earlier }
    } finally {
      journal.close()
    }
  } catch (error) {
    return { untold: `${said}, and it could not be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** A fact and when it was; what has no time of its own stands where its batch ended. */
interface Dated {
  readonly at: number
  readonly fact: FactOfRecord
}

const factsOf = (
  { index, outcome, attempts, at }: JournalRecord,
  { sendings, reads, verifications }: RecordHistory,
  plannedAt: string | undefined,
): ReadonlyArray<FactOfRecord> => {
  const planned = plannedAt === undefined ? {} : { at: Date.parse(plannedAt) }
  const dated: Dated[] = [{ at: 0, fact: { kind: 'planned', place: index, ...planned } }]
  const endAt = at ?? Number.POSITIVE_INFINITY
  if (outcome?.status === 'untouched' && attempts === 0 && sendings.length === 0) {
    dated.push({ at: 0, fact: { kind: 'turned-away', why: outcome.why } })
  }
  for (const [which, sending] of sendings.entries()) {
    const { batch, size, job, before, after, answers, closed } = sending
    const isLast = which === sendings.length - 1
    const known = before === undefined ? {} : { known: knowledgeOf(before) }
    const sent = { batch, at: sending.at, size, ...(job === undefined ? {} : { job }), ...known }
    dated.push({ at: sending.at, fact: { kind: 'sent', ...sent } })
    for (const answer of answers) dated.push({ at: answer.at, fact: { kind: 'answered', batch, ...answer } })
    const overAt = Math.min(sendings[which + 1]?.at ?? endAt, endAt)
    const isReturned = after !== undefined || (closed && !(isLast && outcome !== undefined))
    if (isReturned) {
      const kept = after === undefined ? {} : { known: knowledgeOf(after) }
      dated.push({ at: overAt, fact: { kind: 'returned', batch, ...kept } })
    } else if (!closed && isLast && outcome === undefined) {
      dated.push({ at: overAt, fact: { kind: 'in-flight', batch } })
    }
  }
  for (const read of reads) dated.push({ at: read.at, fact: { kind: 'read', ...read } })
  const settled: FactOfRecord =
    outcome === undefined
      ? { kind: 'waiting' }
      : { kind: 'settled', outcome, attempts, ...(at === undefined ? {} : { at }) }
  dated.push({ at: endAt, fact: settled })
  const inOrder = dated
    .map((each, place) => ({ ...each, place }))
    .sort((one, other) => compare(one.at, other.at) || order(one.fact) - order(other.fact) || one.place - other.place)
    .map(({ fact }) => fact)
  return [...inOrder, ...verifications.flatMap(verifiedOf)]
}

const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1)

/** At one moment a batch is over before the next one goes, and what became of a record comes last. */
const order = ({ kind }: FactOfRecord): number =>
  ({
    planned: 0,
    'turned-away': 1,
    returned: 2,
    sent: 3,
    answered: 4,
    read: 5,
    'in-flight': 6,
    settled: 7,
    waiting: 7,
  })[kind as string] ?? 8

const verifiedOf = ({ cameBack, ...verified }: RecordHistory['verifications'][number]): ReadonlyArray<FactOfRecord> => [
  { kind: 'verified', ...verified },
  ...(cameBack ? [{ kind: 'came-back' as const, at: verified.at }] : []),
]

const knowledgeOf = ({ belief, firstSentAt, deadAt }: JournalDoubt): ExplainedKnowledge => {
  const known = beliefOf(belief)
  const conclusion = conclude(known)
  return {
    worlds: worldsOf(known),
    concludes: conclusion.is === 'outcome' ? conclusion.status : conclusion.is,
    firstSentAt,
    deadAt,
  }
}
