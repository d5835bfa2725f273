/**
 * Draws `docs/terminal.svg`, the picture of the README: what a terminal shows of a plan, its run and its end. It plans and runs
 * on a real one (a pseudo-terminal, by Python's `pty`), against two emulated systems on loopback. `npm run picture`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { type Line, openScreen, textOf } from './screen.ts'
import { drawn } from './svg.ts'

const root = resolve(import.meta.dirname, '../..')
const command = join(root, 'dist/cli/main.js')
const columns = 100

/** Runs the command on a terminal; `onFrame` sees it after each piece that was written. */
const onTerminal = (
  folder: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  onFrame: (lines: ReadonlyArray<Line>) => void = () => {},
): Promise<ReadonlyArray<Line>> => {
  const words = JSON.stringify([process.execPath, command, ...args])
  const { NO_COLOR, FORCE_COLOR, NODE_OPTIONS, ...inherited } = process.env
  const child = spawn('python3', ['-c', terminal, words, String(columns)], {
    cwd: folder,
    env: { ...inherited, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const screen = openScreen()
  const decoder = new TextDecoder()
  child.stdout.on('data', (piece: Buffer) => {
    screen.write(decoder.decode(piece, { stream: true }))
    onFrame(screen.shown())
  })
  return new Promise((settle, reject) => {
    child.once('error', reject)
    child.once('close', () => settle(screen.shown()))
  })
}

const terminal = `
import fcntl, json, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    words = json.loads(sys.argv[1])
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(sys.argv[2]), 0, 0))
    os.execvp(words[0], words)
while True:
    try:
        piece = os.read(fd, 65536)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
    sys.stdout.flush()
os.waitpid(pid, 0)
`

/** Of the records that a plan shows of each target, two. */
const shortened = (lines: ReadonlyArray<Line>): ReadonlyArray<Line> => {
  let more = 0
  return lines.flatMap((line) => {
    more = /^ {2}such as/.test(textOf(line)) ? 1 : /^ {12}\S/.test(textOf(line)) && more > 0 ? more + 1 : 0
    if (more < 3) return [line]
    return more === 3 ? [[...line.slice(0, 12), { text: '…', style: new Set(['dim'] as const) }]] : []
  })
}

const idOf = (n: number): string => `record${String(n).padStart(16, '0')}`
const uuidOf = (n: number): string => `5dc70f1b-8dc9-4b30-b441-${n.toString(16).padStart(12, '0')}`
const many = (count: number, of: (n: number) => string): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => of(n))

const folder = mkdtempSync(join(tmpdir(), 'picture-'))
const cms = await startDatoCms({ jobMs: 900, latencyMs: 40 })
const max = await startUuidList({ latencyMs: 350 })
try {
  const [records, objects] = [many(4_000, idOf), many(2_400, uuidOf)]
  cms.seed(records)
  max.seed(objects.filter((_, n) => n % 400 !== 7))
  max.refuse(objects.slice(1_200, 1_203))
  writeFileSync(join(folder, 'cms.txt'), records.join('\n'))
  writeFileSync(join(folder, 'max.csv'), ['uuid,name', ...objects.map((id, n) => `${id},Asset ${n}`)].join('\n'))
  const { apiToken, ...site } = cms.options
  const { token, ...tenant } = max.options
  const targets = [
    {
      name: 'cms',
      provider: 'datocms',
      ids: 'cms.txt',
      options: { ...site, apiToken: { env: 'CMS' } },
      production: true,
    },
    {
      name: 'max',
      provider: 'uuid-list',
      ids: 'max.csv',
      column: 'uuid',
      options: { ...tenant, token: { env: 'MAX' }, permanentDelete: true },
    },
  ]
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets }))
  const env = { CMS: apiToken, MAX: token }
  const plan = await onTerminal(folder, ['plan', 'cleanup.json'], env)
  const digest = /run\.db --approve (\w+)/.exec(plan.map(textOf).join('\n'))?.[1]
  if (digest === undefined) throw new Error(plan.map(textOf).join('\n'))
  // The frame in the middle: the first in which both targets are about half done.
  let middle: ReadonlyArray<Line> | undefined
  const isHalf = (lines: ReadonlyArray<Line>): boolean => {
    const shares = lines.map((line) => Number(/█.*?(\d+)%/.exec(textOf(line))?.[1] ?? Number.NaN))
    const known = shares.filter((share) => !Number.isNaN(share))
    return known.length >= 2 && Math.min(...known) >= 35
  }
  const end = await onTerminal(folder, ['run', 'run.db', '--approve', digest], env, (lines) => {
    if (middle === undefined && isHalf(lines)) middle = lines
  })
  if (middle === undefined) throw new Error(`no frame in the middle: ${end.map(textOf).join('\n')}`)
  const svg = drawn([
    { typed: 'expunge plan cleanup.json', lines: shortened(plan) },
    { typed: `expunge run run.db --approve ${digest}`, lines: middle, note: 'half-way' },
    { lines: end, note: 'at the end' },
  ])
  writeFileSync(join(root, 'docs/terminal.svg'), svg)
} finally {
  await cms.close()
  await max.close()
  rmSync(folder, { recursive: true, force: true })
}
