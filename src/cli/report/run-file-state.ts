import type { OpenJournal } from '../../journal/index.ts'
import { kept, type PlannedTarget } from '../plan/run-plan.ts'

/**
 * Where a target stands. `planned`: never begun. `interrupted`: its process died. `stopped`: by a signal or the clock.
 * `ended`: every record has its outcome.
 */
export type TargetFileState = 'planned' | 'running' | 'interrupted' | 'stopped' | 'halted' | 'blocked' | 'ended'

/** The same of the run as a whole. */
export type RunFileState = TargetFileState

/** `open`: how many of its records have no outcome. */
export const targetStateOf = (
  journal: OpenJournal,
  { name }: PlannedTarget,
  open: number,
): { readonly state: TargetFileState; readonly detail?: string } => {
  const status = kept(journal, 'status')
  const told = status?.targets?.find((target) => target.name === name)
  const last = journal.target(name).runs().at(-1)
  const detail = told?.detail ?? last?.summary?.halted?.detail
  const because = detail === undefined ? {} : { detail }
  if (last !== undefined && isRunning(journal) && (last.summary === undefined || open > 0)) return { state: 'running' }
  if (last === undefined && open === 0) return { state: 'ended' }
  if (last === undefined) return told?.state === 'blocked' ? { state: 'blocked', ...because } : { state: 'planned' }
  if (told?.state === 'blocked' && open > 0 && last.summary !== undefined) return { state: 'blocked', ...because }
  if (last.summary === undefined) return { state: open === 0 ? 'ended' : 'interrupted' }
  if (last.summary.halted !== undefined) return { state: 'halted', ...because }
  return { state: open === 0 ? 'ended' : 'stopped' }
}

/** Whether a process holds the journal now. */
export const isRunning = (journal: OpenJournal): boolean => journal.isInUse()

/** The first of these that holds for a target is the state of the run. */
const order: ReadonlyArray<RunFileState> = ['running', 'interrupted', 'halted', 'stopped', 'blocked', 'planned']

export const stateOf = (
  journal: OpenJournal,
  targets: ReadonlyArray<{ readonly state: TargetFileState }>,
): RunFileState => {
  if (isRunning(journal)) return 'running'
  return order.find((state) => targets.some((target) => target.state === state)) ?? 'ended'
}
