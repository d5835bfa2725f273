import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startAvePointOpus, startUuidList } from '../../src/emulators/index.ts'
import { deleteRecords, uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { expunge, startExpunge } from '../cli/child.ts'
import { newFolder } from '../cli/made-run.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { readReport } from './ledger.ts'
import { onArrival } from './scene.ts'

const test = suite('guards, across kills', { deadlineMs: 60_000 })

const uuids = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`)

/** Plans one target that is sent one small batch after the other. */
const oneTarget = async (
  { after }: TestContext,
  provider: string,
  emulator: Emulator,
  ids: ReadonlyArray<string>,
  guards: object,
  more: object = {},
) => {
  const { folder, remove } = newFolder()
  after(remove)
  after(emulator.close)
  emulator.seed(ids)
  writeFileSync(join(folder, 'keep.txt'), '00000000-0000-4000-8000-000000000000\n')
  writeFileSync(join(folder, 'ids.txt'), ids.join('\n'))
  const options = { ...(emulator.options as object), ...(provider === 'uuid-list' ? { permanentDelete: true } : {}) }
  const pace = { concurrency: 1, batchSize: 5, callTimeout: provider === 'uuid-list' ? '800ms' : '30s' }
  const target = { name: 'one', provider, ids: 'ids.txt', options, ...pace, ...more }
  const config = join(folder, 'cleanup.json')
  writeFileSync(config, JSON.stringify({ targets: [target], guards }))
  const path = join(folder, 'run.db')
  const { stdout, stderr } = await expunge('plan', config, '-o', path, '--json')
  assert.ok(stdout.startsWith('{'), stderr)
  const begin = ['run', path, '--approve', (JSON.parse(stdout) as { readonly digest: string }).digest]
  return { folder, path, begin, resume: ['resume', path] }
}

/** Runs a command and kills it at the n-th deletion that it sends: its exit code, or null. */
const killedAt = async (emulator: Emulator, nth: number, words: ReadonlyArray<string>) => {
  const { child, ended } = startExpunge(...words)
  let seen = 0
  onArrival(emulator, ({ method }) => {
    if (method === 'DELETE' && ++seen === nth) child.kill('SIGKILL')
  })
  return ended
}

test('too many rejected: what earlier processes saw counts', async (context) => {
  const emulator = await startAvePointOpus()
  const ids = Array.from({ length: 200 }, (_, at) => `Contract ${at}`)
  emulator.refuse(ids.filter((_, at) => at % 5 < 2))
  const guards = { halt: { rejectedShare: 0.3, after: 40 } }
  const { path, begin, resume } = await oneTarget(context, 'avepoint-opus', emulator, ids, guards)
  let last = await killedAt(emulator, 5, begin)
  for (let processes = 1; processes < 6 && last.code === null; processes++) last = await killedAt(emulator, 5, resume)
  assert.is(last.code, 4, last.stderr)
  assert.match(last.stdout, /records were rejected/)
  const sent = new Set(emulator.calls.flatMap((call) => call.ids)).size
  assert.ok(sent >= 40 && sent <= 55, `${sent} records were sent`)
  const again = await expunge(...resume)
  assert.is(again.code, 4, again.stderr)
  assert.ok(emulator.existing().size > 140)
  assert.is((await readReport(path)).run.state, 'halted')
})

test('a canary that was gone is not asked for again, and what is protected meanwhile is left alone', async (context) => {
  const emulator = await startUuidList()
  const ids = uuids(60)
  emulator.refuse(ids.slice(22, 23))
  const { folder, path, begin, resume } = await oneTarget(
    context,
    'uuid-list',
    emulator,
    ids,
    { canary: 5 },
    {
      protect: 'keep.txt',
    },
  )
  assert.is((await killedAt(emulator, 4, begin)).code, null)
  appendFileSync(join(folder, 'keep.txt'), `${ids[50]?.toUpperCase()}\n`)
  const { code, stderr, stdout } = await expunge(...resume)
  assert.is(code, 1, stdout + stderr)
  assert.match(stderr, /keep.txt has changed since the plan/)
  assert.equal([...emulator.existing()], [ids[22], ids[50]])
  const [target] = (await readReport(path)).targets
  assert.equal(
    target?.outcomes.flatMap((outcome) => (outcome.status === 'untouched' ? [outcome.why] : [])),
    ['protected'],
  )
})

test('a canary that was not over when its process died goes on', async (context) => {
  const emulator = await startUuidList()
  const ids = uuids(60)
  emulator.refuse(ids.slice(12, 13))
  const { begin, resume } = await oneTarget(context, 'uuid-list', emulator, ids, { canary: 20 })
  assert.is((await killedAt(emulator, 2, begin)).code, null)
  const { code, stdout } = await expunge(...resume)
  assert.is(code, 4, stdout)
  assert.match(stdout, /canary/)
  assert.ok(emulator.existing().size >= 40, `${emulator.existing().size} are left`)
})

test('more records than maxRecords: not one is sent, however often it is tried', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = uuids(300)
  emulator.seed(ids)
  const journal = openJournal(join(folder, 'run.db'))
  after(journal.close)
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  for (const given of [ids, undefined, undefined]) {
    const options = { journal: journal.target('one'), maxRecords: 100, batchSize: 10 }
    const report = await deleteRecords(provider, given, options)
    assert.is(report.halted?.because, 'guard')
    assert.is(report.totals.untouched, 300)
  }
  assert.is(emulator.calls.length, 0)
  assert.is((await deleteRecords(provider, undefined, { journal: journal.target('one') })).totals.deleted, 300)
})
