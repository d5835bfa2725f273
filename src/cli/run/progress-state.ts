import type { RunEvent, Totals } from '../../index.ts'

/** Where a run stands, as its events tell it. Times in ms since the epoch. */
export interface RunState {
  /** Records handed in, repeats included. */
  readonly records: number
  /** Settled by runs before this one. */
  readonly before: number
  /** Of the records, settled. */
  readonly settled: number
  readonly totals: Totals
  readonly requests: number
  readonly startedAt?: number
  /** When something was settled last. */
  readonly settledAt?: number
  readonly endedAt?: number
  /** Everything waits, until then. */
  readonly pause?: { readonly until: number; readonly why: string }
  /** It ends early: in a word, and in a sentence. */
  readonly stopped?: { readonly word: 'aborted' | 'halted'; readonly detail: string }
}

/** `before`: how many of its records were settled by runs before this one. */
export const newRun = (records: number, before = 0): RunState => ({
  records,
  before,
  settled: before,
  totals: { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 },
  requests: 0,
})

export const afterEvent = (state: RunState, event: RunEvent): RunState => {
  switch (event.kind) {
    case 'run-started':
      return { ...state, startedAt: event.at }
    case 'settled':
      return { ...state, ...figuresOf(event), settledAt: event.at }
    case 'paused':
      return { ...state, pause: { until: Math.max(event.at + event.forMs, state.pause?.until ?? 0), why: event.why } }
    case 'aborted':
      return { ...state, stopped: { word: 'aborted', detail: 'what is in flight is settled' } }
    case 'halted':
      return { ...state, stopped: { word: 'halted', detail: event.detail } }
    case 'run-ended':
      return { ...state, ...figuresOf(event.report), endedAt: event.at }
    default:
      return state
  }
}

/** Records a second so far; 0 where that can't be told. */
export const speedOf = ({ startedAt, endedAt, settled, before }: RunState, now: number): number => {
  const ms = startedAt === undefined ? 0 : (endedAt ?? now) - startedAt
  return ms < 500 ? 0 : (Math.max(0, settled - before) * 1_000) / ms
}

export const isPaused = ({ pause, endedAt }: RunState, now: number): boolean =>
  endedAt === undefined && pause !== undefined && pause.until > now

/** How long nothing has been settled, in ms: it waits for an answer, a job, or for doubt to be settled. */
export const silenceOf = ({ startedAt, settledAt, endedAt }: RunState, now: number): number =>
  startedAt === undefined || endedAt !== undefined ? 0 : now - (settledAt ?? startedAt)

type Figures = Pick<Extract<RunEvent, { readonly kind: 'settled' }>, 'totals' | 'duplicates' | 'requests'>

const figuresOf = ({ totals, duplicates, requests }: Figures): Pick<RunState, 'settled' | 'totals' | 'requests'> => ({
  settled: Object.values(totals).reduce((sum, count) => sum + count, duplicates),
  totals,
  requests,
})
