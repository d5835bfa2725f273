import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startUuidList } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'

const test = suite('outputs', { deadlineMs: 300_000 })

/** A folder with a configuration, its files, and a plan that was made of them. */
const planned = async ({ after }: TestContext, { run = false } = {}) => {
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const ids = Array.from({ length: 7 }, () => crypto.randomUUID())
  emulator.seed(ids)
  const { token, ...options } = emulator.options
  const target = {
    name: 'old ones',
    provider: 'uuid-list',
    ids: 'in/ids.txt',
    protect: 'in/keep.txt',
    options: { ...options, token: { file: 'in/token' }, permanentDelete: true },
    production: true,
  }
  const folder = folderOf(
    { after },
    {
      'cleanup.json': JSON.stringify({ targets: [target] }),
      'in/ids.txt': ids.join('\n'),
      'in/keep.txt': `${ids[6]}\n`,
      'in/token': String(token),
    },
  )
  const plan = await expunge(folder, ['plan', 'cleanup.json', '-o', 'mine.db', '--json'])
  assert.is(plan.code, 0, plan.stderr)
  const { digest } = JSON.parse(plan.stdout)
  if (run) assert.is((await expunge(folder, ['run', 'mine.db', '--approve', digest.slice(0, 16)])).code, 1)
  return { folder, digest: digest.slice(0, 16), ids }
}

const inputs = ['cleanup.json', 'in/ids.txt', 'in/keep.txt', 'in/token']
const beside = ['mine.db', 'mine.db-wal', 'mine.db-shm', 'mine.db-journal', 'mine.db.lock']

const bytesOf = (folder: string, names: ReadonlyArray<string>) =>
  names.map((name) => {
    const path = join(folder, name)
    return existsSync(path) ? readFileSync(path).toString('hex') : undefined
  })

test('a report is not written over the journal, what is beside it, or what the plan was made of', async (context) => {
  const { folder } = await planned(context)
  symlinkSync('in/keep.txt', join(folder, 'alias'))
  linkSync(join(folder, 'in/ids.txt'), join(folder, 'second'))
  const names = [...inputs, ...beside, 'alias', 'second']
  // Whoever reads the journal may put a log of SQLite's beside it.
  const kept = names.filter((name) => !/-(?:wal|shm)$/.test(name))
  const before = bytesOf(folder, kept)
  for (const name of names) {
    const format = /\.(?:json|txt)$/.test(name) ? [] : ['--format', 'csv']
    const { code, stderr } = await expunge(folder, ['report', 'mine.db', ...format, '--force', '-o', name])
    assert.is(code, 2, `${name}: ${stderr}`)
  }
  assert.equal(bytesOf(folder, kept), before)
})

test('a file that is there is replaced by --force alone, and a folder is an error', async (context) => {
  const { folder } = await planned(context)
  writeFileSync(join(folder, 'there.csv'), 'precious')
  writeFileSync(join(folder, 'empty.csv'), '')
  symlinkSync('there.csv', join(folder, 'link.csv'))
  symlinkSync('new.csv', join(folder, 'dangling.csv'))
  for (const name of ['there.csv', 'link.csv']) {
    const { code, stderr } = await expunge(folder, ['report', 'mine.db', '-o', name])
    assert.is(code, 2)
    assert.match(stderr, '--force')
  }
  assert.is(readFileSync(join(folder, 'there.csv'), 'utf8'), 'precious')
  for (const args of [['link.csv', '--force'], ['dangling.csv'], ['empty.csv']])
    assert.is((await expunge(folder, ['report', 'mine.db', '-o', ...args])).code, 0)
  for (const name of ['there.csv', 'new.csv', 'empty.csv'])
    assert.match(readFileSync(join(folder, name), 'utf8'), /^id,outcome/)
  for (const name of ['in', 'in/', 'nowhere/report.csv', 'there.csv/report.csv'])
    assert.is((await expunge(folder, ['report', 'mine.db', '-o', name])).code, 2, name)
})

test('the ending chooses the format; one that contradicts, or that there is no format for, is refused', async (context) => {
  const { folder } = await planned(context)
  const report = (...args: ReadonlyArray<string>) => expunge(folder, ['report', 'mine.db', ...args])
  for (const name of ['r.xlsx', 'r.PDF', 'r.ods', 'r.csv.gz']) {
    assert.is((await report('-o', name)).code, 2, name)
    assert.is((await report('--format', 'csv', '-o', name)).code, 2, name)
    assert.not.ok(existsSync(join(folder, name)))
  }
  for (const [format, name] of [
    ['csv', 'r.json'],
    ['json', 'r.csv'],
    ['json', 'r.jsonl'],
    ['table', 'r.NDJSON'],
  ] as const)
    assert.is((await report('--format', format, '-o', name)).code, 2, name)
  assert.is((await report('-o', 'R.JSONL')).code, 0)
  assert.is(JSON.parse(readFileSync(join(folder, 'R.JSONL'), 'utf8').split('\n')[0] ?? '').target, 'old ones')
  assert.is((await report('-o', 'plain', '--format', 'ndjson')).code, 0)
  assert.match(readFileSync(join(folder, 'plain'), 'utf8'), /^\{"target"/)
})

test('- is standard output, and pipes and devices are written into', async (context) => {
  const { folder } = await planned(context)
  const report = (to: string) => expunge(folder, ['report', 'mine.db', '--format', 'csv', '-o', to])
  const plain = await expunge(folder, ['report', 'mine.db', '--format', 'csv'])
  assert.is((await report('-')).stdout, plain.stdout)
  assert.not.ok(existsSync(join(folder, '-')))
  if (process.platform === 'win32') return
  assert.is((await report('/dev/stdout')).stdout, plain.stdout)
  assert.is((await report('/dev/null')).code, 0)
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const [, read] = await Promise.all([
    report('pipe'),
    import('node:fs/promises').then(({ readFile }) => readFile(join(folder, 'pipe'), 'utf8')),
  ])
  assert.is(read, plain.stdout)
  if (process.platform === 'linux') assert.is((await report('/dev/full')).code, 5)
})

test('--split asks for every file before it writes the first', async (context) => {
  const { folder } = await planned(context)
  const split = (...args: ReadonlyArray<string>) => expunge(folder, ['report', 'mine.db', '--split', ...args])
  assert.is((await split('out')).code, 0)
  writeFileSync(join(folder, 'out/old_ones.csv'), 'edited')
  assert.is((await split('out')).code, 2)
  assert.is(readFileSync(join(folder, 'out/old_ones.csv'), 'utf8'), 'edited')
  assert.is((await split('out', '--force')).code, 0)
  assert.match(readFileSync(join(folder, 'out/old_ones.csv'), 'utf8'), /^id,/)
  for (const name of ['cleanup.json', '-']) assert.is((await split(name)).code, 2)
})

test('--events goes on with events, and with nothing else', async (context) => {
  const { folder, digest } = await planned(context)
  writeFileSync(join(folder, 'notes.txt'), 'not mine\n')
  writeFileSync(join(folder, 'other.ndjson'), '{"target":"x","kind":"y","at":1}\n{"id":3}\n')
  const names = [...inputs, ...beside, 'notes.txt', 'other.ndjson']
  const before = bytesOf(folder, ['mine.db', ...inputs, 'notes.txt', 'other.ndjson'])
  for (const name of [...names, 'in']) {
    const { code, stderr } = await expunge(folder, ['run', 'mine.db', '--approve', digest, '--events', name])
    assert.is(code, 2, `${name}: ${stderr}`)
  }
  assert.equal(bytesOf(folder, ['mine.db', ...inputs, 'notes.txt', 'other.ndjson']), before)
  const half = '{"target":"x","kind":"settled","at":1}\n{"target":"x","ki'
  writeFileSync(join(folder, 'events'), half)
  const { code } = await expunge(folder, ['run', 'mine.db', '--approve', digest, '--events', 'events'])
  assert.is(code, 1)
  const text = readFileSync(join(folder, 'events'), 'utf8')
  assert.ok(text.startsWith(`${half}\n`))
  const rest = text
    .slice(half.length + 1)
    .trimEnd()
    .split('\n')
  assert.is(JSON.parse(rest.at(-1) ?? '').kind, 'run-ended')
  const again = await expunge(folder, ['resume', 'mine.db', '--events', '-', '--json'])
  assert.is(again.code, 2)
})

test('--events - has standard output to itself', async (context) => {
  const { folder, digest } = await planned(context)
  const { stdout, stderr } = await expunge(folder, ['run', 'mine.db', '--approve', digest, '--events', '-'])
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).kind)
  assert.is(kinds.at(-1), 'run-ended')
  assert.match(stderr, 'expunge retry')
})

test('a plan is not written over what it is made of, over a file, or over a run', async (context) => {
  const { folder } = await planned(context, { run: true })
  writeFileSync(join(folder, 'text.db'), 'no database')
  writeFileSync(join(folder, 'in/x'), 'a')
  const names = [...inputs, 'mine.db']
  const before = bytesOf(folder, names)
  const plan = (...args: ReadonlyArray<string>) => expunge(folder, ['plan', 'cleanup.json', ...args])
  for (const name of [...names, '-', '/dev/null', 'in', 'mine.db-wal'])
    assert.is((await plan('-o', name, '--force')).code, 2, name)
  assert.equal(bytesOf(folder, names), before)
  assert.is((await plan('-o', 'text.db')).code, 2)
  assert.is(readFileSync(join(folder, 'text.db'), 'utf8'), 'no database')
  assert.is((await plan('-o', 'text.db', '--force')).code, 0)
  // Planned, and never begun.
  assert.is((await plan('-o', 'text.db')).code, 2)
  assert.is((await plan('-o', 'text.db', '--force')).code, 0)
  await expunge(folder, ['retry', 'mine.db', '-o', 'mine.db', '--force'])
  assert.equal(bytesOf(folder, names), before, 'whatever it has left')
})

test('the files of stand-ins replace nothing', async (context) => {
  const folder = folderOf(context, { 'play/uuid-list.txt': 'mine\n', file: '' })
  const emulate = (...args: ReadonlyArray<string>) => expunge(folder, ['emulate', 'uuid-list', ...args])
  assert.is((await emulate('-o', 'play')).code, 2)
  assert.is(readFileSync(join(folder, 'play/uuid-list.txt'), 'utf8'), 'mine\n')
  assert.not.ok(existsSync(join(folder, 'play/cleanup.json')))
  assert.is((await emulate('-o', 'file')).code, 2)
})
