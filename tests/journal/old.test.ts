/**
 * Journals that release 0.1 wrote, of three targets with records that are refused, missing, repeated, protected and no id
 * at all: one that was planned, one whose process was killed in mid-run, one that ended. They stay as that release left them.
 */
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import type { RecordOutcome } from '../../src/index.ts'
import { explain, openJournal } from '../../src/journal/index.ts'
import { expunge } from '../cli/command.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { codeOf, folder } from './fixtures.ts'

const test = suite('journals of release 0.1', { deadlineMs: 120_000 })

type State = 'planned' | 'half-run' | 'ended'
const states: ReadonlyArray<State> = ['planned', 'half-run', 'ended']
const kept = join(import.meta.dirname, 'fixtures', '0.1')

/** A copy, with what SQLite had beside it when the process died. */
const copyOf = (context: Pick<TestContext, 'after'>, state: State): string => {
  const path = join(folder(context), 'run.db')
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(join(kept, `${state}.db${ending}`))) copyFileSync(join(kept, `${state}.db${ending}`), path + ending)
  }
  return path
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

const schemaOf = (path: string): unknown => {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database.prepare('PRAGMA user_version').get()?.['user_version']
  } finally {
    database.close()
  }
}

const places = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)
const uuidAt = (at: number): string => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`

/** The systems as they were when the plan was made, at the same addresses. */
const startSystems = async (after: TestContext['after']) => {
  const cms = await startDatoCms({ rate: 'none', jobMs: 20, port: 18_471 })
  const max = await startUuidList({ port: 18_472 })
  const opus = await startAvePointOpus({ port: 18_473 })
  for (const [emulator, count, idOf] of [
    [cms, 40, (at: number) => `${at}`.padStart(22, 'item-')],
    [max, 40, uuidAt],
    [opus, 20, (at: number) => `Contract ${at}`],
  ] as const) {
    after(emulator.close)
    emulator.refuse(places(count).flatMap((at) => (at % 15 === 3 ? [idOf(at)] : [])))
    emulator.seed(places(count).flatMap((at) => (at % 15 === 7 ? [] : [idOf(at)])))
  }
  const env = {
    CMS_TOKEN: cms.options.apiToken,
    MAX_TOKEN: max.options.token,
    OPUS_SECRET: opus.options.clientSecret,
    NO_COLOR: '1',
  }
  return { cms, max, opus, env }
}

for (const state of states) {
  test(`${state}: read as it is, and not a byte of it changes`, async (context) => {
    const path = copyOf(context, state)
    const before = hashOf(path)
    for (const snapshot of [false, true]) {
      const journal = openJournal(path, { readOnly: true, snapshot })
      assert.equal(journal.targets(), ['cms', 'max', 'opus'])
      assert.equal(journal.damage(), [])
      for (const name of journal.targets()) {
        const target = journal.target(name)
        const records = [...target.records()]
        assert.is(records.length, name === 'opus' ? 20 : 41)
        assert.equal(target.chain().links, 0)
        assert.equal(target.history(0).reads, [])
        assert.is(target.place(), undefined)
        assert.ok(Array.isArray(target.pending(-1, 100)))
        const told = explain(target, records[0]?.id ?? '')
        assert.is(told?.outcome?.status, state === 'planned' ? undefined : records[0]?.outcome?.status)
      }
      assert.is(await codeOf(() => journal.meta.set('x', 1)), 'misuse')
      journal.close()
    }
    assert.is(hashOf(path), before)
    assert.is(schemaOf(path), 1)
  })

  test(`${state}: commands that only read work on it, and leave it as it is`, async (context) => {
    const path = copyOf(context, state)
    const before = hashOf(path)
    const run = (...words: ReadonlyArray<string>) => expunge(join(path, '..'), words)
    const status = await run('status', 'run.db', '--json')
    assert.is(status.code, 0, status.stderr)
    const shown = { planned: 'planned', 'half-run': 'interrupted', ended: 'ended' }[state]
    assert.is(JSON.parse(status.stdout).run.state, shown)
    const report = await run('report', 'run.db', '--format', 'json')
    assert.is(report.code, 0, report.stderr)
    const totals = JSON.parse(report.stdout).targets.map((target: { totals: Record<string, number> }) => target.totals)
    if (state === 'ended') {
      assert.equal(totals, [
        { deleted: 22, absent: 15, rejected: 3, untouched: 1, unconfirmed: 0 },
        { deleted: 33, absent: 3, rejected: 3, untouched: 2, unconfirmed: 0 },
        { deleted: 17, absent: 0, rejected: 3, untouched: 0, unconfirmed: 0 },
      ])
    }
    const told = await run('explain', 'run.db', uuidAt(2).toUpperCase())
    assert.is(told.code, 0, told.stderr)
    assert.match(told.stdout, 'It is record 3 of the plan')
    if (state !== 'planned') assert.match(told.stdout, 'It was sent in batch 1, with 7 others.')
    assert.is(hashOf(path), before)
    assert.is(schemaOf(path), 1)
  })

  test(`${state}: read where nothing may be written`, async (context) => {
    if (process.platform === 'win32') return
    for (const withIndex of [true, false]) {
      const path = copyOf(context, state)
      const at = join(path, '..')
      const names = ['', '-wal', '-shm'].map((ending) => path + ending).filter((each) => existsSync(each))
      if (!withIndex) rmSync(`${path}-shm`, { force: true })
      const isRoot = process.getuid?.() === 0
      for (const name of [...names.filter((each) => existsSync(each)), at]) {
        chmodSync(name, name === at ? 0o500 : 0o400)
        if (isRoot) chownSync(name, 65_534, 65_534)
      }
      if (isRoot) process.seteuid?.(65_534)
      try {
        const journal = openJournal(path, { readOnly: true, snapshot: true })
        assert.equal([...journal.target('max').records()].length, 41)
        assert.is(journal.target('max').totals() !== undefined, true)
        journal.close()
      } finally {
        if (isRoot) process.seteuid?.(0)
        chmodSync(at, 0o700)
      }
    }
  })
}

test('any SQLite tool reads the views of one that was not brought up to date', (context) => {
  const database = new DatabaseSync(copyOf(context, 'ended'), { readOnly: true })
  context.after(() => database.close())
  assert.is(database.prepare("SELECT count(*) AS n FROM records WHERE status = 'deleted'").get()?.['n'], 72)
  assert.ok(Number(database.prepare('SELECT count(*) AS n FROM sendings').get()?.['n']) > 72)
})

test('the command runs one that was planned, and resumes one whose process died; every record has its outcome', async (context) => {
  const { cms, max, opus, env } = await startSystems(context.after)
  for (const state of ['planned', 'half-run'] as const) {
    const path = copyOf(context, state)
    const at = join(path, '..')
    const words =
      state === 'planned'
        ? [
            'run',
            'run.db',
            '--approve',
            JSON.parse((await expunge(at, ['status', 'run.db', '--json'])).stdout).run.digest,
          ]
        : ['resume', 'run.db']
    const { code, stdout, stderr } = await expunge(at, words, { env })
    // What the lost jobs of the second one did, nobody can tell: the systems were set up anew.
    assert.is(code, state === 'planned' ? 1 : 3, stdout + stderr)
    assert.is(schemaOf(path), 2)
    const report = JSON.parse((await expunge(at, ['report', 'run.db', '--format', 'json'])).stdout)
    for (const [which, emulator] of [cms, max, opus].entries()) {
      const { name, outcomes } = report.targets[which] as { name: string; outcomes: ReadonlyArray<RecordOutcome> }
      assert.is(outcomes.length, name === 'opus' ? 20 : 41)
      for (const { id, status } of outcomes) {
        const gone = status === 'deleted' || status === 'absent'
        const isThere = emulator.existing().has(id)
        if (status !== 'unconfirmed') assert.is(isThere && gone, false, `${name}: ${id} is ${status}`)
        if (status === 'rejected' && name !== 'opus') assert.ok(isThere, `${name}: ${id} is ${status}`)
      }
      emulator.seed([])
    }
  }
})
