import type { Journal } from '../../core/contract/journal.ts'
import type { RunSummary, Status } from '../../core/contract/outcome.ts'
import type { Place } from '../../core/contract/provider.ts'
import { journalFailure } from '../words/error.ts'
import { withoutSecrets } from '../words/secrets.ts'
import type { Span } from '../words/spans.ts'
import { openPlanCheck, type PlanNow } from './altered.ts'
import { openBatches, settledSpans } from './batches.ts'
import { checkChain, type JournalChain } from './chain.ts'
import { comparePlan, type PlanComparison, type SharedRecords, sharedRecords } from './comparing.ts'
import { openDoubts } from './doubts.ts'
import { type LiveFigures, type OutcomeCount, readCounts, readLive, sampleRecords } from './figures.ts'
import {
  findLike,
  findRecord,
  type JournalVerification,
  type LastLook,
  openNotes,
  openPlaces,
  openVerifications,
  type RecordHistory,
  readHistory,
} from './history.ts'
import { type JournalMeta, openMeta } from './meta.ts'
import { openPlanning } from './planning.ts'
import {
  hasColumns,
  type JournalRecord,
  type RecordFilter,
  readIds,
  readOutcomes,
  readPending,
  readRecords,
  readSettled,
  readTotals,
  type SettledPage,
  withDoubt,
} from './reading.ts'
import { openSettling } from './settling.ts'
import type { Row, Store } from './store.ts'

/** The journal of one target: what a run takes as `{ journal }`, and what reports and tools read. */
export interface JournalTarget extends Journal {
  readonly name: string
  /** Values of this target alone. */
  readonly meta: JournalMeta
  /** Planned records in order with what is known of them, read as they are asked for. */
  readonly records: (filter?: RecordFilter) => Iterable<JournalRecord>
  /** Whether its ids have left it: pseudonyms stand in their place. */
  readonly isSealed: () => boolean
  /** Ids and what became of them, in order, a page at a time. */
  readonly settled: () => Iterable<SettledPage>
  /** Whether the input held anything beside the ids. */
  readonly hasColumns: () => boolean
  /** By status, evidence, effect, why and reason. */
  readonly counts: () => ReadonlyArray<OutcomeCount>
  /** So many distinct records, drawn at random from those in some statuses (default: those that are gone). */
  readonly sample: (most: number, random: () => number, statuses?: ReadonlyArray<Status>) => Iterable<JournalRecord>
  readonly live: () => LiveFigures
  /** What a run says of itself while it goes on (pauses, speed), for whoever looks on. Each call is a commit: at most one a second. */
  readonly saveProgress: (progress: unknown, at: number) => void
  readonly progress: () => { readonly at: number; readonly value: unknown } | undefined
  /** The runs of the plan so far. */
  readonly runs: () => ReadonlyArray<JournalRun>
  /** Holds ids that are handed in again against the sealed plan. */
  readonly comparePlan: () => PlanComparison
  /** What the plan comes to now, computed from its records: about half a second a million. */
  readonly planNow: () => PlanNow
  /**
   * What was altered since the plan was sealed, in words; undefined where nothing was. Looks at the records, at what the plan
   * turned away, and at what runs have settled. `identityOf`: the provider's, which tells an id that is not of its identity.
   */
  readonly altered: (identityOf?: (id: string) => string) => string | undefined
  /** What its plan has in common with that of another target of this journal, before anything was sent. */
  readonly sharedWith: (other: string) => SharedRecords
  /** The forms of reading that were seen to list a record of the plan. */
  readonly provenForms: () => ReadonlyArray<string>
  /** Where it is, by the last run that has asked. */
  readonly place: () => Place | undefined
  /** The file. */
  readonly path: string
  /**
   * The place in the plan of a record, by its id as it was given, or by its identity (default: the id); else of the one
   * whose id differs in capitals alone.
   */
  readonly find: (id: string, identity?: string) => number | undefined
  /** All that is on record of one record beside its outcome, by its place in the plan. */
  readonly history: (index: number) => RecordHistory
  /**
   * Puts on record that what is gone was read back: the places in the plan that were told, and those of them that were there,
   * which came back. Outcomes stay as they are. Durable.
   */
  readonly verified: (
    verification: JournalVerification,
    told: ReadonlyArray<number>,
    there: ReadonlyArray<number>,
  ) => void
  /** Every reading back so far, in order. */
  readonly verifications: () => ReadonlyArray<JournalVerification>
  /** Answers for a place in the plan when it was read back last, and whether it was there. */
  readonly lastLooks: () => (index: number) => LastLook | undefined
  /** What the command keeps of the plan: when it was made, and what it takes up. */
  readonly lineage: () => JournalLineage
  /** Computes the chain of what was settled again, and holds it against the record: about a second a million outcomes. */
  readonly chain: () => JournalChain
}

export interface JournalLineage {
  /** ISO 8601, UTC. */
  readonly plannedAt?: string
  /** Of the plan as a whole. */
  readonly digest?: string
  /** The plan that this one takes up what is left of. */
  readonly from?: { readonly path: string; readonly digest: string }
}

/** A run of a plan. Without a summary it goes on, or its process died. */
export interface JournalRun {
  readonly run: number
  /** ms since the epoch. */
  readonly startedAt: number
  readonly options: unknown
  readonly summary?: RunSummary
}

export const openTarget = (
  store: Store,
  name: string,
  target: number,
  controls: Pick<Journal, 'followControls' | 'control'> = {},
) => {
  const settling = openSettling(store, target)
  const check = openPlanCheck(store, target)
  const planning = openPlanning(store, target, check.sealing)
  const settledWithin = settledSpans(store, target)
  const doubts = openDoubts(store, target)
  const batches = openBatches(store, target, settledWithin, doubts)
  const meta = openMeta(store, target)
  const places = openPlaces(store, target)

  /** Reads what was handed in, too, and not only what was written. */
  const upToDate = <A>(work: () => A): A => {
    settling.flush()
    return work()
  }
  const lazily = <A>(read: () => Iterator<A>): Iterable<A> => ({ [Symbol.iterator]: () => upToDate(read) })
  const runs = () => Number(store.get('SELECT count(*) AS runs FROM runs WHERE target = ?', target)?.['runs'])

  const face: JournalTarget = {
    name,
    plan: planning.plan,
    planNow: () => upToDate(check.planNow),
    altered: (identityOf) => upToDate(() => check.altered(identityOf)),
    beginPlan: planning.beginPlan,
    growPlan: planning.growPlan,
    addToPlan: planning.addToPlan,
    sealPlan: planning.sealPlan,
    pending: (after, most) =>
      upToDate(() => {
        check.demandSame()
        return readPending(store, target, after, most, settledWithin, batches.inFlight, doubts.waiting)
      }),
    openBatches: () =>
      upToDate(batches.openBatches).map(({ indexes, ...batch }) => {
        const doubtOf = doubts.ofBatch(batch.number)
        const records = indexes.flatMap((index) => readIds(store, target, [index, index]))
        return { ...batch, records: records.map((record) => withDoubt(record, doubtOf(record.index))) }
      }),
    intend: batches.intend,
    jobStarted: batches.jobStarted,
    settle: settling.settle,
    closeBatch: (batch, known = []) => batches.closeBatch(batch, known),
    note: openNotes(store, target),
    readerProven: (form) => {
      store.run('INSERT OR IGNORE INTO meta VALUES (?, ?, ?)', target, `${proof}${form}`, 'true')
    },
    provenForms: () => meta.names().flatMap((name) => (name.startsWith(proof) ? [name.slice(proof.length)] : [])),
    lastBatch: batches.lastBatch,
    totals: () => upToDate(() => readTotals(store, target)),
    runStarted: ({ at, options }) => {
      const kept = JSON.stringify(withoutSecrets(options))
      store.run('INSERT INTO runs (target, run, started_at, options) VALUES (?, ?, ?, ?)', target, runs() + 1, at, kept)
      store.commit()
    },
    runEnded: (summary) => {
      const run = runs()
      if (run === 0) throw journalFailure('misuse', store.path, 'no run was begun')
      const kept = JSON.stringify(withoutSecrets(summary))
      store.run('UPDATE runs SET summary = ? WHERE target = ? AND run = ?', kept, target, run)
      store.commit()
      store.demandInPlace()
    },
    ...controls,
    outcomes: (pending) => lazily(() => readOutcomes(store, target, pending, isWithin(batches.inFlight(0)))),
    meta,
    isSealed: () => meta.get(sealedName) === true,
    settled: () => lazily(() => readSettled(store, target)),
    records: (filter) => lazily(() => readRecords(store, target, filter)),
    sample: (most, random, statuses = ['deleted', 'absent']) =>
      lazily(() => sampleRecords(store, target, most, random, statuses)),
    hasColumns: () => hasColumns(store, target),
    counts: () => upToDate(() => readCounts(store, target)),
    live: () => upToDate(() => readLive(store, target, () => inFlightRecords(batches.openBatches()))),
    saveProgress: (value, at) => {
      store.run('INSERT OR REPLACE INTO progress VALUES (?, ?, ?)', target, at, JSON.stringify(withoutSecrets(value)))
      store.commit()
    },
    progress: () => {
      const row = store.get('SELECT at, value FROM progress WHERE target = ?', target)
      return row === undefined ? undefined : { at: Number(row['at']), value: JSON.parse(String(row['value'])) }
    },
    runs: () => store.all('SELECT * FROM runs WHERE target = ? ORDER BY run', target).map(runOf),
    comparePlan: () => comparePlan(store, target),
    sharedWith: (other) => sharedRecords(store, target, other),
    ...places,
    path: store.path,
    find: (id, identity = id) => findRecord(store, target, id, identity) ?? findLike(store, target, id),
    history: (index) => upToDate(() => readHistory(store, target, index)),
    ...openVerifications(store, target),
    lineage: () => lineageIn(openMeta(store, 0).get('plan')),
    chain: () => upToDate(() => checkChain(store, target)),
  }
  return { face, close: planning.close }
}

/** Of the value that says so. */
export const sealedName = 'sealed'

/** Before the name of a form of reading that was seen to list a record. */
const proof = 'reader-proven:'

const lineageIn = (plan: unknown): JournalLineage => {
  if (typeof plan !== 'object' || plan === null) return {}
  const { plannedAt, digest, from } = plan as JournalLineage
  return { ...(plannedAt && { plannedAt }), ...(digest && { digest }), ...(from && { from }) }
}

const runOf = (row: Row): JournalRun => ({
  run: Number(row['run']),
  startedAt: Number(row['started_at']),
  options: JSON.parse(String(row['options'])),
  ...(row['summary'] === null ? {} : { summary: JSON.parse(String(row['summary'])) }),
})

const inFlightRecords = (batches: ReadonlyArray<{ readonly indexes: ReadonlyArray<number> }>): number =>
  batches.reduce((sum, { indexes }) => sum + indexes.length, 0)

/** For places that are asked for in ascending order. */
const isWithin = (spans: ReadonlyArray<Span>): ((index: number) => boolean) => {
  let at = 0
  return (index) => {
    while (at < spans.length && (spans[at] as Span)[1] < index) at++
    return at < spans.length && (spans[at] as Span)[0] <= index
  }
}
