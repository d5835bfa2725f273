import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { breaches, importsOf, type Rules, type Source } from './support/architecture.ts'
import { assert, suite } from './support/suite.ts'

/**
 * The rooms of the house. A new file in `src/` or `src/core/` needs a line here: put it in the first room that is enough for
 * what it imports. Within a room imports are free, circles apart.
 *
 *     cli, testing -> index, fp -> engine -> effects -> decisions -> words
 *     providers -> http-provider, words          journal -> words          emulators -> nothing of ours
 */
const decoding = ['io-ts', 'fp-ts/lib/']
const below = ['decisions', 'clock', 'defaults', 'words']
const rooms: Rules['rooms'] = {
  // Types and tiny total functions.
  words: {
    holds: [
      'core/error.ts',
      'core/events.ts',
      'core/journal.ts',
      'core/outcome.ts',
      'core/provider.ts',
      'core/version.ts',
    ],
    mayImport: [],
    packages: ['fp-ts/lib/'],
  },
  // The real clock is itself a default, so it is the one effect that the home of every default may know.
  clock: { holds: ['core/clock.ts'], mayImport: ['words'], packages: [] },
  defaults: {
    holds: ['core/options.ts', 'core/check-provider.ts', 'core/checks.ts', 'core/settings.ts'],
    mayImport: ['clock', 'words'],
    packages: [],
  },
  // Pure and synchronous: no clock, no I/O.
  decisions: {
    holds: [
      'core/adaptive.ts',
      'core/backoff.ts',
      'core/batcher.ts',
      'core/edges.ts',
      'core/guards.ts',
      'core/hintless.ts',
      'core/http-config.ts',
      'core/identities.ts',
      'core/intake.ts',
      'core/isolation.ts',
      'core/normalizer.ts',
      'core/pacing.ts',
      'core/pin.ts',
      'core/policy.ts',
      'core/polling.ts',
      'core/rate-headers.ts',
      'core/retry-after.ts',
      'core/rows.ts',
      'core/scouting.ts',
      'core/scrub.ts',
      'core/transport.ts',
      'core/triage.ts',
      'core/twins.ts',
      'core/weight.ts',
      'core/work.ts',
    ],
    mayImport: ['words'],
    packages: decoding,
  },
  // Asynchronous; clock, random and signal come in as arguments.
  effects: {
    holds: [
      'core/authorization.ts',
      'core/bell.ts',
      'core/calls.ts',
      'core/client-credentials.ts',
      'core/conduct.ts',
      'core/counts.ts',
      'core/culprits.ts',
      'core/cutter.ts',
      'core/diagnosing.ts',
      'core/dispatch.ts',
      'core/emitter.ts',
      'core/exchange.ts',
      'core/exchanges.ts',
      'core/gate.ts',
      'core/guarded.ts',
      'core/handover.ts',
      'core/http.ts',
      'core/jobs.ts',
      'core/keep-asking.ts',
      'core/judge-error.ts',
      'core/judge-reply.ts',
      'core/ledger.ts',
      'core/limiter.ts',
      'core/listing.ts',
      'core/member.ts',
      'core/missing.ts',
      'core/parking.ts',
      'core/recorder.ts',
      'core/recovery.ts',
      'core/refused.ts',
      'core/plan.ts',
      'core/open-run.ts',
      'core/pending.ts',
      'core/planned.ts',
      'core/proofs.ts',
      'core/question.ts',
      'core/questions.ts',
      'core/read-forms.ts',
      'core/reader.ts',
      'core/reconcile.ts',
      'core/requeue.ts',
      'core/run.ts',
      'core/search.ts',
      'core/sending.ts',
      'core/signing.ts',
      'core/source.ts',
      'core/stop.ts',
      'core/tokens.ts',
      'core/trouble.ts',
      'core/watch.ts',
    ],
    mayImport: below,
    packages: [...decoding, 'ky', 'p-limit'],
  },
  // From a declarative specification to a provider.
  adapter: {
    holds: ['core/define-provider.ts', 'core/http-provider.ts'],
    mayImport: ['effects', ...below],
    packages: decoding,
  },
  // The run.
  engine: {
    holds: ['core/asking.ts', 'core/engine.ts', 'core/stream.ts'],
    mayImport: ['effects', ...below],
    packages: decoding,
  },
  adapterFace: {
    holds: ['http-provider.ts'],
    mayImport: ['adapter', 'effects', ...below],
    packages: decoding,
  },
  providers: {
    holds: ['providers/'],
    mayImport: ['adapterFace', 'adapter', 'words'],
    packages: [...decoding, 'aws4fetch'],
  },
  faces: {
    holds: ['index.ts', 'fp.ts', 'fp/'],
    mayImport: ['engine', 'adapter', 'providers', 'effects', ...below],
    packages: ['fp-ts/lib/'],
  },
  // For Node alone, and only for those who import it.
  undici: { holds: ['undici.ts'], mayImport: ['adapterFace'], packages: ['node:', 'undici'] },
  // A submission is driven by the engine like a deletion, and speaks to Opus as its provider does.
  submit: {
    holds: ['opus-submit.ts', 'opus-submit/'],
    mayImport: ['engine', 'adapterFace', 'adapter', 'providers', 'effects', ...below],
    packages: decoding,
  },
  journal: { holds: ['journal/'], mayImport: ['words'], packages: ['node:'] },
  emulators: { holds: ['emulators/'], mayImport: [], packages: ['node:'] },
  // Drives the public entry points, and serves on loopback.
  testing: {
    holds: ['testing.ts', 'testing/'],
    mayImport: ['faces', 'adapterFace', 'clock', 'words'],
    packages: ['node:', ...decoding],
  },
  // A client of the public entry points, with no way in that users lack.
  cli: {
    holds: ['cli/'],
    mayImport: ['faces', 'adapterFace', 'undici', 'providers', 'emulators', 'journal'],
    packages: [
      'node:',
      'commander',
      'csv-parse',
      'csv-stringify/sync',
      'import-meta-resolve',
      'jsonc-parser',
      'log-update',
      'stream-json/',
      'undici',
      ...decoding,
    ],
  },
}

const rules: Rules = {
  rooms,
  soleImporters: {
    ky: 'core/http.ts',
    'p-limit': 'core/gate.ts',
    'node:sqlite': 'journal/',
    aws4fetch: 'providers/dynamodb/signature.ts',
    'log-update': 'cli/progress-bars.ts',
    'csv-parse': 'cli/ids-csv.ts',
    'import-meta-resolve': 'cli/adapter.ts',
    'jsonc-parser': 'cli/config-text.ts',
    'stream-json/streamers/stream-array.js': 'cli/ids-json.ts',
  },
  soleUsers: [
    {
      word: /\b(?:setTimeout|setInterval|setImmediate|AbortSignal\.timeout|Date\.now|Math\.random|performance\.now)\b|new Date\(\)/,
      file: 'core/clock.ts',
      // A virtual clock moves on when a turn of the event loop has brought nothing.
      except: ['emulators', 'cli', 'testing'],
    },
  ],
  forbiddenNames: /(?:^|[/-])(?:utils?|helpers?|common|misc)(?:[-./]|$)/i,
  forbiddenSyntax: {
    'a default export': /\bexport\s+default\b|\bas\s+default\b/,
    'an enum': /\benum\s+\w+\s*\{/,
    'a namespace': /\b(?:namespace|module)\s+[\w.]+\s*\{/,
  },
  plain: { folders: ['core/', 'providers/'], maxLines: 200 },
}

const root = join(import.meta.dirname, '..', 'src')
const sources: ReadonlyArray<Source> = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(root, path), 'utf8') }))

const test = suite('architecture')

test('the sources keep every rule', () => {
  assert.ok(sources.length > 0)
  assert.is(breaches(sources, rules).join('\n'), '')
})

test('every file of the core has a place in the table', () => {
  const listed = Object.values(rooms).flatMap(({ holds }) => holds)
  assert.equal(
    sources.map(({ path }) => path).filter((path) => path.startsWith('core/') && !listed.includes(path)),
    [],
  )
})

test('finds imports however they are written', () => {
  const text = `
    import ky, { type Options } from 'a'
    import type { B } from "b"
    import * as c from 'c'
    import 'd'
    export { e } from 'e'
    export type * from 'f'
    const g = await import('g')
    type H = import('h').H
    import {
      one,
      two,
    } from 'i'
    // import z from 'comment'
    /* import z from 'comment' */
    const accept = '*/*' // from 'comment'
    export const from = (x: string) => x
  `
  assert.equal(importsOf(text), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
})

// Each of these must be found, or the test above proves nothing.
const bad: ReadonlyArray<[path: string, text: string, says: string]> = [
  ['core/batcher.ts', "import { run } from './engine.ts'", 'core/batcher.ts (decisions) may not import core/engine.ts'],
  ['core/outcome.ts', "import { pack } from './batcher.ts'", 'core/outcome.ts (words) may not import core/batcher.ts'],
  ['providers/datocms.ts', "import { run } from '../core/engine.ts'", '(providers) may not import core/engine.ts'],
  ['providers/datocms.ts', "import { pack } from '../core/batcher.ts'", '(providers) may not import core/batcher.ts'],
  ['emulators/opus.ts', "import { run } from '../core/engine.ts'", '(emulators) may not import core/engine.ts'],
  ['cli/demo.ts', "import { run } from '../core/engine.ts'", '(cli) may not import core/engine.ts'],
  ['journal/sqlite.ts', "import { run } from '../core/engine.ts'", '(journal) may not import core/engine.ts'],
  ['core/engine.ts', "import { readFileSync } from 'node:fs'", 'core/engine.ts (engine) may not import node:fs'],
  ['providers/datocms.ts', "import { createHash } from 'node:crypto'", '(providers) may not import node:crypto'],
  ['core/gate.ts', "import ky from 'ky'", 'core/gate.ts may not import ky: only core/http.ts does'],
  ['core/http.ts', "import pLimit from 'p-limit'", 'may not import p-limit: only core/gate.ts does'],
  ['cli/demo.ts', "import { createLogUpdate } from 'log-update'", 'only cli/progress-bars.ts does'],
  ['cli/demo.ts', "await import('node:sqlite')", 'may not import node:sqlite: only journal/ does'],
  ['core/engine.ts', "import { left } from 'fp-ts/Either'", 'fp-ts/lib/X.js only'],
  ['core/engine.ts', "import { left } from 'fp-ts/lib/Either'", 'fp-ts/lib/X.js only'],
  ['core/engine.ts', "import left from 'left-pad'", 'core/engine.ts (engine) may not import left-pad'],
  ['core/gate.ts', 'setTimeout(done, 5)', 'core/gate.ts may not use setTimeout'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a source
  ['core/gate.ts', 'const at = `${Date.now()}`', 'core/gate.ts may not use Date.now'],
  ['index.ts', 'const at = new Date()', 'index.ts may not use new Date()'],
  ['core/backoff.ts', 'Math.random()', 'core/backoff.ts may not use Math.random'],
  ['core/new.ts', '', 'core/new.ts is in no room'],
  ['emulators/utils.ts', '', 'a name that says nothing'],
  ['emulators/http-helpers.ts', '', 'a name that says nothing'],
  ['providers/common/token.ts', '', 'a name that says nothing'],
  ['index.ts', 'export default 1', 'index.ts has a default export'],
  ['core/error.ts', 'export const enum Tag { A }', 'core/error.ts has an enum'],
  ['core/error.ts', 'export namespace Tag {}', 'core/error.ts has a namespace'],
  ['providers/index.ts', '', 'providers/index.ts is a barrel'],
  ['core/gate.ts', "export { pack } from './batcher.ts'", 'core/gate.ts is a barrel'],
  ['core/gate.ts', "export * from './batcher.ts'", 'core/gate.ts is a barrel'],
  ['core/gate.ts', "import './gone.ts'", 'core/gate.ts imports core/gone.ts, which does not exist'],
  ['core/batcher.ts', "import './pacing.ts'", 'core/pacing.ts -> core/batcher.ts -> core/pacing.ts'],
  ['core/gate.ts', 'x\n'.repeat(201), 'core/gate.ts has 201 lines'],
]

test('a bad graph is found out', () => {
  const neighbours: ReadonlyArray<Source> = [
    { path: 'core/engine.ts', text: 'export const run = 1' },
    { path: 'core/batcher.ts', text: 'export const pack = 1 // setTimeout' },
    { path: 'core/pacing.ts', text: "import './batcher.ts'" },
  ]
  assert.is(breaches(neighbours, rules).join('\n'), '')
  for (const [path, text, says] of bad) {
    const graph = [...neighbours.filter((source) => source.path !== path), { path, text }]
    const found = breaches(graph, rules)
    assert.ok(
      found.some((sentence) => sentence.includes(says)),
      `"${says}" not in: ${found.join('\n')}`,
    )
    assert.is(found.length, 1, found.join('\n'))
  }
})
