import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: for machines that watch', { deadlineMs: 90_000 })

/** `expunge_records{target="max",…} 3` by name and labels. */
const samplesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))] as const
      }),
  )

test('fields in the log, and figures in a file that is replaced as a whole', async (context) => {
  const playground = await uuidPlayground(context, 40)
  const { folder, env, ids, emulator, target } = playground
  emulator.refuse(ids.slice(0, 1))
  emulator.fault('429', { route: 'delete' })
  const digest = await planned(playground, { ...target, name: 'max 1' })
  const words = ['--log-format', 'json', '--metrics-file', 'run.prom', '--json']
  const { code, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest, ...words], { env })
  assert.is(code, 1, stderr)
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const started = lines.find((line) => line.event === 'run-started')
  assert.equal([started?.target, started?.records, started?.settled, started?.waiting], ['max 1', 40, 0, 40])
  const over = lines.find((line) => line.event === 'run-ended')
  assert.equal([over?.settled, over?.waiting, over?.deleted, over?.rejected], [40, 0, 39, 1])
  assert.ok(lines.every((line) => typeof line.at === 'string' && typeof line.message === 'string'))
  const named = JSON.stringify(lines.map(({ message, ...fields }) => fields))
  for (const id of ids) assert.not.ok(named.includes(id))

  const path = join(folder, 'run.prom')
  const text = readFileSync(path, 'utf8')
  const samples = samplesOf(text)
  const labels = 'target="max 1",provider="uuid-list"'
  assert.is(samples.get(`expunge_records{${labels},outcome="deleted"}`), 39)
  assert.is(samples.get(`expunge_records{${labels},outcome="waiting"}`), 0)
  assert.is(samples.get(`expunge_planned_records{${labels}}`), 40)
  assert.is(samples.get(`expunge_call_failures_total{${labels},purpose="delete",error="Throttled"}`), 1)
  assert.is(samples.get(`expunge_target_state{${labels},state="ended"}`), 1)
  assert.equal([samples.get('expunge_running'), samples.get('expunge_exit_code')], [0, 1])
  assert.is(statSync(path).mode & 0o044, 0o044)
  for (const id of ids) assert.not.ok(text.includes(id))
  // Each family is told once, with its samples behind it.
  const families = [...text.matchAll(/^# TYPE (\w+) (?:gauge|counter)$/gm)].map(([, name]) => name)
  assert.is(new Set(families).size, families.length)
  for (const name of samples.keys()) assert.ok(families.includes(name.replace(/\{.*$/, '')), name)
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  )

  // A resumed run goes on with it; what is not such a file is left as it is.
  const again = await expunge(folder, ['resume', 'run.db', '--metrics-file', 'run.prom', '--quiet'], { env })
  assert.is(again.code, 1, again.stderr)
  assert.is(samplesOf(readFileSync(path, 'utf8')).get(`expunge_records{${labels},outcome="deleted"}`), 39)
  writeFileSync(join(folder, 'mine.prom'), 'mine 1\n')
  for (const given of ['mine.prom', 'run.db', '-']) {
    const refused = await expunge(folder, ['resume', 'run.db', '--metrics-file', given], { env })
    assert.is(refused.code, 2, given)
    assert.match(refused.stderr, `--metrics-file ${given}: `)
  }
  assert.is(readFileSync(join(folder, 'mine.prom'), 'utf8'), 'mine 1\n')
  const both = ['--events', 'events.ndjson', '--metrics-file', 'events.ndjson']
  assert.is((await expunge(folder, ['resume', 'run.db', ...both], { env })).code, 2)
  assert.not.ok(existsSync(join(folder, 'no')))
})
