import { createLogUpdate } from 'log-update'
import type { RunEvent } from '../../index.ts'
import { counted, grouped, spanOf } from '../terminal/figures.ts'
import { type Output, paintFor, widthOf } from '../terminal/output.ts'
import { afterEvent, allOf, type Before, newRun, type RunState, speedOf } from './progress-state.ts'
import { stoppingText, type WaitText, waitTextOf } from './waiting-text.ts'

/** A bar for each run, drawn ten times a second. */
export const openBars = (output: Output) => {
  const runs = new Map<string, RunState>()
  const paint = paintFor(output)
  let show = createLogUpdate(output)
  /** What is on the screen, and how wide that was when it was drawn. */
  let shown = { frame: '', columns: output.columns }
  const draw = (): void => {
    if (output.columns !== shown.columns) eraseWrapped()
    const frame = frameOf(runs, widthOf(output) - 1, Date.now(), paint)
    shown = { frame, columns: output.columns }
    show(frame)
  }
  /** A terminal that was made narrower has broken the lines that stand there: they take more rows than were written. */
  const eraseWrapped = (): void => {
    const columns = output.columns || 80
    if (shown.frame === '') return
    const rows = shown.frame.split('\n').reduce((sum, line) => sum + rowsOf(line, columns), 0)
    output.write(`\r${eraseLine}${`${lineUp}${eraseLine}`.repeat(rows)}`)
    show = createLogUpdate(output)
  }
  const timer = setInterval(draw, 100)
  output.on('resize', draw)
  return {
    follow: (name: string, records: number, before?: Before) => {
      runs.set(name, newRun(records, before))
      return (event: RunEvent): void => {
        runs.set(name, afterEvent(runs.get(name) ?? newRun(records, before), event))
      }
    },
    block: (name: string, detail: string): void => {
      const run = runs.get(name)
      if (run !== undefined) runs.set(name, { ...run, after: [], stopped: { word: 'blocked', detail } })
    },
    write: (text: string): void => {
      if (output.columns !== shown.columns) eraseWrapped()
      else show.clear()
      shown = { frame: '', columns: output.columns }
      output.write(text)
      draw()
    },
    close: (): void => {
      clearInterval(timer)
      output.off('resize', draw)
      draw()
      show.done()
    },
  }
}

const eraseLine = '\u001b[2K'
const lineUp = '\u001b[1A'

const rowsOf = (line: string, columns: number): number => {
  const plain = line.replaceAll(/\u001b\[[0-9;]*m/g, '')
  return Math.max(1, Math.ceil(plain.length / columns))
}

type Paint = Readonly<Record<'good' | 'bad' | 'quiet', (text: string) => string>>

/**
 * A line for each run, in columns, and one for all of them. Where the terminal is too narrow for the figures, these stand in
 * a second line below.
 */
export const frameOf = (runs: ReadonlyMap<string, RunState>, width: number, now: number, paint: Paint): string => {
  const isWide = width >= wideFrom
  const rows = [...runs].map(([name, run]) => rowOf(name, run, now))
  if (runs.size > 1) rows.push(rowOf('all', allOf([...runs.values()]), now))
  const heads = rows.map(({ head }) => head)
  const figures = rows.map((row) => row.figures)
  const headWidths = widthsOf(heads)
  const bar = barWidth(width, headWidths)
  const fixed = headWidths.reduce((sum, cell) => sum + cell + gap.length, bar > 0 ? bar + gap.length : 0)
  const figureWidths = widthsOf(figures)
  const room = Math.max(0, width - fixed)
  const states = rows.map(({ state }) => state)
  const stateWidth = isWide ? Math.min(stateMost, Math.max(stateLeast, ...states.map(({ long }) => long.length))) : room
  const shown = isWide ? fitting(figureWidths, room - stateWidth - gap.length) : []
  return rows
    .flatMap(({ run, head, state }, index) => {
      const [name = '', ...others] = head.map((cell, column) => padded(cell, headWidths[column] ?? 0, paint))
      const cells = shown.map((column) => padded(figures[index]?.[column] ?? blank, figureWidths[column] ?? 0, paint))
      const stateCell = padded(stateCellOf(state, stateWidth), isWide ? stateWidth : 0, paint)
      const first = [name, ...(bar > 0 ? [barOf(run, bar, paint)] : []), ...others, stateCell, ...cells]
      const line = first.join(gap).trimEnd()
      return isWide ? [line] : [line, ...secondLine(figures[index] ?? [], state, stateWidth, width)]
    })
    .join('\n')
}

const gap = '  '
/** From there on everything fits in one line. */
const wideFrom = 110
const stateLeast = 14
/** Figures that count records: in flight, unconfirmed, rejected. */
const ofRecords = 3
const stateMost = 40

interface Cell {
  readonly text: string
  readonly style?: keyof Paint
  readonly align?: 'right'
}
const blank: Cell = { text: '' }

interface Row {
  readonly run: RunState
  /** Name, share, count. */
  readonly head: ReadonlyArray<Cell>
  readonly state: WaitText & { readonly style?: keyof Paint }
  /** The most telling first. */
  readonly figures: ReadonlyArray<Cell>
}

const rowOf = (name: string, run: RunState, now: number): Row => {
  const { records, settled, inFlight, totals, requests } = run
  const speed = speedOf(run, now)
  return {
    run,
    head: [
      { text: name },
      { text: `${Math.floor(doneShare(run) * 100)}%`, align: 'right' },
      { text: `${grouped(settled)} of ${grouped(records)}`, align: 'right' },
    ],
    state: stateOf(run, now),
    figures: [
      inFlight > 0 ? { text: `${grouped(inFlight)} in flight`, align: 'right' } : blank,
      totals.unconfirmed > 0
        ? { text: `${grouped(totals.unconfirmed)} unconfirmed`, style: 'bad', align: 'right' }
        : blank,
      totals.rejected > 0 ? { text: `${grouped(totals.rejected)} rejected`, align: 'right' } : blank,
      speed > 0 ? { text: `${grouped(speed)}/s`, style: 'quiet', align: 'right' } : blank,
      requests > 0 || run.startedAt !== undefined
        ? { text: counted(requests, 'request'), style: 'quiet', align: 'right' }
        : blank,
    ],
  }
}

const widthsOf = (rows: ReadonlyArray<ReadonlyArray<Cell>>): ReadonlyArray<number> =>
  (rows[0] ?? []).map((_, index) => Math.max(...rows.map((cells) => cells[index]?.text.length ?? 0)))

/** A fifth of the line, or less where the figures stand in it, too; nothing, where what has to be shown leaves less than that. */
const barWidth = (width: number, texts: ReadonlyArray<number>): number => {
  const bar = width >= wideFrom ? 16 : Math.floor(width / 5)
  return texts.reduce((sum, text) => sum + text + gap.length, bar + gap.length + stateLeast) <= width ? bar : 0
}

/** Columns that there is room for, in their order. */
const fitting = (widths: ReadonlyArray<number>, room: number): ReadonlyArray<number> => {
  let left = room
  return widths.flatMap((width, index) => {
    if (width === 0 || width + gap.length > left) return []
    left -= width + gap.length
    return [index]
  })
}

const stateCellOf = ({ long, short, style }: Row['state'], width: number): Cell => {
  const text = long.length <= width ? long : cut(short, width)
  return { text, ...(style && { style }) }
}

/** The figures, after what the first line had no room to say at length. */
const secondLine = (
  figures: ReadonlyArray<Cell>,
  { long, short }: Row['state'],
  room: number,
  width: number,
): ReadonlyArray<string> => {
  const textsOf = (cells: ReadonlyArray<Cell>) => cells.flatMap(({ text }) => (text === '' ? [] : [text]))
  const said = long.length > room && long !== short ? [long] : []
  const texts = [...textsOf(figures.slice(0, ofRecords)), ...said, ...textsOf(figures.slice(ofRecords))]
  const line = cut(`  ${texts.join(', ')}`, width)
  return line.trim() === '' ? [] : [line]
}

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`.slice(0, Math.max(0, width))

const padded = ({ text, style, align }: Cell, width: number, paint: Paint): string => {
  const rest = ' '.repeat(Math.max(0, width - text.length))
  const painted = style === undefined ? text : paint[style](text)
  return align === 'right' ? rest + painted : painted + rest
}

const barOf = (run: RunState, cells: number, paint: Paint): string => {
  const full = Math.round(doneShare(run) * cells)
  return paint.good('█'.repeat(full)) + paint.quiet('░'.repeat(cells - full))
}

const doneShare = ({ records, settled }: RunState): number => (records === 0 ? 1 : Math.min(1, settled / records))

const stateOf = (run: RunState, now: number): Row['state'] => {
  const { stopped, endedAt, records, settled, startedAt } = run
  const stopping = stoppingText(run, now)
  if (stopped !== undefined) {
    const { word } = stopped
    if (stopping === undefined) return { long: word, short: word, style: 'bad' }
    return { long: `${word}, ${stopping.long}`, short: `${word}, ${stopping.short}`, style: 'bad' }
  }
  if (endedAt !== undefined) return settled < records ? plain('stopped') : { ...plain('done'), style: 'good' }
  const waiting = waitTextOf(run, now)
  if (waiting !== undefined) return { ...waiting, ...(waiting.isBad && { style: 'bad' }) }
  const silence = startedAt === undefined ? 0 : now - (run.settledAt ?? startedAt)
  if (silence > longSilenceMs) return plain(`waits, ${spanOf(silence)}`)
  const speed = speedOf(run, now)
  return plain(speed > 0 && doneShare(run) >= 0.05 ? `${spanOf(((records - settled) * 1_000) / speed)} left` : '')
}

const plain = (text: string): Row['state'] => ({ long: text, short: text })

/** After that long, what the speed so far foretells means nothing. */
const longSilenceMs = 5_000
