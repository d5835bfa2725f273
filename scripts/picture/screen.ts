/** What stands on a terminal after everything that was written to it: as much of its language as the command speaks. */

export interface Cell {
  readonly text: string
  readonly style: ReadonlySet<Style>
}

export type Style = 'bold' | 'dim' | 'red' | 'green'

export type Line = ReadonlyArray<Cell>

const styles: Readonly<Record<string, Style>> = { '1': 'bold', '2': 'dim', '31': 'red', '32': 'green' }

export const openScreen = () => {
  const lines: Cell[][] = [[]]
  let row = 0
  let column = 0
  let style: ReadonlySet<Style> = new Set()

  const put = (text: string): void => {
    const line = lines[row] ?? []
    lines[row] = line
    while (line.length < column) line.push({ text: ' ', style: new Set() })
    line[column++] = { text, style }
  }
  const down = (): void => {
    row++
    lines[row] ??= []
  }
  const paint = (codes: string): void => {
    for (const code of codes === '' ? ['0'] : codes.split(';')) {
      const known = styles[code]
      if (known !== undefined) style = new Set([...style, known])
      else if (code === '0') style = new Set()
      else if (code === '22') style = new Set([...style].filter((one) => one !== 'bold' && one !== 'dim'))
      else if (code === '39') style = new Set([...style].filter((one) => one !== 'red' && one !== 'green'))
    }
  }
  const steer = (parameters: string, command: string): void => {
    const count = Number(parameters || '1')
    if (command === 'm') paint(parameters)
    else if (command === 'A') row = Math.max(0, row - count)
    else if (command === 'B') for (let step = 0; step < count; step++) down()
    else if (command === 'G') column = count - 1
    else if (command === 'K') lines[row] = parameters === '2' ? [] : (lines[row] ?? []).slice(0, column)
    else if (command === 'J') {
      lines[row] = (lines[row] ?? []).slice(0, column)
      lines.length = row + 1
    }
  }
  return {
    write: (text: string): void => {
      for (const { 0: whole, 1: parameters, 2: command } of text.matchAll(sequence)) {
        if (command !== undefined) steer(parameters ?? '', command)
        else if (whole === '\n') down()
        else if (whole === '\r') column = 0
        else if (!whole.startsWith('\u001b')) put(whole)
      }
    },
    /** The lines, without what is empty at their end. */
    shown: (): ReadonlyArray<Line> => {
      const filled = lines.findLastIndex((line) => line.some(({ text }) => text !== ' '))
      return lines.slice(0, filled + 1).map((line) => [...line])
    },
  }
}

/** `ESC [ … letter`, other sequences, or a character. */
const sequence = /\u001b\[\??([\d;]*)([A-Za-z])|\u001b[^[]|./gsu

export const textOf = (line: Line): string =>
  line
    .map(({ text }) => text)
    .join('')
    .trimEnd()
