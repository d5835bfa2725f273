import type { AskedControl, RunEvent, Totals, WaitWhy } from '../../index.ts'

/** Where a run stands, as its events tell it. Times in ms since the epoch. */
export interface RunState {
  /** Records handed in, repeats included. */
  readonly records: number
  /** Settled by runs before this one. */
  readonly before: number
  /** Of the records, settled. */
  readonly settled: number
  /** Sent, and without an outcome. */
  readonly inFlight: number
  readonly totals: Totals
  readonly requests: number
  readonly startedAt?: number
  /** When something was settled last. */
  readonly settledAt?: number
  readonly endedAt?: number
  /** Everything waits, until then. */
  readonly pause?: { readonly until: number; readonly why: 'throttled' | 'unavailable' | 'unreachable' }
  /** What is waited for, at the latest until then. */
  readonly waits: ReadonlyMap<WaitWhy, Wait>
  /** Who paused it. */
  readonly paused?: AskedControl
  /** Targets that have to be gone before it begins. */
  readonly after: ReadonlyArray<string>
  /** It ends early: in a word, and in a sentence. */
  readonly stopped?: { readonly word: 'aborted' | 'halted' | 'blocked'; readonly detail: string }
}

export interface Wait {
  /** Undefined: all that is not sent. */
  readonly records?: number
  readonly until?: number
}

/** What runs before this one have come to, and what it waits for. */
export interface Before {
  readonly totals: Totals
  readonly requests: number
  readonly after?: ReadonlyArray<string>
}

const none: Totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }

/** No number is less than it was when the run before this one ended. */
export const newRun = (
  records: number,
  { totals, requests, after = [] }: Before = { totals: none, requests: 0 },
): RunState => {
  const before = sumOf(totals)
  return { records, before, settled: before, inFlight: 0, totals, requests, waits: new Map(), after }
}

export const afterEvent = (state: RunState, event: RunEvent): RunState => {
  switch (event.kind) {
    case 'run-started':
      return { ...state, startedAt: event.at, after: [] }
    case 'settled': {
      const figures = figuresOf(event)
      const isMore = figures.settled > state.settled || state.settledAt === undefined
      return { ...state, ...figures, inFlight: event.inFlight ?? 0, ...(isMore && { settledAt: event.at }) }
    }
    case 'waiting':
      return {
        ...state,
        inFlight: event.inFlight,
        waits: afterWait(state, event.why, event.records, event.untilMs),
      }
    case 'paused':
      return { ...state, pause: { until: Math.max(event.at + event.forMs, state.pause?.until ?? 0), why: event.why } }
    case 'steered':
      return afterControl(state, event.control)
    case 'aborted':
      return { ...state, stopped: { word: 'aborted', detail: 'what is in flight is settled' } }
    case 'halted':
      return { ...state, stopped: { word: 'halted', detail: event.detail } }
    case 'run-ended':
      return { ...state, ...figuresOf(event.report), inFlight: 0, waits: new Map(), endedAt: event.at }
    default:
      return state
  }
}

const afterWait = (
  { waits }: RunState,
  why: WaitWhy,
  records: number,
  until: number | undefined,
): ReadonlyMap<WaitWhy, Wait> => {
  const next = new Map(waits)
  if (records === 0 && until === undefined) next.delete(why)
  else next.set(why, { records, ...(until !== undefined && { until }) })
  return next
}

const afterControl = (state: RunState, control: AskedControl): RunState => {
  const { paused, ...others } = state
  if (control.what === 'pause') return { ...others, paused: control }
  return control.what === 'continue' ? others : state
}

/** Records a second so far; 0 where that can't be told. */
export const speedOf = ({ startedAt, endedAt, settled, before }: RunState, now: number): number => {
  const ms = startedAt === undefined ? 0 : (endedAt ?? now) - startedAt
  return ms < 500 ? 0 : (Math.max(0, settled - before) * 1_000) / ms
}

/** How long nothing has been settled, in ms: it waits for an answer, a job, or for doubt to be settled. */
export const silenceOf = ({ startedAt, settledAt, endedAt }: RunState, now: number): number =>
  startedAt === undefined || endedAt !== undefined ? 0 : now - (settledAt ?? startedAt)

type Figures = Pick<Extract<RunEvent, { readonly kind: 'settled' }>, 'totals' | 'duplicates' | 'requests'>

const figuresOf = ({ totals, duplicates, requests }: Figures): Pick<RunState, 'settled' | 'totals' | 'requests'> => ({
  settled: sumOf(totals) + duplicates,
  totals,
  requests,
})

export const sumOf = (totals: Totals): number => Object.values(totals).reduce((sum, count) => sum + count, 0)

/** Several runs as one: what stands in the last line. */
export const allOf = (runs: ReadonlyArray<RunState>): RunState => {
  const sum = (figure: (run: RunState) => number): number => runs.reduce((total, run) => total + figure(run), 0)
  const totals = runs.reduce(
    (all, { totals: own }) => ({
      deleted: all.deleted + own.deleted,
      absent: all.absent + own.absent,
      rejected: all.rejected + own.rejected,
      untouched: all.untouched + own.untouched,
      unconfirmed: all.unconfirmed + own.unconfirmed,
    }),
    none,
  )
  const begun = runs.flatMap(({ startedAt }) => startedAt ?? [])
  const settledAt = runs.flatMap((run) => run.settledAt ?? [])
  const ends = runs.flatMap(({ endedAt }) => endedAt ?? [])
  return {
    records: sum(({ records }) => records),
    before: sum(({ before }) => before),
    settled: sum(({ settled }) => settled),
    inFlight: sum(({ inFlight }) => inFlight),
    totals,
    requests: sum(({ requests }) => requests),
    waits: new Map(),
    after: [],
    ...(begun.length > 0 && { startedAt: Math.min(...begun) }),
    ...(settledAt.length > 0 && { settledAt: Math.max(...settledAt) }),
    ...(ends.length === runs.length && { endedAt: Math.max(...ends) }),
  }
}
