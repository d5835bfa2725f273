import type { RunEvent } from '../../index.ts'
import { canRedraw, type Output } from '../terminal/output.ts'
import { openBars } from './bars.ts'
import { type LineOptions, openLines } from './lines.ts'
import type { Before } from './progress-state.ts'

/** Shows how several runs get on at once. */
export interface Progress {
  /** Adds a run of so many records: what to give it as `onEvent`. `before`: what runs before it have come to. */
  readonly follow: (name: string, records: number, before?: Before) => (event: RunEvent) => void
  /** It does not begin at all. */
  readonly block: (name: string, detail: string) => void
  /** Writes a text that stays, above what is drawn. */
  readonly write: (text: string) => void
  /** Shows the last state and lets go of the output; the runs are over. */
  readonly close: () => void
}

/** Bars where lines can be drawn over; elsewhere a line at each change of state and every ten seconds, or as `lines` say. */
export const openProgress = (output: Output, lines: LineOptions = {}): Progress =>
  canRedraw(output) && lines.tell === undefined ? openBars(output) : openLines(output, lines)
