import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { registry } from '../../../src/cli/systems/registry.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf, uuidPlayground } from '../systems.ts'

const test = suite('cli: configuration', { deadlineMs: 120_000 })

const target = {
  name: 'max',
  provider: 'uuid-list',
  ids: 'ids.txt',
  options: { baseUrl: 'http://127.0.0.1:9', object: 'io_showcase', token: { env: 'MAX_TOKEN' }, permanentDelete: true },
}
const uuid = '5dc70f1b-8dc9-4b30-b441-4ba2ec3b8ad1'
const { permanentDelete, ...undecided } = target.options

const bad: ReadonlyArray<readonly [name: string, text: string, ...says: ReadonlyArray<string>]> = [
  ['no JSON', '{ "targets": [ ', 'cleanup.json:1:'],
  ['a name twice', '{"targets": [],\n "targets": []}', 'cleanup.json:2:2 targets: it stands there twice'],
  ['no targets', '{}', 'cleanup.json:1:1 targets: is missing'],
  ['an unknown option', configOf(target, { guard: {} }), 'guard: there is no such option: is it guards?'],
  ['an unknown option of a target', configOf({ ...target, protectt: 'x' }), 'targets[0].protectt', 'is it protect?'],
  ['an unknown provider', configOf({ ...target, provider: 'uuidlist' }), 'targets[0].provider', 'is it uuid-list?'],
  ['protected ids from the input', configOf({ ...target, protect: '-' }), 'targets[0].protect: must be a file'],
  [
    'permanence not written out',
    configOf({ ...target, options: undecided }),
    'targets[0].options.permanentDelete: must be written out',
  ],
  [
    'no environment',
    configOf({ ...target, provider: 'datocms', options: { apiToken: { env: 'MAX_TOKEN' } } }),
    'options.environment: must be written out',
  ],
  [
    'a misspelt option',
    configOf({ ...target, options: { ...target.options, objct: 'x' } }),
    'targets[0].options.objct',
    'unknown option "objct"',
  ],
  [
    'plain http',
    configOf({ ...target, options: { ...target.options, baseUrl: 'http://max.example.com' } }),
    'options.baseUrl',
    'use https',
  ],
  [
    'a secret that is not there',
    configOf({ ...target, options: { ...target.options, token: { env: 'NOT_SET' } } }),
    'options.token: the environment variable NOT_SET is not set',
  ],
  [
    'a secret that is no reference',
    configOf({ ...target, options: { ...target.options, token: { envv: 'X' } } }),
    'options.token: must be { "env"',
  ],
  [
    'a secret file that is not there',
    configOf({ ...target, options: { ...target.options, token: { file: 'no' } } }),
    'options.token',
    'can not be read (ENOENT)',
  ],
  [
    'a command that fails',
    configOf({ ...target, options: { ...target.options, token: { command: ['false'] } } }),
    'options.token: the command false ended with 1',
  ],
  ['a wrong duration', configOf(target, { planExpiry: '7 weeks' }), 'planExpiry: must be a time'],
  [
    'a wrong share',
    configOf(target, { guards: { halt: { rejectedShare: 2 } } }),
    'guards.halt.rejectedShare: must be a number from 0 to 1',
  ],
  [
    'an unknown target before',
    configOf({ ...target, after: ['cms'] }),
    'targets[0].after[0]: there is no target "cms"',
  ],
  ['a target after itself', configOf({ ...target, after: ['max'] }), 'would wait for itself'],
  ['two of one name', JSON.stringify({ targets: [target, target] }), 'targets[1].name: another target is called "max"'],
  [
    'an effect that is not promised',
    configOf({ ...target, require: 'erased', options: { ...target.options, permanentDelete: false } }),
    'targets[0].require',
    'promises "recoverable"',
  ],
  ['ids that are not there', configOf({ ...target, ids: 'no.txt' }), 'no.txt: there is no such file'],
  ['ids of an unknown kind', configOf({ ...target, ids: 'ids.xlsx' }), 'say by "format"'],
  ['a table without a column', configOf({ ...target, ids: 'ids.csv' }), 'needs "column"'],
  [
    'a column that is not there',
    configOf({ ...target, ids: 'ids.csv', column: 'id' }),
    'ids.csv:1: there is no column "id": there are uuid, name',
  ],
  [
    'a column in a list of lines',
    configOf({ ...target, column: 'uuid' }),
    'cleanup.json:1:',
    'targets[0].column: ids.txt is a list with an id on each line',
  ],
  [
    'a column in a list of lines by its format',
    configOf({ ...target, ids: 'ids.csv', format: 'txt', column: 'name', protect: 'ids.txt' }),
    'targets[0].column: ids.csv is a list',
  ],
  ['a broken table', configOf({ ...target, ids: 'broken.csv', column: 'uuid' }), 'broken.csv:'],
  ['a broken line', configOf({ ...target, ids: 'broken.ndjson', column: 'uuid' }), 'broken.ndjson:2: this is not JSON'],
  ['a broken list', configOf({ ...target, ids: 'broken.json' }), 'broken.json: this is not a JSON list of ids'],
  [
    'a gzip that is cut short',
    configOf({ ...target, ids: 'cut.txt.gz' }),
    'cut.txt.gz: the gzip is damaged or cut short',
  ],
  ['another encoding', configOf({ ...target, ids: 'latin.txt' }), 'latin.txt: this is not UTF-8'],
  ['UTF-16', configOf({ ...target, ids: 'utf16.txt' }), 'utf16.txt: this is UTF-16'],
  ['a protect file that is not there', configOf({ ...target, protect: 'keep.txt' }), 'keep.txt: there is no such file'],
  ['more than maxRecords', configOf({ ...target, maxRecords: 0 }), 'targets[0].maxRecords', 'more than 0'],
  ['more than all may', configOf(target, { guards: { maxRecords: 0 } }), 'guards.maxRecords', 'more than 0'],
  [
    'half a certificate',
    configOf({ ...target, http: { certFile: 'x' } }),
    'targets[0].http: certFile and keyFile belong together',
  ],
  ['a CA that is not there', configOf({ ...target, http: { caFile: 'x' } }), 'targets[0].http', 'ENOENT'],
  [
    'an adapter that is not there',
    configOf({ ...target, provider: './no.ts#x' }),
    'targets[0].provider: there is no file',
  ],
  [
    'an export that is not there',
    configOf({ ...target, provider: './adapter.mjs#x' }),
    'has no export "x"',
    'it has mine',
  ],
]

test('every bad input ends with 2, says where and what, and leaves no journal', async (context) => {
  const folder = folderOf(context, {
    'ids.txt': uuid,
    'ids.csv': `uuid,name\r\n${uuid},x\r\n`,
    'broken.csv': `uuid,name\n${uuid},x\n"${uuid}`,
    'broken.ndjson': `{"uuid":"${uuid}"}\n{"uuid":`,
    'broken.json': `["${uuid}", `,
    'cut.txt.gz': gzipSync(uuid.repeat(100)).subarray(0, 30),
    'latin.txt': Buffer.from('caf\xe9', 'latin1'),
    'utf16.txt': Buffer.from('\ufeffid', 'utf16le'),
    'adapter.mjs': 'export const mine = () => ({})',
    ...Object.fromEntries(bad.map(([, text], index) => [`${index}.json`, text])),
  })
  const check = async (index: number, name: string, says: ReadonlyArray<string>): Promise<void> => {
    const env = { MAX_TOKEN: 'x' }
    const { code, stderr } = await expunge(folder, ['plan', `${index}.json`, '-o', `${index}.db`], { env })
    assert.is(code, 2, `${name}: ${stderr}`)
    for (const words of says) {
      assert.ok(
        stderr.includes(words.replace('cleanup.json', `${index}.json`)),
        `${name}: "${words}" not in\n${stderr}`,
      )
    }
    assert.not.match(stderr, /\n\s+at /, name)
    assert.not.ok(existsSync(join(folder, `${index}.db`)), name)
  }
  const waiting = [...bad.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, [name, , ...says]] = next
      await check(index, name, says)
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
})

test('comments and trailing commas are read, and a secret written out is warned of', async (context) => {
  const { folder } = await uuidPlayground(context)
  const text = readFileSync(join(folder, 'cleanup.json'), 'utf8')
  const literal = text.replace('{"env":"MAX_TOKEN"}', '/* why */ "uuid-list-token"')
  const commented = `\ufeff// what\n${literal.replace(/\}\]\}$/, '},],}')}`
  const written = folderOf(context, { 'cleanup.json': commented, 'ids.txt': uuid })
  const { code, stderr, stdout } = await expunge(written, ['plan', 'cleanup.json'])
  assert.is(code, 0, stderr)
  assert.match(stderr, 'warning: targets[0].options.token is a secret that is written out')
  assert.not.match(stdout + stderr, 'uuid-list-token')
  const journal = readFileSync(join(written, 'run.db'))
  assert.not.ok(journal.includes('uuid-list-token'))
})

test('a secret written out goes to its own target, however targets are put in order later', async (context) => {
  const [one, other] = [await uuidPlayground(context, 5), await uuidPlayground(context, 5)]
  const targets = [
    { ...one.target, name: 'one', options: { ...(one.target['options'] as object), token: 'uuid-list-token' } },
    { ...other.target, name: 'other', options: { ...(other.target['options'] as object), token: 'another-token' } },
  ]
  const folder = folderOf(context, { 'cleanup.json': JSON.stringify({ targets }), 'ids.txt': one.ids.join('\n') })
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json', '--json', '--offline'])
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets: targets.toReversed() }))
  await expunge(folder, ['run', 'run.db', '--approve', JSON.parse(stdout).digest])
  assert.is(one.emulator.existing().size, 0, 'its own token is accepted')
  assert.ok(other.emulator.calls.length > 0)
  assert.ok(
    other.emulator.calls.every(({ status }) => status === 401),
    'the token of the first never came here',
  )
})

test('an address with a name in it stands in no plan, and the plan is good all the same', async (context) => {
  const { folder, target, env } = await uuidPlayground(context, 1)
  const authority = { reference: 'see https://someone:pass@records.example/42' }
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets: [target], authority }))
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  const { digest, authority: kept } = JSON.parse(stdout)
  assert.is(kept.reference, 'see https://records.example/42')
  assert.is((await expunge(folder, ['run', 'run.db', '--approve', digest], { env })).code, 0)
})

test('the schema knows the options of every provider, and nothing else', () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../schema/cleanup.schema.json'), 'utf8'))
  const described = schema.$defs.target.allOf.map(
    (rule: { if: { properties: { provider: { const: string } } }; then: { properties: { options: object } } }) => [
      rule.if.properties.provider.const,
      rule.then.properties.options,
    ],
  )
  assert.equal(
    described.map(([name, { properties, required = [] }]: [string, { properties: object; required?: string[] }]) => [
      name,
      Object.keys(properties).sort(),
      [...required].sort(),
    ]),
    registry.map(({ name, options }) => [
      name,
      options.map((option) => option.name).sort(),
      options
        .filter((option) => option.required)
        .map((option) => option.name)
        .sort(),
    ]),
  )
})
