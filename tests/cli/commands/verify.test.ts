import { join } from 'node:path'
import {
  startAvePointOpus,
  startUuidList,
  type UuidListEmulator,
  type UuidListEmulatorSettings,
} from '../../../src/emulators/index.ts'
import { avePointOpus, uuidList } from '../../../src/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge } from '../child.ts'
import { type MadeTarget, makeRun, newFolder } from '../made-run.ts'

const test = suite('verify', { deadlineMs: 20_000 })

process.env['EXPUNGE_TEST_TOKEN'] = 'uuid-list-token'

interface Made {
  readonly path: string
  readonly ids: ReadonlyArray<string>
  readonly emulator: UuidListEmulator
}

const made = async (
  { after }: TestContext,
  options: Partial<MadeTarget> & { readonly records?: number; readonly settings?: UuidListEmulatorSettings } = {},
): Promise<Made> => {
  const { records = 1_000, settings, ...target } = options
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ rate: 'none', ...settings })
  after(emulator.close)
  const ids = Array.from({ length: records }, () => crypto.randomUUID())
  emulator.seed(ids)
  const path = join(folder, 'run.db')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const configured = { ...emulator.options, permanentDelete: true, token: { env: 'EXPUNGE_TEST_TOKEN' } }
  await makeRun(path, [{ name: 'max', provider, ids, configured, ...target }])
  return { path, ids, emulator }
}

test('a sample of which none is there: the bound', async (context) => {
  const { path, emulator } = await made(context)
  const control = crypto.randomUUID()
  emulator.seed([control])
  const calls = emulator.calls.length
  const { code, stdout, stderr } = await expunge('verify', path, '--sample', '100', '--control', control)
  assert.is(stderr, '')
  assert.match(stdout, 'max: 0 of 100: up to 30 of 1,000 could remain, 95 % sure')
  assert.is(code, 0)
  const sent = emulator.calls.slice(calls)
  assert.ok(
    sent.every(({ method }) => method === 'GET'),
    'it only reads',
  )
})

test('a reader that saw while the run went on, and sees nothing now, verifies nothing', async (context) => {
  const { path, emulator } = await made(context)
  for (const args of [['--all'], ['--sample', '7'], ['--all', '--control', crypto.randomUUID()]]) {
    const { code, stdout } = await expunge('verify', path, ...args)
    assert.is(code, 3, stdout)
    assert.match(stdout, 'max: cannot verify: nothing is listed')
    assert.not.match(stdout, 'none remains')
  }
  assert.is(emulator.existing().size, 0)
})

test('all of them, and some have come back', async (context) => {
  const { path, ids, emulator } = await made(context)
  emulator.seed(ids.slice(10, 12))
  const all = await expunge('verify', path, '--all')
  assert.is(all.code, 1, all.stderr)
  assert.match(all.stdout, 'max: 2 of 1,000: all were read')
  for (const id of ids.slice(10, 12)) assert.match(all.stdout, id)
  const { code, stdout } = await expunge('verify', path, '--all', '--json')
  assert.is(code, 1)
  const [target] = JSON.parse(stdout).targets
  assert.equal([target.gone, target.read, target.present, target.proof], [1_000, 1_000, 2, 'now'])
})

test('a reader that was never proven verifies nothing', async (context) => {
  const { path, emulator } = await made(context, { options: { verify: 'never' } })
  const { code, stdout } = await expunge('verify', path)
  assert.is(code, 3)
  assert.match(stdout, 'max: cannot verify: nothing is listed')
  const other = crypto.randomUUID()
  emulator.seed([other])
  const proven = await expunge('verify', path, '--control', other)
  assert.is(proven.code, 0, proven.stdout)
  assert.match(proven.stdout, 'max: 0 of 1,000: all were read, none remains')
})

test('a system that can not be read', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const opus = await startAvePointOpus()
  after(opus.close)
  opus.seed(['a'])
  const path = join(folder, 'run.db')
  process.env['EXPUNGE_TEST_SECRET'] = opus.options.clientSecret
  const configured = { ...opus.options, clientSecret: { env: 'EXPUNGE_TEST_SECRET' } }
  await makeRun(path, [{ name: 'opus', provider: avePointOpus(opus.options), ids: ['a'], configured }])
  const { code, stdout } = await expunge('verify', path)
  assert.is(code, 3)
  assert.match(stdout, "opus: cannot verify: avepoint-opus can't read records back")
})

test('another place is refused, and not read', async (context) => {
  const { path, emulator } = await made(context, {
    configured: {
      baseUrl: 'http://127.0.0.1:9',
      object: 'other',
      permanentDelete: true,
      token: { env: 'EXPUNGE_TEST_TOKEN' },
    },
  })
  const calls = emulator.calls.length
  const { code, stderr } = await expunge('verify', path)
  assert.is(code, 2)
  assert.match(stderr, 'the plan is for io_showcase')
  assert.is(emulator.calls.length, calls)
})

test('--sample and --all can not be had together', async (context) => {
  const { path } = await made(context, { records: 1 })
  assert.is((await expunge('verify', path, '--all', '--sample', '1')).code, 2)
  assert.is((await expunge('verify', path, '--sample', '0')).code, 2)
})

test('a long reading tells how far it is, unless it is to be quiet', async (context) => {
  const { path, emulator } = await made(context, { records: 11_000 })
  const control = crypto.randomUUID()
  emulator.seed([control])
  const told = await expunge('verify', path, '--all', '--control', control)
  assert.is(told.code, 0, told.stderr)
  assert.equal(told.stderr.trim().split('\n'), ['max: 5,000 of 11,000 read back', 'max: 10,000 of 11,000 read back'])
  assert.is((await expunge('verify', path, '--all', '--quiet', '--control', control)).stderr, '')
})
