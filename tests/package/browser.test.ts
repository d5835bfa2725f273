import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build, type Plugin } from 'esbuild'
import { realClock } from '../../src/core/settings/clock.ts'
import { startUuidList } from '../../src/emulators/index.ts'
import type { Report } from '../../src/index.ts'
import { type ContractSubject, virtualClock } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'

/**
 * The library and its providers as a browser would get them: bundled by a bundler that knows no `node:` module, and run in
 * a world that has what browsers have, and nothing of Node's.
 */
const test = suite('bundled for browsers', { deadlineMs: 30_000 })

const root = join(import.meta.dirname, '..', '..')
const sources = join(root, 'src')
const providers = readdirSync(join(sources, 'providers'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `providers/${basename(name, '.ts')}`)
const faces = ['index', 'fp', 'http-provider']

/** The modules of these texts as one script, whose exports are `bundle`. Rejects where anything of Node's is imported. */
const bundled = async (contents: string, plugins: Plugin[] = []): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    logLevel: 'silent',
    plugins,
  })
  return outputFiles[0]?.text ?? ''
}

/** What the standards of the web have, and nothing else: no process, no Buffer, no require, no setImmediate. */
const webGlobals = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'DOMException',
  'Event',
  'EventTarget',
  'FormData',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setTimeout',
  'structuredClone',
] as const

const inBrowser = (script: string, given: Readonly<Record<string, unknown>>, run: string): Promise<unknown> => {
  const navigator = { userAgent: 'Mozilla/5.0' }
  const world = Object.fromEntries(webGlobals.map((name) => [name, globalThis[name]]))
  const context = createContext({ ...world, navigator, ...given })
  runInContext('globalThis.self = globalThis.window = globalThis', context)
  runInContext(script, context)
  return runInContext(`(async () => ${run})()`, context)
}

for (const entry of [...faces, ...providers]) {
  test(`${entry} is bundled and evaluated, as it is written and as it is shipped`, async () => {
    for (const file of [`./src/${entry}.ts`, `./dist/${entry}.js`]) {
      const script = await bundled(`export * from '${file}'`)
      assert.ok(Number(await inBrowser(script, {}, 'Object.keys(bundle).length')) > 0, file)
    }
  })
}

test('what imports a module of Node is found out, and what uses its globals, too', async () => {
  assert.match(String(await rejection(bundled(`export * from './src/journal/index.ts'`))), 'node:fs')
  const script = await bundled('export const pid = () => process.pid')
  assert.match(String(await rejection(inBrowser(script, {}, 'bundle.pid()'))), 'process is not defined')
})

/** The subjects of the contract tests bring fake backends along, which stay in Node: only how a provider is made goes over. */
const withoutBackends: Plugin = {
  name: 'without backends',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\/(?:testing|emulators\/index|support\/[\w-]+)\.ts$/ }, ({ path }) => ({
      path,
      namespace: 'node',
    }))
    onLoad({ filter: /./, namespace: 'node' }, () => ({
      contents: 'module.exports = new Proxy({}, { get: () => () => 0 })',
    }))
  },
}

for (const provider of providers) {
  const name = basename(provider)
  const subjectPath = `./tests/testing/providers/${name}.ts`

  test(`${provider} deletes`, async ({ after }) => {
    const exported: Readonly<Record<string, ContractSubject>> = await import(join(root, subjectPath))
    const [first, subject] = Object.entries(exported).find(([key]) => key.endsWith('Subject')) ?? []
    if (first === undefined || subject === undefined) throw new Error(`${subjectPath} has no subject`)
    // Its fake has the time of the machine: nobody moves a virtual one here.
    const backend = await subject.start({ clock: { ...virtualClock(), ...realClock } })
    after(() => backend.close())
    const idOf = subject.id ?? ((n: number) => `record-${n}`)
    const ids = Array.from({ length: 3 }, (_, n) => idOf(n))
    await backend.seed(ids)
    assert.is([...(await backend.existing())].length, 3)

    const script = await bundled(
      `export { deleteRecords } from './src/index.ts'\nexport { ${first} as subject } from '${subjectPath}'`,
      [withoutBackends],
    )
    const run = 'bundle.deleteRecords(bundle.subject.provider(url), ids)'
    const report = (await inBrowser(script, { url: backend.url, ids }, run)) as Report

    assert.is(report.totals.deleted, 3, JSON.stringify(report.outcomes))
    assert.equal([...(await backend.existing())], [])
  })
}

test('records are deleted by the fp-ts face', async ({ after }) => {
  const max = await startUuidList()
  after(() => max.close())
  const id = '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81'
  max.seed([id])
  const given = { options: { ...max.options, permanentDelete: true }, id }
  const script = await bundled(`export * from './src/fp.ts'\nexport * from './src/providers/uuid-list/uuid-list.ts'`)
  const result = await inBrowser(script, given, 'bundle.deleteRecords(bundle.uuidList(options), [id])()')
  assert.is((result as { readonly right: Report }).right.totals.deleted, 1)
  assert.equal([...max.existing()], [])
})
