/**
 * Whether the package is good for those who install it: packed, looked at by publint and attw, installed from the tarball
 * into a project of its own, type-checked there with three compilers, and run on two versions of Node. Asks the npm
 * registry for the compilers, one Node and the package's own dependencies, and nothing else of the network.
 *
 *     npm run check-package
 */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join, posix, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'expunge-package-'))
const consumer = join(folder, 'consumer')
const stepDeadlineMs = 150_000
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
}

/** What the package `node` of the registry installs on this platform, without the script that does it. */
const nodeFor = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const nodes: ReadonlyArray<[name: string, path: string]> = [
  ['Node 22', join(consumer, 'node_modules', 'node-22', 'bin', 'node')],
  ['Node 24', join(root, 'node_modules', 'node', 'bin', 'node')],
]
const compilers: ReadonlyArray<[name: string, path: string]> = [
  ['TypeScript 5.9', join(consumer, 'node_modules', 'typescript-5', 'bin', 'tsc')],
  ['TypeScript 6', join(consumer, 'node_modules', 'typescript-6', 'bin', 'tsc')],
  ['TypeScript 7', join(root, 'node_modules', 'typescript', 'bin', 'tsc')],
]

interface Variant {
  readonly name: string
  readonly files: ReadonlyArray<string>
  readonly options: Readonly<Record<string, unknown>>
  /** The one compiler that still knows it. */
  readonly only?: string
}

/** How programs resolve packages. CommonJS has `require` of ES modules from `node20` on, and `import()` before. */
const variants: ReadonlyArray<Variant> = [
  {
    name: 'ES modules, every entry point',
    files: ['esm.ts', 'every-entry.ts', 'kit.ts'],
    options: { module: 'nodenext', types: ['node'], rewriteRelativeImportExtensions: true },
  },
  {
    name: 'for a browser, by a bundler',
    files: ['browser.ts'],
    options: { module: 'esnext', moduleResolution: 'bundler', noEmit: true },
  },
  {
    name: 'CommonJS that requires, node16 resolution',
    files: ['static.cts'],
    options: { module: 'node20', moduleResolution: 'node16' },
  },
  {
    name: 'CommonJS that imports, node16',
    files: ['dynamic.cts'],
    options: { module: 'node16', moduleResolution: 'node16' },
  },
  {
    name: 'an old resolver',
    files: ['old.ts'],
    options: { module: 'commonjs', moduleResolution: 'node10', noEmit: true },
    only: 'TypeScript 5.9',
  },
]
const programs = ['esm.ts', 'kit.ts', 'browser.ts', 'static.cts', 'dynamic.cts', 'old.ts', 'plain.cjs'].map((name) =>
  join(root, 'scripts', 'consumers', name),
)
/** The adapter that was written from the documentation alone, and its fake system. */
const adapter = ['kiln.ts', 'kiln-subject.ts'].map((name) => join(root, 'tests', 'contract', 'from-the-docs', name))
const runnable = ['esm.js', 'kit.js', 'static.cjs', 'dynamic.cjs', 'plain.cjs']

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
  const [packed] = JSON.parse((await inProject('npm', 'pack', '--json', '--pack-destination', folder)).stdout) as [
    Packed,
  ]
  const tarball = join(folder, packed.filename)
  const contents = `packed, ${packed.files.length} files, ${Math.round(packed.size / 1_000)} kB`
  await step(contents, async () => checkContents(packed))
  await step('publint', () => inProject('publint', 'run', tarball, '--strict'))
  await step('attw, esm-only', () => inProject('attw', tarball, '--profile', 'esm-only', '--no-definitely-typed'))
  if (await step('installed, with compilers and a Node', () => install(tarball))) {
    for (const [name, tsc] of compilers) {
      for (const variant of variants.filter(({ only = name }) => only === name))
        await step(`${name}, ${variant.name}`, () => compile(tsc, variant))
    }
    for (const [name, node] of nodes) {
      for (const program of runnable) await step(`${name}, ${program}`, () => run(node, program))
      await step(`${name}, the command`, () => runCommand(node))
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
    ...within(/^dist\/.*\.(?:js|d\.ts)$/).map((path) => `${path}.map`),
  ]
  const sources = within(/\.map$/).flatMap((path) =>
    JSON.parse(readFileSync(join(root, path), 'utf8')).sources.map((source: string) =>
      posix.join(posix.dirname(path), source),
    ),
  )
  const strange = within(/^(?!(?:dist|src|schema)\/|package\.json$|[A-Z]+(?:\.md)?$)/)
  const missing = [...new Set([...expected, ...sources])].filter((path) => !paths.has(path))
  if (sources.length === 0) throw new Error('no map leads to any source')
  const lines = [
    ...strange.map((path) => `${path} does not belong`),
    ...missing.map((path) => `${path} is not shipped`),
  ]
  if (lines.length > 0) throw new Error(lines.join('\n'))
}

async function install(tarball: string): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { expunge: `file:${tarball}`, 'fp-ts': dependencies['fp-ts'], 'io-ts': dependencies['io-ts'] },
    devDependencies: {
      '@types/node': devDependencies['@types/node'],
      'typescript-5': 'npm:typescript@~5.9.3',
      'typescript-6': 'npm:typescript@^6.0.3',
      'node-22': `npm:${nodeFor}@^22.18.0`,
    },
  }
  mkdirSync(consumer)
  write('package.json', manifest)
  const options = ['--ignore-scripts', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await spawned('npm', ['install', ...options], consumer)
  for (const file of [...programs, ...adapter]) copyFileSync(file, join(consumer, basename(file)))
  write('every-entry.ts', importsOfAll())
}

/** The types of every entry point, in one program. */
function importsOfAll(): string {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.keys(exports).filter((entry) => typeof exports[entry] === 'object')
  const lines = entries.map((entry, index) => `export * as entry${index} from 'expunge${entry.slice(1)}'`)
  return `${lines.join('\n')}\n`
}

/** No `skipLibCheck`: our own declarations are checked, too, by compilers that did not write them. Theirs are not. */
async function compile(tsc: string, { files, options }: Variant): Promise<void> {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    skipDefaultLibCheck: true,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
    types: [],
    ...options,
  }
  write('tsconfig.json', { compilerOptions, files })
  await spawned(process.execPath, [tsc, '--pretty', 'false', '-p', consumer], consumer)
}

async function run(node: string, program: string): Promise<void> {
  const { stdout, stderr } = await spawned(node, [program], consumer)
  if (stdout.trim() !== 'all gone') throw new Error(`it did not say that all is gone, but: ${stdout}`)
  if (stderr !== '') throw new Error(`it complained: ${stderr}`)
}

async function runCommand(node: string): Promise<void> {
  const command = join(consumer, 'node_modules', 'expunge', 'dist', 'cli', 'main.js')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { stdout } = await spawned(node, [command, '--version'], consumer)
  if (stdout.trim() !== version) throw new Error(`it says that it is ${stdout.trim()}`)
}

function inProject(program: string, ...args: ReadonlyArray<string>): Promise<Spawned> {
  return spawned(program, args, root)
}

interface Spawned {
  readonly stdout: string
  readonly stderr: string
}

/** Rejects with all that it said unless it ended well. */
function spawned(program: string, args: ReadonlyArray<string>, cwd: string): Promise<Spawned> {
  return new Promise((done, fail) => {
    const options = { cwd, timeout: stepDeadlineMs, killSignal: 'SIGKILL', maxBuffer: 100_000_000, env } as const
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return done({ stdout, stderr })
      const end = error.killed ? `did not end within ${stepDeadlineMs} ms` : `ended with ${error.signal ?? error.code}`
      fail(new Error(`${stdout}\n${stderr}\n${program} ${end}`.trim()))
    })
  })
}

function write(name: string, content: unknown): void {
  writeFileSync(join(consumer, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2))
}
