import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DatoCmsEmulatorSettings,
  type Emulator,
  startAvePointOpus,
  startDatoCms,
  startUuidList,
} from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf } from '../systems.ts'

const test = suite('cli: selection', { deadlineMs: 120_000 })

interface Scene {
  readonly emulator: Emulator
  readonly folder: string
  readonly ids: ReadonlyArray<string>
  readonly target: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string>>
}

const id = (n: number): string => `record-${String(n).padStart(15, '0')}`
const numberOf = (of: string): number => Number(of.slice(-15))
const record = (of: string) => ({
  model: numberOf(of) % 4 === 0 ? 'page' : 'blog_post',
  attributes: { title: `Post number ${numberOf(of)}` },
  updatedAt: numberOf(of) % 2 === 0 ? '2020-05-05T00:00:00Z' : '2025-05-05T00:00:00Z',
})
const models = [
  { id: 'm-post', apiKey: 'blog_post' },
  {
    id: 'm-page',
    apiKey: 'page',
    fields: [
      { apiKey: 'featured', to: ['blog_post'] },
      { apiKey: 'hero', to: ['blog_post'], onDelete: 'fail' },
    ],
  },
] as const
const webhooks = [
  { name: 'Build', events: [{ entity_type: 'item', event_types: ['delete', 'unpublish'] }] },
  { name: 'Search', events: [{ entity_type: 'item', event_types: ['delete'] }] },
]

/** 200 records: 150 posts, 50 of which are old. */
const datoScene = async (context: TestContext, settings: DatoCmsEmulatorSettings = {}): Promise<Scene> => {
  const emulator = await startDatoCms({ rate: 'none', jobMs: 5, models, record, webhooks, ...settings })
  context.after(() => emulator.close())
  const ids = Array.from({ length: 200 }, (_, n) => id(n))
  emulator.seed(ids)
  const { apiToken, ...options } = emulator.options
  const target = {
    name: 'cms',
    provider: 'datocms',
    select: { type: 'blog_post', updatedBefore: '2024-01-01' },
    options: { ...options, apiToken: { env: 'DATO_TOKEN' } },
    production: true,
  }
  return { emulator, folder: folderOf(context), ids, target, env: { DATO_TOKEN: apiToken } }
}

const plan = async ({ folder, env }: Pick<Scene, 'folder' | 'env'>, target: object, ...more: ReadonlyArray<string>) => {
  writeFileSync(join(folder, 'cleanup.json'), configOf(target))
  return expunge(folder, ['plan', 'cleanup.json', ...more], { env })
}

const isOldPost = (of: string): boolean => record(of).model === 'blog_post' && record(of).updatedAt.startsWith('2020')

test('DatoCMS: plan freezes what is selected and says what it does besides; run never selects again', async (context) => {
  const scene = await datoScene(context)
  const { emulator, folder, ids, target, env } = scene
  const { code, stdout, stderr } = await plan(scene, target)
  assert.is(code, 0, stderr)
  for (const words of [
    'selected  type "blog_post", updatedBefore "2024-01-01"',
    'share     33.3 % of 150 that there are',
    'records   50 to be deleted of 50',
    'edits     page.featured: links to these records are taken out of there, silently',
    'refuses   page.hero: a record that one of these links to is not deleted',
    'webhooks  up to 150 calls: Build (2 a record), Search (1 a record)',
  ]) {
    assert.ok(stdout.includes(words), `${words} not in ${stdout}`)
  }
  const shown = [...stdout.matchAll(/(record-\d{15}) {2}Post number (\d+)/g)]
  assert.is(new Set(shown.map(([, of]) => of)).size, 5)
  for (const [, of = '', number] of shown) assert.ok(isOldPost(of) && Number(number) === numberOf(of), of)
  assert.is(emulator.calls.filter(({ url }) => url.includes('referencing')).length, 1)
  assert.is(
    emulator.calls.some(({ url }) => url.includes('destroy')),
    false,
  )

  // One that would be selected now was not when the plan was approved.
  emulator.seed([id(202)])
  const lists = () => emulator.calls.filter(({ url }) => url.includes('filter[type]')).length
  const listed = lists()
  const digest = /digest {2}([0-9a-f]{64})/.exec(stdout)?.[1] ?? ''
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest, '--json'], { env })
  assert.is(run.code, 0, run.stderr)
  assert.is(JSON.parse(run.stdout).targets[0].totals.deleted, 50)
  assert.equal([...emulator.existing()], [...ids.filter((of) => !isOldPost(of)), id(202)])
  assert.is(lists(), listed)
  assert.not.match(readFileSync(join(folder, 'run.db')).toString('latin1'), 'datocms-token')
})

test('the plan as JSON holds all of it; the same again has the same digest', async (context) => {
  const scene = await datoScene(context)
  const first = JSON.parse((await plan(scene, scene.target, '--json')).stdout)
  const [target] = first.targets
  assert.equal(
    [target.select, target.records, target.inAll, target.ids],
    [{ type: 'blog_post', updatedBefore: '2024-01-01' }, 50, 150, undefined],
  )
  assert.equal(target.sideEffects.references, [
    { model: 'page', field: 'featured', effect: 'edits' },
    { model: 'page', field: 'hero', effect: 'refuses' },
  ])
  assert.is(target.sample.length, 5)
  assert.equal(
    target.titles,
    target.sample.map((of: string) => `Post number ${numberOf(of)}`),
  )
  scene.emulator.seed([id(301)])
  const again = JSON.parse((await plan(scene, scene.target, '--json', '-o', 'again.db')).stdout)
  assert.is(again.targets[0].inAll, 151)
  assert.is(again.digest, first.digest)
})

test('what was expected: a count, a share; else nothing is planned', async (context) => {
  const scene = await datoScene(context)
  const expecting = (expect: object, output: string) => plan(scene, { ...scene.target, expect }, '-o', output)
  assert.is((await expecting({ records: 50 }, 'a.db')).code, 0)
  assert.is((await expecting({ atMostShare: 0.34 }, 'b.db')).code, 0)
  const count = await expecting({ records: 49 }, 'c.db')
  assert.is(count.code, 2)
  assert.match(count.stderr, /targets\[0\]\.expect\.records: there are 50 records, and 49 were expected/)
  const share = await expecting({ atMostShare: 0.2 }, 'd.db')
  assert.is(share.code, 2)
  assert.match(share.stderr, /targets\[0\]\.expect\.atMostShare: 50 of 150 records is 33\.3 %, more than 20 %/)
  for (const none of ['c.db', 'd.db']) assert.not.ok(existsSync(join(scene.folder, none)))
})

test('a token that may not see the schema: the plan says so', async (context) => {
  const scene = await datoScene(context, { schema: false })
  const { code, stdout } = await plan(scene, scene.target)
  assert.is(code, 0)
  assert.match(stdout, 'which fields refer to these records is not for this token to see')
  assert.match(stdout, 'which are called is not for this token to see')
})

test('what is protected is left out of what is selected, and retry goes by the journal', async (context) => {
  const scene = await datoScene(context)
  const { emulator, folder, ids, target, env } = scene
  const [kept, refused] = ids.filter(isOldPost)
  writeFileSync(join(folder, 'keep.txt'), `${kept}\n`)
  emulator.refuse([refused as string], 'ITEM_LOCKED')
  const planned = await plan(scene, { ...target, protect: 'keep.txt', expect: { records: 50 } }, '--json')
  const run = await expunge(folder, ['run', 'run.db', '--approve', JSON.parse(planned.stdout).digest], { env })
  assert.is(run.code, 1, run.stderr)
  const listed = emulator.calls.filter(({ url }) => url.includes('filter[type]')).length
  const retry = await expunge(folder, ['retry', 'run.db', '--json'], { env })
  assert.is(retry.code, 0, retry.stderr)
  const [left] = JSON.parse(retry.stdout).targets
  assert.equal([left.records, left.sample, left.expect], [1, [refused], undefined])
  assert.is(emulator.calls.filter(({ url }) => url.includes('filter[type]')).length, listed)
})

test('a list that changes while it is read is no plan', async (context) => {
  const scene = await datoScene(context, { fieldFilter: 'ignored' })
  const { code, stderr } = await plan(scene, { ...scene.target, attempts: 1 })
  assert.is(code, 2)
  assert.match(
    stderr,
    /cleanup\.json:1:\d+ targets\[0\]\.select: an answer that can not be read: the filter was not heeded/,
  )
  assert.not.ok(existsSync(join(scene.folder, 'run.db')))
})

test('Opus: what is due', async (context) => {
  const emulator = await startAvePointOpus({
    dueAt: (key) => (key.endsWith('7') ? '2020-01-01' : '2030-01-01'),
    leafName: (key) => `Contract ${key}`,
  })
  context.after(() => emulator.close())
  const keys = Array.from({ length: 250 }, (_, n) => `key-${n}`)
  emulator.seed(keys)
  const { clientSecret, ...options } = emulator.options
  const target = {
    name: 'opus',
    provider: 'avepoint-opus',
    select: { connection: 'd9da492f-cc67-4920-99f9-6fbaae1f1410', dueBefore: '2024-01-01' },
    expect: { records: 25 },
    options: { ...options, clientSecret: { env: 'OPUS_SECRET' } },
  }
  const scene = { folder: folderOf(context), env: { OPUS_SECRET: clientSecret } }
  const { code, stdout, stderr } = await plan(scene, target)
  assert.is(code, 0, stderr)
  assert.match(stdout, /such as {3}key-\d*7 {2}Contract key-\d*7\n/)
  assert.not.match(stdout, 'share')
  const digest = /digest {2}([0-9a-f]{64})/.exec(stdout)?.[1] ?? ''
  const run = await expunge(scene.folder, ['run', 'run.db', '--approve', digest], { env: scene.env })
  assert.is(run.code, 0, run.stderr)
  assert.equal(
    [...emulator.destroyed()],
    keys.filter((key) => key.endsWith('7')),
  )
})

test('a list of UUIDs: what a filter finds; one that leaves nothing out is told', async (context) => {
  const uuid = (n: number) => `84a33b7e-833a-47da-95ed-${String(n).padStart(12, '0')}`
  const emulator = await startUuidList({
    record: (of) => ({ io_name: `Showcase ${of.slice(-2)}`, io_year: of.slice(-1) }),
  })
  context.after(() => emulator.close())
  const ids = Array.from({ length: 60 }, (_, n) => uuid(n))
  emulator.seed(ids)
  const { token, ...options } = emulator.options
  const target = {
    name: 'max',
    provider: 'uuid-list',
    select: { filter: "io_year < '3'" },
    expect: { atMostShare: 0.5 },
    options: { ...options, token: { env: 'MAX_TOKEN' }, permanentDelete: true },
  }
  const scene = { folder: folderOf(context), env: { MAX_TOKEN: token } }
  const { code, stdout, stderr } = await plan(scene, target)
  assert.is(code, 0, stderr)
  assert.match(stdout, '30 % of 60 that there are')
  assert.match(stdout, /such as {3}84a33b7e-\S+ {2}Showcase \d[012]\n/)
  const all = await plan(
    scene,
    { ...target, select: { filter: "io_year != 'x'" }, expect: { records: 60 } },
    '-o',
    'all.db',
  )
  assert.match(all.stdout, 'share     all of them: there are no others')
  const wrong = await plan(scene, { ...target, select: { filter: 'nonsense' } }, '-o', 'wrong.db')
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /targets\[0\]\.select: refused \(HTTP 400\): Bad filter/)
})

test('where the system does not say how many there are, no part of them can be expected', async (context) => {
  const emulator = await startUuidList({ counts: false })
  context.after(() => emulator.close())
  emulator.seed(['84a33b7e-833a-47da-95ed-8da49ee9eeb0'])
  const { token, ...options } = emulator.options
  const target = {
    name: 'max',
    provider: 'uuid-list',
    select: { filter: "io_name != 'x'" },
    options: { ...options, token: { env: 'MAX_TOKEN' }, permanentDelete: true },
  }
  const scene = { folder: folderOf(context), env: { MAX_TOKEN: token } }
  const fine = await plan(scene, target)
  assert.is(fine.code, 0, fine.stderr)
  assert.not.match(fine.stdout, 'share')
  const share = await plan(scene, { ...target, expect: { atMostShare: 1 } }, '-o', 'share.db')
  assert.is(share.code, 2)
  assert.match(share.stderr, 'the system does not say how many records there are in all')
})

test('ids can be expected to be so many, too', async (context) => {
  const scene = await datoScene(context)
  const { select, ...target } = scene.target
  writeFileSync(join(scene.folder, 'ids.txt'), scene.ids.slice(0, 7).join('\n'))
  assert.is((await plan(scene, { ...target, ids: 'ids.txt', expect: { records: 7 } })).code, 0)
  const other = await plan(scene, { ...target, ids: 'ids.txt', expect: { records: 8 } }, '-o', 'other.db')
  assert.is(other.code, 2)
  assert.match(other.stderr, 'there are 7 records, and 8 were expected')
})
