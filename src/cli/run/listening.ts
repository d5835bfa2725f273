import type { RunEvent, Totals } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import type { PlannedTarget, ProgressNote } from '../plan/run-plan.ts'
import type { Messages } from '../terminal/messages.ts'
import type { EventsFile } from './events-file.ts'
import { openProgress } from './progress.ts'
import { afterEvent, newRun, type RunState, speedOf } from './progress-state.ts'

/** Where the events of a run go: to the eye, to a file, and into the journal for `expunge status`. */
export interface Listening {
  /** What a target's run gets as `onEvent`; `standing` is what runs before it have settled. */
  readonly to: (target: PlannedTarget, standing: Totals) => (event: RunEvent) => void
  readonly close: () => void
}

export const openListening = (journal: OpenJournal, messages: Messages, file: EventsFile | undefined): Listening => {
  const lines = messages.isJson ? { tell: (name: string, text: string) => messages.info(`${name}: ${text}`) } : {}
  const progress = messages.isQuiet ? undefined : openProgress(messages.output, { seldom: true, ...lines })
  if (progress !== undefined) messages.via(progress.write)
  return {
    to: (target, standing) => {
      const settled = Object.values(standing).reduce((sum, count) => sum + count, 0)
      const before = settled + target.duplicates
      const show = progress?.follow(target.name, target.records + target.duplicates, before)
      const view = openPlanView(target, standing)
      const note = openNotes(journal, target)
      return (event) => {
        file?.write(target.name, event)
        show?.(view(event))
        note(event)
      }
    },
    close: () => {
      progress?.close()
      messages.via()
      file?.close()
    },
  }
}

/**
 * Of one run, as a part of its plan: what runs before it have settled is added, and what it leaves alone because it ends
 * early is not settled at all.
 */
const openPlanView = ({ duplicates }: PlannedTarget, standing: Totals) => {
  let left: number | undefined
  let untouched = standing.untouched
  return (event: RunEvent): RunEvent => {
    if (event.kind === 'aborted' || event.kind === 'halted') left = untouched
    if (event.kind === 'settled') {
      const totals = sumOf(event.totals, standing)
      untouched = left ?? totals.untouched
      return { ...event, totals: { ...totals, untouched }, duplicates }
    }
    if (event.kind !== 'run-ended' || left === undefined) return event
    const { report } = event
    return { ...event, report: { ...report, totals: { ...report.totals, untouched: left } } }
  }
}

const sumOf = (one: Totals, other: Totals): Totals => ({
  deleted: one.deleted + other.deleted,
  absent: one.absent + other.absent,
  rejected: one.rejected + other.rejected,
  untouched: one.untouched + other.untouched,
  unconfirmed: one.unconfirmed + other.unconfirmed,
})

/** Once a second, and when something begins to wait. */
const openNotes = (journal: OpenJournal, { name, records }: PlannedTarget) => {
  let state = newRun(records)
  let notedAt = 0
  return (event: RunEvent): void => {
    state = afterEvent(state, event)
    // What waits tells no more until it goes on.
    if (event.kind === 'run-ended' || (event.at - notedAt < 1_000 && event.kind !== 'paused')) return
    notedAt = event.at
    journal.target(name).saveProgress(progressNoteOf(state, event.at), event.at)
  }
}

const progressNoteOf = (state: RunState, now: number): ProgressNote => ({
  requests: state.requests,
  recordsPerSecond: Math.round(speedOf(state, now) * 10) / 10,
  ...(state.pause === undefined || state.pause.until <= now ? {} : { pause: state.pause }),
  ...(state.stopped === undefined ? {} : { stopping: state.stopped.detail }),
})
