import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAvePointOpus, startDatoCms } from '../../../src/emulators/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf, deletions, type Playground, uuidPlayground } from '../systems.ts'

const test = suite('cli: plan asks the systems', { deadlineMs: 240_000 })

const plan = async (
  { folder, env }: Pick<Playground, 'folder' | 'env'>,
  name: string,
  target: object,
  ...words: ReadonlyArray<string>
) => {
  writeFileSync(join(folder, `${name}.json`), configOf(target))
  const ended = await expunge(folder, ['plan', `${name}.json`, '-o', `${name}.db`, ...words], { env })
  return { ...ended, written: existsSync(join(folder, `${name}.db`)) }
}

test('a list of UUIDs: a wrong token, port or object fails the plan; --offline asks nothing', async (context) => {
  const playground = await uuidPlayground(context, 3)
  const { emulator, target, ids } = playground
  const options = target['options'] as Readonly<Record<string, unknown>>
  const good = await plan(playground, 'good', target)
  assert.is(good.code, 0, good.stderr)
  assert.match(good.stdout, /asked {5}it answers; asked for one record, it lists "[\da-f-]{36}"/)
  assert.is(emulator.calls.length, 1)
  const closed = await uuidPlayground(context, 1)
  await closed.emulator.close()
  const port = { ...options, baseUrl: (closed.target['options'] as { baseUrl: string }).baseUrl }
  const wrong: ReadonlyArray<readonly [name: string, target: object, env: object, says: RegExp]> = [
    ['token', target, { MAX_TOKEN: 'another' }, /targets\[0\]: uuid-list was asked.*401/s],
    ['never', { ...target, verify: 'never' }, { MAX_TOKEN: 'another' }, /uuid-list was asked.*401/s],
    ['port', { ...target, options: port }, {}, /targets\[0\]: uuid-list was asked/],
    ['object', { ...target, options: { ...options, object: 'io_shwcase' } }, {}, /uuid-list was asked.*404/s],
  ]
  for (const [name, given, env, says] of wrong) {
    const { code, stderr, written } = await plan({ ...playground, env: { ...playground.env, ...env } }, name, given)
    assert.equal([code, written], [2, false], `${name}: ${stderr}`)
    assert.match(stderr, says)
    assert.match(stderr, '--offline')
  }
  const calls = emulator.calls.length
  const offline = await plan({ ...playground, env: { MAX_TOKEN: 'another' } }, 'offline', target, '--offline')
  assert.is(offline.code, 0, offline.stderr)
  assert.match(offline.stdout, 'asked     not asked, because of --offline')
  assert.is(emulator.calls.length, calls)
  assert.is(deletions(playground), 0)
  writeFileSync(join(playground.folder, 'ids.txt'), randomUUID())
  assert.match((await plan(playground, 'absent', target)).stdout, 'it does not list')
  assert.is(ids.length, emulator.existing().size)
})

test('a read that is not allowed fails the plan, and is a warning where nothing will be read', async (context) => {
  const playground = await uuidPlayground(context, 2)
  playground.emulator.fault('403', { route: 'read', times: Number.POSITIVE_INFINITY })
  const { code, stderr, written } = await plan(playground, 'reads', playground.target)
  assert.equal([code, written], [2, false])
  assert.match(stderr, '403')
  const never = await plan(playground, 'never', { ...playground.target, verify: 'never' })
  assert.is(never.code, 0, never.stderr)
  assert.match(never.stdout, /^warning: target "max": uuid-list does not let itself be read/)
  assert.match(never.stdout, 'asked     it answers, and a read was not allowed')
})

test('DatoCMS and Opus: a wrong credential fails the plan', async (context) => {
  const dato = await startDatoCms({ rate: 'none' })
  context.after(() => dato.close())
  const opus = await startAvePointOpus()
  context.after(() => opus.close())
  const folder = folderOf(context, { 'cms.txt': 'A2345678901234567890_-', 'opus.txt': 'key-1' })
  const { apiToken, ...datoOptions } = dato.options
  const { clientSecret, ...opusOptions } = opus.options
  const cms = {
    name: 'cms',
    provider: 'datocms',
    ids: 'cms.txt',
    options: { ...datoOptions, apiToken: { env: 'DATO_TOKEN' } },
    production: true,
  }
  const records = {
    name: 'opus',
    provider: 'avepoint-opus',
    ids: 'opus.txt',
    options: { ...opusOptions, clientSecret: { env: 'OPUS_SECRET' } },
  }
  const env = { DATO_TOKEN: apiToken, OPUS_SECRET: clientSecret }
  const known = await plan({ folder, env }, 'cms', cms)
  assert.is(known.code, 0, known.stderr)
  assert.match(known.stdout, 'asked     it answers; asked for one record, it does not list "A2345678901234567890_-"')
  const due = await plan({ folder, env }, 'opus', records)
  assert.is(due.code, 0, due.stderr)
  assert.match(due.stdout, 'asked     it answers; it can not be asked for a record')
  assert.is(opus.destroyed().size, 0)
  const others = { DATO_TOKEN: 'another', OPUS_SECRET: 'another' }
  for (const [name, target] of [
    ['no-cms', cms],
    ['no-opus', records],
  ] as const) {
    const { code, stderr, written } = await plan({ folder, env: others }, name, target)
    assert.equal([code, written], [2, false], stderr)
    assert.not.match(stderr, 'another')
  }
})

test('a system that can not be asked anything is planned, and the plan says so', async (context) => {
  const adapter = `export const own = () => ({
    specification: 1, name: 'own', verified: 'documentation', isValidId: () => true,
    capabilities: { maxBatchSize: 5, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    deleteBatch: () => async () => ({ _tag: 'Right', right: { kind: 'AllDeleted' } }),
  })`
  const folder = folderOf(context, { 'own.mjs': adapter, 'ids.txt': 'one\ntwo' })
  const target = { name: 'own', provider: './own.mjs#own', ids: 'ids.txt', options: {} }
  const { code, stdout, stderr } = await plan({ folder, env: {} }, 'own', target)
  assert.is(code, 0, stderr)
  assert.match(stdout, 'asked     it can not be asked anything before the run')
})

test('after: what is protected or has an invalid id blocks nothing', async (context) => {
  const playground = await uuidPlayground(context, 6)
  const { folder, env, target, ids, emulator } = playground
  writeFileSync(join(folder, 'first.txt'), [...ids.slice(0, 3), 'no id of this system'].join('\n'))
  writeFileSync(join(folder, 'second.txt'), ids.slice(3).join('\n'))
  writeFileSync(join(folder, 'keep.txt'), `${ids[1]}`)
  const targets = [
    { ...target, name: 'second', ids: 'second.txt', after: ['first'] },
    { ...target, name: 'first', ids: 'first.txt', protect: 'keep.txt' },
  ]
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets }))
  const planned = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  assert.is(planned.code, 0, planned.stderr)
  const run = await expunge(folder, ['run', 'run.db', '--json', '--approve', JSON.parse(planned.stdout).digest], {
    env,
  })
  assert.is(run.code, 1, run.stderr)
  const result = JSON.parse(run.stdout)
  assert.equal(
    result.targets.map(({ state }: { state: string }) => state),
    ['ended', 'ended'],
  )
  assert.equal([...emulator.existing()], [ids[1]])
})
