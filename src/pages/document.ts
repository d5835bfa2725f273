import { type Html, html, type Piece } from './html.ts'
import { style } from './style.ts'

/** A page in one file: no script, nothing from elsewhere. */
export const documentOf = (
  title: string,
  body: Piece,
  more: { readonly head?: Html; readonly policy?: string } = {},
): string =>
  `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${more.policy ?? policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: style }}</style>
${more.head}</head>
<body>
<a class="skip" href="#content">To the content</a>
<main id="content">
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.html
  }`

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** A part of the page with its heading. */
export const section = (id: string, heading: string, body: Piece): Html =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${body}</section>
`

export type Cell = string | number | undefined

export interface Heading {
  readonly text: string
  readonly isFigure?: boolean
}

/** A table with its caption: it scrolls by itself where it is wide. */
export const tableOf = (
  caption: string,
  headings: ReadonlyArray<string | Heading>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
): Html => {
  const columns = headings.map((each) => (typeof each === 'string' ? { text: each } : each))
  const cell = (value: Cell, index: number): Html => {
    const text = typeof value === 'number' ? grouped(value) : (value ?? '')
    if (index === 0) return html`<th scope="row">${text}</th>`
    return columns[index]?.isFigure === true ? html`<td class="n">${text}</td>` : html`<td>${text}</td>`
  }
  const heads = columns.map(({ text, isFigure }) =>
    isFigure === true ? html`<th scope="col" class="n">${text}</th>` : html`<th scope="col">${text}</th>`,
  )
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>
`
}

/** Facts with their names. */
export const factsOf = (facts: ReadonlyArray<readonly [name: string, value: Piece]>): Html =>
  html`<dl>${facts
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`

/** A plot and the numbers that it shows. */
export const figureOf = (caption: string, plot: Html | undefined, table: Html): Html =>
  html`<figure><figcaption>${caption}</figcaption>${plot}
<details open><summary>The numbers: ${caption}</summary>${table}</details></figure>
`

/** `1,234,567` */
export const grouped = (value: number): string =>
  Number.isInteger(value) ? String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : String(value)
