import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nextJournal } from '../../../src/cli/report/retry-draft.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge } from '../child.ts'
import { newFolder } from '../made-run.ts'

const test = suite('retry', { deadlineMs: 60_000 })

/** Two targets on one emulator each; of the first, three records are refused. */
const made = async ({ after }: TestContext) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulators = [await startUuidList({ rate: 'none' }), await startUuidList({ rate: 'none' })] as const
  const targets = emulators.map((emulator, index) => {
    after(emulator.close)
    const ids = Array.from({ length: 50 }, () => crypto.randomUUID())
    emulator.seed(ids)
    const name = `max-${index + 1}`
    const rows = ids.map((id, row) => `${row},${id},"a, b"\r\n`)
    writeFileSync(join(folder, `${name}.csv`), `number,uuid,note\r\n${rows.join('')}9,no-uuid,\r\n`)
    writeFileSync(join(folder, `${name}.token`), emulator.options.token)
    const options = { ...emulator.options, token: { file: `${name}.token` }, permanentDelete: true }
    return {
      config: {
        name,
        provider: 'uuid-list',
        ids: `${name}.csv`,
        column: 'uuid',
        options,
        after: index === 0 ? [] : ['max-1'],
      },
      ids,
    }
  })
  const config = join(folder, 'cleanup.json')
  const guards = { halt: { rejectedShare: 0.5, after: 20 } }
  writeFileSync(config, JSON.stringify({ targets: targets.map((target) => target.config), guards, planExpiry: '7d' }))
  const refused = targets[0]?.ids.slice(0, 3) ?? []
  emulators[0].refuse(refused)
  return { folder, config, emulators, refused, path: join(folder, 'run.db') }
}

const approved = async (path: string) => {
  const { targets, ...plan } = JSON.parse((await expunge('status', path, '--json')).stdout)
  return expunge('run', path, '--approve', plan.run.digest)
}

const json = (text: string) => JSON.parse(text)

test('plans what is left, and names the plan that left it', async (context) => {
  const { folder, config, path, refused, emulators } = await made(context)
  const first = json((await expunge('plan', config, '-o', path, '--json')).stdout)
  const ran = await approved(path)
  assert.is(ran.code, 1, ran.stderr)

  const [planned, short] = [
    await expunge('plan', '--from', path, '--status', 'rejected', '--json', '-o', join(folder, 'by-plan.db')),
    await expunge('retry', path, '--json'),
  ]
  assert.is(short.code, 0, short.stderr)
  assert.equal(json(planned.stdout).targets.length, 1)
  const second = json(short.stdout)
  assert.equal(second.from, { path, digest: first.digest })
  assert.is(second.guards.halt, undefined, 'shares that halt are off')
  assert.is(Date.parse(second.expiresAt) - Date.parse(second.plannedAt), 7 * 24 * 3_600_000)
  // The second target was blocked, so all of it is left, but for what can't be sent.
  assert.equal(
    second.targets.map(({ name, records, after }: { name: string; records: number; after: unknown }) => [
      name,
      records,
      after,
    ]),
    [
      ['max-1', 3, []],
      ['max-2', 50, ['max-1']],
    ],
  )
  assert.is(second.journal, join(folder, 'run-2.db'))

  for (const emulator of emulators) assert.ok(emulator.existing().size > 0)
  assert.is((await approved(second.journal)).code, 1, 'they are refused again, and nothing halts')
  const report = await expunge('report', second.journal, '--status', 'rejected', '--format', 'csv')
  assert.is(report.stderr, '')
  const [headings = '', ...rows] = report.stdout.split('\r\n')
  assert.match(headings, /^target,uuid,number,note,outcome,/)
  assert.equal(
    rows.filter((row) => row !== '').map((row) => row.split(',')[1]),
    refused,
  )
  assert.is(json((await expunge('report', second.journal, '--format', 'json')).stdout).run.from.digest, first.digest)
})

test('where nothing is left there is no plan', async (context) => {
  const { folder, config, path } = await made(context)
  const one = json(readFileSync(config, 'utf8'))
  writeFileSync(config, JSON.stringify({ targets: [one.targets[0]] }))
  await expunge('plan', config, '-o', path)
  await approved(path)
  const { code, stderr } = await expunge('retry', path, '--status', 'unconfirmed', '-o', join(folder, 'none.db'))
  assert.is(code, 0)
  assert.match(stderr, 'has left nothing of that kind')
  assert.is((await expunge('retry', path, '--status', 'deleted')).code, 2)
})

test('the words of --from and --status', async () => {
  assert.is((await expunge('plan')).code, 2)
  assert.is((await expunge('plan', 'a.json', '--from', 'run.db')).code, 2)
  assert.is((await expunge('plan', 'a.json', '--status', 'rejected')).code, 2)
  const wrong = await expunge('retry', 'run.db', '--status', 'regected')
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, 'they are deleted, absent, rejected, untouched, unconfirmed')
})

test('the next journal', () => {
  assert.is(nextJournal('/nowhere/run.db'), '/nowhere/run-2.db')
  assert.is(nextJournal('/nowhere/run-2.db'), '/nowhere/run-3.db')
  assert.is(nextJournal('/nowhere.d/run'), '/nowhere.d/run-2')
})
