import type { Totals } from '../../index.ts'

/** What a command ends with: the first that applies, in this order. */
export const exitCodes = {
  interrupted: 130,
  terminated: 143,
  system: 5,
  usage: 2,
  nothingToDo: 6,
  halted: 4,
  unconfirmed: 3,
  notGone: 1,
  outOfTime: 10,
  allGone: 0,
} as const

/** How a run of a target ended. `blocked`: it never began, because of what it comes after not all is gone that was to be deleted. */
export type TargetState = 'ended' | 'halted' | 'stopped' | 'blocked'

/** What the exit code of a run is made of. */
export interface TargetEnd {
  readonly state: TargetState
  /** The journal failed. */
  readonly journalFailed: boolean
  /** Records of its plan. */
  readonly records: number
  /** Settled so far: what has no outcome yet is in none of them. */
  readonly settled: Totals
  /** Sent, and without an outcome: whether they are gone is not known before the run goes on. */
  readonly inFlight: number
}

/** Why a run was stopped from outside, if it was. */
export type StopReason = 'SIGINT' | 'SIGTERM' | 'clock'

export const exitCodeOf = (targets: ReadonlyArray<TargetEnd>, stopped?: StopReason): number => {
  const some = (is: (target: TargetEnd) => boolean): boolean => targets.some(is)
  if (stopped === 'SIGINT') return exitCodes.interrupted
  if (stopped === 'SIGTERM') return exitCodes.terminated
  if (some(({ journalFailed }) => journalFailed)) return exitCodes.system
  if (some(({ state }) => state === 'halted')) return exitCodes.halted
  if (some(({ settled, inFlight }) => settled.unconfirmed + inFlight > 0)) return exitCodes.unconfirmed
  if (some(({ settled }) => settled.rejected + settled.untouched > 0)) return exitCodes.notGone
  // What nobody came to before the time was up is not a failure of its own.
  if (stopped === 'clock' && some(isOpen)) return exitCodes.outOfTime
  return some(isOpen) ? exitCodes.notGone : exitCodes.allGone
}

/** Whether records of it have no outcome yet. */
export const isOpen = ({ records, settled }: Pick<TargetEnd, 'records' | 'settled'>): boolean =>
  Object.values(settled).reduce((sum, count) => sum + count, 0) < records

/** Whether every record is gone that was to be deleted: what is protected or has an invalid id, `turnedAway`, never was. */
export const isWhollyGone = (
  { records, settled }: Pick<TargetEnd, 'records' | 'settled'>,
  turnedAway: number,
): boolean => settled.deleted + settled.absent === records - turnedAway
