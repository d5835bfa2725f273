import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deleteRecords, uuidList } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge, startExpunge } from '../child.ts'
import { newFolder } from '../made-run.ts'

const test = suite('emulate', { deadlineMs: 20_000 })

test('starts all, says how to reach them, and ends by Ctrl-C', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const { child, ended, says } = startExpunge('emulate', '--records', '30', '-o', folder)
  after(() => child.kill('SIGKILL'))
  const text = await says('Ctrl-C')
  for (const name of ['datocms', 'uuid-list', 'avepoint-opus']) assert.match(text, name)
  const { targets } = JSON.parse(readFileSync(join(folder, 'cleanup.json'), 'utf8'))
  const max = targets.find(({ name }: { name: string }) => name === 'uuid-list')
  const secret = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd()
  const ids = secret(max.ids).split('\n')
  assert.is(ids.length, 30)
  assert.equal(max.options.token, { file: 'uuid-list.token' })
  const provider = uuidList({ ...max.options, token: secret(max.options.token.file) })
  const { totals } = await deleteRecords(provider, ids)
  assert.is(totals.deleted, 30)
  child.kill('SIGINT')
  const { code, stderr } = await ended
  assert.equal([code, stderr], [130, ''])
})

test('JSON says the same in one line; ports count up', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const { child, ended, says } = startExpunge('emulate', 'datocms', '--records', '3', '-o', folder, '--json')
  after(() => child.kill('SIGKILL'))
  const { emulators, config } = JSON.parse(await says('\n'))
  assert.is(emulators.length, 1)
  assert.is(emulators[0].records, 3)
  assert.match(emulators[0].options.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.is(config, join(folder, 'cleanup.json'))
  const taken = await expunge('emulate', 'datocms', '--port', new URL(emulators[0].url).port)
  assert.is(taken.code, 2)
  assert.match(taken.stderr, "can't be used")
  child.kill('SIGTERM')
  assert.is((await ended).code, 143)
})

test('a name that it does not know gets a suggestion', async () => {
  const { code, stderr } = await expunge('emulate', 'datocm')
  assert.is(code, 2)
  assert.match(stderr, 'Did you mean datocms?')
})

test('it keeps any kind of limit that it is told, and says which there are', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const args = [
    'emulate',
    'uuid-list',
    '--records',
    '1',
    '-o',
    folder,
    '--json',
    '--rate',
    'bucket:10/3600:2+concurrency:5',
  ]
  const { child, ended, says } = startExpunge(...args)
  after(() => child.kill('SIGKILL'))
  const { emulators } = JSON.parse(await says('\n'))
  const { baseUrl, token } = emulators[0].options
  const statuses: number[] = []
  for (let call = 0; call < 3; call++) {
    const answer = await fetch(`${baseUrl}/v2/io_showcase`, { headers: { authorization: `Bearer ${token}` } })
    await answer.text()
    statuses.push(answer.status)
  }
  assert.equal(statuses, [200, 200, 429])
  child.kill('SIGTERM')
  await ended
  const { code, stderr } = await expunge('emulate', '--rate', 'log:60/3:5')
  assert.is(code, 2)
  assert.match(stderr, 'counter:60/3')
})
