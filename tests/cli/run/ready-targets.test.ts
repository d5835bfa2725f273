import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDatoCms } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf } from '../systems.ts'

const test = suite('cli: the place', { deadlineMs: 60_000 })

const datoTarget = async ({ after }: Pick<TestContext, 'after'>, environments: ReadonlyArray<string>) => {
  const emulator = await startDatoCms({ environments, rate: 'none' })
  after(() => emulator.close())
  const ids = ['T4m4tPymSACFzsqbZS65WA', 'dZOoNBJFQ_GnjtUqIy45Hw']
  emulator.seed(ids)
  const { apiToken, baseUrl } = emulator.options
  const options = { apiToken: { env: 'DATO' }, baseUrl, environment: 'main' }
  return {
    emulator,
    ids,
    env: { DATO: apiToken },
    target: { name: 'cms', provider: 'datocms', ids: 'ids.txt', options },
  }
}

test('2: production that is not meant to be; an environment that is not there', async (context) => {
  const { target, ids, env } = await datoTarget(context, ['main', 'sandbox'])
  const folder = folderOf(context, { 'ids.txt': ids.join('\n'), 'cleanup.json': configOf(target) })
  const { code, stderr } = await expunge(folder, ['plan', 'cleanup.json'], { env })
  assert.is(code, 2)
  assert.match(stderr, 'targets[0].production: Emulated project · main is production: write "production": true')
  const elsewhere = { ...target, options: { ...target.options, environment: 'stage' } }
  writeFileSync(join(folder, 'cleanup.json'), configOf(elsewhere))
  const other = await expunge(folder, ['plan', 'cleanup.json'], { env })
  assert.is(other.code, 2)
  assert.match(other.stderr, 'there is no environment "stage"')
  writeFileSync(join(folder, 'cleanup.json'), configOf({ ...target, production: true }))
  assert.is((await expunge(folder, ['plan', 'cleanup.json'], { env })).code, 0)
})

test('2: another place than the one that was planned, for run and for resume', async (context) => {
  const [one, other] = [await datoTarget(context, ['main']), await datoTarget(context, ['live', 'main'])]
  // The address comes from outside, as a name in a network does: it may lead elsewhere the next day.
  const adapter = `
    import { datoCms } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}
    export const moved = ({ apiToken }) => {
      const provider = datoCms({ apiToken, environment: 'main', baseUrl: process.env.WHERE })
      return { ...provider, identify: (context) => async () => {
        const place = await provider.identify(context)()
        return { ...place, right: { ...place.right, key: process.env.PLACE } }
      } }
    }`
  const target = {
    ...one.target,
    provider: './adapter.mjs#moved',
    options: { apiToken: { env: 'DATO' } },
    production: true,
  }
  const folder = folderOf(context, {
    'ids.txt': one.ids.join('\n'),
    'cleanup.json': configOf(target),
    'adapter.mjs': adapter,
  })
  const here = { ...one.env, WHERE: one.target.options.baseUrl, PLACE: 'here' }
  const { stdout, stderr } = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env: here })
  assert.ok(stdout.startsWith('{'), stderr)
  const digest = JSON.parse(stdout).digest
  const there = { ...here, WHERE: other.target.options.baseUrl, PLACE: 'there' }
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest], { env: there })
  assert.is(run.code, 2, run.stderr)
  assert.match(run.stderr, 'this is another place')
  assert.is(one.emulator.existing().size, one.ids.length)
  const changed = `${adapter}\n// changed`
  writeFileSync(join(folder, 'adapter.mjs'), changed)
  const other2 = await expunge(folder, ['run', 'run.db', '--approve', digest], { env: here })
  assert.is(other2.code, 2)
  assert.match(other2.stderr, 'has changed since the plan')
  writeFileSync(join(folder, 'adapter.mjs'), adapter)
  assert.is((await expunge(folder, ['run', 'run.db', '--approve', digest], { env: here })).code, 0)
  const resumed = await expunge(folder, ['resume', 'run.db'], { env: there })
  assert.is(resumed.code, 2, resumed.stderr)
})
