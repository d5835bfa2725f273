import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startUuidList } from '../../../src/emulators/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge, startExpunge } from '../child.ts'
import { newFolder } from '../made-run.ts'

const test = suite('beside a run', { deadlineMs: 90_000 })

const json = (text: string) => JSON.parse(text)
const sumOf = (totals: Readonly<Record<string, number>>) => Object.values(totals).reduce((sum, count) => sum + count, 0)

test('status and report, while it goes on, after kill -9, and at the end', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ rate: 'none', latencyMs: 1_000 })
  after(emulator.close)
  const ids = Array.from({ length: 8_000 }, () => crypto.randomUUID())
  emulator.seed(ids)
  writeFileSync(join(folder, 'ids.txt'), ids.join('\n'))
  writeFileSync(join(folder, 'token'), emulator.options.token)
  const options = { ...emulator.options, token: { file: 'token' }, permanentDelete: true }
  const config = join(folder, 'cleanup.json')
  writeFileSync(config, JSON.stringify({ targets: [{ name: 'max', provider: 'uuid-list', ids: 'ids.txt', options }] }))
  const path = join(folder, 'run.db')
  const { digest } = json((await expunge('plan', config, '-o', path, '--json')).stdout)

  const { child, ended } = startExpunge('run', path, '--approve', digest, '--quiet')
  after(() => child.kill('SIGKILL'))
  let status = json((await expunge('status', path, '--json')).stdout)
  while (status.targets[0].settled === 0) status = json((await expunge('status', path, '--json')).stdout)
  assert.is(status.run.state, 'running')
  const [now] = status.targets
  assert.is(sumOf(now.totals) + now.inFlight.records + now.waiting, 8_000)
  assert.ok(status.targets[0].inFlight.records > 0 && status.targets[0].oldestMs >= 0)
  const during = json((await expunge('report', path, '--format', 'json')).stdout)
  assert.is(during.targets[0].outcomes.length, 8_000)
  assert.is(child.exitCode, null, 'it still runs, and was not in the way')

  child.kill('SIGKILL')
  await ended
  const died = json((await expunge('report', path, '--format', 'json')).stdout)
  assert.is(died.run.state, 'interrupted')
  const [{ totals, outcomes }] = died.targets
  assert.is(sumOf(totals), 8_000)
  assert.ok(totals.deleted > 0 && totals.untouched > 0)
  const existing = emulator.existing()
  for (const { id, status } of outcomes) {
    if (status === 'deleted') assert.not.ok(existing.has(id))
    if (status === 'untouched') assert.ok(existing.has(id))
  }

  const resumed = await expunge('resume', path, '--quiet')
  assert.is(resumed.code, 0, resumed.stderr)
  const { run, targets } = json((await expunge('report', path, '--format', 'json')).stdout)
  assert.equal([run.state, targets[0].totals.deleted + targets[0].totals.absent], ['ended', 8_000])
  const control = crypto.randomUUID()
  emulator.seed([control])
  const verified = await expunge('verify', path, '--sample', '800', '--control', control)
  assert.equal([verified.code, verified.stderr], [0, ''])
  assert.match(verified.stdout, 'max: 0 of 800: up to 30 of 8,000 could remain, 95 % sure')
})
