import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale'
import { curveMonotoneX, line } from 'd3-shape'
import { grouped } from './document.ts'
import { type Html, html } from './html.ts'

/** A curve: points in the order of time, in ms since the epoch. */
export interface Curve {
  readonly name: string
  readonly points: ReadonlyArray<readonly [at: number, value: number]>
}

const width = 640
const height = 220
const margin = { top: 8, right: 12, bottom: 24, left: 56 }

/** Curves over time, each with a colour and a kind of stroke of its own, and a key of them. Undefined where there is nothing to draw. */
export const curvesOf = (label: string, curves: ReadonlyArray<Curve>): Html | undefined => {
  const drawn = curves.filter(({ points }) => points.some(([, value]) => value > 0)).slice(0, 5)
  const points = drawn.flatMap((curve) => curve.points)
  const [first, last] = [Math.min(...points.map(([at]) => at)), Math.max(...points.map(([at]) => at))]
  if (points.length < 2 || first === last) return undefined
  const most = Math.max(...points.map(([, value]) => value))
  const x = scaleUtc([new Date(first), new Date(last)], [margin.left, width - margin.right])
  const y = scaleLinear([0, most], [height - margin.bottom, margin.top]).nice()
  const path = line<readonly [number, number]>()
    .x(([at]) => rounded(x(new Date(at))))
    .y(([, value]) => rounded(y(value)))
    .curve(curveMonotoneX)
    .digits(1)
  const legendTop = height + 6
  return html`<svg viewBox="0 0 ${width} ${height + 8 + drawn.length * 18}" role="img" aria-label="${label}">
${y
  .ticks(4)
  .filter(Number.isInteger)
  .map(
    (value) => html`<path class="axis" d="M${margin.left} ${rounded(y(value))}H${width - margin.right}"/>
<text x="${margin.left - 6}" y="${rounded(y(value)) + 4}" text-anchor="end">${grouped(value)}</text>
`,
  )}${timesOf(x, first, last).map(
  ([at, text]) => html`<text x="${rounded(x(new Date(at)))}" y="${height - 6}" text-anchor="middle">${text}</text>
`,
)}${drawn.map(
  (curve, index) => html`<path class="curve s${index + 1}" ${dash(index)}d="${path([...curve.points]) ?? ''}"/>
<path class="curve s${index + 1}" ${dash(index)}d="M${margin.left} ${legendTop + index * 18 + 4}h24"/>
<text x="${margin.left + 32}" y="${legendTop + index * 18 + 8}">${curve.name}</text>
`,
)}</svg>`
}

/** One bar for each name, with its number. */
export const barsOf = (
  label: string,
  bars: ReadonlyArray<readonly [name: string, value: number]>,
): Html | undefined => {
  const drawn = bars.filter(([, value]) => value > 0).slice(0, 12)
  if (drawn.length === 0) return undefined
  const tall = drawn.length * 26
  const left = 190
  const x = scaleLinear([0, Math.max(...drawn.map(([, value]) => value))], [0, width - left - 90])
  const y = scaleBand(
    drawn.map((_, index) => String(index)),
    [0, tall],
  ).padding(0.25)
  return html`<svg viewBox="0 0 ${width} ${tall}" role="img" aria-label="${label}">
${drawn.map(([name, value], index) => {
  const top = rounded(y(String(index)) ?? 0)
  const middle = rounded(top + y.bandwidth() / 2 + 4)
  return html`<text x="${left - 8}" y="${middle}" text-anchor="end">${shortened(name)}</text>
<rect class="f1" x="${left}" y="${top}" width="${Math.max(1, rounded(x(value)))}" height="${rounded(y.bandwidth())}"/>
<text x="${left + 6 + rounded(x(value))}" y="${middle}">${grouped(value)}</text>
`
})}</svg>`
}

const rounded = (value: number): number => Math.round(value * 10) / 10

/** Told apart without colour, too. */
const dash = (index: number): Html => ({
  html: index === 0 ? '' : `stroke-dasharray="${['6 3', '2 3', '9 3 2 3', '1 4'][(index - 1) % 4]}" `,
})

const shortened = (name: string): string => (name.length <= 28 ? name : `${name.slice(0, 27)}…`)

/** A few instants of the axis, in UTC, as short as tells them apart. */
const timesOf = (
  x: { readonly ticks: (count: number) => ReadonlyArray<Date> },
  first: number,
  last: number,
): ReadonlyArray<readonly [at: number, text: string]> => {
  const isLong = last - first > 2 * 86_400_000
  return x.ticks(5).map((at) => {
    const iso = at.toISOString()
    return [at.getTime(), isLong ? iso.slice(5, 10) : last - first < 300_000 ? iso.slice(11, 19) : iso.slice(11, 16)]
  })
}
