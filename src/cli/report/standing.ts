import type { Totals } from '../../index.ts'
import type { ProgressNote } from '../plan/run-plan.ts'
import type { TargetFile } from './run-file.ts'
import type { TargetFileState } from './run-file-state.ts'

/** Where a target of a run stands, as its journal tells it. Times in ms. */
export interface Standing {
  readonly name: string
  readonly state: TargetFileState
  readonly detail?: string
  readonly place: string
  readonly records: number
  readonly settled: number
  readonly totals: Totals
  readonly requests: number
  readonly recordsPerSecond: number
  readonly inFlight: { readonly batches: number; readonly jobs: number; readonly records: number }
  /** How long the batch that was sent first has been in flight. */
  readonly oldestMs?: number
  readonly pause?: { readonly why: string; readonly forMs: number }
  /** At the speed so far. */
  readonly leftMs?: number
}

export const standingOf = (target: TargetFile, now: number): Standing => {
  const { name, state, detail, place, planned, totals, journal } = target
  const { settled, waiting, batches, jobs, oldestSentAt } = journal.live()
  const isRunning = state === 'running'
  const progress = journal.progress()
  const note = isRunning && isFresh(progress?.at, target) ? (progress?.value as ProgressNote) : undefined
  const recordsPerSecond = note?.recordsPerSecond ?? meanSpeed(target, settled, now)
  const open = planned.records - settled
  const pauseMs = note?.pause === undefined ? 0 : note.pause.until - now
  return {
    name,
    state,
    ...(detail === undefined ? {} : { detail }),
    place: place.label,
    records: planned.records,
    settled,
    totals,
    requests: target.requests + (note?.requests ?? 0),
    recordsPerSecond,
    inFlight: { batches, jobs, records: open - waiting },
    ...(oldestSentAt === undefined ? {} : { oldestMs: now - oldestSentAt }),
    ...(note?.pause !== undefined && pauseMs > 0 ? { pause: { why: note.pause.why, forMs: pauseMs } } : {}),
    ...(isRunning && open > 0 && recordsPerSecond > 0 ? { leftMs: (open / recordsPerSecond) * 1_000 } : {}),
  }
}

/** A note of a process before this one says nothing about this one. */
const isFresh = (at: number | undefined, { journal }: TargetFile): boolean => {
  const last = journal.runs().at(-1)
  return at !== undefined && last !== undefined && at >= last.startedAt
}

/** Over all runs so far; where there is no note, or none any more. */
const meanSpeed = ({ journal, state, planned }: TargetFile, settled: number, now: number): number => {
  const ms = journal.runs().reduce((sum, { startedAt, summary }) => {
    if (summary !== undefined) return sum + Math.max(0, Date.parse(summary.endedAt) - startedAt)
    return sum + (state === 'running' ? now - startedAt : 0)
  }, 0)
  const sent = settled - planned.invalid - planned.protected - (planned.held ?? 0)
  return ms < 500 || sent <= 0 ? 0 : Math.round((sent * 10_000) / ms) / 10
}
