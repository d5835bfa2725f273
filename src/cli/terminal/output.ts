/**
 * The room `terminal`: how a command speaks to a person and to a script. Widths, colours, tables, figures, messages on
 * stderr, exit codes. Knows nothing of configurations, plans or runs.
 * May import: types of the library. Begin here, then read `messages.ts`, `table.ts` and `exit-codes.ts`.
 */

import { styleText } from 'node:util'

/** Where text goes: a terminal says so, and how wide it is. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

/** Whether lines can be drawn over: not in a file or a pipe, and not on a terminal that says that it can't. */
export const canRedraw = (output: Output): boolean => output.isTTY === true && process.env['TERM'] !== 'dumb'

/** Columns that a line may take; without end where no terminal limits them. A terminal without a size says 0. */
export const widthOf = (output: Output): number =>
  output.isTTY === true ? output.columns || 80 : Number.POSITIVE_INFINITY

/** Colours mean something here, and only three things; none where `NO_COLOR` is set or no terminal shows them. */
export const paintFor = (output: Output) => {
  const paint = (style: 'green' | 'red' | 'dim' | 'bold') => (text: string) =>
    styleText(style, text, { stream: output as NodeJS.WriteStream })
  return { good: paint('green'), bad: paint('red'), quiet: paint('dim'), title: paint('bold') }
}

/** Breaks a text between words; `indent` spaces before every line but the first. */
export const wrap = (text: string, width: number, indent = 0): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ' '.repeat(indent) + word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}

/** Ids, labels and a backend's words come from outside: nothing in them may steer a terminal, or turn the way it is read. */
export const onOneLine = (text = ''): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, spelt)

/**
 * The same of a text of several lines, and of JSON, which says the same afterwards: the last step before a text leaves the
 * command, whatever it was put together from.
 */
export const visible = (text: string): string =>
  text.replaceAll(/[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]--[\n]]/gv, spelt)

const spelt = (mark: string): string => {
  const written = JSON.stringify(mark).slice(1, -1)
  return written === mark ? `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}` : written
}
