import type { WaitWhy } from '../../index.ts'
import { grouped, spanOf } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { type RunState, silenceOf, type Wait } from './progress-state.ts'

/** Why a run does nothing, at length and in short. `isBad`: something that should not be. */
export interface WaitText {
  readonly long: string
  readonly short: string
  readonly isBad?: boolean
}

/** Hold the whole run, in this order: they are told at once. */
const holding: ReadonlyArray<WaitWhy> = ['paused', 'hours', 'unreachable', 'unavailable', 'throttled']
/** Are a part of every run: they are told when nothing is settled meanwhile. */
const usual: ReadonlyArray<WaitWhy> = ['read-back', 'proof', 'job', 'answer', 'rate']

/** That long without an outcome, a person wonders why. */
const quietMs = 2_000

/** What a run waits for, if it does; undefined while it gets on. */
export const waitTextOf = (run: RunState, now: number): WaitText | undefined => {
  if (run.endedAt !== undefined) return undefined
  if (run.startedAt === undefined && run.after.length > 0) return afterText(run.after)
  const { pause } = run
  if (pause !== undefined && pause.until > now && !run.waits.has('paused')) return texts[pause.why](pause, now, run)
  const whys = silenceOf(run, now) >= quietMs ? [...holding, ...usual] : holding
  for (const why of whys) {
    const wait = run.waits.get(why)
    if (wait !== undefined && (wait.until === undefined || wait.until > now)) return texts[why](wait, now, run)
  }
  return undefined
}

export const afterText = (after: ReadonlyArray<string>): WaitText => {
  const names = onOneLine(after.join(' and '))
  return { long: `waits until ${names} is wholly gone`, short: `waits for ${names}` }
}

const atMost = ({ until }: Wait, now: number): string => (until === undefined ? '' : `, at most ${spanOf(until - now)}`)

/** `, 12 s`, or nothing where it is not known. */
const countdown = ({ until }: Wait, now: number): string => (until === undefined ? '' : `, ${spanOf(until - now)}`)

const records = ({ records: count }: Wait): string => grouped(count ?? 0)

type TextOf = (wait: Wait, now: number, run: RunState) => WaitText

const texts: Readonly<Record<WaitWhy, TextOf>> = {
  paused: (_, __, { paused }) => ({
    long: `paused${paused?.asker === undefined ? '' : ` by ${onOneLine(paused.asker)}`}: expunge continue`,
    short: 'paused',
  }),
  hours: (wait, now) => ({
    long: `off hours${wait.until === undefined ? '' : `, goes on in ${spanOf(wait.until - now)}`}`,
    short: `off hours${countdown(wait, now)}`,
  }),
  throttled: (wait, now) => ({
    long: `throttled${countdown(wait, now)}`,
    short: `throttled${countdown(wait, now)}`,
    isBad: true,
  }),
  unavailable: (wait, now) => ({
    long: `unavailable${countdown(wait, now)}`,
    short: `unavailable${countdown(wait, now)}`,
    isBad: true,
  }),
  unreachable: (wait, now) => ({
    long: `unreachable${countdown(wait, now)}`,
    short: `unreachable${countdown(wait, now)}`,
    isBad: true,
  }),
  'read-back': (wait, now) => ({
    long: `${records(wait)} being read back${atMost(wait, now)}`,
    short: `reads back${countdown(wait, now)}`,
  }),
  proof: (wait) => ({
    long: `${records(wait)} wait for a read that lists another record`,
    short: 'waits for proof',
  }),
  job: (wait, now) => ({
    long: `${records(wait)} in jobs${atMost(wait, now)}`,
    short: `jobs${countdown(wait, now)}`,
  }),
  answer: (wait, now) => ({
    long: `${records(wait)} wait for an answer${atMost(wait, now)}`,
    short: `no answer${countdown(wait, now)}`,
  }),
  rate: (wait, now) => ({
    long: `next request${wait.until === undefined ? ' waits for its turn' : ` in ${spanOf(wait.until - now)}`}`,
    short: `its rate${countdown(wait, now)}`,
  }),
  stopping: (wait, now) => ({
    long: `${records(wait)} in flight${atMost(wait, now)}`,
    short: `stops${countdown(wait, now)}`,
  }),
}

/** While it stops: until when what is in flight is waited for. */
export const stoppingText = (run: RunState, now: number): WaitText | undefined => {
  const wait = run.waits.get('stopping')
  return wait === undefined || run.endedAt !== undefined ? undefined : texts.stopping(wait, now, run)
}

/** A wait, and how much longer it may take. */
export interface WaitNow {
  readonly why: WaitWhy
  readonly records?: number
  readonly forMs?: number
}

/** The same at length, for `status`. */
export const waitSentence = ({ why, records, forMs }: WaitNow): string =>
  texts[why]({ ...(records !== undefined && { records }), ...(forMs !== undefined && { until: forMs }) }, 0, bare).long

const bare: RunState = {
  records: 0,
  before: 0,
  settled: 0,
  inFlight: 0,
  totals: { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 },
  requests: 0,
  waits: new Map(),
  after: [],
}
