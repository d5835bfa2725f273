import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf, uuidPlayground } from '../systems.ts'

const test = suite('cli: adapters', { deadlineMs: 60_000 })

test('an adapter from a package that can only be imported, installed beside the configuration', async (context) => {
  const { target, env, emulator, ids } = await uuidPlayground(context, 5)
  const adapter = `export { uuidList as mine } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}`
  const folder = folderOf(context, {
    'ids.txt': ids.join('\n'),
    'cleanup.json': configOf({ ...target, ids: 'ids.txt', provider: 'the-adapter#mine' }),
    'node_modules/the-adapter/package.json': JSON.stringify({
      name: 'the-adapter',
      type: 'module',
      exports: { import: './mine.js' },
    }),
    'node_modules/the-adapter/mine.js': adapter,
  })
  const plan = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  assert.is(plan.code, 0, plan.stderr)
  const run = await expunge(folder, ['run', 'run.db', '--approve', JSON.parse(plan.stdout).digest], { env })
  assert.is(run.code, 0, run.stderr)
  assert.is(emulator.existing().size, 0)
})

test('the code of an adapter is also what it requires', async (context) => {
  const { target, env, ids } = await uuidPlayground(context, 3)
  const entry = JSON.stringify(new URL('../../../dist/index.js', import.meta.url).pathname)
  const folder = folderOf(context, {
    'ids.txt': ids.join('\n'),
    'cleanup.json': configOf({ ...target, ids: 'ids.txt', provider: './adapter.cjs#mine' }),
    'adapter.cjs': `const { name } = require('./part')\nexports.mine = require(${entry})[name]`,
    'part.js': "exports.name = 'uuidList'",
  })
  const plan = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  assert.is(plan.code, 0, plan.stderr)
  writeFileSync(join(folder, 'part.js'), "exports.name = 'uuidList' // changed")
  const run = await expunge(folder, ['run', 'run.db', '--approve', JSON.parse(plan.stdout).digest], { env })
  assert.is(run.code, 2)
  assert.match(run.stderr, 'has changed since the plan')
})

/** An adapter that leaves a mark when it runs, and a secret that leaves one when it is asked for. */
const marked = async (
  context: Pick<TestContext, 'after'>,
  adapter: string,
  others: Readonly<Record<string, string>> = {},
) => {
  const { target, env, emulator, ids } = await uuidPlayground(context, 4)
  const index = JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)
  const asked = ['node', '-e', "require('node:fs').writeFileSync('asked', ''); console.log(process.env.MAX_TOKEN)"]
  const options = { ...(target['options'] as object), token: { command: asked } }
  const folder = folderOf(context, {
    'ids.txt': ids.join('\n'),
    'cleanup.json': configOf({ ...target, options, ids: 'ids.txt', provider: './adapter.mjs#mine' }),
    'adapter.mjs': `import { writeFileSync } from 'node:fs'\nwriteFileSync('ran', '')\nimport { uuidList } from ${index}\n${adapter}`,
    ...others,
  })
  const marks = () => {
    const left = ['ran', 'asked'].filter((name) => existsSync(join(folder, name)))
    for (const name of left) rmSync(join(folder, name))
    return left
  }
  const call = (...args: ReadonlyArray<string>) => expunge(folder, args, { env })
  return { folder, marks, call, emulator }
}

test('nothing of an adapter runs, and no secret is asked for, before all that it imports was held against the plan', async (context) => {
  const mine = "import { part } from './part.ts'\nexport const mine = (options) => uuidList({ ...options, ...part })"
  const part = 'export const part: object = {}'
  const { folder, marks, call } = await marked(context, mine, { 'part.ts': part })
  const plan = await call('plan', 'cleanup.json', '--json')
  assert.is(plan.code, 0, plan.stderr)
  assert.equal(marks(), ['ran', 'asked'])
  const approve = ['--approve', JSON.parse(plan.stdout).digest]
  const changed = async (...args: ReadonlyArray<string>) => {
    writeFileSync(join(folder, 'part.ts'), `${part} // changed`)
    const { code, stderr } = await call(...args)
    assert.is(code, 2, stderr)
    assert.match(stderr, 'has changed since the plan')
    assert.equal(marks(), [], args[0])
    writeFileSync(join(folder, 'part.ts'), part)
  }
  await changed('run', 'run.db', ...approve)
  const run = await call('run', 'run.db', ...approve, '--max-duration', '1ms')
  assert.ok([0, 10].includes(run.code ?? 1), run.stderr)
  marks()
  await changed('resume', 'run.db')
  await changed('verify', 'run.db')
})

test('an import that only the run could tell is refused by the plan, and nothing has run', async (context) => {
  const mine = "const { mine: it } = await import(process.env.WHICH ?? './part.mjs')\nexport const mine = it"
  const { marks, call } = await marked(context, mine, { 'part.mjs': 'export const mine = 1' })
  const { code, stderr } = await call('plan', 'cleanup.json')
  assert.is(code, 2)
  assert.match(stderr, 'targets[0].provider: adapter.mjs:4: import(…) of what is only known while it runs')
  assert.equal(marks(), [])
})

test('what gets past the reading is stopped when it would be brought in', async (context) => {
  const mine = "await globalThis['ev' + 'al'](\"import('./hidden.mjs')\")\nexport const mine = uuidList"
  const hidden = "import { writeFileSync } from 'node:fs'\nwriteFileSync('asked', '')"
  const { marks, call } = await marked(context, mine, { 'hidden.mjs': hidden, 'other.mjs': '' })
  marks()
  const { code, stderr } = await call('plan', 'cleanup.json')
  assert.is(code, 2, stderr)
  assert.match(stderr, 'hidden.mjs, which was not known before it ran')
})
