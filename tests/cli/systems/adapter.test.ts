import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
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
