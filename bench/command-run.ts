/** The command from end to end: a list in a file, planned, carried out and reported by processes of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idsTo } from './measured/ids.ts'
import { startServer } from './processes.ts'

const root = join(import.meta.dirname, '..')
const command = join(root, 'dist/cli/main.js')

/** Told by the process itself, at its end. */
const telling = `data:text/javascript,${encodeURIComponent(`process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  console.error('usage ' + JSON.stringify({ maxRSS, user: userCPUTime, system: systemCPUTime }))
})`)}`

export interface Cost {
  /** µs. */
  readonly cpuUs: number
  /** The part of it that the system took, for reading, writing, syncing and sending. */
  readonly systemUs: number
  readonly wallMs: number
  readonly peakMb: number
}

export interface Played {
  readonly plan: Cost
  readonly run: Cost
  readonly report: Cost
  /** Of the journal. */
  readonly bytes: number
}

/** What a person would write: the API takes 200 ids at once, and says how many it has deleted. */
const adapter = `import * as t from 'io-ts'
import { defineHttpProvider, on } from 'expunge/http-provider'

export const deletionApi = ({ url, http = {} }) =>
  defineHttpProvider({
    name: 'deletion-api',
    verified: 'live',
    capabilities: { maxBatchSize: 200, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl: url,
    http,
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'delete', json: { ids } }),
      replies: [on(200, t.type({ deleted: t.number }), () => ({ kind: 'AllDeleted' }))],
    },
  })
`

/** Plays it once, against a server of its own, and holds what it says against the server's ledger. */
export const playCommand = async (
  records: number,
  execArgv: ReadonlyArray<string> = [],
  keep?: string,
): Promise<Played> => {
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'expunge-bench-'))
  const server = await startServer({ kind: 'deletion', records, lifetimeMs: 3_600_000 })
  try {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    symlinkSync(root, join(folder, 'node_modules/expunge'))
    symlinkSync(join(root, 'node_modules/io-ts'), join(folder, 'node_modules/io-ts'))
    writeFileSync(join(folder, 'adapter.js'), adapter)
    writeIds(join(folder, 'ids.txt'), records)
    const target = {
      name: 'api',
      provider: './adapter.js#deletionApi',
      ids: 'ids.txt',
      options: { url: server.url },
      // The command's own way of sending.
      http: {},
      concurrency: 10,
    }
    writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets: [target] }))
    const start = (...words: ReadonlyArray<string>) => measured(folder, execArgv, words)
    const planned = await start('plan', 'cleanup.json', '--json')
    const { digest } = JSON.parse(planned.stdout)
    const run = await start('run', 'run.db', '--approve', digest, '--json')
    const { totals } = JSON.parse(run.stdout).targets[0]
    const { deleted } = await server.ledger()
    const gone = deleted.reduce((sum, times) => sum + times, 0)
    if (totals.deleted !== records || gone !== records)
      throw new Error(`${totals.deleted} of ${records} are reported deleted, and ${gone} were`)
    const report = await start('report', 'run.db', '--format', 'csv', '-o', 'report.csv')
    return { plan: planned.cost, run: run.cost, report: report.cost, bytes: statSync(join(folder, 'run.db')).size }
  } finally {
    server.stop()
    if (keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

const measured = async (
  folder: string,
  execArgv: ReadonlyArray<string>,
  words: ReadonlyArray<string>,
): Promise<{ readonly cost: Cost; readonly stdout: string }> => {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...execArgv, '--import', telling, command, ...words], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)])
  const told = /usage (.*)/.exec(stderr)?.[1]
  if (code !== 0 || told === undefined) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`)
  const { maxRSS, user, system } = JSON.parse(told) as Readonly<Record<'maxRSS' | 'user' | 'system', number>>
  const cost = {
    cpuUs: user + system,
    systemUs: system,
    wallMs: performance.now() - startedAt,
    peakMb: maxRSS / 1_024,
  }
  return { cost, stdout }
}

const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  return text
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })

const writeIds = (path: string, records: number): void => {
  const file = openSync(path, 'w')
  let lines: string[] = []
  const flush = (): void => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`)
    lines = []
  }
  for (const id of idsTo(records)) if (lines.push(id) >= 10_000) flush()
  flush()
  closeSync(file)
}
