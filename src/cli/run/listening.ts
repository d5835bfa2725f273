import type { RunEvent, Totals } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import type { PlannedTarget, ProgressNote, RunPlan } from '../plan/run-plan.ts'
import type { Messages } from '../terminal/messages.ts'
import type { EventsFile } from './events-file.ts'
import { openLogFields } from './log-fields.ts'
import type { MetricsFile } from './metrics-file.ts'
import { openProgress } from './progress.ts'
import { afterEvent, newRun, type RunState, speedOf, sumOf } from './progress-state.ts'

/** Where the events of a run go: to the eye, to a file, and into the journal for `expunge status`. */
export interface Listening {
  /** What a target's run gets as `onEvent`; `standing` is what runs before it have settled. */
  readonly to: (target: PlannedTarget, standing: Totals) => (event: RunEvent) => void
  readonly block: (name: string, detail: string) => void
  readonly close: () => void
}

export const openListening = (
  journal: OpenJournal,
  plan: RunPlan,
  messages: Messages,
  file: EventsFile | undefined,
  metrics?: MetricsFile,
): Listening => {
  const fields = openLogFields(plan, (name) => journal.target(name).totals() as Totals)
  const lines = messages.isJson
    ? { tell: (name: string, text: string) => messages.info(`${name}: ${text}`, fields.of(name)) }
    : {}
  const progress = messages.isQuiet ? undefined : openProgress(messages.output, { seldom: true, ...lines })
  if (progress !== undefined) messages.via(progress.write)
  // All of them from the beginning: the sum is one of the whole plan.
  const shows = new Map(
    plan.targets.map(({ name, records, after }) => {
      const totals = journal.target(name).totals() as Totals
      const before = { totals, requests: requestsBefore(journal, name), after: sumOf(totals) < records ? after : [] }
      return [name, progress?.follow(name, records, before)] as const
    }),
  )
  return {
    to: (target, standing) => {
      const show = shows.get(target.name)
      const view = openPlanView(standing, requestsBefore(journal, target.name))
      const note = openNotes(journal, target)
      const measure = metrics?.follow(target)
      return (event) => {
        file?.write(target.name, event)
        const seen = view(event)
        if (show !== undefined) fields.during(target, seen, () => show(seen))
        measure?.(seen)
        note(event)
      }
    },
    block: (name, detail) => progress?.block(name, detail),
    close: () => {
      progress?.close()
      messages.via()
      file?.close()
    },
  }
}

/** HTTP exchanges of all runs of a target so far, those included whose process died. */
export const requestsBefore = (journal: OpenJournal, name: string): number => {
  const target = journal.target(name)
  const reported = target.runs().reduce((sum, { summary }) => sum + (summary?.requests ?? 0), 0)
  return reported + diedRequests(journal, name)
}

/** Of processes that died: the last one left a note, and no report. */
const diedRequests = (journal: OpenJournal, name: string): number => {
  const target = journal.target(name)
  const note = target.progress()?.value as ProgressNote | undefined
  const last = target.runs().at(-1)
  const own = last !== undefined && last.summary === undefined ? (note?.requests ?? 0) : 0
  return (note?.earlierRequests ?? 0) + own
}

/**
 * Of one run, as a part of its plan: what runs before it have settled is added, and what it leaves alone because it ends
 * early is not settled at all. Repeats are no records of the plan.
 */
const openPlanView = (standing: Totals, requests: number) => {
  let left: number | undefined
  let last = standing
  return (event: RunEvent): RunEvent => {
    if (event.kind === 'aborted' || event.kind === 'halted') left ??= last.untouched
    if (event.kind === 'settled') {
      const totals = added(event.totals, standing)
      last = { ...totals, untouched: left ?? totals.untouched }
      return { ...event, totals: last, duplicates: 0, requests: event.requests + requests }
    }
    if (event.kind !== 'run-ended') return event
    const { report } = event
    return { ...event, report: { ...report, totals: last, duplicates: 0, requests: report.requests + requests } }
  }
}

const added = (one: Totals, other: Totals): Totals => ({
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
  const earlierRequests = diedRequests(journal, name)
  return (event: RunEvent): void => {
    state = afterEvent(state, event)
    // What waits tells no more until it goes on.
    const isWait = event.kind === 'paused' || event.kind === 'waiting'
    if (event.kind === 'run-ended' || (event.at - notedAt < 1_000 && !isWait)) return
    notedAt = event.at
    journal.target(name).saveProgress(progressNoteOf(state, event.at, earlierRequests), event.at)
  }
}

const progressNoteOf = (state: RunState, now: number, earlierRequests: number): ProgressNote => {
  const waits = [...state.waits].map(([why, wait]) => ({ why, ...wait }))
  const { pause } = state
  return {
    requests: state.requests,
    recordsPerSecond: Math.round(speedOf(state, now) * 10) / 10,
    ...(earlierRequests > 0 && { earlierRequests }),
    ...(pause !== undefined && pause.until > now && { pause }),
    ...(waits.length > 0 && { waits }),
    ...(state.stopped === undefined ? {} : { stopping: state.stopped.detail }),
  }
}
