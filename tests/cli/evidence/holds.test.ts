import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { ended, expunge, start } from '../command.ts'
import { configOf, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: holds', { deadlineMs: 60_000 })

interface Row {
  readonly id: string
  readonly status: string
  readonly why?: string
  readonly reference?: string
}

test('what is held stays, by the plan and by a hold that comes later', async (context) => {
  const playground = await uuidPlayground(context, 6)
  const { folder, env, target, ids, emulator } = playground
  const hold = (file: string, held: ReadonlyArray<string | undefined>) =>
    writeFileSync(join(folder, file), `matter,uuid\r\n${held.map((id) => `x,${id}\r\n`).join('')}`)
  hold('hold.csv', [ids[0]?.toUpperCase()])
  hold('second.csv', [])
  const holds = [
    { target: 'max', ids: 'hold.csv', column: 'uuid', reference: 'Case 4711' },
    { target: 'max', ids: 'second.csv', column: 'uuid', reference: 'Case 12' },
  ]
  const digest = await planned(playground, target, { holds })
  hold('second.csv', [ids[1], ids[0]])
  writeFileSync(join(folder, 'cleanup.json'), configOf(target, { holds }))
  const again = await expunge(folder, ['plan', 'cleanup.json', '-o', 'again.db', '--json'], { env })
  const plan = JSON.parse(again.stdout)
  assert.is(plan.digest, digest, 'entries of a list are no part of the digest')
  assert.equal([plan.targets[0].held, plan.targets[0].toSend], [2, 4])
  const { code, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(code, 1, stderr)
  const told = JSON.parse((await expunge(folder, ['report', 'run.db', '--format', 'json'])).stdout)
  const rows: ReadonlyArray<Row> = told.targets[0].outcomes
  assert.equal(
    rows.slice(0, 3).map(({ status, why, reference }) => [status, why, reference]),
    [
      ['untouched', 'held', 'Case 4711'],
      ['untouched', 'held', 'Case 12'],
      ['deleted', undefined, undefined],
    ],
  )
  assert.equal([...emulator.existing()].sort(), ids.slice(0, 2).sort())
  const csv = (await expunge(folder, ['report', 'run.db', '--format', 'csv'])).stdout.split('\r\n')
  assert.match(csv[0] ?? '', /settled_at,hold$/)
  assert.match(csv[1] ?? '', /^.*,held,.*,Case 4711$/)
  assert.match((await expunge(folder, ['explain', 'run.db', ids[0] ?? ''])).stdout, 'it is held (Case 4711)')
  // A hold that is lifted: what it kept can be planned.
  for (const file of ['hold.csv', 'second.csv']) hold(file, [])
  const retry = await expunge(folder, ['retry', 'run.db', '--json'], { env })
  assert.is(retry.code, 0, retry.stderr)
  assert.equal([JSON.parse(retry.stdout).targets[0].toSend, JSON.parse(retry.stdout).holds.length], [2, 2])
})

test('a list that comes to hold while the run goes on, and one that is gone by then', async (context) => {
  const playground = await uuidPlayground(context, 40, { latencyMs: 40 })
  const { folder, env, ids, emulator } = playground
  const target = { ...playground.target, batchSize: 2, concurrency: 1 }
  writeFileSync(join(folder, 'hold.txt'), '\n')
  const holds = [{ target: 'max', ids: 'hold.txt', reference: 'Case 1' }]
  const digest = await planned(playground, target, { holds })
  const going = start(folder, ['run', 'run.db', '--approve', digest, '--quiet'], env)
  const done = ended(going)
  const gone = async (least: number) => {
    while (emulator.existing().size > ids.length - least) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await gone(2)
  writeFileSync(join(folder, 'hold.txt'), `${ids.at(-1)}\n`)
  await gone(10)
  rmSync(join(folder, 'hold.txt'))
  const { code, stdout, stderr } = await done
  assert.is(code, 4, stderr)
  assert.match(stdout, "hold.txt: what is held can't be read")
  const left = emulator.existing().size
  assert.ok(left > 1, `it halted, with ${left} there`)
  writeFileSync(join(folder, 'hold.txt'), `${ids.at(-1)}\n`)
  assert.is((await expunge(folder, ['resume', 'run.db', '--quiet'], { env })).code, 1)
  assert.equal([...emulator.existing()], [ids.at(-1)])
})

test('a plan is not made while a list can not be read, or holds what is no id', async (context) => {
  const { folder, env, target } = await uuidPlayground(context, 2)
  const plan = async (ids: string, others: object = {}) => {
    writeFileSync(
      join(folder, 'cleanup.json'),
      configOf(target, { holds: [{ target: 'max', ids, reference: 'R', ...others }] }),
    )
    return expunge(folder, ['plan', 'cleanup.json'], { env })
  }
  writeFileSync(join(folder, 'empty.txt'), '')
  writeFileSync(join(folder, 'bad.txt'), 'no uuid\n')
  writeFileSync(join(folder, 'table.csv'), 'a,b\r\n')
  for (const [ids, says] of [
    ['missing.txt', "missing.txt: what is held can't be read"],
    ['empty.txt', 'empty.txt: it is empty'],
    ['bad.txt', 'bad.txt:1: "no uuid" is no id'],
    ['table.csv', 'table.csv'],
  ] as const) {
    const { code, stderr } = await plan(ids)
    assert.is(code, 2, ids)
    assert.match(stderr, says)
  }
})
