import type { Totals, WaitWhy } from '../../index.ts'
import type { ControlOnRecord } from '../../journal/index.ts'
import type { ProgressNote } from '../plan/run-plan.ts'
import type { TargetFile } from './run-file.ts'
import type { TargetFileState } from './run-file-state.ts'
import { type SteeringNow, steeringOf } from './steering.ts'

/** Where a target of a run stands, as its journal tells it. Times in ms. */
export interface Standing {
  readonly name: string
  readonly state: TargetFileState
  readonly detail?: string
  readonly place: string
  readonly records: number
  readonly settled: number
  /** Of what is settled, by status: what is in flight, and what nobody has come to, is in none of them. */
  readonly totals: Totals
  /** Neither settled nor in flight. */
  readonly waiting: number
  readonly requests: number
  readonly recordsPerSecond: number
  readonly inFlight: { readonly batches: number; readonly jobs: number; readonly records: number }
  /** How long the batch that was sent first has been in flight. */
  readonly oldestMs?: number
  readonly pause?: { readonly why: string; readonly forMs: number }
  /** What is waited for, and how long at most. */
  readonly waits?: ReadonlyArray<{ readonly why: WaitWhy; readonly records?: number; readonly forMs?: number }>
  /** Targets that have to be gone before it begins. */
  readonly after?: ReadonlyArray<string>
  /** What people asked of it, and still holds. */
  readonly steering?: SteeringNow
  /** At the speed so far. */
  readonly leftMs?: number
}

export const standingOf = (
  target: TargetFile,
  now: number,
  controls: ReadonlyArray<ControlOnRecord> = [],
): Standing => {
  const { name, state, detail, place, planned, journal } = target
  const { settled, waiting, batches, jobs, oldestSentAt } = journal.live()
  const isRunning = state === 'running'
  const progress = journal.progress()
  const steering = steeringOf(controls, name, now)
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
    totals: journal.totals() as Totals,
    waiting,
    requests: target.requests + earlierRequests(target) + (note?.requests ?? 0),
    recordsPerSecond,
    inFlight: { batches, jobs, records: open - waiting },
    ...(oldestSentAt === undefined ? {} : { oldestMs: now - oldestSentAt }),
    ...(note?.pause !== undefined && pauseMs > 0 ? { pause: { why: note.pause.why, forMs: pauseMs } } : {}),
    ...(note?.waits === undefined ? {} : { waits: waitsNow(note.waits, now) }),
    ...(state === 'planned' && planned.after.length > 0 ? { after: planned.after } : {}),
    ...(Object.keys(steering).length === 0 ? {} : { steering }),
    ...(isRunning && open > 0 && recordsPerSecond > 0 ? { leftMs: (open / recordsPerSecond) * 1_000 } : {}),
  }
}

const waitsNow = (waits: NonNullable<ProgressNote['waits']>, now: number): NonNullable<Standing['waits']> =>
  waits
    .filter(({ until }) => until === undefined || until > now)
    .map(({ why, records, until }) => ({
      why,
      ...(records === undefined ? {} : { records }),
      ...(until === undefined ? {} : { forMs: until - now }),
    }))

/** Of processes that died, and so left a note and no report. */
const earlierRequests = (target: TargetFile): number => {
  const note = target.journal.progress()?.value as ProgressNote | undefined
  const last = target.journal.runs().at(-1)
  const hasDied = target.state === 'interrupted' && last?.summary === undefined
  return (note?.earlierRequests ?? 0) + (hasDied ? (note?.requests ?? 0) : 0)
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
