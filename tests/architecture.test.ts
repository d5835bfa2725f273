import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { breaches, importsOf, type Rules, type Source } from './support/architecture.ts'
import { assert, suite } from './support/suite.ts'

/**
 * The rooms of the house: a room is a folder below `src/`, or a face, which is a file directly in it. Within a room imports are
 * free, circles apart. The table has the arrows that are there, so an arrow that goes is taken out of it, and a new one is a
 * decision: docs/architecture.md shows the rooms, and docs/decisions/0033-rooms.md says why they are these.
 */
const rooms: Rules['rooms'] = {
  // The core, from the ground up.
  'core/contract/': { mayImport: [], packages: ['fp-ts/lib/'] },
  'core/settings/': { mayImport: ['core/contract/'], packages: [] },
  'core/intake/': { mayImport: ['core/contract/'], packages: [] },
  'core/pace/': { mayImport: ['core/contract/'], packages: ['p-limit'] },
  'core/http/': { mayImport: ['core/contract/', 'core/pace/'], packages: ['io-ts', 'fp-ts/lib/', 'ky'] },
  'core/judge/': { mayImport: ['core/contract/', 'core/intake/'], packages: [] },
  'core/run/': {
    mayImport: ['core/contract/', 'core/settings/', 'core/intake/', 'core/pace/', 'core/http/', 'core/judge/'],
    packages: ['fp-ts/lib/'],
  },
  'core/settle/': {
    mayImport: ['core/contract/', 'core/intake/', 'core/pace/', 'core/judge/', 'core/run/'],
    packages: ['fp-ts/lib/'],
  },
  'core/engine/': {
    mayImport: [
      'core/contract/',
      'core/settings/',
      'core/intake/',
      'core/pace/',
      'core/http/',
      'core/judge/',
      'core/run/',
      'core/settle/',
    ],
    packages: ['fp-ts/lib/'],
  },
  'core/adapter/': {
    mayImport: [
      'core/contract/',
      'core/settings/',
      'core/intake/',
      'core/pace/',
      'core/http/',
      'core/run/',
      'core/engine/',
    ],
    packages: ['fp-ts/lib/'],
  },
  // Systems. None of them knows another one.
  'providers/': { mayImport: ['http-provider.ts'], packages: ['io-ts', 'fp-ts/lib/'] },
  'providers/*/': {
    mayImport: ['http-provider.ts'],
    packages: ['io-ts', 'fp-ts/lib/', 'aws4fetch', 'fast-xml-parser'],
  },
  // Faces: what can be imported from outside.
  'http-provider.ts': {
    mayImport: ['core/contract/', 'core/intake/', 'core/http/', 'core/engine/', 'core/adapter/'],
    packages: [],
  },
  'face/': {
    mayImport: ['core/contract/', 'core/settings/', 'core/intake/', 'core/engine/', 'core/adapter/'],
    packages: [],
  },
  // Whose turn a record is, where its subject has records in several systems.
  'subjects/': { mayImport: ['core/contract/', 'core/settings/', 'core/engine/'], packages: [] },
  'subjects.ts': { mayImport: ['subjects/'], packages: [] },
  'index.ts': {
    mayImport: ['core/contract/', 'core/engine/', 'core/adapter/', 'face/', 'subjects/', 'providers/*/'],
    packages: [],
  },
  'fp.ts': { mayImport: ['face/', 'fp/'], packages: [] },
  'fp/': { mayImport: ['core/contract/', 'face/', 'index.ts'], packages: ['fp-ts/lib/'] },
  'undici.ts': { mayImport: ['http-provider.ts'], packages: ['node:', 'undici'] },
  'otel.ts': { mayImport: ['index.ts', 'http-provider.ts', 'otel/'], packages: ['@opentelemetry/api'] },
  'otel/': { mayImport: ['core/settings/', 'index.ts', 'http-provider.ts'], packages: ['@opentelemetry/api'] },
  'opus-submit.ts': {
    mayImport: ['core/contract/', 'core/settings/', 'core/engine/', 'providers/*/', 'http-provider.ts', 'opus-submit/'],
    packages: [],
  },
  'opus-submit/': { mayImport: ['core/contract/', 'core/intake/'], packages: ['io-ts', 'fp-ts/lib/'] },
  // The journal: what is true of every store, and what is true of SQLite.
  'journal/words/': { mayImport: [], packages: [] },
  'journal/sqlite/': { mayImport: ['core/contract/', 'journal/words/'], packages: ['node:'] },
  'journal/sqlite/file/': { mayImport: ['journal/words/', 'journal/sqlite/'], packages: ['node:'] },
  // What people have put on record beside a run, and what other processes ask of it.
  'journal/evidence/': { mayImport: ['journal/words/', 'journal/sqlite/'], packages: [] },
  'journal/control/': { mayImport: ['core/contract/', 'journal/words/', 'journal/sqlite/'], packages: ['node:'] },
  'journal/': {
    mayImport: [
      'core/contract/',
      'core/judge/',
      'journal/words/',
      'journal/sqlite/',
      'journal/sqlite/file/',
      'journal/evidence/',
      'journal/control/',
    ],
    packages: ['node:'],
  },
  // Stand-ins of systems: nothing of ours, or they would share its mistakes.
  'emulators/server/': { mayImport: [], packages: ['node:'] },
  'emulators/avepoint-opus/': { mayImport: ['emulators/server/'], packages: ['node:'] },
  'emulators/datocms/': { mayImport: ['emulators/server/'], packages: ['node:'] },
  'emulators/uuid-list/': { mayImport: ['emulators/server/'], packages: ['node:'] },
  'emulators/': {
    mayImport: ['emulators/server/', 'emulators/avepoint-opus/', 'emulators/datocms/', 'emulators/uuid-list/'],
    packages: [],
  },
  // The contract kit: drives the public entry points, and serves on loopback.
  'testing/backends/': {
    mayImport: ['core/settings/', 'http-provider.ts', 'emulators/server/'],
    packages: ['node:', 'fp-ts/lib/'],
  },
  'testing/kit/': { mayImport: ['core/settings/', 'http-provider.ts', 'index.ts', 'testing/backends/'], packages: [] },
  'testing/cases/': {
    mayImport: ['core/settings/', 'http-provider.ts', 'index.ts', 'testing/backends/', 'testing/kit/'],
    packages: ['node:'],
  },
  'testing.ts': { mayImport: ['testing/backends/', 'testing/kit/', 'testing/cases/'], packages: [] },
  // Signatures, trees and proofs: formats that others define, and nothing of ours.
  'pages/': { mayImport: [], packages: ['d3-scale', 'd3-shape'] },
  'evidence/ssh/': { mayImport: [], packages: ['node:'] },
  'evidence/signing/': { mayImport: [], packages: ['node:'] },
  'evidence/time/': { mayImport: [], packages: ['node:', 'pkijs', 'asn1js'] },
  'evidence/log/': { mayImport: ['evidence/signing/'], packages: ['node:'] },
  // The command: a client of the public entry points, with no way in that users lack.
  'cli/terminal/': { mayImport: ['index.ts'], packages: ['node:', 'commander'] },
  'cli/config/': { mayImport: ['index.ts', 'http-provider.ts', 'cli/terminal/'], packages: ['node:', 'jsonc-parser'] },
  'cli/ids/': { mayImport: ['cli/terminal/', 'cli/config/'], packages: ['node:', 'csv-parse'] },
  'cli/systems/': {
    mayImport: [
      'index.ts',
      'http-provider.ts',
      'undici.ts',
      'providers/',
      'providers/*/',
      'cli/terminal/',
      'cli/config/',
    ],
    packages: ['node:', 'acorn', 'import-meta-resolve', 'undici'],
  },
  'cli/subjects/': {
    mayImport: ['index.ts', 'subjects.ts', 'journal/', 'cli/terminal/', 'cli/config/', 'cli/ids/'],
    packages: ['node:'],
  },
  'cli/plan/': {
    mayImport: [
      'index.ts',
      'subjects.ts',
      'journal/',
      'cli/terminal/',
      'cli/config/',
      'cli/ids/',
      'cli/subjects/',
      'cli/systems/',
    ],
    packages: ['node:'],
  },
  'cli/backup/': {
    mayImport: ['index.ts', 'journal/', 'cli/terminal/', 'cli/plan/'],
    packages: ['node:', 'age-encryption'],
  },
  'cli/run/': {
    mayImport: [
      'index.ts',
      'journal/',
      'cli/terminal/',
      'cli/config/',
      'cli/ids/',
      'cli/subjects/',
      'cli/systems/',
      'cli/plan/',
      'cli/backup/',
    ],
    packages: ['node:', 'log-update'],
  },
  'cli/report/': {
    mayImport: [
      'index.ts',
      'subjects.ts',
      'journal/',
      'pages/',
      'cli/terminal/',
      'cli/ids/',
      'cli/subjects/',
      'cli/plan/',
      'cli/backup/',
    ],
    packages: ['node:', 'commander', 'csv-stringify/sync'],
  },
  'cli/evidence/': {
    mayImport: [
      'journal/',
      'pages/',
      'evidence/ssh/',
      'evidence/signing/',
      'evidence/log/',
      'evidence/time/',
      'cli/terminal/',
      'cli/plan/',
      'cli/report/',
    ],
    packages: ['node:'],
  },
  'cli/emulate/': { mayImport: ['emulators/'], packages: ['node:', 'commander'] },
  'cli/demo/': { mayImport: ['index.ts', 'emulators/', 'cli/terminal/', 'cli/run/'], packages: ['node:'] },
  'cli/watch/': {
    mayImport: ['journal/', 'pages/', 'cli/terminal/', 'cli/report/'],
    packages: ['node:'],
  },
  'cli/commands/evidence/': {
    mayImport: [
      'cli/watch/',
      'journal/',
      'evidence/signing/',
      'evidence/log/',
      'cli/terminal/',
      'cli/subjects/',
      'cli/plan/',
      'cli/run/',
      'cli/report/',
      'cli/evidence/',
    ],
    packages: ['node:', 'commander'],
  },
  'cli/commands/': {
    mayImport: [
      'index.ts',
      'journal/',
      'emulators/',
      'cli/terminal/',
      'cli/config/',
      'cli/systems/',
      'cli/plan/',
      'cli/backup/',
      'cli/run/',
      'cli/report/',
      'cli/evidence/',
      'cli/commands/evidence/',
      'cli/emulate/',
      'cli/demo/',
    ],
    packages: ['node:', 'commander'],
  },
  'cli/': { mayImport: ['cli/commands/'], packages: [] },
}

const rules: Rules = {
  rooms,
  soleImporters: {
    ky: 'core/http/send.ts',
    'p-limit': 'core/pace/gate.ts',
    'node:sqlite': 'journal/sqlite/',
    aws4fetch: 'providers/',
    'age-encryption': 'cli/backup/age.ts',
    'log-update': 'cli/run/bars.ts',
    'csv-parse': 'cli/ids/csv.ts',
    acorn: 'cli/systems/imports.ts',
    'jsonc-parser': 'cli/config/text.ts',
  },
  soleUsers: [
    {
      word: /\b(?:setTimeout|setInterval|setImmediate|AbortSignal\.timeout|Date\.now|Math\.random|performance\.now)\b|new Date\(\)/,
      file: 'core/settings/clock.ts',
      // A virtual clock moves on when a turn of the event loop has brought nothing. A journal is read by people, and asked by
      // other processes, in their time.
      except: ['emulators/', 'cli/', 'testing/', 'journal/'],
    },
  ],
  forbiddenNames: /(?:^|[/-])(?:utils?|helpers?|common|misc)(?:[-./]|$)/i,
  forbiddenSyntax: {
    'a default export': /\bexport\s+default\b|\bas\s+default\b/,
    'an enum': /\benum\s+\w+\s*\{/,
    'a namespace': /\b(?:namespace|module)\s+[\w.]+\s*\{/,
  },
  plain: { folders: ['core/', 'providers/'], maxLines: 200 },
  maxLines: 300,
  maxFiles: 18,
}

const root = join(import.meta.dirname, '..', 'src')
const sources: ReadonlyArray<Source> = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(root, path), 'utf8') }))

const test = suite('architecture')

const before = breaches(sources, rules)

test('the sources keep every rule', () => {
  assert.ok(sources.length > 0)
  assert.is(before.join('\n'), '')
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

// Each of these must be found, or the first test proves nothing. What stands here is added to the sources as they are.
const bad: ReadonlyArray<[path: string, text: string, says: string]> = [
  ['core/contract/outcome.ts', "import '../intake/twins.ts'", 'no arrow from core/contract/ to core/intake/'],
  ['core/judge/policy.ts', "import type { Run } from '../run/run.ts'", 'no arrow from core/judge/ to core/run/'],
  ['core/pace/backoff.ts', "import '../settings/options.ts'", 'no arrow from core/pace/ to core/settings/'],
  ['providers/couchdb.ts', "import '../core/engine/engine.ts'", 'no arrow from providers/ to core/engine/'],
  ['providers/couchdb.ts', "import './datocms/place.ts'", 'no arrow from providers/ to providers/datocms/'],
  ['providers/dynamodb/keys.ts', "import '../datocms/place.ts'", 'from providers/dynamodb/ to providers/datocms/'],
  ['emulators/datocms/jobs.ts', "import '../uuid-list/smql.ts'", 'from emulators/datocms/ to emulators/uuid-list/'],
  ['emulators/index.ts', "import '../core/contract/error.ts'", 'no arrow from emulators/ to core/contract/'],
  ['journal/words/text.ts', "import '../../core/contract/error.ts'", 'from journal/words/ to core/contract/'],
  ['cli/plan/text.ts', "import '../../core/contract/error.ts'", 'no arrow from cli/plan/ to core/contract/'],
  ['cli/report/table.ts', "import '../run/stops.ts'", 'no arrow from cli/report/ to cli/run/'],
  ['testing/kit/breach.ts', "import '../../core/engine/engine.ts'", 'no arrow from testing/kit/ to core/engine/'],
  ['core/engine/engine.ts', "import { readFileSync } from 'node:fs'", 'may not import node:fs'],
  ['providers/couchdb.ts', "import { createHash } from 'node:crypto'", 'may not import node:crypto'],
  ['core/http/tokens.ts', "import ky from 'ky'", 'may not import ky: only core/http/send.ts does'],
  ['core/pace/limiter.ts', "import pLimit from 'p-limit'", 'may not import p-limit: only core/pace/gate.ts does'],
  ['cli/run/lines.ts', "import { createLogUpdate } from 'log-update'", 'only cli/run/bars.ts does'],
  ['journal/index.ts', "await import('node:sqlite')", 'may not import node:sqlite: only journal/sqlite/ does'],
  ['core/run/ask.ts', "import { left } from 'fp-ts/Either'", 'fp-ts/lib/X.js only'],
  ['core/run/ask.ts', "import { left } from 'fp-ts/lib/Either'", 'fp-ts/lib/X.js only'],
  ['core/run/ask.ts', "import left from 'left-pad'", 'may not import left-pad: it is no package of core/run/'],
  ['core/pace/gate.ts', 'setTimeout(done, 5)', 'core/pace/gate.ts may not use setTimeout'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a source
  ['core/pace/gate.ts', 'const at = `${Date.now()}`', 'core/pace/gate.ts may not use Date.now'],
  ['index.ts', 'const at = new Date()', 'index.ts may not use new Date()'],
  ['core/pace/backoff.ts', 'Math.random()', 'core/pace/backoff.ts may not use Math.random'],
  ['core/new.ts', '', 'core/new.ts is in no room'],
  ['core/new/part.ts', '', 'core/new/part.ts is in no room'],
  ['new.ts', '', 'new.ts is in no room'],
  ['emulators/server/utils.ts', '', 'a name that says nothing'],
  ['emulators/http-helpers.ts', '', 'a name that says nothing'],
  ['providers/common/token.ts', '', 'a name that says nothing'],
  ['index.ts', 'export default 1', 'index.ts has a default export'],
  ['core/contract/error.ts', 'export const enum Tag { A }', 'core/contract/error.ts has an enum'],
  ['core/contract/error.ts', 'export namespace Tag {}', 'core/contract/error.ts has a namespace'],
  ['providers/index.ts', '', 'providers/index.ts is a barrel'],
  ['core/pace/gate.ts', "export { openEdges } from './edges.ts'", 'core/pace/gate.ts is a barrel'],
  ['core/pace/gate.ts', "export * from './edges.ts'", 'core/pace/gate.ts is a barrel'],
  ['core/pace/gate.ts', "import './gone.ts'", 'imports core/pace/gone.ts, which does not exist'],
  ['core/intake/work.ts', "import './batcher.ts'", '-> core/intake/work.ts -> core/intake/batcher.ts'],
  ['core/pace/backoff.ts', 'x\n'.repeat(201), 'core/pace/backoff.ts has 2'],
  ['cli/main.ts', '// x\n'.repeat(300), 'cli/main.ts is 3'],
]

const withAdded = (path: string, text: string): ReadonlyArray<Source> => {
  const there = sources.find((source) => source.path === path)?.text ?? ''
  return [...sources.filter((source) => source.path !== path), { path, text: `${there}\n${text}` }]
}

/** What is said of a change, besides what is said anyway. */
const news = (changed: ReadonlyArray<Source>, changedRules = rules): ReadonlyArray<string> =>
  breaches(changed, changedRules).filter((sentence) => !before.includes(sentence))

for (const [path, text, says] of bad) {
  test(`finds out: ${says}`, () => {
    const found = news(withAdded(path, text)).filter((sentence) => !sentence.startsWith('a circle of rooms'))
    assert.is(found.length, 1, found.join('\n'))
    assert.ok(found[0]?.includes(says), `"${says}" is not: ${found[0]}`)
  })
}

test('finds out a circle between rooms of which no file is in a circle', () => {
  const found = news(withAdded('core/contract/version.ts', "import '../intake/twins.ts'"))
  assert.ok(found.includes('a circle of rooms: core/contract/ -> core/intake/ -> core/contract/'), found.join('\n'))
  assert.not.ok(found.some((sentence) => sentence.startsWith('a circle of imports')))
})

test('finds out a crowded room', () => {
  const some = Array.from({ length: 19 }, (_, at) => ({ path: `providers/new/part-${at}.ts`, text: '' }))
  assert.equal(news([...sources, ...some.slice(1)]), [])
  assert.equal(news([...sources, ...some]), ['providers/new/ is crowded: 19 files, over 18'])
})

/** What is said of the sources by the same table, but for the arrows of one room. */
const withArrows = (room: string, change: (arrows: ReadonlyArray<string>) => ReadonlyArray<string>) => {
  const row = rooms[room] ?? { mayImport: [], packages: [] }
  return news(sources, { ...rules, rooms: { ...rooms, [room]: { ...row, mayImport: change(row.mayImport) } } })
}

test('finds out a table that is not what the imports are', () => {
  const lacking = withArrows('core/adapter/', (arrows) => arrows.filter((to) => to !== 'core/engine/'))
  assert.ok(lacking.some((it) => it.endsWith('no arrow from core/adapter/ to core/engine/')))
  const stale = withArrows('core/judge/', (arrows) => [...arrows, 'core/pace/'])
  assert.equal(stale, ['the arrow of the table from core/judge/ to core/pace/ is stale: no import uses it'])
  const empty = withArrows('core/gone/', () => [])
  assert.equal(empty, ['core/gone/ is in the table and holds no file'])
  const round = withArrows('core/contract/', () => ['core/judge/'])
  assert.ok(round.some((it) => it.startsWith('a circle in the table: core/contract/ -> core/judge/ -> core/contract/')))
})
