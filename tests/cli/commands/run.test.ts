import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keep, kept, type RunPlan } from '../../../src/cli/plan/run-plan.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { ended, expunge, start } from '../command.ts'
import { configOf, deletions, type Playground, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: run', { deadlineMs: 60_000 })

const approved = async (
  playground: Playground,
  target: object,
  others: object = {},
  ...more: ReadonlyArray<string>
) => {
  const digest = await planned(playground, target, others)
  const { folder, env } = playground
  return expunge(folder, ['run', 'run.db', '--approve', digest.slice(0, 16), ...more], { env })
}

test('0: all gone; the result as JSON, the events in a file, no secret anywhere', async (context) => {
  const playground = await uuidPlayground(context, 500)
  const { folder, emulator, target } = playground
  const { code, stdout, stderr } = await approved(playground, target, {}, '--json', '--events', 'events.ndjson')
  assert.is(code, 0, stderr)
  const { run, targets } = JSON.parse(stdout)
  assert.is(run.state, 'ended')
  assert.is(run.places[0].label, targets[0].place.label)
  assert.equal(targets[0].totals, { deleted: 500, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
  assert.is(emulator.existing().size, 0)
  const events = readFileSync(join(folder, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(events[0].kind, 'run-started')
  assert.is(events.at(-1).kind, 'run-ended')
  assert.ok(events.every((event) => event.target === 'max'))
  for (const file of ['run.db', 'events.ndjson']) {
    assert.not.ok(readFileSync(join(folder, file)).includes('uuid-list-token'), file)
  }
  assert.not.match(stdout + stderr, 'uuid-list-token')
})

test('1: something is not gone, and resuming changes nothing of it', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, ids, emulator, target } = playground
  emulator.refuse(ids.slice(0, 1))
  const { code, stdout } = await approved(playground, target)
  assert.is(code, 1)
  assert.match(stdout, 'Not all is gone.')
  const sent = deletions(playground)
  assert.is((await expunge(folder, ['resume', 'run.db'], { env })).code, 1)
  assert.is(deletions(playground), sent)
})

test('2: not approved, by the wrong digest, or by nobody; nothing is sent', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target } = playground
  const digest = await planned(playground, target)
  const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
    [['run', 'run.db'], 'give --approve with the digest'],
    [['run', 'run.db', '--approve', digest.slice(0, 15)], 'takes the first 16 digits'],
    [['run', 'run.db', '--approve', ' '.repeat(16)], 'takes the first 16 digits'],
    [['run', 'run.db', '--approve', `${' '.repeat(15)}${digest.slice(0, 1)}`], 'takes the first 16 digits'],
    [['run', 'run.db', '--approve', `${digest.slice(0, 15)}g`], 'is not the digest of this plan'],
    [['run', 'cleanup.json'], 'without a terminal'],
    [['resume', 'run.db'], 'was never begun'],
    [['resume', 'no.db'], 'there is no such file'],
    [['run', 'run.db', '--aprove', digest], 'Did you mean --approve?'],
    [['runn', 'run.db'], 'Did you mean run?'],
    [['run', 'run.db', '--grace', 'soon', '--approve', digest], 'must be a time'],
  ]
  for (const [args, says] of cases) {
    const { code, stderr } = await expunge(folder, args, { env })
    assert.is(code, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, says)
    if (!args.includes(digest)) assert.not.match(stderr, digest.slice(0, 16))
  }
  assert.is(deletions(playground), 0)
})

test('2: a plan that expired, or was changed', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env } = playground
  const late = await approved(playground, playground.target, { planExpiry: 1 })
  assert.is(late.code, 2)
  assert.match(late.stderr, 'expired')
  for (const words of [
    ['run', 'run.db', '--approve', '0'.repeat(12)],
    ['resume', 'run.db'],
  ]) {
    const journal = openJournal(join(folder, 'run.db'))
    const { expiresAt, ...plan } = kept(journal, 'plan') as RunPlan
    keep(journal, 'plan', {
      ...plan,
      targets: plan.targets.map((target) => ({ ...target, batches: 0, maxRecords: 1e6 })),
    })
    keep(journal, 'approval', { by: 'digest', at: new Date().toISOString() })
    journal.close()
    const { code, stderr } = await expunge(folder, words, { env })
    assert.is(code, 2, stderr)
    assert.match(stderr, 'the plan was changed after it was made')
  }
  assert.is(deletions(playground), 0)
})

test('3: something unconfirmed', async (context) => {
  const playground = await uuidPlayground(context, 20, { filter: 'empty' })
  const { emulator, target, folder, env } = playground
  const digest = await planned(playground, { ...target, callTimeout: 200, attempts: 1 })
  emulator.fault('lost-after', { route: 'delete', times: Number.POSITIVE_INFINITY })
  emulator.fault('500', { route: 'read', times: Number.POSITIVE_INFINITY })
  const { code, stdout, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest, '--grace', '1s'], {
    env,
  })
  assert.is(code, 3, stdout + stderr)
})

test('3: what is in flight when the time for it is up, too; resume tells what became of it', async (context) => {
  const playground = await uuidPlayground(context, 20, { slowMs: 20_000 })
  const { folder, env, emulator, target } = playground
  emulator.fault('slow', { route: 'delete' })
  const words = ['--max-duration', '3s', '--grace', '0', '--json']
  const { code, stdout, stderr } = await approved(playground, target, {}, ...words)
  assert.is(emulator.existing().size, 0, 'the system has done it, and not answered yet')
  assert.is(code, 3, stderr)
  const totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 20 }
  assert.equal(JSON.parse(stdout).targets[0].totals, totals)
  const report = await expunge(folder, ['report', 'run.db', '--format', 'json'])
  assert.equal(JSON.parse(report.stdout).targets[0].totals, totals, 'the report says the same')
  const stopped = await expunge(folder, ['resume', 'run.db', '--max-duration', '0', '--grace', '0'], { env })
  assert.is(stopped.code, 3, stopped.stderr)
  assert.match(stopped.stdout, 'To go on, and to read back what is in flight: expunge resume run.db')
})

test('4: halted; what it halted for is told, and another target is not stopped by it', async (context) => {
  const [one, other] = [await uuidPlayground(context), await uuidPlayground(context)]
  const { folder, env } = one
  writeFileSync(join(folder, 'other.txt'), other.ids.join('\n'))
  const targets = [
    one.target,
    { ...other.target, name: 'other', ids: 'other.txt' },
    { ...one.target, name: 'last', after: ['other'] },
  ]
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets }))
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  other.emulator.fault('403', { times: Number.POSITIVE_INFINITY })
  const run = await expunge(folder, ['run', 'run.db', '--json', '--approve', JSON.parse(stdout).digest], { env })
  assert.is(run.code, 4, run.stderr)
  const result = JSON.parse(run.stdout)
  assert.equal(
    result.targets.map(({ name, state }: { name: string; state: string }) => [name, state]),
    [
      ['max', 'ended'],
      ['other', 'halted'],
      ['last', 'blocked'],
    ],
  )
  assert.match(result.targets[2].detail, 'waits until other is wholly gone')
  assert.is(one.emulator.existing().size, 0)
})

test('4: a canary that is not gone', async (context) => {
  const playground = await uuidPlayground(context, 200)
  playground.emulator.refuse(playground.ids.slice(0, 1))
  const { code, stdout } = await approved(playground, playground.target, { guards: { canary: 5 } })
  assert.is(code, 4, stdout)
  assert.match(stdout, 'canary')
  assert.ok(playground.emulator.existing().size > 190)
})

test('5: a file that is no journal, and a journal that is in use', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target } = playground
  writeFileSync(join(folder, 'foreign.db'), 'not a database')
  const foreign = await expunge(folder, ['run', 'foreign.db', '--approve', '0'.repeat(12)], { env })
  assert.is(foreign.code, 5, foreign.stderr)
  const digest = await planned(playground, target)
  const holder = openJournal(join(folder, 'run.db'))
  for (const words of [
    ['run', 'run.db', '--approve', digest],
    ['resume', 'run.db'],
  ]) {
    const { code, stderr } = await expunge(folder, words, { env })
    assert.is(code, 5, stderr)
    assert.match(stderr, 'another program holds the journal')
  }
  holder.close()
  assert.is(deletions(playground), 0)
  assert.is((await expunge(folder, ['run', 'run.db', '--approve', digest], { env })).code, 0)
})

test('2: a record was altered in the journal after the plan was made; nothing is sent', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target } = playground
  const digest = await planned(playground, target)
  const file = new DatabaseSync(join(folder, 'run.db'))
  const other = '11111111-2222-4333-8444-555555555555'
  file
    .prepare('UPDATE identities SET id = ?, identity = NULL WHERE number IN (SELECT max(number) FROM identities)')
    .run(other)
  file.close()
  const { code, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(code, 2, stderr)
  assert.match(stderr, 'the records are not those of the plan')
  assert.is(deletions(playground), 0)
})

test('a paced run that is stopped keeps its journal whole: the time is up, or SIGTERM', async (context) => {
  const playground = await uuidPlayground(context, 6_000)
  const { folder, env, target } = playground
  const rate = { requestsPerSecond: 5 }
  const short = await approved(playground, target, { rate }, '--max-duration', '1s', '--json')
  assert.is(short.code, 10, short.stdout + short.stderr)
  const { run, targets } = JSON.parse(short.stdout)
  assert.is(run.state, 'stopped')
  assert.is(targets[0].totals.unconfirmed, 0)
  const child = start(folder, ['resume', 'run.db', '--json', '--events', 'events.ndjson'], env)
  const stopped = ended(child)
  const before = deletions(playground)
  while (deletions(playground) < before + 3) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await stopped
  assert.is(code, 143, stdout + stderr)
  const result = JSON.parse(stdout)
  assert.is(result.run.state, 'stopped')
  const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n')
  const settled = events.map((line) => JSON.parse(line)).findLast(({ kind }) => kind === 'settled')
  const { deleted, unconfirmed } = result.targets[0].totals
  assert.is(unconfirmed, 0)
  assert.is(deleted, targets[0].totals.deleted + settled.totals.deleted)
})

test('10: the time is up; 143: SIGTERM; and resume does the rest', async (context) => {
  const playground = await uuidPlayground(context, 4_000, { latencyMs: 500 })
  const { folder, env, emulator, target } = playground
  const pace = { ...target, concurrency: 1 }
  const short = await approved(playground, pace, {}, '--max-duration', '2s')
  assert.is(short.code, 10, short.stdout + short.stderr)
  assert.match(short.stdout, 'To go on: expunge resume run.db')
  const child = start(folder, ['resume', 'run.db'], env)
  const stopped = ended(child)
  const before = deletions(playground)
  while (deletions(playground) < before + 2) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGHUP')
  child.kill('SIGTERM')
  assert.is((await stopped).code, 143)
  assert.ok(emulator.existing().size > 0)
  const rest = await expunge(folder, ['resume', 'run.db', '--quiet'], { env })
  assert.equal([rest.code, rest.stdout, rest.stderr], [0, '', ''])
  assert.is(emulator.existing().size, 0)
  const counts = new Map<string, number>()
  for (const { method, ids } of emulator.calls) {
    if (method === 'DELETE') for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  assert.ok(
    [...counts.values()].every((count) => count === 1),
    'nothing is sent twice',
  )
})

test('ids from the input; messages as JSON; a secret from a command, asked again on a 401', async (context) => {
  const playground = await uuidPlayground(context, 20)
  const { folder, emulator, target, ids } = playground
  // The first answer is wrong: only what is asked for after a 401 is right.
  const command = [
    process.execPath,
    '-e',
    "const fs = require('fs'); const n = fs.existsSync('n') ? Number(fs.readFileSync('n')) : 0; fs.writeFileSync('n', String(n + 1)); console.log(n < Number(fs.readFileSync('bad')) ? 'old' : 'uuid-list-token')",
  ]
  writeFileSync(join(folder, 'bad'), '0')
  const options = { ...(target.options as object), token: { command } }
  writeFileSync(join(folder, 'cleanup.json'), configOf({ ...target, options, ids: '-' }))
  const plan = await expunge(folder, ['plan', 'cleanup.json', '--json'], { input: ids.join('\n') })
  assert.is(plan.code, 0, plan.stderr)
  writeFileSync(join(folder, 'n'), '0')
  writeFileSync(join(folder, 'bad'), '1')
  const run = await expunge(folder, [
    'run',
    'run.db',
    '--log-format',
    'json',
    '--approve',
    JSON.parse(plan.stdout).digest,
  ])
  assert.is(run.code, 0, run.stderr)
  for (const line of run.stderr.trim().split('\n')) assert.type(JSON.parse(line).message, 'string')
  assert.is(emulator.existing().size, 0)
  assert.ok(Number(readFileSync(join(folder, 'n'), 'utf8')) >= 2)
})
