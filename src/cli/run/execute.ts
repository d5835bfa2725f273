import { deleteRecords, type RunEvent, type Totals } from '../../index.ts'
import type { JournalTarget, OpenJournal } from '../../journal/index.ts'
import type { Backups } from '../backup/backups.ts'
import { closedUntilBy } from '../config/hours.ts'
import type { PlannedTarget, RunPlan } from '../plan/run-plan.ts'
import type { RunTurns } from '../subjects/run-turns.ts'
import { isOpen, isWhollyGone, type TargetEnd } from '../terminal/exit-codes.ts'
import { sumOf } from './progress-state.ts'
import type { ReadyTarget } from './ready-targets.ts'

/** How a target came out of a run. */
export interface TargetResult extends TargetEnd {
  readonly name: string
  /** Why it halted, or what it waits for. */
  readonly detail?: string
  /** HTTP exchanges of this run. */
  readonly requests: number
  /** It alone was stopped, or came to the limit, and has more. */
  readonly stopped?: 'asked' | 'limit'
}

export interface Execution {
  readonly journal: OpenJournal
  readonly plan: RunPlan
  readonly targets: ReadonlyMap<string, ReadyTarget>
  readonly signal: AbortSignal
  readonly graceMs?: number
  /** What keeps the copies of a target. */
  readonly backupOf: Backups['of']
  /** Records that all targets together send at most. */
  readonly limit?: number
  readonly listen: (target: PlannedTarget, standing: Totals) => (event: RunEvent) => void
  /** Whose records go when. */
  readonly turns: RunTurns
  readonly onBlocked: (name: string, detail: string) => void
}

/** Carries out all targets at once; each waits for those that it comes after, and one that halts stops no other. */
export const execute = async (execution: Execution): Promise<ReadonlyArray<TargetResult>> => {
  const limits = limitsOf(execution)
  const results = new Map<string, Promise<TargetResult>>()
  const resultOf = (target: PlannedTarget): Promise<TargetResult> => {
    const known = results.get(target.name)
    if (known !== undefined) return known
    const before = execution.plan.targets.filter(({ name }) => target.after.includes(name)).map(resultOf)
    const result = Promise.all(before)
      .then((ended) => runTarget(execution, target, ended, limits?.get(target.name)))
      .finally(() => execution.turns.ended(target.name))
    results.set(target.name, result)
    return result
  }
  return Promise.all(execution.plan.targets.map(resultOf))
}

/** A limit is for all targets together: the first of the plan has it as far as it needs it, and so on. */
const limitsOf = ({ journal, plan, limit }: Execution): ReadonlyMap<string, number> | undefined => {
  if (limit === undefined) return undefined
  let left = limit
  return new Map(
    plan.targets.map(({ name, records }) => {
      const own = Math.min(left, records - sumOf(totalsOf(journal.target(name))))
      left -= own
      return [name, own]
    }),
  )
}

const runTarget = async (
  execution: Execution,
  target: PlannedTarget,
  before: ReadonlyArray<TargetResult>,
  limit: number | undefined,
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
  if (target.provider === 'manual') {
    const detail = `waits for people: ${target.instructions ?? ''}`
    execution.onBlocked(name, detail)
    return { ...result, state: 'blocked', settled: standing, detail }
  }
  if (limit === 0) return { ...result, state: 'stopped', settled: standing, stopped: 'limit' }
  const { provider, limitKey, protect, holds } = execution.targets.get(name) as ReadyTarget
  const backup = execution.backupOf(name)
  const listen = execution.listen(target, standing)
  let isStopped = false
  const report = await deleteRecords(provider, undefined, {
    journal: execution.turns.journalOf(name),
    place: target.place.key,
    signal,
    limitKey,
    ...(protect !== undefined && { protect }),
    ...(holds !== undefined && { holds }),
    ...pace,
    ...plan.guards,
    ...(maxRecords !== undefined && { maxRecords }),
    ...(plan.rate !== undefined && { rate: plan.rate }),
    ...(plan.hours !== undefined && { closedUntil: closedUntilBy(plan.hours) }),
    ...(limit !== undefined && { limit }),
    ...(graceMs !== undefined && { drainMs: graceMs }),
    ...(backup !== undefined && { backup }),
    onEvent: (event) => {
      if (event.kind === 'aborted') isStopped = true
      listen(event)
    },
  })
  const { halted, requests } = report
  const settled = totalsOf(journal)
  const isOpenYet = isOpen({ records, settled })
  const isAtLimit = limit !== undefined && halted === undefined && isOpenYet
  const isWaiting = target.each !== undefined && isOpenYet && !isStopped && !isAtLimit && !signal.aborted
  return {
    ...result,
    requests,
    settled,
    inFlight: inFlightIn(journal, records),
    journalFailed: halted?.because === 'journal',
    state: halted !== undefined ? 'halted' : isStopped || isAtLimit ? 'stopped' : isWaiting ? 'blocked' : 'ended',
    ...(isStopped ? { stopped: 'asked' as const } : isAtLimit && { stopped: 'limit' as const }),
    ...(isWaiting && { detail: waitingText(target) }),
    ...(halted !== undefined && { detail: halted.detail }),
  }
}

const waitingText = ({ each = [] }: PlannedTarget): string =>
  `waits for what its subjects have in ${each.map(({ target }) => target).join(' and ')}`

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
