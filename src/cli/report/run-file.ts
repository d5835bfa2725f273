/**
 * The room `report`: reads a journal and says what became of every record: as a table, JSON, CSV or NDJSON, as a status,
 * as the draft of a retry, or by reading back what is called gone. Sends no deletion.
 * May import: `terminal`, `ids`, `plan`. Begin with `readRunFile`: everything else here is made of what it returns.
 */

import { type Place, presence, type RecordOutcome, type Status, type Totals } from '../../index.ts'
import type {
  JournalRecord,
  JournalTarget,
  JournalVerification,
  OpenJournal,
  OutcomeCount,
} from '../../journal/index.ts'
import { kept, type PlannedTarget, planOf, type RunPlan } from '../plan/run-plan.ts'
import { openRunTurns, type RunTurns } from '../subjects/run-turns.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type RunFileState, stateOf, type TargetFileState, targetStateOf } from './run-file-state.ts'

/** Every status that an outcome has, as they are listed. */
export const statuses: ReadonlyArray<Status> = ['deleted', 'absent', 'rejected', 'untouched', 'unconfirmed']

/** Those that say that the record is gone. */
export const gone: ReadonlyArray<Status> = statuses.filter((status) => presence({ status }) === 'gone')

/** Those that do not say that the record is gone. */
export const notGone: ReadonlyArray<Status> = statuses.filter((status) => presence({ status }) !== 'gone')

/** What a journal says of a run: read as it is asked for, and nothing is written. */
export interface RunFile {
  readonly head: RunHead
  readonly plan: RunPlan
  readonly targets: ReadonlyArray<TargetFile>
}

/** The part of a report that is about the run as a whole. Times are ISO 8601, UTC. */
export interface RunHead {
  readonly digest: string
  readonly state: RunFileState
  readonly places: ReadonlyArray<{ readonly target: string } & Place>
  /** The release that made the plan. */
  readonly expunge: string
  readonly plannedAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly authority?: RunPlan['authority']
  readonly approval?: { readonly by: string; readonly at: string }
  /** Who has approved the plan by name. */
  readonly approvals: ReadonlyArray<NamedApproval>
  /** The plan that this one takes up what was left of. */
  readonly from?: RunPlan['from']
}

export interface NamedApproval {
  readonly by: string
  readonly role?: string
  readonly comment?: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly host: string
}

export interface TargetFile {
  readonly name: string
  readonly provider: string
  readonly place: Place
  readonly planned: PlannedTarget
  readonly journal: JournalTarget
  readonly state: TargetFileState
  /** Why it halted, or is blocked. */
  readonly detail?: string
  /** One outcome for each record: what was not come to is untouched, what is in flight is unconfirmed. */
  readonly totals: Totals
  /** How many ended alike; without what has no outcome on record. */
  readonly counts: ReadonlyArray<OutcomeCount>
  /** HTTP exchanges of all its runs. */
  readonly requests: number
  readonly duplicates: number
  /** What was read back after the run, in order; and how many records the last look at them has found there. */
  readonly verifications: ReadonlyArray<JournalVerification>
  readonly returned: number
  /** Those in some statuses, from one place in the plan to another; default: all. */
  readonly rows: (statuses?: ReadonlyArray<Status>, within?: Span) => Iterable<ReportRow>
}

/** Places in the plan, both included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A record of a report. */
export interface ReportRow {
  /** Its place in the plan, from 0. */
  readonly index: number
  readonly outcome: RecordOutcome
  /** What the input held beside the id. */
  readonly columns?: Readonly<Record<string, string>>
  readonly attempts: number
  /** ms since the epoch. */
  readonly settledAt?: number
  /** When it was read back last, in ms since the epoch. */
  readonly verifiedAt?: number
  /** It was there then, though it was gone. */
  readonly returned?: true
}

export const readRunFile = (journal: OpenJournal): RunFile => {
  const plan = planOf(journal)
  const status = kept(journal, 'status')
  const turns = openRunTurns(journal, plan.subjects, plan.targets)
  const targets = plan.targets.map((planned) => targetFileOf(journal, planned, turns))
  const runs = targets.flatMap((target) => target.journal.runs())
  const approval = kept(journal, 'approval')
  const endedAt = status === undefined || status.state === 'running' ? undefined : status.at
  return {
    plan,
    targets,
    head: {
      digest: plan.digest,
      state: stateOf(journal, targets),
      places: plan.targets.map(({ name, place }) => ({ target: name, ...place })),
      expunge: plan.expunge,
      plannedAt: plan.plannedAt,
      ...(runs.length === 0 ? {} : { startedAt: isoOf(Math.min(...runs.map((run) => run.startedAt))) }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(plan.authority === undefined ? {} : { authority: plan.authority }),
      ...(approval === undefined ? {} : { approval }),
      approvals: approvalsIn(journal, plan),
      ...(plan.from === undefined ? {} : { from: plan.from }),
    },
  }
}

/** Throws a `CommandError` where the ids have left a journal: what stands in for them is nothing to be asked for, or planned. */
export const demandIds = (journal: OpenJournal): void => {
  if (journal.targets().every((name) => !journal.target(name).isSealed())) return
  throw new CommandError(
    `${journal.path} is sealed: its ids have left it, and nothing can be sent or read back by it any more`,
  )
}

const approvalsIn = (journal: OpenJournal, { digest }: RunPlan): ReadonlyArray<NamedApproval> =>
  journal
    .approvals()
    .filter((approval) => approval.digest === digest)
    .map(({ approver, role, comment, at, host = '' }) => ({
      by: approver,
      ...(role === undefined ? {} : { role }),
      ...(comment === undefined ? {} : { comment }),
      at: isoOf(at),
      host,
    }))

/** `2026-03-01T12:00:00.000Z` */
export const isoOf = (ms: number): string => new Date(ms).toISOString()

const targetFileOf = (journal: OpenJournal, planned: PlannedTarget, turns: RunTurns): TargetFile => {
  const { name, provider, place, records, duplicates } = planned
  const target = journal.target(name)
  const settled = target.totals() as Totals
  const open = inFlight(target)
  const done = Object.values(settled).reduce((sum, count) => sum + count, 0)
  const requests = target.runs().reduce((sum, { summary }) => sum + (summary?.requests ?? 0), 0)
  const { state, detail } = targetStateOf(journal, planned, records - done)
  return {
    name,
    provider,
    place,
    planned,
    journal: target,
    state,
    ...(detail === undefined ? {} : { detail }),
    totals: {
      ...settled,
      untouched: settled.untouched + records - done - open.size,
      unconfirmed: settled.unconfirmed + open.size,
    },
    counts: target.counts(),
    requests,
    duplicates,
    verifications: target.verifications(),
    returned: returnedIn(target),
    rows: (statuses, within) =>
      rowsOf(target, state, statuses, within, (index) =>
        provider === 'manual' ? ['confirmation'] : turns.waitsFor(name, index),
      ),
  }
}

const returnedIn = (target: JournalTarget): number => {
  if (target.verifications().every(({ present }) => present === 0)) return 0
  const lookAt = target.lastLooks()
  let returned = 0
  for (const { index } of target.records({ statuses: ['deleted', 'absent'] })) if (lookAt(index)?.cameBack) returned++
  return returned
}

const inFlight = (target: JournalTarget): ReadonlySet<number> =>
  new Set(
    (target.openBatches() as ReadonlyArray<{ readonly records: ReadonlyArray<{ readonly index: number }> }>).flatMap(
      ({ records }) => records.map(({ index }) => index),
    ),
  )

function* rowsOf(
  target: JournalTarget,
  state: TargetFileState,
  statuses: ReadonlyArray<Status> | undefined,
  within: Span | undefined,
  waitsFor: (index: number) => ReadonlyArray<string>,
): Generator<ReportRow> {
  const open = inFlight(target)
  const lookAt = target.lastLooks()
  const withoutOutcome = statuses?.some((status) => status === 'untouched' || status === 'unconfirmed') ?? true
  const asked =
    statuses === undefined ? {} : { statuses: [...statuses, ...(withoutOutcome ? ['pending' as const] : [])] }
  for (const record of target.records({ ...asked, ...within })) {
    const outcome =
      record.outcome ??
      outcomeWithout(record, open.has(record.index), state, open.has(record.index) ? [] : waitsFor(record.index))
    if (statuses !== undefined && !statuses.includes(outcome.status)) continue
    const { index, columns, attempts, at } = record
    const look = lookAt(index)
    // Of nearly every record: without what costs more than all the rest.
    if (columns === undefined && at !== undefined && look === undefined)
      yield { index, outcome, attempts, settledAt: at }
    else
      yield {
        index,
        outcome,
        ...(look === undefined ? {} : { verifiedAt: look.at, ...(look.cameBack && { returned: true as const }) }),
        ...(columns === undefined ? {} : { columns }),
        attempts,
        ...(at === undefined ? {} : { settledAt: at }),
      }
  }
}

/** What is true of a record that has no outcome on record. */
const outcomeWithout = (
  { id }: JournalRecord,
  isOpen: boolean,
  state: TargetFileState,
  waits: ReadonlyArray<string>,
): RecordOutcome => {
  if (waits.length > 0) return { id, status: 'untouched', why: `waiting-for ${waits.join(' and ')}` }
  return isOpen
    ? {
        id,
        status: 'unconfirmed',
        reason: { code: 'in-flight', message: 'it was sent, and what became of it is not on record yet' },
      }
    : {
        id,
        status: 'untouched',
        why: state === 'halted' ? 'halted' : 'aborted',
        reason: { code: state, message: notYet[state] },
      }
}

const notYet: Readonly<Record<TargetFileState, string>> = {
  planned: 'the plan has not been run',
  running: 'the run has not come to it yet',
  interrupted: 'the run ended before it came to it',
  stopped: 'the run was stopped before it came to it',
  halted: 'the run halted before it came to it',
  blocked: 'the run waits for another target to be wholly gone',
  ended: 'the run did not come to it',
}
