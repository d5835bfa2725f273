import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { showDemo } from '../../../src/cli/demo/show.ts'
import { type DemoSizes, type DemoSystem, startDemoSystems } from '../../../src/cli/demo/systems.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { keptOutput } from '../output.ts'

const test = suite('demo')

const built = join(import.meta.dirname, '../../../dist/cli/demo/demo.js')

test('npm run demo: does its job in time, and its report is true', { deadlineMs: 60_000 }, async () => {
  assert.ok(existsSync(built), 'dist/cli/demo/demo.js is not there: npm test builds it')
  const startedAt = performance.now()
  const { code, stdout, stderr } = await run(built)
  const lines = stdout.trimEnd().split('\n')
  assert.is(stderr, '')
  assert.is(lines.at(-1), 'RIGHT: no difference, the report is true.', stdout)
  assert.is(code, 0)
  assert.ok(performance.now() - startedAt < 30_000, 'under 30 s')

  const [headings = '', ...rows] = lines.slice(lines.findIndex((line) => line.startsWith('System'))).slice(0, 4)
  assert.is(
    headings.replaceAll(/ +/g, ' '),
    `System records deleted absent rejected untouched unconfirmed requests seconds gone is`,
  )
  const cells = rows.map((row) => row.split(/ {2,}/))
  assert.equal(
    cells.map((row) => [row[0], row[1], row[4], row[5], row[6], row.at(-1)]),
    [
      ['DatoCMS', '10,000', '11', '0', '0', 'unknown'],
      ['UUID list', '5,000', '12', '0', '0', 'erased'],
      ['Opus', '1,500', '12', '0', '0', 'marked'],
    ],
  )
  for (const [name, records] of [
    ['DatoCMS', '10,000'],
    ['UUID list', '5,000'],
    ['Opus', '1,500'],
  ]) {
    assert.match(stdout, `${name}: started, ${records} records`)
    assert.match(stdout, `${name}: ended, ${records} of ${records} settled`)
  }
  for (const reason of ['DELETE_RESTRICTION', 'referenced by another record', 'not been approved']) {
    assert.match(stdout, reason)
  }
  assert.not.match(stdout, /token|secret|Bearer/i)
  assert.ok(!stdout.includes('\u001b'), 'no colours and no cursor where nobody looks')
})

const run = (script: string): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const { FORCE_COLOR, NO_COLOR, NODE_OPTIONS, ...env } = process.env
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}

const small: DemoSizes = { datoCms: 2_000, uuidList: 2_500, opus: 150 }

const start = async ({ after }: TestContext): Promise<ReadonlyArray<DemoSystem>> => {
  const systems = await startDemoSystems(small)
  after(() => Promise.all(systems.map(({ emulator }) => emulator.close())))
  return systems
}

test('what it puts in the way is met: one throttle, one answer lost after the work', {
  deadlineMs: 30_000,
}, async (context) => {
  const systems = await start(context)
  const { output, text } = keptOutput()
  assert.is(await showDemo(systems, output), true, text())
  const [dato = [], uuids = [], opus = []] = systems.map(({ emulator }) => emulator.calls)
  assert.is(dato.filter(({ status }) => status === 429).length, 1)
  assert.equal(
    uuids.filter(({ status }) => status === 0).map(({ applied }) => applied.length),
    [200],
  )
  assert.ok(opus.every(({ status }) => [200, 418].includes(status)))
})

test('a system that is not as the report says: the difference is shown, and the verdict is bad', {
  deadlineMs: 30_000,
}, async (context) => {
  const [dato, uuids, opus] = await start(context)
  assert.ok(dato && uuids && opus)
  const [risen = ''] = opus.ids
  const haunted: DemoSystem = {
    ...opus,
    emulator: { ...opus.emulator, existing: () => new Set([...opus.emulator.existing(), risen]) },
  }
  const { output, text } = keptOutput()
  assert.is(await showDemo([uuids, haunted], output), false)
  const lines = text().trimEnd().split('\n')
  assert.equal(lines.slice(-2), [
    `Opus, ${risen}: reported deleted, known by reply; really it is still there`,
    'WRONG: 1 difference.',
  ])
})
