/**
 * Measures expunge beside what people use, every report held against the server's ledger. `npm run bench` runs all
 * measures, `npm run bench -- datocms opus` some, `--full` as long as the specification asks, and `--write` puts what
 * was measured into `docs/performance.md`, with the plot.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sectionText, writeDocument } from './document.ts'
import { thisMachine } from './machine.ts'
import { type Result, type Results, readResults, writeResults } from './results.ts'
import { command } from './rows/command.ts'
import { datocms } from './rows/datocms.ts'
import { engineAlone } from './rows/engine-alone.ts'
import { journal } from './rows/journal.ts'
import { latency } from './rows/latency.ts'
import { opus } from './rows/opus.ts'
import { startUp } from './rows/start-up.ts'
import { throughput } from './rows/throughput.ts'
import { trouble } from './rows/trouble.ts'
import { uuidList } from './rows/uuid-list.ts'
import type { Measure } from './section.ts'

const measures: ReadonlyArray<Measure> = [
  throughput,
  engineAlone,
  latency,
  datocms,
  opus,
  uuidList,
  trouble,
  startUp,
  command,
  journal,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
})
const strangers = positionals.filter((name) => !measures.some((measure) => measure.name === name))
if (strangers.length > 0) {
  console.error(`no such measure: ${strangers.join(', ')}. There are ${measures.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const wanted = measures.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const say = (progress: string): void => console.error(`  ${progress}`)
const done = new Map<string, Result>()
for (const { name, title, run } of wanted) {
  console.error(`${name}: ${title}`)
  const section = await run({ full: values.full, say })
  console.log(`\n## ${title}\n\n${sectionText(section)}\n`)
  done.set(name, {
    title,
    date: new Date().toISOString().slice(0, 10),
    machine: thisMachine(),
    full: values.full,
    ...section,
  })
}

if (values.write) {
  const before = readResults()
  const results = measures.flatMap(({ name }) => {
    const result = done.get(name) ?? before[name]
    return result === undefined ? [] : [[name, result] as const]
  })
  writeResults(Object.fromEntries(results))
  writeDocument(readResults())
  await drawPlot(readResults())
  console.error('written: docs/performance.md, docs/performance.svg')
}

/** From the compiled file, by a name that is no import: the library that draws is not there for the rest of the project. */
async function drawPlot(results: Results): Promise<void> {
  const file = './dist/bench/plot.js'
  const plot: { drawPlot: (results: Results, path: string) => Promise<void> } = await import(file)
  await plot.drawPlot(results, join(import.meta.dirname, '../docs/performance.svg'))
}
