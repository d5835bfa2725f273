import * as E from 'fp-ts/lib/Either.js'
import { describe, UsageError } from '../contract/error.ts'
import type { Journal, JournalPlan, OpenBatch } from '../contract/journal.ts'
import type { RunSummary, Totals } from '../contract/outcome.ts'
import { asGiven, openIntake } from '../intake/intake.ts'
import type { Ids, Source } from '../intake/source.ts'
import { callMember } from '../run/call.ts'
import type { Run } from '../run/run.ts'
import type { Settings } from '../settings/settings.ts'
import type { Sink } from './handover.ts'
import { openPlannedHandover, tooMany } from './handover.ts'
import { pendingOf } from './pending.ts'
import { eachChunk, writePlan } from './write-plan.ts'

/** What is left of a plan, ready to be run. */
export interface Planned {
  readonly source: Source
  readonly accept: (entry: unknown) => void
  /** What was in flight when the last process ended. */
  readonly open: ReadonlyArray<OpenBatch>
  /** Turns the figures of this run into those of the plan, and puts them on record. */
  readonly close: (summary: RunSummary) => Promise<RunSummary>
}

/** Writes the plan, where the journal has none yet, and takes up what is left of it. */
export const openPlanned = async (
  run: Run,
  journal: Journal,
  ids: Ids | undefined,
  sink: Sink,
  wake: () => void,
): Promise<Planned> => {
  const known = await journal.plan()
  const onError = (error: unknown) => run.ending.stop.halt({ because: 'journal', detail: messageOf(error) })
  const altered = known === undefined ? undefined : await alterationOf(run, journal)
  if (altered !== undefined) {
    run.ending.stop.halt({ because: 'journal', detail: altered })
    return nothingOf(run, journal)
  }
  if (known !== undefined && ids !== undefined) await demandSame(run, journal, ids)
  const plan = known ?? (await planOf(run, journal, ids, sink))
  // A count of what this process sends would begin anew with each one.
  const { maxRecords, dryRun } = run.settings
  const open = await beginOnRecord(run, journal, plan.records)
  if (plan.toSend > maxRecords && !dryRun) run.ending.stop.halt(tooMany(maxRecords))
  return {
    source: pendingOf(journal, open, wake, onError, run.settings.limit),
    accept: openPlannedHandover(run, openIntake(run.provider, { ...run.settings, duplicates: 'allow' })),
    open,
    close: async (summary) => {
      await run.books.recorder.flush()
      try {
        const ofPlan = await figuresOf(journal, plan, summary)
        await journal.runEnded(ofPlan)
        return ofPlan
      } catch (error) {
        // What the journal can't tell any more, the figures of this run alone still do.
        onError(error)
        const halted = run.ending.stop.halted()
        return { ...summary, sourceEnded: false, ...(halted && { halted }) }
      }
    },
  }
}

/** Puts a run of a plan of so many records on record, and takes up what the ones before it knew; answers what they left in flight. */
export const beginOnRecord = async (run: Run, journal: Journal, records: number): Promise<ReadonlyArray<OpenBatch>> => {
  run.known.experience.batches = await journal.lastBatch()
  await checkPlace(run, journal)
  for (const form of await journal.provenForms()) run.known.proofs.prove(form)
  await journal.runStarted({ at: run.settings.clock.now(), options: optionsOnRecord(run.settings) })
  await run.pace.steering.follow()
  const open = await journal.openBatches()
  const before = await journal.totals()
  if (run.settings.planFirst) run.known.experience.planned = records - settledIn(before)
  const alarm = run.books.guards.resume(before, recordsIn(open))
  if (alarm !== undefined) run.ending.stop.halt({ because: 'guard', detail: alarm })
  return open
}

/** Why a plan can't be trusted: what is on file is not what was planned, and maybe approved. */
const alterationOf = async (run: Run, journal: Journal): Promise<string | undefined> => {
  try {
    const altered = await journal.altered?.(run.identityOf)
    if (altered === undefined) return undefined
    return `the plan was altered in the journal: ${altered}; nothing was sent: restore a copy of the journal, or plan again`
  } catch (error) {
    return messageOf(error)
  }
}

/** Of a plan that was altered: nothing is sent, nothing is asked, and nothing is written. */
const nothingOf = (run: Run, journal: Journal): Planned => ({
  source: { sized: false, pull: () => 'ended', close: async () => {} },
  accept: () => {},
  open: [],
  close: async (summary) => {
    const halted = run.ending.stop.halted()
    const totals = await totalsOr(journal, summary.totals)
    return { ...summary, totals, sourceEnded: false, ...(halted && { halted }) }
  },
})

const totalsOr = async (journal: Journal, otherwise: RunSummary['totals']): Promise<RunSummary['totals']> => {
  try {
    return await journal.totals()
  } catch {
    return otherwise
  }
}

/** What is neither settled nor in flight is untouched yet; what is in flight, nobody knows. */
export const figuresOf = async (
  journal: Journal,
  plan: Pick<JournalPlan, 'records' | 'duplicates'>,
  summary: RunSummary,
): Promise<RunSummary> => {
  const totals = await journal.totals()
  const settled = settledIn(totals)
  const inFlight = recordsIn(await journal.openBatches())
  return {
    ...summary,
    totals: {
      ...totals,
      untouched: totals.untouched + plan.records - settled - inFlight,
      unconfirmed: totals.unconfirmed + inFlight,
    },
    duplicates: plan.duplicates,
    sourceEnded: true,
  }
}

const settledIn = (totals: Totals): number => Object.values(totals).reduce((sum, count) => sum + count, 0)

const recordsIn = (open: ReadonlyArray<OpenBatch>): number => open.reduce((sum, { records }) => sum + records.length, 0)

/** A durable run says where it deletes, and pins it: with another place than the plan's, nothing is sent. */
const checkPlace = async (run: Run, journal: Journal): Promise<void> => {
  const { identify } = run.provider
  if (identify === undefined) return
  const { result } = await callMember(run, 0, identify)
  if (E.isLeft(result)) {
    run.ending.stop.halt({
      because: 'denied',
      detail: `the place could not be told: ${describe(result.left)}`,
      error: result.left,
    })
    return
  }
  run.tell.emit({ kind: 'place', place: result.right })
  const { place } = run.settings
  if (place === undefined || place === result.right.key) return await journal.placed?.(result.right)
  const detail = `this is another place than the plan was made for: ${result.right.label}`
  run.ending.stop.halt({ because: 'guard', detail })
}

/** Ids that are handed in again must be the plan's: another list would be deleted under an old approval. */
const demandSame = async (run: Run, journal: Journal, ids: Ids): Promise<void> => {
  const identityOf = run.provider.identityOf ?? asGiven
  const comparison = journal.comparePlan()
  await eachChunk(ids, (some) => comparison.add(some.map(({ id }) => identityOf(id))))
  if (await comparison.end()) return
  throw new UsageError(
    'these are not the ids of the plan in this journal: leave them out to go on, or begin a new journal',
  )
}

const planOf = async (run: Run, journal: Journal, ids: Ids | undefined, sink: Sink): Promise<JournalPlan> => {
  if (ids === undefined) throw new UsageError('this journal has no plan yet: pass the ids to be deleted')
  return writePlan(journal, run.provider, ids, run.settings, sink)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What of the options is put on record: figures and words, never a function, a signal, or what a caller protects. */
const optionsOnRecord = (settings: Settings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(settings).filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value)),
  )
