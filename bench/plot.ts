/** Draws the two measures that matter most. A module of its own, for nothing else needs the library. */
import { writeFileSync } from 'node:fs'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Results } from './results.ts'
import type { Chart } from './section.ts'

const charted = ({ title, bars: data }: Chart, axis: string, grouped: boolean) => ({
  title: { text: title, anchor: 'start' as const },
  width: 420,
  data: { values: [...data] },
  mark: { type: 'bar' as const },
  encoding: {
    y: {
      field: 'who',
      type: 'nominal' as const,
      title: null,
      // In the order of the first group.
      sort: [...new Set(data.map(({ who }) => who))],
      axis: { labelLimit: 260 },
    },
    x: {
      field: 'value',
      type: 'quantitative' as const,
      title: axis,
      scale: { type: grouped ? ('log' as const) : ('linear' as const), domainMin: grouped ? 0.8 : 0 },
      stack: null,
    },
    color: {
      condition: { test: "indexof(datum.who, 'expunge') === 0", value: '#0b7285' },
      value: '#adb5bd',
    },
    ...(grouped && {
      row: {
        field: 'group',
        type: 'nominal' as const,
        title: null,
        sort: [...new Set(data.map(({ group }) => group))],
      },
    }),
  },
})

/** Draws nothing as long as one of the two was never measured. */
export const drawPlot = async ({ throughput, datocms }: Results, path: string): Promise<void> => {
  if (throughput?.chart === undefined || datocms?.chart === undefined) return
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 12,
    vconcat: [
      charted(throughput.chart, 'times a bare ky loop', false),
      charted(datocms.chart, 'times a schedule that knows everything (logarithmic)', true),
    ],
  } as TopLevelSpec
  const view = new View(parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  writeFileSync(path, `${svg}\n`)
}
