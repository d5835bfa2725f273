import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { expunge, folderOf, onTerminal } from '../command.ts'

const test = suite('cli: init', { deadlineMs: 60_000 })

const written = (folder: string, name = 'cleanup.json') => JSON.parse(readFileSync(join(folder, name), 'utf8'))

test('flags answer, and a second time nothing is replaced', async (context) => {
  const folder = folderOf(context, { 'ids.csv': 'uuid\n1' })
  const flags = ['--provider', 'uuid-list', '--ids', 'ids.csv', '--column', 'uuid', '--production', 'yes']
  const options = { baseUrl: 'https://max.example.com', object: 'io_item', permanentDelete: 'false' }
  const sets = Object.entries(options).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const { code, stderr } = await expunge(folder, ['init', ...flags, ...sets])
  assert.is(code, 0, stderr)
  assert.match(stderr, 'Set MAX_TOKEN, then: expunge plan cleanup.json')
  const { $schema, targets } = written(folder)
  assert.match($schema, /schema\/cleanup\.schema\.json$/)
  assert.equal(targets, [
    {
      name: 'uuid-list',
      provider: 'uuid-list',
      ids: 'ids.csv',
      column: 'uuid',
      options: { ...options, permanentDelete: false, token: { env: 'MAX_TOKEN' } },
      production: true,
    },
  ])
  const again = await expunge(folder, ['init', ...flags, ...sets])
  assert.is(again.code, 2)
  assert.match(again.stderr, '--force')
  const secret = await expunge(folder, ['init', '-o', 'x.json', ...flags, ...sets, '--set', 'token=hush-hush'])
  assert.is(secret.code, 2)
  assert.not.match(secret.stderr, 'hush-hush')
  const missing = await expunge(folder, ['init', '-o', 'x.json', '--provider', 'datocms', '--ids', 'ids.txt'])
  assert.is(missing.code, 2)
  assert.match(missing.stderr, '--set environment=… has to be given')
})

test('on a terminal it asks', async (context) => {
  const folder = folderOf(context)
  const { code, stdout } = await onTerminal(
    folder,
    ['init', '-o', 'mine.json'],
    [
      ['Which system', 'datocms\r'],
      ['Which file', 'cms.txt\r'],
      ['environment', 'sandbox\r'],
      ['Is that production', 'no\r'],
    ],
  )
  assert.is(code, 0, stdout)
  assert.equal(written(folder, 'mine.json').targets, [
    {
      name: 'datocms',
      provider: 'datocms',
      ids: 'cms.txt',
      options: { environment: 'sandbox', apiToken: { env: 'DATOCMS_API_TOKEN' } },
    },
  ])
})
