import { writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { ended, expunge, start } from '../command.ts'
import { configOf, deletions, type Playground, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: pause, continue, rate, stop', { deadlineMs: 60_000 })

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await rest(20)
}

const status = async ({ folder, env }: Playground) =>
  JSON.parse((await expunge(folder, ['status', 'run.db', '--json'], { env })).stdout)

/** A run of many small batches, which has begun. */
const begun = async (playground: Playground, words: ReadonlyArray<string>) => {
  const before = deletions(playground)
  const child = start(playground.folder, words, playground.env)
  const end = ended(child)
  await until(() => deletions(playground) > before + 1)
  return { child, end }
}

test('a pause, a pace and a stop take effect beside the process, are on record, and survive it', async (context) => {
  const playground = await uuidPlayground(context, 400, { latencyMs: 30 })
  const { folder, env, emulator } = playground
  const digest = await planned(playground, { ...playground.target, batchSize: 2, concurrency: 2 })
  const first = await begun(playground, ['run', 'run.db', '--approve', digest])

  const pause = await expunge(folder, ['pause', 'run.db'], { env })
  assert.is(pause.code, 0, pause.stderr)
  assert.match(pause.stderr, 'paused: nothing more is sent until "expunge continue"')
  await rest(200)
  const paused = deletions(playground)
  await rest(600)
  assert.is(deletions(playground), paused, 'nothing is sent while it is paused')
  const by = `${userInfo().username}@${hostname()}`
  const { targets } = await status(playground)
  assert.is(targets[0].steering.paused.by, by)
  assert.is(targets[0].inFlight.records, 0)
  assert.is(targets[0].settled + targets[0].waiting, 400)
  const shown = await expunge(folder, ['status', 'run.db'], { env })
  assert.match(shown.stdout, /max +paused/)
  assert.match(shown.stdout, `max: paused by ${by} since `)

  first.child.kill('SIGKILL')
  await first.end
  assert.match((await expunge(folder, ['status', 'run.db'], { env })).stdout, `max: paused by ${by} since `)
  const second = start(folder, ['resume', 'run.db'], env)
  const secondEnd = ended(second)
  let told = ''
  second.stderr.on('data', (text) => {
    told += text
  })
  await until(() => told.includes('max: paused by'))
  await rest(600)
  assert.is(deletions(playground), paused, 'a pause survives a resume')

  const rate = await expunge(folder, ['rate', 'run.db', '--rps', '4', '--until', '23:59', '--json'], { env })
  assert.is(rate.code, 0, rate.stderr)
  const { control, isRunning, takenAt } = JSON.parse(rate.stdout)
  assert.equal([control.what, control.requestsPerSecond, isRunning], ['rate', 4, true])
  assert.ok(takenAt >= control.at && control.until > control.at)
  await expunge(folder, ['continue', 'run.db'], { env })
  await until(() => deletions(playground) > paused + 2)
  const from = deletions(playground)
  await rest(1_500)
  const within = deletions(playground) - from
  assert.ok(within >= 1 && within <= 8, `${within} requests where 6 may go`)

  const stop = await expunge(folder, ['stop', 'run.db'], { env })
  assert.is(stop.code, 0, stop.stderr)
  const { code, stdout, stderr } = await secondEnd
  assert.is(code, 10, stderr)
  assert.match(stderr, `expunge stop, by ${userInfo().username}: nothing more is sent`)
  assert.match(stdout, 'To go on: expunge resume run.db')

  const journal = openJournal(join(folder, 'run.db'), { readOnly: true })
  const onRecord = journal.controls()
  journal.close()
  assert.equal(
    onRecord.map(({ control: { what } }) => what),
    ['pause', 'rate', 'continue', 'stop'],
  )
  for (const { control: asked, takenAt: at } of onRecord) {
    assert.equal([asked.asker, asked.host], [userInfo().username, hostname()])
    assert.ok(at !== undefined && at - asked.at < 2_000, `${asked.what} was taken after ${(at ?? 0) - asked.at} ms`)
  }
  const last = await expunge(folder, ['resume', 'run.db', '--rps', 'none'], { env })
  assert.is(last.code, 0, last.stderr)
  assert.is(emulator.existing().size, 0)
})

test('what is asked while nothing is carried out waits for the next run; a stop has nothing to stop', async (context) => {
  const playground = await uuidPlayground(context, 40)
  const { folder, env } = playground
  const digest = await planned(playground, { ...playground.target, batchSize: 2 })
  const paused = await expunge(folder, ['pause', 'run.db', '--target', 'max'], { env })
  assert.is(paused.code, 0, paused.stderr)
  assert.match(paused.stderr, 'max: paused')
  assert.match(paused.stderr, 'nothing is carried out now')
  assert.is((await status(playground)).targets[0].steering.waiting[0].what, 'pause')
  const stop = await expunge(folder, ['stop', 'run.db'], { env })
  assert.equal([stop.code, stop.stdout], [2, ''])
  assert.match(stop.stderr, 'run.db is not carried out now: there is nothing to stop')
  const stranger = await expunge(folder, ['pause', 'run.db', '--target', 'mex'], { env })
  assert.equal([stranger.code, stranger.stdout], [2, ''])
  assert.match(stranger.stderr, 'run.db has no target "mex": is it "max"?')

  const child = start(folder, ['run', 'run.db', '--approve', digest], env)
  const end = ended(child)
  await until(() => openSteered(join(folder, 'run.db')) > 0)
  await rest(300)
  assert.is(deletions(playground), 0, 'it begins paused')
  assert.is((await expunge(folder, ['continue', 'run.db', '--target', 'max'], { env })).code, 0)
  assert.is((await end).code, 0)
})

/** How many controls a run has taken. */
const openSteered = (path: string): number => {
  const journal = openJournal(path, { readOnly: true })
  try {
    return journal.controls().filter(({ takenAt }) => takenAt !== undefined).length
  } finally {
    journal.close()
  }
}

test('a limit, and a time, stop a run with 10; what is left goes on', async (context) => {
  const playground = await uuidPlayground(context, 60)
  const { folder, env, emulator } = playground
  const digest = await planned(playground, { ...playground.target, batchSize: 4 })
  const some = await expunge(folder, ['run', 'run.db', '--approve', digest, '--limit', '10'], { env })
  assert.is(some.code, 10, some.stderr)
  assert.is(emulator.existing().size, 50)
  const more = await expunge(folder, ['resume', 'run.db', '--limit', '7', '--share', '0.5', '--concurrency', '1'], {
    env,
  })
  assert.is(more.code, 10, more.stderr)
  assert.is(emulator.existing().size, 43)
  const { targets, run } = await status(playground)
  assert.equal([run.state, targets[0].settled, targets[0].waiting], ['stopped', 17, 43])
  const { share, concurrency } = targets[0].steering.rate
  assert.equal([share, concurrency], [0.5, 1])
  const slow = await expunge(folder, ['resume', 'run.db', '--rps', '0.5', '--until', momentIn(8_000), '--json'], {
    env,
  })
  assert.is(slow.code, 10, slow.stderr)
  assert.is(JSON.parse(slow.stdout).run.stopped, 'clock')
  const all = await expunge(folder, ['resume', 'run.db', '--rps', 'none', '--limit', '1000'], { env })
  assert.is(all.code, 0, all.stderr)
  assert.is(emulator.existing().size, 0)
})

const momentIn = (ms: number): string => new Date(Date.now() + ms).toISOString().replace(/\.\d+Z$/, 'Z')

test('bad figures and times are told before anything is sent', async (context) => {
  const playground = await uuidPlayground(context, 4)
  const { folder, env } = playground
  await planned(playground, playground.target)
  const cases: ReadonlyArray<readonly [words: ReadonlyArray<string>, says: RegExp]> = [
    [['rate', 'run.db'], /say which pace/],
    [['rate', 'run.db', '--share', '1.5'], /over 0 and at most 1/],
    [['rate', 'run.db', '--rps', '2', '--until', '25:00'], /must be a time/],
    [['rate', 'run.db', '--rps', '2', '--reset'], /goes with no other/],
    [['resume', 'run.db', '--limit', '0'], /whole number over 0/],
    [['pause', 'none.db'], /none\.db/],
    [['pause', 'cleanup.json'], /cleanup\.json/],
  ]
  const results = await Promise.all(cases.map(([words]) => expunge(folder, words, { env })))
  for (const [index, [words, says]] of cases.entries()) {
    const { code, stdout, stderr } = results[index] as (typeof results)[number]
    assert.ok(code === 2 || (code === 5 && words[1] === 'cleanup.json'), `${words.join(' ')}: ${code} ${stderr}`)
    assert.is(stdout, '')
    assert.match(stderr, says)
  }
  assert.is(deletions(playground), 0)
})

test('pace is no part of the digest; hours are, and what is malformed is not planned', async (context) => {
  const playground = await uuidPlayground(context, 4)
  const { folder, env, target } = playground
  const plain = await planned(playground, target)
  const replan = async (of: object, others: object = {}): Promise<string> => {
    writeFileSync(join(folder, 'cleanup.json'), configOf(of, others))
    const { stdout, stderr } = await expunge(folder, ['plan', 'cleanup.json', '--force', '--json'], { env })
    return stdout === '' ? stderr : JSON.parse(stdout).digest
  }
  const paced = await replan({ ...target, concurrency: 2 }, { rate: { share: 0.1, requestsPerSecond: 3 } })
  assert.is(paced, plain)
  const hours = { between: '22:00-05:30', timeZone: 'Europe/Berlin' }
  assert.is.not(await replan(target, { hours }), plain)
  assert.match(
    await replan(target, { hours: { ...hours, between: '22-05' } }),
    'hours.between: must be two times of day',
  )
})
