import type { Table } from './table.ts'

/** What was measured beside what was wanted. */
export interface Target {
  readonly what: string
  /** `at most 1.25 ×` */
  readonly wanted: string
  readonly measured: string
  readonly met: boolean
}

export interface Bar {
  readonly who: string
  readonly group: string
  readonly value: number
}

export interface Chart {
  readonly title: string
  readonly bars: ReadonlyArray<Bar>
}

/** What one measure came to: goes into `bench/results.json`, and from there into the documents. */
export interface Section {
  readonly tables: ReadonlyArray<Table>
  readonly targets: ReadonlyArray<Target>
  /** What has to be known to read the tables; a sentence each. */
  readonly notes?: ReadonlyArray<string>
  /** For the plot. */
  readonly chart?: Chart
}

export interface Mode {
  /** As long as the specification asks; without it what takes minutes is cut short, and says so. */
  readonly full: boolean
  readonly say: (progress: string) => void
}

export interface Measure {
  /** Its word on the command line and in the results. */
  readonly name: string
  readonly title: string
  readonly run: (mode: Mode) => Promise<Section>
}

export const target = (what: string, wanted: string, measured: string, met: boolean): Target => ({
  what,
  wanted,
  measured,
  met,
})
