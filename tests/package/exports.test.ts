import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../support/suite.ts'

/**
 * The rule of the entry points: a file that lies directly in `src/` or in `src/providers/` is one, and so is the index of a
 * folder of `src/` that is exported as a whole. A provider of several files is a folder, whose file of the same name is one.
 */
const test = suite('the entry points')

const root = join(import.meta.dirname, '..', '..')
const { exports, sideEffects, types, main, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const modules: ReadonlyArray<[string, { readonly types: string; readonly default: string }]> = Object.entries<{
  readonly types: string
  readonly default: string
}>(exports).filter(([, target]) => typeof target === 'object')

const inFolder = (folder: string) => readdirSync(join(root, 'src', folder), { withFileTypes: true })
const sourcesIn = (folder: string): ReadonlyArray<string> =>
  inFolder(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => entry.name.replace(/\.ts$/, ''))
const entryFor = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })

test('each provider is an entry point', () => {
  const providers = inFolder('providers').map(({ name }) => name.replace(/\.ts$/, ''))
  assert.ok(providers.length >= 3)
  for (const name of providers) {
    const path = sourcesIn('providers').includes(name) ? `providers/${name}` : `providers/${name}/${name}`
    assert.equal(exports[`./providers/${name}`], entryFor(path), name)
  }
})

test('each face is an entry point', () => {
  for (const name of sourcesIn('')) assert.equal(exports[name === 'index' ? '.' : `./${name}`], entryFor(name), name)
  assert.equal({ types, default: main }, exports['.'])
})

test('each entry point comes from a source, and is built', () => {
  for (const [name, target] of modules) {
    const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')
    assert.ok(existsSync(join(root, source)), `${name} has no source ${source}`)
    assert.is(target.types, target.default.replace(/\.js$/, '.d.ts'))
    for (const file of [target.types, target.default]) assert.ok(existsSync(join(root, file)), `${file} is not built`)
  }
})

test('each entry point can be imported, and a provider has a factory', async () => {
  for (const [name] of modules) {
    const exported: Readonly<Record<string, unknown>> = await import(`expunge${name.slice(1)}`)
    const functions = Object.values(exported).filter((value) => typeof value === 'function')
    assert.ok(functions.length > 0, `${name} exports no function`)
  }
})

test('unused parts can be dropped by a bundler, and sources are shipped', () => {
  assert.is(sideEffects, false)
  assert.ok(files.includes('dist') && files.includes('src'))
})
