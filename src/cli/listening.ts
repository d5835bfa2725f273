import { closeSync, openSync, writeSync } from 'node:fs'
import type { RunEvent, Totals } from '../index.ts'
import type { OpenJournal } from '../journal/index.ts'
import { CommandError } from './command-error.ts'
import type { Messages } from './messages.ts'
import { openProgress } from './progress.ts'
import { progressNoteOf } from './progress-note.ts'
import type { PlannedTarget } from './run-plan.ts'
import { afterEvent, newRun } from './run-state.ts'

/** Where the events of a run go: to the eye, to a file, and into the journal for `expunge status`. */
export interface Listening {
  /** What a target's run gets as `onEvent`; `standing` is what runs before it have settled. */
  readonly to: (target: PlannedTarget, standing: Totals) => (event: RunEvent) => void
  readonly close: () => void
}

export const openListening = (journal: OpenJournal, messages: Messages, eventsPath: string | undefined): Listening => {
  const file = eventsPath === undefined ? undefined : openEvents(eventsPath, messages)
  const lines = messages.isJson ? { tell: (name: string, text: string) => messages.info(`${name}: ${text}`) } : {}
  const progress = messages.isQuiet ? undefined : openProgress(messages.output, { seldom: true, ...lines })
  return {
    to: (target, standing) => {
      const show = progress?.follow(target.name, target.records + target.duplicates)
      const note = openNotes(journal, target)
      return (event) => {
        file?.write(target.name, event)
        show?.(ofPlan(event, target, standing))
        note(event)
      }
    },
    close: () => {
      progress?.close()
      file?.close()
    },
  }
}

/** A run counts what it settles itself; a plan that is resumed had more before. */
const ofPlan = (event: RunEvent, { duplicates }: PlannedTarget, standing: Totals): RunEvent => {
  if (event.kind !== 'settled') return event
  const totals = Object.fromEntries(
    Object.entries(event.totals).map(([status, count]) => [status, count + standing[status as keyof Totals]]),
  ) as Totals
  return { ...event, totals, duplicates }
}

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

/** A line for each event: `{"target":"cms","at":…,"kind":…}`. */
const openEvents = (path: string, messages: Messages) => {
  let file: number | undefined = opened(path)
  return {
    write: (target: string, event: RunEvent): void => {
      if (file === undefined) return
      try {
        writeSync(file, `${JSON.stringify({ target, ...event }, withoutCause)}\n`)
      } catch (cause) {
        // The journal has what counts; a full disk there will say so itself.
        messages.warn(`${path}: no more events are written: ${cause instanceof Error ? cause.message : String(cause)}`)
        file = undefined
      }
    },
    close: (): void => {
      if (file !== undefined) closeSync(file)
    },
  }
}

const opened = (path: string): number => {
  try {
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    throw new CommandError(
      `--events ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      cause,
    )
  }
}

/** What a defect threw may be anything, and hold anything. */
const withoutCause = (name: string, value: unknown): unknown => (name === 'cause' ? undefined : value)
