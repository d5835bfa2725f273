import type { AskedControl, RunEvent } from '../../index.ts'
import { counted, grouped, secondsOf } from '../terminal/figures.ts'
import { type Output, onOneLine, visible } from '../terminal/output.ts'
import { afterEvent, allOf, type Before, newRun, type RunState, speedOf } from './progress-state.ts'
import { waitTextOf } from './waiting-text.ts'

/** Where lines go, and when. */
export interface LineOptions {
  /** How long a run may go on without a line, in ms. Default: 10 s. */
  readonly everyMs?: number
  /** A line after 1, 2, 5 and 10 minutes, and then every ten. */
  readonly seldom?: boolean
  /** Instead of a line of text. */
  readonly tell?: (name: string, text: string) => void
}

/** A line at each change of state of a run and, as long as it goes on, one every now and then. */
export const openLines = (output: Output, options: LineOptions = {}) => {
  const { everyMs = 10_000, seldom = false } = options
  const openedAt = Date.now()
  const runs = new Map<string, RunState>()
  const write = (name: string, text: string): void => {
    output.write(`${secondsOf(Date.now() - openedAt).padStart(6)} s  ${name}: ${visible(text)}\n`)
  }
  const { tell = write } = options
  let due = openedAt + (seldom ? nextMs(0) : everyMs)
  const look = (): void => {
    const now = Date.now()
    if (now < due) return
    due = openedAt + (seldom ? nextMs(now - openedAt) : (Math.floor((now - openedAt) / everyMs) + 1) * everyMs)
    for (const [name, run] of runs) if (run.endedAt === undefined) tell(name, standing(run, now))
    if (runs.size > 1) tell('all', standing(allOf([...runs.values()]), now))
  }
  const timer = setInterval(look, Math.min(everyMs, 1_000))
  return {
    follow: (name: string, records: number, before?: Before) => {
      runs.set(name, newRun(records, before))
      const told = new Map<string, number>()
      return (event: RunEvent): void => {
        const run = afterEvent(runs.get(name) ?? newRun(records, before), event)
        runs.set(name, run)
        const change = changeIn(run, event)
        if (change === undefined || event.at < (told.get(event.kind) ?? 0) + everyMs) return
        told.set(event.kind, event.at)
        tell(name, change)
      }
    },
    block: (name: string): void => void runs.delete(name),
    write: (text: string): void => void output.write(text),
    close: (): void => clearInterval(timer),
  }
}

/** The next time after one, since the beginning, at which a line is due: minutes 1, 2, 5, 10, 20, 30 and so on. */
const nextMs = (passedMs: number): number => {
  const minutes = [1, 2, 5].find((minute) => minute * 60_000 > passedMs)
  return (minutes ?? (Math.floor(passedMs / 600_000) + 1) * 10) * 60_000
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
    case 'steered':
      return steeredText(event.control)
    case 'waiting':
      return waitChange(run, event)
    case 'aborted':
    case 'halted':
      return `${event.kind}: ${run.stopped?.detail ?? ''}`
    case 'run-ended':
      return `ended, ${standing(run, event.at)}`
    default:
      return undefined
  }
}

/** Who steers it, and how. */
const steeredText = ({ what, asker }: AskedControl): string => {
  const by = asker === undefined ? '' : ` by ${onOneLine(asker)}`
  const said = {
    pause: 'paused',
    continue: 'continued',
    stop: 'stopped',
    rate: 'paced',
    'planned-rate': 'paced as planned',
  }
  return `${said[what]}${by}`
}

/** What holds the whole run is told when it begins, and no other wait: those are told by the line now and then. */
const waitChange = (run: RunState, event: RunEvent & { readonly kind: 'waiting' }): string | undefined =>
  event.why === 'hours' && event.untilMs !== undefined ? waitTextOf(run, event.at)?.long : undefined

const standing = (run: RunState, now: number): string => {
  const { totals, records, settled, inFlight, requests } = run
  const speed = speedOf(run, now)
  const waiting = waitTextOf(run, now)
  const parts = [
    `${grouped(settled)} of ${grouped(records)} settled`,
    ...(inFlight > 0 ? [`${grouped(inFlight)} in flight`] : []),
    ...(totals.rejected > 0 ? [`${grouped(totals.rejected)} rejected`] : []),
    ...(totals.unconfirmed > 0 ? [`${grouped(totals.unconfirmed)} unconfirmed`] : []),
    counted(requests, 'request'),
    ...(speed > 0 ? [`${grouped(speed)} records/s`] : []),
    ...(waiting === undefined ? [] : [waiting.long]),
  ]
  return parts.join(', ')
}
