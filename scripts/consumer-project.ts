/**
 * A project of somebody who has installed the package: how its programs resolve it, with which compilers, on which Nodes.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')
/** A way in which programs resolve packages. */
export interface Variant {
  readonly name: string
  readonly files: ReadonlyArray<string>
  readonly options: Readonly<Record<string, unknown>>
  /** The one compiler that still knows it. */
  readonly only?: string
}

/** CommonJS has `require` of ES modules from `node20` on, and `import()` before. */
export const variants: ReadonlyArray<Variant> = [
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
const adapter = ['kiln.ts', 'kiln-subject.ts'].map((name) => join(root, 'tests', 'testing', 'from-the-docs', name))
export const runnable = ['esm.js', 'kit.js', 'static.cjs', 'dynamic.cjs', 'plain.cjs']

/** By a name for people, the path of what is installed there. */
export type Installed = ReadonlyArray<[name: string, path: string]>

/** What the package `node` of the registry installs on this platform, without the script that does it. */
const nodeFor = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
export const nodesOf = (consumer: string): Installed => [
  ['Node 22', join(consumer, 'node_modules', 'node-22', 'bin', 'node')],
  ['Node 24', join(root, 'node_modules', 'node', 'bin', 'node')],
]
export const compilersOf = (consumer: string): Installed => [
  ['TypeScript 5.9', join(consumer, 'node_modules', 'typescript-5', 'bin', 'tsc')],
  ['TypeScript 6', join(consumer, 'node_modules', 'typescript-6', 'bin', 'tsc')],
  ['TypeScript 7', join(root, 'node_modules', 'typescript', 'bin', 'tsc')],
]

export async function install(consumer: string, tarball: string): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: {
      expunge: `file:${tarball}`,
      'fp-ts': dependencies['fp-ts'],
      'io-ts': dependencies['io-ts'],
      // An optional peer: who imports `expunge/otel` has it.
      '@opentelemetry/api': devDependencies['@opentelemetry/api'],
    },
    devDependencies: {
      '@types/node': devDependencies['@types/node'],
      'typescript-5': 'npm:typescript@~5.9.3',
      'typescript-6': 'npm:typescript@^6.0.3',
      'node-22': `npm:${nodeFor}@^22.18.0`,
    },
  }
  mkdirSync(consumer)
  write(consumer, 'package.json', manifest)
  const options = ['--ignore-scripts', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await spawned('npm', ['install', ...options], consumer)
  for (const file of [...programs, ...adapter]) copyFileSync(file, join(consumer, basename(file)))
  write(consumer, 'every-entry.ts', importsOfAll())
}

/** The types of every entry point, in one program. */
function importsOfAll(): string {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.keys(exports).filter((entry) => typeof exports[entry] === 'object')
  const lines = entries.map((entry, index) => `export * as entry${index} from 'expunge${entry.slice(1)}'`)
  return `${lines.join('\n')}\n`
}

/** No `skipLibCheck`: our own declarations are checked, too, by compilers that did not write them. Theirs are not. */
export async function compile(consumer: string, tsc: string, { files, options }: Variant): Promise<void> {
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
  write(consumer, 'tsconfig.json', { compilerOptions, files })
  await spawned(process.execPath, [tsc, '--pretty', 'false', '-p', consumer], consumer)
}

export async function run(consumer: string, node: string, program: string): Promise<void> {
  const { stdout, stderr } = await spawned(node, [program], consumer)
  if (stdout.trim() !== 'all gone') throw new Error(`it did not say that all is gone, but: ${stdout}`)
  if (stderr !== '') throw new Error(`it complained: ${stderr}`)
}

export async function runCommand(consumer: string, node: string): Promise<void> {
  const command = join(consumer, 'node_modules', 'expunge', 'dist', 'cli', 'main.js')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { stdout } = await spawned(node, [command, '--version'], consumer)
  if (stdout.trim() !== version) throw new Error(`it says that it is ${stdout.trim()}`)
}

interface Spawned {
  readonly stdout: string
  readonly stderr: string
}

/** Rejects with all that it said unless it ended well. */
export function spawned(program: string, args: ReadonlyArray<string>, cwd: string): Promise<Spawned> {
  return new Promise((done, fail) => {
    const options = { cwd, timeout: stepDeadlineMs, killSignal: 'SIGKILL', maxBuffer: 100_000_000, env } as const
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return done({ stdout, stderr })
      const end = error.killed ? `did not end within ${stepDeadlineMs} ms` : `ended with ${error.signal ?? error.code}`
      fail(new Error(`${stdout}\n${stderr}\n${program} ${end}`.trim()))
    })
  })
}

const stepDeadlineMs = 150_000
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
}

function write(consumer: string, name: string, content: unknown): void {
  writeFileSync(join(consumer, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2))
}
