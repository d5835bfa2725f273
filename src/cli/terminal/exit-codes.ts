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
  /** Settled records that are left on purpose, and that whoever asks takes for done. Default 0. */
  readonly accepted?: number
}

/** Why a run was stopped from outside, if it was: by a signal, by the clock, by `expunge stop`, or at the limit that it had. */
export type StopReason = 'SIGINT' | 'SIGTERM' | 'clock' | 'asked' | 'limit'

/** The one of these that a command ends with: the table above is their order, too. */
export const firstThatApplies = (codes: ReadonlyArray<number>): number =>
  Object.values(exitCodes).find((code) => codes.includes(code)) ?? exitCodes.system

export const exitCodeOf = (targets: ReadonlyArray<TargetEnd>, stopped?: StopReason): number => {
  const open = targets.some(isOpen)
  const isOutOfTime = (stopped === 'clock' || stopped === 'asked' || stopped === 'limit') && open
  const applies: ReadonlyArray<readonly [number, boolean]> = [
    [exitCodes.interrupted, stopped === 'SIGINT'],
    [exitCodes.terminated, stopped === 'SIGTERM'],
    [exitCodes.system, targets.some(({ journalFailed }) => journalFailed)],
    [exitCodes.halted, targets.some(({ state }) => state === 'halted')],
    [exitCodes.unconfirmed, targets.some(({ settled, inFlight }) => settled.unconfirmed + inFlight > 0)],
    // What nobody came to before the time was up is not a failure of its own.
    [exitCodes.notGone, targets.some(hasLeft) || (open && !isOutOfTime)],
    [exitCodes.outOfTime, isOutOfTime],
    [exitCodes.allGone, true],
  ]
  return firstThatApplies(applies.flatMap(([code, does]) => (does ? [code] : [])))
}

/** Whether something ended otherwise than gone, and not as it was meant. */
const hasLeft = ({ settled, accepted = 0 }: TargetEnd): boolean => settled.rejected + settled.untouched > accepted

/** What a reading back of records that were called gone ends with. */
export const exitCodeOfReading = (
  results: ReadonlyArray<{ readonly present: number; readonly cannot?: string }>,
): number =>
  firstThatApplies([
    ...results.map(({ cannot }) => (cannot === undefined ? exitCodes.allGone : exitCodes.unconfirmed)),
    ...results.map(({ present }) => (present > 0 ? exitCodes.notGone : exitCodes.allGone)),
    exitCodes.allGone,
  ])

/** Whether records of it have no outcome yet. */
export const isOpen = ({ records, settled }: Pick<TargetEnd, 'records' | 'settled'>): boolean =>
  Object.values(settled).reduce((sum, count) => sum + count, 0) < records

/** Whether every record is gone that was to be deleted: what is protected or has an invalid id, `turnedAway`, never was. */
export const isWhollyGone = (
  { records, settled }: Pick<TargetEnd, 'records' | 'settled'>,
  turnedAway: number,
): boolean => settled.deleted + settled.absent === records - turnedAway
