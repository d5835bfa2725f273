import type { RunEvent } from '../index.ts'
import { counted, grouped, secondsOf } from './figures.ts'
import { afterEvent, newRun, type RunState, speedOf } from './run-state.ts'
import type { Output } from './terminal.ts'

/** A line at each change of state of a run and, as long as it goes on, one every `everyMs` (10 s). */
export const openLines = (output: Output, everyMs = 10_000) => {
  const openedAt = Date.now()
  const runs = new Map<string, RunState>()
  const tell = (name: string, text: string): void => {
    output.write(`${secondsOf(Date.now() - openedAt).padStart(6)} s  ${name}: ${text}\n`)
  }
  const timer = setInterval(() => {
    for (const [name, run] of runs) if (run.endedAt === undefined) tell(name, standing(run, Date.now()))
  }, everyMs)
  return {
    follow: (name: string, records: number) => {
      runs.set(name, newRun(records))
      const told = new Map<string, number>()
      return (event: RunEvent): void => {
        const run = afterEvent(runs.get(name) ?? newRun(records), event)
        runs.set(name, run)
        const change = changeIn(run, event)
        if (change === undefined || event.at < (told.get(event.kind) ?? 0) + everyMs) return
        told.set(event.kind, event.at)
        tell(name, change)
      }
    },
    close: (): void => clearInterval(timer),
  }
}

/** What an event changes in the state of its run, in words. The same kind of change is told once in `everyMs`. */
const changeIn = (run: RunState, event: RunEvent): string | undefined => {
  switch (event.kind) {
    case 'run-started':
      return `started, ${counted(run.records, 'record')}`
    case 'place':
      return `deletes from ${event.place.label}`
    case 'in-doubt':
      return `${counted(event.size, 'record')} in doubt, reading back (${event.detail})`
    case 'paused':
      return `waits ${secondsOf(event.forMs)} s (${event.why})`
    case 'aborted':
    case 'halted':
      return `${event.kind}: ${run.stopped?.detail ?? ''}`
    case 'run-ended':
      return `ended, ${standing(run, event.at)}`
    default:
      return undefined
  }
}

const standing = (run: RunState, now: number): string => {
  const { totals, records, settled, requests } = run
  const speed = speedOf(run, now)
  const parts = [
    `${grouped(settled)} of ${grouped(records)} settled`,
    ...(totals.rejected > 0 ? [`${grouped(totals.rejected)} rejected`] : []),
    ...(totals.unconfirmed > 0 ? [`${grouped(totals.unconfirmed)} unconfirmed`] : []),
    counted(requests, 'request'),
    ...(speed > 0 ? [`${grouped(speed)} records/s`] : []),
  ]
  return parts.join(', ')
}
