import type { Cell, Line, Style } from './screen.ts'

export interface Part {
  /** What was typed before. */
  readonly typed?: string
  /** When it was seen. */
  readonly note?: string
  readonly lines: ReadonlyArray<Line>
}

const size = { cell: 8.4, line: 19, margin: 18, head: 34, font: 14, columns: 102 }

const colours: Readonly<Record<Style | 'plain' | 'typed' | 'note', string>> = {
  plain: '#d6deeb',
  bold: '#ffffff',
  dim: '#7f8ea3',
  red: '#ff6b6b',
  green: '#5fd38d',
  typed: '#9ecbff',
  note: '#7f8ea3',
}

/** A terminal, drawn: it scales, can be searched, and is read out as text. */
export const drawn = (parts: ReadonlyArray<Part>): string => {
  const rows = parts.flatMap(rowsOf)
  const width = size.columns * size.cell + 2 * size.margin
  const height = rows.length * size.line + size.head + size.margin
  const text = rows.map((row, at) => rowSvg(row, size.head + (at + 1) * size.line - 5)).filter((line) => line !== '')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(width)} ${Math.round(height)}" role="img" aria-labelledby="title">
<title id="title">expunge on a terminal: a plan of two systems, its run half-way, and the table at its end</title>
<rect width="100%" height="100%" rx="10" fill="#0f1722"/>
<circle cx="22" cy="18" r="6" fill="#ff5f57"/><circle cx="42" cy="18" r="6" fill="#febc2e"/><circle cx="62" cy="18" r="6" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${size.font}">
${text.join('\n')}
</g>
</svg>
`
}

interface Run {
  readonly at: number
  readonly text: string
  readonly colour: string
  readonly isBold: boolean
}

const rowsOf = ({ typed, note, lines }: Part): ReadonlyArray<ReadonlyArray<Run>> => [
  ...(typed === undefined
    ? []
    : [
        [
          { at: 0, text: '$ ', colour: colours.green, isBold: true },
          { at: 2, text: typed, colour: colours.typed, isBold: true },
        ],
      ]),
  ...(note === undefined ? [] : [[{ at: 0, text: `# ${note}`, colour: colours.note, isBold: false }]]),
  ...lines.map(runsOf),
  [],
]

/** Neighbours that look alike go together. */
const runsOf = (line: Line): ReadonlyArray<Run> => {
  const runs: Array<{ at: number; text: string; colour: string; isBold: boolean }> = []
  for (const [at, { text, style }] of line.entries()) {
    const last = runs.at(-1)
    const [colour, isBold] = [colourOf(style), style.has('bold')]
    if (last !== undefined && last.colour === colour && last.isBold === isBold) last.text += text
    else runs.push({ at, text, colour, isBold })
  }
  return runs.flatMap(wordsOf)
}

/** Between two blanks a run is broken: not everything that shows a picture keeps them. */
const wordsOf = (run: Run): ReadonlyArray<Run> =>
  Array.from(run.text.matchAll(/\S+(?: \S+)*/g), ({ 0: text, index }) => ({ ...run, text, at: run.at + index }))

const colourOf = (style: Cell['style']): string => {
  const known = (['red', 'green', 'dim', 'bold'] as const).find((one) => style.has(one))
  return colours[known ?? 'plain']
}

/** Each run has its own place and length, so that columns stand under each other in any font. */
const rowSvg = (row: ReadonlyArray<Run>, y: number): string =>
  row
    .map(({ at, text, colour, isBold }) => {
      const shown = text.trimEnd()
      const x = (size.margin + at * size.cell).toFixed(1)
      const length = ([...shown].length * size.cell).toFixed(1)
      const weight = isBold ? ' font-weight="600"' : ''
      return `<text x="${x}" y="${y}" fill="${colour}"${weight} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(shown)}</text>`
    })
    .join('')

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
