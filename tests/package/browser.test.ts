import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import type { Report } from '../../src/index.ts'
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
const bundled = async (contents: string): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    logLevel: 'silent',
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
  test(`${entry} is bundled and evaluated`, async () => {
    const script = await bundled(`export * from './src/${entry}.ts'`)
    assert.ok(Number(await inBrowser(script, {}, 'Object.keys(bundle).length')) > 0)
  })
}

test('what imports a module of Node is found out, and what uses its globals, too', async () => {
  assert.match(String(await rejection(bundled(`export * from './src/journal/index.ts'`))), 'node:fs')
  const script = await bundled('export const pid = () => process.pid')
  assert.match(String(await rejection(inBrowser(script, {}, 'bundle.pid()'))), 'process is not defined')
})

const deleting = (face: string, provider: string) =>
  bundled(`export { deleteRecords } from './src/${face}.ts'\nexport * from './src/providers/${provider}.ts'`)

test('records of DatoCMS are deleted, by jobs', async ({ after }) => {
  const cms = await startDatoCms()
  after(() => cms.close())
  cms.seed(['1', '2'])
  const run = 'bundle.deleteRecords(bundle.datoCms(options), ["1", "2"])'
  const report = await inBrowser(await deleting('index', 'datocms'), { options: cms.options }, run)
  assert.is((report as Report).totals.deleted, 2)
  assert.equal([...cms.existing()], [])
  assert.ok(cms.calls.length > 0)
})

test('records of Opus are marked, with client credentials', async ({ after }) => {
  const opus = await startAvePointOpus()
  after(() => opus.close())
  opus.seed(['a', 'b'])
  const run = 'bundle.deleteRecords(bundle.avePointOpus(options), ["a", "b"])'
  const report = await inBrowser(await deleting('index', 'avepoint-opus'), { options: opus.options }, run)
  assert.is((report as Report).totals.deleted, 2)
  assert.equal([...opus.destroyed()].sort(), ['a', 'b'])
})

test('a list of UUIDs is deleted by the fp-ts face', async ({ after }) => {
  const max = await startUuidList()
  after(() => max.close())
  const id = '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81'
  max.seed([id])
  const given = { options: { ...max.options, permanentDelete: true }, id }
  const run = 'bundle.deleteRecords(bundle.uuidList(options), [id])()'
  const result = await inBrowser(await deleting('fp', 'uuid-list'), given, run)
  assert.is((result as { readonly right: Report }).right.totals.deleted, 1)
  assert.equal([...max.existing()], [])
})
