import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { reachOf } from '../../../src/cli/systems/reach.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { folderOf } from '../command.ts'

const test = suite('cli: what an adapter can bring in')

const opened = (
  context: Pick<TestContext, 'after'>,
  files: Readonly<Record<string, string>>,
  entry = 'adapter.mjs',
) => {
  const folder = folderOf(context, files)
  const reach = (isPackage = false) => reachOf(join(folder, entry), isPackage, (path) => relative(folder, path))
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder, reach, digest: () => reach().digest, write }
}

/** Each of these files is brought in by the one before it, in another way. */
const chain: Readonly<Record<string, string>> = {
  'adapter.mjs': "import { a } from './lib/a.ts'\nexport const mine = a",
  'lib/a.ts': "import type { None } from './none.ts'\nexport { b as a } from '../b.mts'\nexport type A = None",
  'b.mts': "export * from '#inner'\nexport const b: number = 1",
  'package.json': '{ "imports": { "#inner": "./inner/c.js" } }',
  'inner/c.js':
    "export const c = async () => (await import(`./d.js`)).d\nexport { default as data } from './data.json' with { type: 'json' }",
  'inner/data.json': '{ "n": 1 }',
  'inner/d.js': "import e from './e.cjs'\nexport const d = e",
  'inner/e.cjs': "const f = require('./f')\nmodule.exports = [f, require('../folder'), require('./g.cts')]",
  'inner/f.js': 'exports.f = 1',
  'folder/index.js': "exports.g = require('./h.json')",
  'folder/h.json': '[1]',
  'inner/g.cts': 'const n: number = 1\nexports.n = n',
}

test('a change in anything that it reaches is a change of it, however it is reached', (context) => {
  const { digest, write, reach } = opened(context, chain)
  const before = digest()
  assert.is(reach().files.size, Object.keys(chain).length - 1, 'all of them, but for package.json')
  for (const [name, text] of Object.entries(chain)) {
    if (name === 'package.json') continue
    write(name, name.endsWith('.json') ? `${text} ` : `${text}\n// changed`)
    assert.not.equal(digest(), before, name)
    write(name, text)
    assert.is(digest(), before, name)
  }
  const moved = { 'package.json': '{ "imports": { "#inner": "./inner/other.js" } }' }
  const other = opened(context, { ...chain, ...moved, 'inner/other.js': chain['inner/c.js'] ?? '' })
  assert.not.equal(other.digest(), before, 'the same text from another place')
})

test('the same files elsewhere are the same', (context) => {
  const [one, other] = [opened(context, chain), opened(context, chain)]
  assert.is(one.digest(), other.digest())
})

test('links are followed to what they point at', (context) => {
  const { folder, digest, reach } = opened(context, {
    'adapter.mjs': "export { x as mine } from './linked.mjs'",
    'real/x.mjs': "export { y as x } from './y.mjs'",
    'real/y.mjs': 'export const y = () => 1',
    'real/z.mjs': "export { y as x } from './y.mjs'",
  })
  symlinkSync('real/x.mjs', join(folder, 'linked.mjs'))
  const before = digest()
  assert.equal([...reach().files.keys()].map((path) => path.slice(-5)).sort(), ['r.mjs', 'x.mjs', 'y.mjs'])
  rmSync(join(folder, 'linked.mjs'))
  symlinkSync('real/z.mjs', join(folder, 'linked.mjs'))
  assert.not.equal(digest(), before)
})

test('a package counts by its name, its version and its place, and its files do not', (context) => {
  const pack = (version: string) => JSON.stringify({ name: '@scope/pack', version, exports: './deep/index.js' })
  const { folder, digest, write } = opened(
    context,
    {
      'src/adapter.mjs': "import { x } from '@scope/pack'\nexport const mine = x",
      'node_modules/@scope/pack/package.json': pack('1.2.3'),
      'node_modules/@scope/pack/deep/index.js': 'module.exports.x = require(process.env.X)',
    },
    'src/adapter.mjs',
  )
  const before = digest()
  write('node_modules/@scope/pack/deep/index.js', 'module.exports.x = 2')
  assert.is(digest(), before)
  write('node_modules/@scope/pack/package.json', pack('1.2.4'))
  assert.not.equal(digest(), before)
  write('node_modules/@scope/pack/package.json', pack('1.2.3'))
  assert.is(digest(), before)
  mkdirSync(join(folder, 'src/node_modules/@scope'), { recursive: true })
  renameSync(join(folder, 'node_modules/@scope/pack'), join(folder, 'src/node_modules/@scope/pack'))
  assert.not.equal(digest(), before, 'another place')
})

test('a package that is a link to files of ours, or has no version, counts by its files', (context) => {
  const { folder, digest, write } = opened(context, {
    'adapter.mjs': "import { x } from 'near'\nimport { y } from 'bare'\nexport const mine = [x, y]",
    'packages/near/package.json': '{ "name": "near", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'packages/near/index.js': 'export const x = 1',
    'node_modules/bare/package.json': '{ "name": "bare", "exports": "./y.mjs" }',
    'node_modules/bare/y.mjs': 'export const y = 1',
  })
  symlinkSync('../packages/near', join(folder, 'node_modules/near'))
  for (const name of ['packages/near/index.js', 'node_modules/bare/y.mjs']) {
    const before = digest()
    write(name, `export const ${name.endsWith('.mjs') ? 'y' : 'x'} = 2`)
    assert.not.equal(digest(), before, name)
  }
})

test('what is not there, and need not be, is noticed once it is', (context) => {
  const { digest, write } = opened(
    context,
    {
      'adapter.cjs':
        "try { require('./maybe'); require('may-be') } catch {}\nexports.mine = () => import('./later.mjs')",
    },
    'adapter.cjs',
  )
  let before = digest()
  for (const name of ['maybe.js', 'later.mjs', 'node_modules/may-be/index.js']) {
    write(name, '')
    assert.not.equal(digest(), before, name)
    before = digest()
  }
})

/** Where the second line brings in what can't be told. */
const unclear: ReadonlyArray<readonly [name: string, line: string, says: string]> = [
  ['a.mjs', 'await import(process.env.X)', 'import(…)'],
  ['b.mjs', "const load = (x) => import('./' + x)", 'import(…)'],
  ['c.mjs', `import(\`./${'$'}{process.env.X}.js\`)`, 'import(…)'],
  ['d.mts', 'const y: unknown = await import(x as string)', 'import(…)'],
  ['e.cjs', 'const x = require(process.env.X)', 'require(…)'],
  ['f.cts', "const x: object = require(process.argv[2] + '')", 'require(…)'],
  ['g.js', 'const load = require; load(process.env.X)', 'require under another name'],
  ['h.js', 'globalThis.load = [require][0]', 'require under another name'],
  ['i.cjs', 'module.require(process.env.X)', '.require(…)'],
  ['j.cjs', 'exports.x = { require }', 'require under another name'],
  ['k.mjs', "import { createRequire } from 'node:module'", 'node:module'],
  ['l.mjs', "import * as all from 'module'", 'module'],
  ['m.cjs', "const { createRequire: make } = require('module')", 'module'],
  ['n.mjs', "import { runInThisContext } from 'node:vm'", 'node:vm'],
  ['o.mjs', 'export const x = new Function("return 1")', 'Function(…)'],
  ['p.mjs', 'export const x = globalThis.Function("return 1")', '.Function(…)'],
  ['q.mjs', 'eval("1")', 'eval'],
  ['r.mjs', 'export const x = (0, eval)(process.env.X)', 'eval'],
  ['s.mjs', 'globalThis["eval"]("1")', 'eval'],
  ['t.mjs', "import 'data:text/javascript,export const x = 1'", 'data:'],
  ['u.mjs', "await import('data:text/javascript,1')", 'data:'],
  ['v.mjs', "import 'https://example.com/x.js'", 'https://example.com'],
  ['w.mjs', 'process.getBuiltinModule(process.env.X)', 'getBuiltinModule'],
  ['ww.mjs', "process.getBuiltinModule('module')", 'module can load'],
  ['x.cjs', "module.constructor._load('./x')", 'module.constructor'],
  ['y.mjs', "export const x = (() => {}).constructor('return 1')", '.constructor(…)'],
  ['z.mjs', "import { Worker } from 'node:worker_threads'", 'node:worker_threads'],
  ['aa.mjs', "process.dlopen({}, './x.node')", 'dlopen'],
  ['bb.mjs', 'export const x = @', 'can not be read'],
  ['cc.ts', 'enum Colour { Red }', 'can not be read'],
  ['dd.mjs', "import './not-there.mjs'", 'leads to no file'],
  ['ee.mjs', "import 'no-such-package'", 'leads to no file'],
]

test('what can not be told without running it is refused, with its file and line', (context) => {
  for (const [name, line, says] of unclear) {
    const { reach } = opened(context, { 'adapter.mjs': `// first\nimport './${name}'`, [name]: `'first'\n${line}\n` })
    // A type that can't be stripped is told without its line.
    const where = name === 'cc.ts' ? 'cc.ts' : `${name}:2`
    assert.throws(reach, (error: Error) => error.message.includes(`${where}: `) && error.message.includes(says), line)
  }
})

/** Words that look like it. */
const plain: ReadonlyArray<readonly [name: string, text: string]> = [
  [
    'a.mjs',
    'export const x = { require: 1, eval: 2 }.require\nclass A { eval() {} }\nexport const y = (o) => o.eval?.()',
  ],
  ['b.mjs', "// import(x)\nexport const s = 'require(x) eval(1)' + `import(y)`\nexport const r = /new Function()/"],
  [
    'c.cjs',
    "if (require.main === module) module.exports = require.resolve(process.argv[1])\ntypeof require === 'function'",
  ],
  ['d.mjs', 'export const is = (x) => x instanceof Function || x.constructor === Object || new x.constructor()'],
  ['e.mjs', "import fs from 'node:fs'\nimport { x } from 'path'\nexport const u = new URL('./y.js', import.meta.url)"],
  ['f.mjs', '#!/usr/bin/env node\nconst require = (n) => n\nexport const x = require(process.env.X)'],
  ['g.ts', "import type { T } from './not-there.ts'\nexport const f = <A>(a: A): A => a\nexport type U = T"],
]

test('words that look like it are none of it', (context) => {
  for (const [name, text] of plain) {
    const { reach } = opened(context, { [name]: text }, name)
    assert.is(reach().files.size, 1, name)
  }
})

test('an adapter that is named as a package may load as it likes, and counts by its version and by its files', (context) => {
  const { reach, write } = opened(
    context,
    {
      'node_modules/pack/package.json': '{ "name": "pack", "version": "1.0.0" }',
      'node_modules/pack/index.cjs': "exports.mine = require('./own.cjs')\nexports.load = (x) => require(x)",
      'node_modules/pack/own.cjs': 'module.exports = 1',
    },
    'node_modules/pack/index.cjs',
  )
  const before = reach(true).digest
  assert.throws(() => reach(false), /index\.cjs:2: /, 'by its path it is a file like any other')
  write('node_modules/pack/own.cjs', 'module.exports = 2')
  assert.not.equal(reach(true).digest, before)
  write('node_modules/pack/own.cjs', 'module.exports = 1')
  write('node_modules/pack/package.json', '{ "name": "pack", "version": "1.0.1" }')
  assert.not.equal(reach(true).digest, before)
})
