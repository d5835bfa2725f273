/**
 * Runs every `*.test.ts` below `tests/`, each in a process of its own. Words on the command line select by path:
 *
 *     npm test -- batcher providers/
 *
 * A file that registers no test, crashes, hangs or leaves something open fails the run. The last line is always
 * `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { phasesOf } from './order.ts'
import { parseEvents, reportVariable, type TestEvent } from './protocol.ts'

interface FileResult {
  readonly file: string
  readonly passed: number
  readonly skipped: number
  readonly failures: ReadonlyArray<string>
  readonly output: string
  readonly ms: number
}

const { values: flags, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: resolve(import.meta.dirname, '..') },
    'file-deadline-ms': { type: 'string', default: '400000' },
  },
})
const root = resolve(flags.root)
const fileDeadlineMs = Number(flags['file-deadline-ms'])
/** What one process has compiled, and stripped of its types, the next one finds here: nearly all load the same files. */
const given = process.env['NODE_COMPILE_CACHE']
const compiled = given ?? mkdtempSync(join(tmpdir(), 'expunge-compiled-'))
const inCi = Boolean(process.env['CI'])

await main()

async function main(): Promise<void> {
  const files = findFiles()
  const results: FileResult[] = []
  for (const phase of phasesOf(files)) {
    const queue = [...phase.files]
    const lane = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const result = await runFile(file)
        results.push(result)
        print(result)
      }
    }
    await Promise.all(Array.from({ length: phase.lanes }, lane))
  }
  if (given === undefined) rmSync(compiled, { recursive: true, force: true })

  if (files.length === 0) console.log(`no test file matches: ${patterns.join(' ') || root}`)
  const failures = results.flatMap((result) => result.failures.map((failure) => `${result.file}: ${failure}`))
  if (failures.length > 0) console.log(['', 'failed:', ...failures.map((failure) => `  ${failure}`)].join('\n'))
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  process.exitCode = failures.length > 0 || files.length === 0 ? 1 : 0
  console.log(`\n${passed} passed, ${failures.length} failed`)
}

function findFiles(): ReadonlyArray<string> {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.test.ts') && !path.split('/').includes('fixtures'))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => `tests/${path}`.includes(pattern)))
    .sort()
}

async function runFile(file: string): Promise<FileResult> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [join(root, file)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: compiled,
      [reportVariable]: '1',
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    },
  })
  const texts = ['', '', '']
  const streams = [child.stdout, child.stderr, child.stdio[3] as NodeJS.ReadableStream]
  for (const [index, stream] of streams.entries()) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      texts[index] += text
    })
  }

  let killed = false
  const deadline = setTimeout(() => {
    killed = true
    child.kill('SIGKILL')
  }, fileDeadlineMs)
  const status = await new Promise<string>((done) => {
    child.once('error', (error) => done(error.message))
    child.once('close', (code, signal) => done(code === 0 ? '' : signal ? `signal ${signal}` : `exit code ${code}`))
    // A process that the test left behind may hold the pipes open for as long as it likes.
    child.once('exit', () => setTimeout(() => streams.forEach(destroy), 1_000).unref())
  })
  clearTimeout(deadline)

  const [stdout = '', stderr = '', report = ''] = texts
  const events = parseEvents(report)
  const failures = [
    ...events.flatMap((event) =>
      event.kind === 'failed' ? [`${event.suite} › ${event.test}: ${headline(event)}`] : [],
    ),
    ...problemsOf(events, killed ? `was killed after ${fileDeadlineMs} ms` : status && `ended with ${status}`),
  ]
  return {
    file: relative(process.cwd(), join(root, file)),
    passed: events.filter((event) => event.kind === 'passed').length,
    skipped: events.reduce((sum, event) => sum + (event.kind === 'suite' ? event.skipped : 0), 0),
    failures,
    output: `${stdout}\n${stderr}`,
    ms: Math.round(performance.now() - startedAt),
  }
}

/** What is wrong with a file as a whole, whatever its tests say. */
function problemsOf(events: ReadonlyArray<TestEvent>, badEnd: string): ReadonlyArray<string> {
  const suites = events.filter((event) => event.kind === 'suite')
  const ended = events.some((event) => event.kind === 'ended')
  const leftOpen = events.find((event) => event.kind === 'left-open')
  const explained = ended && (leftOpen || events.some((event) => event.kind === 'failed'))
  const last = events.findLast((event) => event.kind === 'started' || event.kind === 'suite')
  const where = last?.kind === 'started' && !ended ? `, in "${last.suite} › ${last.test}"` : ''
  return [
    ...(badEnd && !explained ? [`the file ${badEnd}${where}`] : []),
    ...(!badEnd && suites.length === 0 ? ['the file registered no test'] : []),
    ...(!badEnd && suites.length > 0 && !ended ? [`the file ended before its tests had${where}`] : []),
    ...suites.filter((event) => event.tests === 0).map((event) => `suite "${event.suite}" registered no test`),
    ...suites.filter((event) => inCi && event.only > 0).map((event) => `suite "${event.suite}" has an .only`),
    ...(leftOpen ? [`the tests are over, but something is still open: ${leftOpen.resources.join(', ')}`] : []),
  ]
}

function print(result: FileResult): void {
  const failed = result.failures.length
  const counts = [
    `${result.passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(result.skipped > 0 ? [`${result.skipped} skipped`] : []),
  ]
  console.log(`${failed > 0 ? 'FAIL' : 'ok  '} ${result.file}  ${counts.join(', ')}  ${result.ms} ms`)
  if (failed > 0) console.log(result.output.trim().replace(/^/gm, '     '))
}

function headline(event: { readonly message: string }): string {
  return event.message.split('\n', 1)[0] ?? ''
}

function destroy(stream: NodeJS.ReadableStream | null): void {
  if (stream && 'destroy' in stream) (stream as NodeJS.ReadableStream & { destroy(): void }).destroy()
}
