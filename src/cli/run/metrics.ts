import type { RunEvent, Totals } from '../../index.ts'
import type { PlannedTarget } from '../plan/run-plan.ts'

/** What the file of figures says of a target. Times in ms since the epoch. */
export interface TargetFigures {
  readonly name: string
  readonly provider: string
  readonly records: number
  /** What runs before this one have settled. */
  readonly standing: Totals
  /** The same with this run. */
  readonly totals: Totals
  readonly state: State
  /** Sent, and without an outcome. */
  readonly inFlight: number
  readonly requests: number
  readonly batches: number
  readonly failures: ReadonlyMap<string, number>
  readonly pauses: number
  readonly pausedMs: number
  readonly pausedUntil: number
  readonly startedAt?: number
  readonly settledAt?: number
  readonly endedAt?: number
}

type State = 'waiting' | 'running' | 'ended' | 'halted' | 'stopped' | 'blocked'

const states: ReadonlyArray<State> = ['waiting', 'running', 'ended', 'halted', 'stopped', 'blocked']

export const newFigures = ({ name, provider, records }: PlannedTarget, standing: Totals): TargetFigures => ({
  name,
  provider,
  records,
  standing,
  totals: standing,
  state: 'waiting',
  inFlight: 0,
  requests: 0,
  batches: 0,
  failures: new Map(),
  pauses: 0,
  pausedMs: 0,
  pausedUntil: 0,
})

/** The totals of an event are those of its plan: whoever hands it over has added what was settled before. */
export const tookEvent = (figures: TargetFigures, event: RunEvent): TargetFigures => {
  switch (event.kind) {
    case 'run-started':
      return { ...figures, state: 'running', startedAt: event.at }
    case 'batch-sent':
      return { ...figures, batches: figures.batches + 1 }
    case 'call-failed': {
      const name = `purpose="${event.purpose}",error="${event.tag}"`
      return { ...figures, failures: new Map([...figures.failures, [name, (figures.failures.get(name) ?? 0) + 1]]) }
    }
    case 'paused':
      return {
        ...figures,
        pauses: figures.pauses + 1,
        pausedMs: figures.pausedMs + event.forMs,
        pausedUntil: Math.max(figures.pausedUntil, event.at + event.forMs),
      }
    case 'settled':
      return {
        ...figures,
        totals: event.totals,
        inFlight: event.inFlight ?? 0,
        requests: event.requests,
        settledAt: event.at,
      }
    case 'waiting':
      return { ...figures, inFlight: event.inFlight }
    case 'aborted':
      return { ...figures, state: 'stopped' }
    case 'halted':
      return { ...figures, state: 'halted' }
    case 'run-ended': {
      const { totals, requests } = event.report
      return {
        ...figures,
        totals,
        requests,
        inFlight: 0,
        endedAt: event.at,
        state: figures.state === 'running' ? 'ended' : figures.state,
      }
    }
    default:
      return figures
  }
}

type Sample = readonly [labels: string, value: number]

/** Prometheus' text format. Nothing in it holds an id. */
export const textOf = (all: ReadonlyArray<TargetFigures>, now: number, exitCode: number | undefined): string => {
  const lines: string[] = []
  const family = (name: string, type: 'gauge' | 'counter', help: string, samples: ReadonlyArray<Sample>): void => {
    if (samples.length === 0) return
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`)
  }
  const each = (figureOf: (figures: TargetFigures) => number | undefined): ReadonlyArray<Sample> =>
    all.flatMap((figures) => {
      const value = figureOf(figures)
      return value === undefined ? [] : [[labelsOf(figures), value] as const]
    })
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000)
  family(
    'expunge_records',
    'gauge',
    'Records of the plan by what became of them so far; in-flight and waiting have no outcome yet.',
    all.flatMap((figures) => {
      const { totals, records, inFlight } = figures
      const settled = Object.values(totals).reduce((sum, count) => sum + count, 0)
      const outcomes = Object.entries({
        ...totals,
        'in-flight': inFlight,
        waiting: Math.max(0, records - settled - inFlight),
      })
      return outcomes.map(([outcome, count]): Sample => [`${labelsOf(figures)},outcome="${outcome}"`, count])
    }),
  )
  family(
    'expunge_planned_records',
    'gauge',
    'Distinct records of the plan.',
    each(({ records }) => records),
  )
  family(
    'expunge_requests_total',
    'counter',
    'Requests sent for the plan.',
    each(({ requests }) => requests),
  )
  family(
    'expunge_batches_total',
    'counter',
    'Batches sent by this process.',
    each(({ batches }) => batches),
  )
  family(
    'expunge_call_failures_total',
    'counter',
    'Calls of this process that went wrong.',
    all.flatMap((figures) =>
      [...figures.failures].map(([labels, count]): Sample => [`${labelsOf(figures)},${labels}`, count]),
    ),
  )
  family(
    'expunge_pauses_total',
    'counter',
    'Pauses of all requests of a target.',
    each(({ pauses }) => pauses),
  )
  family(
    'expunge_paused_seconds_total',
    'counter',
    'Time that was paused for.',
    each(({ pausedMs }) => pausedMs / 1_000),
  )
  family(
    'expunge_paused',
    'gauge',
    'Whether all requests of a target wait.',
    each(({ pausedUntil, endedAt }) => (endedAt === undefined && pausedUntil > now ? 1 : 0)),
  )
  family(
    'expunge_records_per_second',
    'gauge',
    'Records settled by this process, over its time so far.',
    each((figures) => speedOf(figures, now)),
  )
  family(
    'expunge_target_state',
    'gauge',
    'Where a target stands: 1 for the state that it is in.',
    all.flatMap((figures) =>
      states.map((state): Sample => [`${labelsOf(figures)},state="${state}"`, figures.state === state ? 1 : 0]),
    ),
  )
  const start = 'When the run of a target began, in seconds since the epoch.'
  family(
    'expunge_start_timestamp_seconds',
    'gauge',
    start,
    each(({ startedAt }) => seconds(startedAt)),
  )
  const settled = 'When a record of a target got its outcome last, in seconds since the epoch.'
  family(
    'expunge_settled_timestamp_seconds',
    'gauge',
    settled,
    each(({ settledAt }) => seconds(settledAt)),
  )
  family('expunge_written_timestamp_seconds', 'gauge', 'When this file was written.', [['', now / 1_000]])
  family('expunge_running', 'gauge', 'Whether the process goes on.', [['', exitCode === undefined ? 1 : 0]])
  if (exitCode !== undefined) family('expunge_exit_code', 'gauge', 'What the command ended with.', [['', exitCode]])
  return `${lines.join('\n')}\n`
}

const speedOf = ({ totals, standing, startedAt, endedAt }: TargetFigures, now: number): number | undefined => {
  const ms = startedAt === undefined ? 0 : (endedAt ?? now) - startedAt
  if (ms < 500) return undefined
  const sum = (some: Totals): number => Object.values(some).reduce((total, count) => total + count, 0)
  return Math.round((Math.max(0, sum(totals) - sum(standing)) * 10_000) / ms) / 10
}

const labelsOf = ({ name, provider }: TargetFigures): string =>
  `target="${escaped(name)}",provider="${escaped(provider)}"`

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
