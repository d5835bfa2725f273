import type { RunEvent, Totals } from '../../index.ts'
import type { PlannedTarget, RunPlan } from '../plan/run-plan.ts'
import type { Fields } from '../terminal/messages.ts'
import { afterEvent, newRun, type RunState, speedOf, sumOf } from './progress-state.ts'

interface LoggedRun {
  readonly target: PlannedTarget
  state: RunState
  event: string
}

/**
 * What a line of the log says of a target besides its words, with `--log-format json`. Events are those of the plan. The
 * event of a line is the one that it tells of, `progress` where it tells of none.
 */
export const openLogFields = ({ targets }: Pick<RunPlan, 'targets'>, standingOf: (target: string) => Totals) => {
  const runs = new Map(
    targets.map((target) => {
      const state = newRun(target.records, { totals: standingOf(target.name), requests: 0 })
      const run: LoggedRun = { target, state, event: 'progress' }
      return [target.name, run] as const
    }),
  )
  return {
    /** Takes note of an event while its line is written, by `tell`. */
    during: (target: PlannedTarget, event: RunEvent, tell: () => void): void => {
      const known = runs.get(target.name)
      if (known === undefined) return tell()
      known.state = afterEvent(known.state, event)
      known.event = event.kind
      tell()
      known.event = 'progress'
    },
    of: (name: string): Fields => {
      const run = runs.get(name)
      if (run === undefined) return { target: name }
      const { target, state, event } = run
      return fieldsOf(target, state, event, Date.now())
    },
  }
}

const fieldsOf = ({ name, provider, records }: PlannedTarget, state: RunState, event: string, now: number): Fields => {
  const { totals, requests, stopped, inFlight, waits } = state
  const settled = sumOf(totals)
  const until = Math.max(...[...waits.values()].map((wait) => wait.until ?? 0).filter((at) => at > now))
  return {
    target: name,
    event,
    provider,
    records,
    settled,
    inFlight,
    waiting: Math.max(0, records - settled - inFlight),
    ...totals,
    requests,
    recordsPerSecond: Math.round(speedOf(state, now) * 10) / 10,
    ...(waits.size > 0 && { waitsFor: [...waits.keys()].join(',') }),
    ...(Number.isFinite(until) && { untilMs: until }),
    ...(stopped !== undefined && { stopped: stopped.word }),
  }
}
