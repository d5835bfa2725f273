import { type AskedControl, type ControlOnRecord, type PaceWish, steeredBy } from '../../journal/index.ts'
import { grouped } from '../terminal/figures.ts'
import { momentText } from '../terminal/moment.ts'
import { onOneLine } from '../terminal/output.ts'

/** How a target is steered now. Times in ms since the epoch. */
export interface SteeringNow {
  readonly paused?: By
  readonly rate?: PaceWish & By & { readonly until?: number }
  /** Asked for, and not taken by a run yet. */
  readonly waiting?: ReadonlyArray<AskedControl>
}

interface By {
  readonly by?: string
  readonly at: number
}

/** Of one target: what was asked of it, and of all. */
export const steeringOf = (controls: ReadonlyArray<ControlOnRecord>, name: string, now: number): SteeringNow => {
  const own = controls.filter(({ target }) => target === undefined || target === name)
  const waiting = own.flatMap(({ control, takenAt }) => (takenAt === undefined ? [control] : []))
  const { paused, pace, paceUntil, pacedBy } = steeredBy(
    own.map(({ control }) => control),
    now,
  )
  return {
    ...(paused && { paused: byOf(paused) }),
    ...(pacedBy && { rate: { ...pace, ...byOf(pacedBy), ...(paceUntil && { until: paceUntil }) } }),
    ...(waiting.length > 0 && { waiting }),
  }
}

const byOf = (control: AskedControl): By => {
  const by = whoOf(control)
  return { ...(by && { by }), at: control.at }
}

/** `anna@host` */
export const whoOf = ({ asker, host }: Pick<AskedControl, 'asker' | 'host'>): string | undefined =>
  asker === undefined && host === undefined ? undefined : onOneLine([asker, host].filter(Boolean).join('@'))

/** What was asked, in words. */
export const controlText = (control: AskedControl): string => {
  switch (control.what) {
    case 'pause':
      return 'paused: nothing more is sent until "expunge continue"'
    case 'continue':
      return 'the pause is over'
    case 'stop':
      return 'stopped: what is in flight is settled'
    case 'planned-rate':
      return 'the pace of the plan again'
    case 'rate':
      return `${paceText(control)}${control.until === undefined ? '' : ` until ${momentText(control.until)}`}`
  }
}

/** `2 requests/s, 30 % of the limit, 8 at once` */
export const paceText = ({ share, requestsPerSecond, concurrency }: PaceWish): string =>
  [
    ...(requestsPerSecond === undefined
      ? []
      : [
          requestsPerSecond === Number.POSITIVE_INFINITY
            ? 'no limit of its own'
            : `${requestsPerSecond} requests/s at most`,
        ]),
    ...(share === undefined ? [] : [`${Number((share * 100).toFixed(1))} % of the limit`]),
    ...(concurrency === undefined ? [] : [`${grouped(concurrency)} in flight at most`]),
  ].join(', ')

/** Lines about it, for `status`. */
export const steeringLines = (name: string, { paused, rate, waiting = [] }: SteeringNow): ReadonlyArray<string> => [
  ...(paused === undefined ? [] : [`${name}: paused${byText(paused)}; to go on: expunge continue`]),
  ...(rate === undefined
    ? []
    : [
        `${name}: ${paceText(rate)}${rate.until === undefined ? '' : ` until ${momentText(rate.until)}`}${byText(rate)}`,
      ]),
  ...waiting.map((control) => `${name}: asked for, and taken by the next run: ${controlText(control)}`),
]

const byText = ({ by, at }: By): string => `${by === undefined ? '' : ` by ${by}`} since ${momentText(at)}`
