import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result, Results } from './results.ts'
import type { Section } from './section.ts'
import { markdown } from './table.ts'

const file = join(import.meta.dirname, '../docs/performance.md')

/** Puts every result between its marks in `docs/performance.md`, and leaves the words around them alone. */
export const writeDocument = (results: Results): void => {
  let text = readFileSync(file, 'utf8')
  for (const [name, result] of Object.entries(results)) text = between(text, name, sectionText(result))
  text = between(text, 'targets', summary(results))
  text = between(text, 'machine', machines(results))
  writeFileSync(file, text)
}

/** Puts one section between its marks. */
export const writeSection = (name: string, section: Section): void =>
  writeFileSync(file, between(readFileSync(file, 'utf8'), name, sectionText(section)))

/** What a measure came to, as Markdown. */
export const sectionText = ({ tables, targets, notes = [] }: Section): string =>
  [
    ...tables.map(markdown),
    targets
      .map((one) => `- ${one.met ? 'met' : '**missed**'}: ${one.what}: ${one.measured} (${one.wanted})`)
      .join('\n'),
    ...notes,
  ].join('\n\n')

const between = (text: string, name: string, content: string): string => {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for ${name}: ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

const summary = (results: Results): string =>
  markdown({
    head: ['measure', 'wanted', 'measured', ''],
    rows: Object.entries(results).flatMap(([name, { targets }]) =>
      targets.map(({ what, wanted, measured, met }) => [
        `${name}: ${what}`,
        wanted,
        measured,
        met ? 'met' : '**missed**',
      ]),
    ),
  })

/** One line for all that were measured alike. */
const machines = (results: Results): string => {
  const lines = new Map<string, string[]>()
  for (const result of Object.values(results)) {
    const line = machineText(result)
    lines.set(line, [...(lines.get(line) ?? []), result.title])
  }
  if (lines.size === 1) return `Measured on ${[...lines.keys()][0]}`
  return [...lines].map(([line, titles]) => `- ${line} (${titles.join('; ')})`).join('\n')
}

const machineText = ({ date, machine }: Result): string => {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return `${date}: ${machine.processor}, ${machine.system}, Node ${machine.node}; ${versions.join(', ')}.`
}
