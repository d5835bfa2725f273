import { deleteRecords, type RunEvent, type Totals } from '../../index.ts'
import type { JournalTarget, OpenJournal } from '../../journal/index.ts'
import type { Backups } from '../backup/backups.ts'
import type { PlannedTarget, RunPlan } from '../plan/run-plan.ts'
import { isOpen, isWhollyGone, type TargetEnd } from '../terminal/exit-codes.ts'
import type { ReadyTarget } from './ready-targets.ts'

/** How a target came out of a run. */
export interface TargetResult extends TargetEnd {
  readonly name: string
  /** Why it halted, or what it waits for. */
  readonly detail?: string
  /** HTTP exchanges of this run. */
  readonly requests: number
}

export interface Execution {
  readonly journal: OpenJournal
  readonly plan: RunPlan
  readonly targets: ReadonlyMap<string, ReadyTarget>
  readonly signal: AbortSignal
  readonly graceMs?: number
  /** What keeps the copies of a target. */
  readonly backupOf: Backups['of']
  readonly listen: (target: PlannedTarget, standing: Totals) => (event: RunEvent) => void
  readonly onBlocked: (name: string, detail: string) => void
}

/** Carries out all targets at once; each waits for those that it comes after, and one that halts stops no other. */
export const execute = async (execution: Execution): Promise<ReadonlyArray<TargetResult>> => {
  const results = new Map<string, Promise<TargetResult>>()
  const resultOf = (target: PlannedTarget): Promise<TargetResult> => {
    const known = results.get(target.name)
    if (known !== undefined) return known
    const before = execution.plan.targets.filter(({ name }) => target.after.includes(name)).map(resultOf)
    const result = Promise.all(before).then((ended) => runTarget(execution, target, ended))
    results.set(target.name, result)
    return result
  }
  return Promise.all(execution.plan.targets.map(resultOf))
}

const runTarget = async (
  execution: Execution,
  target: PlannedTarget,
  before: ReadonlyArray<TargetResult>,
): Promise<TargetResult> => {
  const { name, records, maxRecords, pace } = target
  const { plan, signal, graceMs } = execution
  const journal = execution.journal.target(name)
  const standing = totalsOf(journal)
  const result = { name, records, journalFailed: false, requests: 0, inFlight: inFlightIn(journal, records) }
  const unfinished = before
    .filter((other) => !isWhollyGone(other, turnedAwayIn(execution.journal.target(other.name))))
    .map((other) => other.name)
  if (unfinished.length > 0 && isOpen({ records, settled: standing })) {
    const detail = `waits until ${unfinished.join(' and ')} is wholly gone`
    execution.onBlocked(name, detail)
    return { ...result, state: 'blocked', settled: standing, detail }
  }
  if (!isOpen({ records, settled: standing }) || signal.aborted) {
    return { ...result, state: signal.aborted ? 'stopped' : 'ended', settled: standing }
  }
  const { provider, limitKey, protect, holds } = execution.targets.get(name) as ReadyTarget
  const backup = execution.backupOf(name)
  const report = await deleteRecords(provider, undefined, {
    journal,
    place: target.place.key,
    signal,
    limitKey,
    ...(protect !== undefined && { protect }),
    ...(holds !== undefined && { holds }),
    ...pace,
    ...plan.guards,
    ...(maxRecords !== undefined && { maxRecords }),
    ...(plan.rate !== undefined && { rate: plan.rate }),
    ...(graceMs !== undefined && { drainMs: graceMs }),
    ...(backup !== undefined && { backup }),
    onEvent: execution.listen(target, standing),
  })
  const { halted, requests } = report
  return {
    ...result,
    requests,
    settled: totalsOf(journal),
    inFlight: inFlightIn(journal, records),
    journalFailed: halted?.because === 'journal',
    state: halted !== undefined ? 'halted' : signal.aborted ? 'stopped' : 'ended',
    ...(halted !== undefined && { detail: halted.detail }),
  }
}

/** The journal of the command line answers at once. */
export const totalsOf = (journal: JournalTarget): Totals => journal.totals() as Totals

/** Records that are not sent: protected or held, or with an id that the system does not take. */
const turnedAwayIn = (journal: JournalTarget): number =>
  journal.counts().reduce((sum, { why, records }) => {
    return sum + (why === 'protected' || why === 'held' || why === 'invalid-id' ? records : 0)
  }, 0)

const inFlightIn = (journal: JournalTarget, records: number): number => {
  const { settled, waiting } = journal.live()
  return records - settled - waiting
}
