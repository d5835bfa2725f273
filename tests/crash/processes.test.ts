import { join } from 'node:path'
import { startUuidList } from '../../src/emulators/index.ts'
import { uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { expunge, startExpunge } from '../cli/child.ts'
import { makeRun, newFolder } from '../cli/made-run.ts'
import { assert, suite } from '../support/suite.ts'
import { problemsOf, readReport } from './ledger.ts'
import { planned, type Scene, startScene } from './scene.ts'

const test = suite('processes and signals', { deadlineMs: 60_000 })

const callsOf = ({ systems }: Scene): number => systems.reduce((sum, { emulator }) => sum + emulator.calls.length, 0)

/** Resolves when a system has seen its n-th request. */
const requestOf = (scene: Scene, name: string, nth: number): Promise<void> =>
  new Promise((resolve) => {
    let seen = 0
    const stop = scene.onRequest((system) => {
      if (system.name !== name || ++seen < nth) return
      stop()
      resolve()
    })
  })

test('a second process on one journal ends with 5 and sends nothing; readers may look on', async ({ after }) => {
  const scene = await startScene(after)
  const { path, digest } = await planned(scene)
  // The running job keeps the first process busy for as long as the test takes.
  scene.systems[0]?.emulator.fault('slow', { route: 'bulk', times: 4 })
  const first = startExpunge('run', path, '--approve', digest, '--quiet')
  await requestOf(scene, 'cms', 6)
  first.child.kill('SIGSTOP')
  const before = callsOf(scene)
  const seconds = await Promise.all([
    expunge('resume', path),
    expunge('run', path, '--approve', digest),
    expunge('plan', scene.config, '-o', path),
  ])
  assert.equal(
    seconds.map(({ code }) => code),
    [5, 5, 5],
    seconds.map(({ stderr }) => stderr).join(),
  )
  // A plan asks the systems where they are before it opens a journal.
  assert.ok(callsOf(scene) - before <= 6)
  for (const { stderr } of seconds) assert.match(stderr, /another program holds the journal/)
  assert.is((await readReport(path)).run.state, 'running')
  first.child.kill('SIGCONT')
  assert.is((await first.ended).code, 1)
  assert.equal(problemsOf(scene, [0, 0, 0], [], await readReport(path)), [])
})

test('a process that died after its last outcome has left nothing to be resumed', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const { folder, remove } = newFolder()
  after(remove)
  const ids = ['84a33b7e-833a-47da-95ed-000000000001', '84a33b7e-833a-47da-95ed-000000000002']
  emulator.seed(ids)
  const path = join(folder, 'run.db')
  await makeRun(path, [{ name: 'max', provider: uuidList({ ...emulator.options, permanentDelete: true }), ids }])
  const journal = openJournal(path)
  await journal.target('max').runStarted({ at: Date.now(), options: {} })
  journal.close()
  assert.is((await readReport(path)).run.state, 'ended')
})

const signals = [
  { signal: 'SIGINT', code: 130, says: 'Ctrl-C' },
  { signal: 'SIGTERM', code: 143, says: 'SIGTERM' },
] as const

for (const { signal, code, says } of signals) {
  test(`${signal}: what is in flight is settled, ${code}, and resume goes on`, async ({ after }) => {
    const scene = await startScene(after)
    const { path, digest } = await planned(scene)
    const first = scene.systems.map(({ emulator }) => emulator.calls.length)
    const { child, ended } = startExpunge('run', path, '--approve', digest)
    await requestOf(scene, 'max', 4)
    child.kill('SIGHUP')
    child.kill(signal)
    const stopped = await ended
    assert.is(stopped.code, code, stopped.stderr)
    assert.match(stopped.stderr, new RegExp(`${says}: nothing more is sent`))
    assert.match(stopped.stdout, /expunge resume /)
    const between = await readReport(path)
    assert.is(between.run.state, 'stopped')
    const left = between.targets.reduce((sum, { totals }) => sum + totals.untouched, 0)
    assert.ok(left > 50, `${left} left`)
    const resumed = await expunge('resume', path, '--quiet')
    const report = await readReport(path)
    assert.is(resumed.code, 1, resumed.stderr)
    assert.equal(problemsOf(scene, first, [], report), [])
    // All was settled before it ended, so nothing is sent twice: what was seen as done stays as it was.
    for (const [at, { outcomes }] of between.targets.entries()) {
      const settled = outcomes.filter(
        ({ status }) => status === 'deleted' || status === 'absent' || status === 'rejected',
      )
      const now = new Map(report.targets[at]?.outcomes.map((outcome) => [outcome.id, outcome]))
      assert.equal(
        settled.map(({ id }) => now.get(id)),
        settled,
      )
    }
  })
}

test('a second Ctrl-C leaves at once, whatever a job does', async ({ after }) => {
  const scene = await startScene(after)
  const { path, digest } = await planned(scene)
  const [cms] = scene.systems
  cms?.emulator.fault('job-never-ends', { times: 1 })
  const { child, ended } = startExpunge('run', path, '--approve', digest, '--log-format', 'json')
  await requestOf(scene, 'cms', 9)
  child.kill('SIGINT')
  // The first one has been heard when it has been told.
  let told = ''
  child.stderr.on('data', (text: string) => {
    told += text
    if (/nothing more is sent/.test(told)) child.kill('SIGINT')
  })
  const startedAt = performance.now()
  const left = await ended
  console.log(`left ${Math.round(performance.now() - startedAt)} ms after the second Ctrl-C`)
  assert.is(left.code, 130)
  assert.match(left.stderr, /once more leaves at once/)
  assert.not.match(left.stdout, /Stopped, and saved/, 'it did not wait for the job')
  assert.is((await readReport(path)).run.state, 'interrupted')
})
