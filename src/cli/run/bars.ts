import { createLogUpdate } from 'log-update'
import type { RunEvent } from '../../index.ts'
import { counted, grouped, spanOf } from '../terminal/figures.ts'
import { type Output, paintFor, widthOf } from '../terminal/output.ts'
import { afterEvent, isPaused, newRun, type RunState, silenceOf, speedOf } from './progress-state.ts'

/** A bar for each run, drawn ten times a second. */
export const openBars = (output: Output) => {
  const runs = new Map<string, RunState>()
  const paint = paintFor(output)
  const show = createLogUpdate(output)
  const draw = (): void => show(frameOf(runs, widthOf(output) - 1, Date.now(), paint))
  const timer = setInterval(draw, 100)
  return {
    follow: (name: string, records: number, before = 0) => {
      runs.set(name, newRun(records, before))
      return (event: RunEvent): void => {
        runs.set(name, afterEvent(runs.get(name) ?? newRun(records, before), event))
      }
    },
    write: (text: string): void => {
      show.clear()
      output.write(text)
      draw()
    },
    close: (): void => {
      clearInterval(timer)
      draw()
      show.done()
    },
  }
}

type Paint = Readonly<Record<'good' | 'bad' | 'quiet', (text: string) => string>>

/** A line for each run, in columns: as many of them as there is room for, and no bars where there is little. */
export const frameOf = (runs: ReadonlyMap<string, RunState>, width: number, now: number, paint: Paint): string => {
  const lines = [...runs].map(([name, run]) => ({ run, cells: cellsOf(name, run, now) }))
  const widths = (lines[0]?.cells ?? []).map((_, index) => Math.max(...lines.map(({ cells }) => widthIn(cells, index))))
  const bar = barWidth(width, widths.slice(0, needed))
  let room = width - bar
  const columns = widths.flatMap((most, index) => {
    if (most === 0 || (index >= needed && most + gap.length > room)) return []
    room -= most + gap.length
    return [{ index, width: most }]
  })
  return lines
    .map(({ run, cells }) => {
      const [name = '', ...others] = columns.map((column) => padded(cells[column.index] ?? blank, column.width, paint))
      return [name, ...(bar > 0 ? [barOf(run, bar, paint)] : []), ...others].join(gap).trimEnd()
    })
    .join('\n')
}

const gap = '  '
/** Columns that are shown on the narrowest terminal: name, share, count, state. */
const needed = 4

interface Cell {
  readonly text: string
  readonly style?: keyof Paint
  readonly align?: 'right'
  /** Columns that it takes even when the text is shorter, so that what follows stands still. */
  readonly atLeast?: number
}
const blank: Cell = { text: '' }

const widthIn = (cells: ReadonlyArray<Cell>, index: number): number => {
  const { text, atLeast = 0 } = cells[index] ?? blank
  return Math.max(text.length, atLeast)
}

/** A fifth of the line; nothing, where what has to be shown leaves less than that. */
const barWidth = (width: number, texts: ReadonlyArray<number>): number => {
  const bar = Math.min(30, Math.floor(width / 5))
  return texts.reduce((sum, text) => sum + text + gap.length, bar) <= width ? bar : 0
}

const padded = ({ text, style, align }: Cell, width: number, paint: Paint): string => {
  const rest = ' '.repeat(width - text.length)
  const painted = style === undefined ? text : paint[style](text)
  return align === 'right' ? rest + painted : painted + rest
}

const barOf = (run: RunState, cells: number, paint: Paint): string => {
  const full = Math.round(doneShare(run) * cells)
  return paint.good('█'.repeat(full)) + paint.quiet('░'.repeat(cells - full))
}

const doneShare = ({ records, settled }: RunState): number => (records === 0 ? 1 : Math.min(1, settled / records))

/** What stands in a line besides the bar, the most telling first. */
const cellsOf = (name: string, run: RunState, now: number): ReadonlyArray<Cell> => {
  const { records, settled, totals, requests } = run
  const speed = speedOf(run, now)
  return [
    { text: name },
    { text: `${Math.floor(doneShare(run) * 100)}%`, align: 'right' },
    { text: `${grouped(settled)} of ${grouped(records)}`, align: 'right' },
    { ...stateOf(run, now), atLeast: 14 },
    totals.unconfirmed > 0
      ? { text: `${grouped(totals.unconfirmed)} unconfirmed`, style: 'bad', align: 'right' }
      : blank,
    totals.rejected > 0 ? { text: `${grouped(totals.rejected)} rejected`, align: 'right' } : blank,
    speed > 0 ? { text: `${grouped(speed)}/s`, style: 'quiet', align: 'right' } : blank,
    { text: counted(requests, 'request'), style: 'quiet', align: 'right' },
  ]
}

const stateOf = (run: RunState, now: number): Cell => {
  const { pause, stopped, endedAt, records, settled } = run
  if (stopped !== undefined) return { text: stopped.word, style: 'bad' }
  if (endedAt !== undefined) return { text: 'done', style: 'good' }
  if (pause !== undefined && isPaused(run, now)) {
    return { text: `${pause.why}, ${spanOf(pause.until - now)}`, style: 'bad' }
  }
  const silence = silenceOf(run, now)
  if (silence > longSilenceMs) return { text: `waits, ${spanOf(silence)}` }
  const speed = speedOf(run, now)
  return { text: speed > 0 && doneShare(run) >= 0.05 ? `${spanOf(((records - settled) * 1_000) / speed)} left` : '' }
}

/** After that long, what the speed so far foretells means nothing. */
const longSilenceMs = 5_000
