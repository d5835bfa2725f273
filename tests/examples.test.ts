import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from './support/suite.ts'

/** The programs in examples/, as they are: type-checked together, and each run in a process of its own. */
const test = suite('example programs', { deadlineMs: 60_000 })

const root = join(import.meta.dirname, '..')
const folder = join(root, 'examples')

/** What each says, as far as it is the same each time. */
const says: Readonly<Record<string, ReadonlyArray<RegExp | string>>> = {
  'delete-a-list.ts': [
    '449 records in 3 batches, 1 listed twice',
    '1007: rejected: cure this, then run it again: ITEM_LOCKED',
    '1001: untouched: nothing, it was to stay',
    '{ deleted: 448, absent: 0, rejected: 1, untouched: 2, unconfirmed: 0 }',
  ],
  'migrate.ts': [
    /\d+ records are in doubt: /,
    'the cursor is closed',
    'rejected: 1, untouched: 0, unconfirmed: 0 } source read to its end: true',
    '"status":"rejected"',
    '1 records are left in the old system',
  ],
  'own-system.ts': ['the contract is kept: true', '{ deleted: 100, absent: 0, rejected: 0,', '0 are left'],
  'resume.ts': [
    'the first process was ended by SIGKILL; a part is gone: true',
    '{ deleted: 2000, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 } over 2 processes',
    '0 records are left, 2000 outcomes are on record',
  ],
  'unify.ts': [
    'case 3 is not-begun: website rejected, service untouched, archive untouched',
    'case 9 is half-deleted: service rejected, archive untouched',
    '298 of 300 cases are complete',
  ],
}

const programs = readdirSync(folder).filter((name) => name.endsWith('.ts'))

const ran = (args: ReadonlyArray<string>): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  new Promise((done, fail) => {
    const options = {
      cwd: root,
      timeout: 45_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NO_COLOR: '1' },
    } as const
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) return done({ stdout, stderr })
      fail(new Error(`${args.join(' ')} ended with ${error.signal ?? error.code}\n${stdout}\n${stderr}`))
    })
  })

test('there are five, each is looked at, and each is in the list of them', () => {
  assert.equal(programs, Object.keys(says))
  assert.is(programs.length, 5)
  const list = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const program of programs) assert.ok(list.includes(`(${program})`), program)
})

test('they compile', async ({ after }) => {
  const project = join(root, '.tmp', `programs-${process.pid}`)
  mkdirSync(project, { recursive: true })
  after(() => rmSync(project, { recursive: true, force: true }))
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['../../examples/*.ts'] }),
  )
  await ran([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--pretty', 'false', '-p', project])
})

for (const program of programs) {
  test(`examples/${program} runs`, async () => {
    const { stdout, stderr } = await ran([join(folder, program)])
    for (const line of says[program] ?? []) assert.match(stdout, line)
    assert.is(stderr, '')
  })
}
