import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { exitCodeOf, exitCodes, firstThatApplies, type TargetEnd } from '../../../src/cli/terminal/exit-codes.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { built, expunge, folderOf } from '../command.ts'

const test = suite('exit codes', { deadlineMs: 300_000 })

/** Runs a plan of records, some of which are protected, and some refused. */
const made = async ({ after }: TestContext, refused: number) => {
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const ids = Array.from({ length: 9 }, () => crypto.randomUUID())
  emulator.seed(ids)
  emulator.refuse(ids.slice(0, refused))
  const target = {
    name: 'a',
    provider: 'uuid-list',
    ids: 'ids.txt',
    protect: 'keep.txt',
    options: { ...emulator.options, permanentDelete: true },
    production: true,
  }
  const folder = folderOf(
    { after },
    {
      'cleanup.json': JSON.stringify({ targets: [target] }),
      'ids.txt': ids.join('\n'),
      'keep.txt': ids.slice(7).join('\n'),
    },
  )
  const plan = await expunge(folder, ['plan', 'cleanup.json', '--json'])
  assert.is(plan.code, 0, plan.stderr)
  const digest: string = JSON.parse(plan.stdout).digest.slice(0, 16)
  const code = async (...args: ReadonlyArray<string>) => (await expunge(folder, args)).code
  return { folder, digest, code }
}

test('protected records are accepted where that is meant, and by nothing else', async (context) => {
  const { digest, code, folder } = await made(context, 0)
  assert.is(await code('status', 'run.db'), 0)
  assert.is(await code('status', 'run.db', '--exit-code'), 1, 'nothing was done yet')
  assert.is(await code('status', 'run.db', '--accept', 'protected'), 1)
  const { stdout, ...run } = await expunge(folder, ['run', 'run.db', '--approve', digest, '--accept', 'protected'])
  assert.is(run.code, 0)
  assert.match(stdout, 'All gone, but for 2 protected records.')
  assert.is(await code('resume', 'run.db'), 1)
  assert.is(await code('resume', 'run.db', '--accept', 'protected'), 0)
  assert.is(await code('status', 'run.db', '--exit-code'), 1)
  assert.is(await code('status', 'run.db', '--exit-code', '--accept', 'protected'), 0)
  assert.is(await code('status', 'run.db', '--accept', 'invalid-id'), 2)
})

test('what was refused is not accepted with them', async (context) => {
  const { digest, code } = await made(context, 1)
  assert.is(await code('run', 'run.db', '--approve', digest, '--accept', 'protected'), 1)
  assert.is(await code('status', 'run.db', '--exit-code', '--accept', 'protected'), 1)
})

test('of all that applies, the first in the table', () => {
  const order = Object.values(exitCodes)
  for (const [index, code] of order.entries()) assert.is(firstThatApplies(order.slice(index).toReversed()), code)
  const settled = { deleted: 1, absent: 1, rejected: 1, untouched: 1, unconfirmed: 1 }
  const all: TargetEnd = { state: 'halted', journalFailed: true, records: 9, settled, inFlight: 1 }
  assert.is(exitCodeOf([all], 'SIGTERM'), 143)
  assert.is(exitCodeOf([all], 'clock'), 5)
  assert.is(exitCodeOf([{ ...all, journalFailed: false }], 'clock'), 4)
  const sure = { ...settled, unconfirmed: 0 }
  assert.is(exitCodeOf([{ ...all, journalFailed: false, state: 'stopped' }], 'clock'), 3)
  const left: TargetEnd = { state: 'stopped', journalFailed: false, records: 9, settled: sure, inFlight: 0 }
  assert.is(exitCodeOf([left], 'clock'), 1)
  assert.is(exitCodeOf([{ ...left, accepted: 2 }], 'clock'), 10)
  assert.is(exitCodeOf([{ ...left, accepted: 2 }]), 1)
})

/** The command with its standard output on a device that is always full. */
const toFull = (folder: string, args: ReadonlyArray<string>): Promise<{ code: number | null; stderr: string }> => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [built, ...args], { cwd: folder, stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })))
}

test('a result that can not be written is an error in every command', async (context) => {
  if (!existsSync('/dev/full')) return
  const { folder, digest } = await made(context, 0)
  const commands = [
    ['--version'],
    ['--help'],
    ['plan', '--help'],
    ['providers'],
    ['providers', 'zendesk'],
    ['plan', 'cleanup.json', '-o', 'other.db'],
    ['plan', 'cleanup.json', '-o', 'third.db', '--json'],
    ['status', 'run.db'],
    ['status', 'run.db', '--json'],
    ['run', 'run.db', '--approve', digest, '--json'],
    ['resume', 'run.db'],
    ['report', 'run.db'],
    ['report', 'run.db', '--format', 'csv'],
    ['verify', 'run.db', '--all'],
    ['emulate', 'uuid-list', '--records', '3'],
  ]
  for (const args of commands) {
    const { code, stderr } = await toFull(folder, args)
    assert.is(code, 5, `${args.join(' ')}: ${code} ${stderr}`)
    assert.is(stderr.match(/error: /g)?.length, 1, stderr)
    assert.match(stderr, 'ENOSPC')
  }
})

test('a reader that goes early is no failure', async (context) => {
  const { folder } = await made(context, 0)
  for (const args of [['report', 'run.db', '--format', 'ndjson'], ['status', 'run.db'], ['providers']]) {
    const child = spawn(process.execPath, [built, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const code = await new Promise((resolve) => child.once('close', resolve))
    assert.is(code, 0, args.join(' '))
  }
})
