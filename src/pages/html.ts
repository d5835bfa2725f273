/**
 * The room `pages`: pages of HTML in one file, and plots as SVG, made of data. What came from outside is escaped here and
 * nowhere else. It reads nothing and knows nothing of runs.
 * May import: nothing of ours. Begin with `html`, then read `document.ts`.
 */

/** Text that is HTML already. */
export interface Html {
  readonly html: string
}

export type Piece = Html | string | number | undefined | ReadonlyArray<Piece>

/** HTML with values between: a text is escaped, HTML stays what it is, lists are joined, undefined is nothing. */
export const html = (parts: TemplateStringsArray, ...values: ReadonlyArray<Piece>): Html => ({
  html: parts.map((part, index) => part + (index < values.length ? written(values[index]) : '')).join(''),
})

const written = (value: Piece): string => {
  if (value === undefined) return ''
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  return 'html' in value ? value.html : value.map(written).join('')
}

/** For content and for attributes in quotes. What can't be seen, or turns the way a text is read, is shown as what it is. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (mark) =>
      mark === '\n' || mark === '\t' ? mark : `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replaceAll(/[&<>"'`]/g, (mark) => `&#${mark.charCodeAt(0)};`)
