import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Measure, target } from '../section.ts'
import { median, times, whole } from '../table.ts'

const dist = join(import.meta.dirname, '../../dist')
const made = join(import.meta.dirname, '../dist')

/** Told by the process itself, at its end: µs of CPU, of all its threads. */
const telling = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error('cpu ' + (user + system)) })",
)}`

const yardstick = 'an empty program that imports the same packages'
const programs = [
  { who: yardstick, words: [join(made, 'empty.js')] },
  { who: "`import 'expunge'`", words: [join(made, 'importing.js')] },
  { who: '`expunge --help`', words: [join(dist, 'cli/main.js'), '--help'] },
  { who: 'node, nothing imported', words: [join(made, 'nothing.js')] },
]

/** What it costs to begin, from `dist`. */
export const startUp: Measure = {
  name: 'start-up',
  title: 'Start-up',
  run: async (mode) => {
    const packages = packagesOf(join(dist, 'index.js'))
    writeFileSync(join(made, 'empty.js'), [...packages].map((name) => `import '${name}'\n`).join(''))
    writeFileSync(join(made, 'importing.js'), `import '${join(dist, 'index.js')}'\n`)
    writeFileSync(join(made, 'nothing.js'), '')
    const taken = new Map<string, Array<{ cpuMs: number; wallMs: number }>>(programs.map(({ who }) => [who, []]))
    const count = mode.full ? 31 : 15
    for (let round = 1; round <= count; round++) {
      mode.say(`round ${round} of ${count}`)
      for (const { who, words } of programs) taken.get(who)?.push(start(words))
    }
    const cpu = (who: string) => median((taken.get(who) ?? []).map(({ cpuMs }) => cpuMs))
    const wall = (who: string) => median((taken.get(who) ?? []).map(({ wallMs }) => wallMs))
    const ratio = (who: string) => cpu(who) / cpu(yardstick)
    const [, imported, helped] = programs.map(({ who }) => who) as [string, string, string]
    return {
      tables: [
        {
          head: ['program', 'CPU ms', '× empty program', 'wall ms'],
          rows: programs.map(({ who }) => [who, whole(cpu(who)), times(ratio(who)), whole(wall(who))]),
        },
      ],
      targets: [
        target(`CPU of ${imported}`, 'under 1.3 ×', times(ratio(imported)), ratio(imported) < 1.3),
        target(`CPU of ${helped}`, 'under 1.3 ×', times(ratio(helped)), ratio(helped) < 1.3),
        target(`CPU of ${helped}`, 'under 150 ms', `${whole(cpu(helped))} ms`, cpu(helped) < 150),
      ],
      notes: [
        `The empty program imports ${[...packages].map((name) => `\`${name}\``).join(', ')}. Medians of ${count} alternating starts.`,
      ],
    }
  },
}

const start = (words: ReadonlyArray<string>): { cpuMs: number; wallMs: number } => {
  const startedAt = performance.now()
  const { stderr, status } = spawnSync(process.execPath, ['--import', telling, ...words], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  const wallMs = performance.now() - startedAt
  const told = /cpu (\d+)/.exec(stderr)?.[1]
  if (status !== 0 || told === undefined) throw new Error(`a program ended with ${status}: ${stderr}`)
  return { cpuMs: Number(told) / 1_000, wallMs }
}

/** Built files have an import a statement, each at the beginning of a line. */
const importing = /^(?:import|export)\b(?:[^'"`;()=]*\bfrom)? *['"]([^'"]+)['"]/gm

/** Every package that is imported at once, from a built file on. */
const packagesOf = (entry: string): ReadonlySet<string> => {
  const packages = new Set<string>()
  const files = new Set([entry])
  for (const file of files) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(importing)) {
      if (name.startsWith('.')) files.add(join(dirname(file), name))
      else packages.add(name)
    }
  }
  return packages
}
