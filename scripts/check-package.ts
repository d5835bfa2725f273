/**
 * Whether the package is good for those who install it: packed, looked at by publint and attw, installed from the tarball
 * into a project of its own, type-checked there with three compilers, and run on two versions of Node. Asks the npm
 * registry for the compilers, one Node and the package's own dependencies, and nothing else of the network.
 *
 *     npm run check-package
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, sep } from 'node:path'
import {
  compile,
  compilersOf,
  install,
  nodesOf,
  root,
  run,
  runCommand,
  runnable,
  spawned,
  variants,
} from './consumer-project.ts'

const folder = mkdtempSync(join(tmpdir(), 'expunge-package-'))
const consumer = join(folder, 'consumer')

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: ReadonlyArray<{ readonly path: string }>
}

const startedAt = performance.now()
let failed = 0

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const [packed] = JSON.parse(
    (await spawned('npm', ['pack', '--json', '--pack-destination', folder], root)).stdout,
  ) as [Packed]
  const tarball = join(folder, packed.filename)
  const contents = `packed, ${packed.files.length} files, ${Math.round(packed.size / 1_000)} kB`
  await step(contents, async () => checkContents(packed))
  await step('publint', () => spawned('publint', ['run', tarball, '--strict'], root))
  await step('attw, esm-only', () => spawned('attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed'], root))
  if (await step('installed, with compilers and a Node', () => install(consumer, tarball))) {
    for (const [name, tsc] of compilersOf(consumer)) {
      for (const variant of variants.filter(({ only = name }) => only === name))
        await step(`${name}, ${variant.name}`, () => compile(consumer, tsc, variant))
    }
    for (const [name, node] of nodesOf(consumer)) {
      for (const program of runnable) await step(`${name}, ${program}`, () => run(consumer, node, program))
      await step(`${name}, the command`, () => runCommand(consumer, node))
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  console.log(
    failed === 0 ? `the package is good, ${seconds} s` : `checks of the package that failed: ${failed}, ${seconds} s`,
  )
  process.exitCode = failed === 0 ? 0 : 1
}

async function step(name: string, check: () => Promise<unknown>): Promise<boolean> {
  const from = performance.now()
  try {
    await check()
    console.log(`ok    ${name}  ${Math.round(performance.now() - from)} ms`)
    return true
  } catch (error) {
    failed++
    console.log(`FAIL  ${name}\n${(error instanceof Error ? error.message : String(error)).replace(/^/gm, '      ')}`)
    return false
  }
}

/** Sources and maps are shipped, tests and secrets are not, and each map leads to sources that are there. */
async function checkContents({ files }: Packed): Promise<void> {
  const paths = new Set(files.map(({ path }) => path))
  const within = (pattern: RegExp) => [...paths].filter((path) => pattern.test(path))
  const expected = [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'SECURITY.md',
    // What the README and the messages of the command point at.
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => posix.join('docs', path.split(sep).join('/'))),
    ...within(/^dist\/.*\.(?:js|d\.ts)$/).map((path) => `${path}.map`),
  ]
  const sources = within(/\.map$/).flatMap((path) =>
    JSON.parse(readFileSync(join(root, path), 'utf8')).sources.map((source: string) =>
      posix.join(posix.dirname(path), source),
    ),
  )
  const strange = within(/^(?!(?:dist|src|schema|docs)\/|package\.json$|[A-Z]+(?:\.md)?$)/)
  const missing = [...new Set([...expected, ...sources])].filter((path) => !paths.has(path))
  if (sources.length === 0) throw new Error('no map leads to any source')
  const lines = [
    ...strange.map((path) => `${path} does not belong`),
    ...missing.map((path) => `${path} is not shipped`),
  ]
  if (lines.length > 0) throw new Error(lines.join('\n'))
}
