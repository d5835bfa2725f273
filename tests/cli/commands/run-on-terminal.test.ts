import { assert, suite } from '../../support/suite.ts'
import { expunge, onTerminal } from '../command.ts'
import { uuidPlayground } from '../systems.ts'

const test = suite('cli: on a terminal', { deadlineMs: 60_000 })

const phraseIn = (text: string): string => /phrase {2}(.*)\r?\n/.exec(text)?.[1]?.trim() ?? ''

test('the phrase, typed right, carries out the plan', async (context) => {
  const { folder, env, emulator } = await uuidPlayground(context)
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json'], { env })
  const phrase = phraseIn(stdout)
  assert.match(phrase, /^delete 20 in io_showcase, http/)
  const run = await onTerminal(folder, ['run', 'run.db'], [['To go on, type:', `${phrase}\r`]], env)
  assert.is(run.code, 0, run.stdout)
  assert.match(run.stdout, 'All gone.')
  assert.is(emulator.existing().size, 0)
})

test('typed wrong, nothing is sent; a configuration is planned, asked for and carried out in one go', async (context) => {
  const { folder, env, emulator, ids } = await uuidPlayground(context)
  const wrong = await onTerminal(
    folder,
    ['run', 'cleanup.json'],
    [['To go on, type:', 'delete 2 in io_showcase\r']],
    env,
  )
  assert.is(wrong.code, 2, wrong.stdout)
  assert.match(wrong.stdout, 'that is not the phrase: nothing was sent')
  const left = await onTerminal(folder, ['run', 'run.db'], [['To go on, type:', '\u0003']], env)
  assert.is(left.code, 130, left.stdout)
  assert.is(emulator.existing().size, ids.length)
  const phrase = phraseIn(wrong.stdout)
  const right = await onTerminal(
    folder,
    ['run', 'cleanup.json', '-o', 'two.db'],
    [['To go on, type:', `  ${phrase} \r`]],
    env,
  )
  assert.is(right.code, 0, right.stdout)
  assert.is(emulator.existing().size, 0)
})

test('Ctrl-C stops sending, settles what is in flight, saves, and says how to go on', async (context) => {
  const { folder, env, emulator } = await uuidPlayground(context, 4_000, { latencyMs: 400 })
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json'], { env })
  const digest = /digest {2}(\w+)/.exec(stdout)?.[1] ?? ''
  const first = await onTerminal(folder, ['run', 'run.db', '--approve', digest], [['00 of 4,000', '\u0003']], env)
  assert.is(first.code, 130, first.stdout)
  assert.match(first.stdout, 'Ctrl-C: nothing more is sent')
  assert.match(first.stdout, 'To go on: expunge resume run.db')
  assert.ok(emulator.existing().size > 0)
  const rest = await onTerminal(folder, ['resume', 'run.db'], [], { ...env, NO_COLOR: '1' })
  assert.is(rest.code, 0, rest.stdout)
  assert.not.match(rest.stdout, /\u001b\[3\d/)
  assert.is(emulator.existing().size, 0)
})

test('a second Ctrl-C leaves at once, and resume finds everything on record', async (context) => {
  const { folder, env, emulator } = await uuidPlayground(context, 2_000, { latencyMs: 3_000 })
  const { stdout } = await expunge(folder, ['plan', 'cleanup.json'], { env })
  const digest = /digest {2}(\w+)/.exec(stdout)?.[1] ?? ''
  const startedAt = performance.now()
  const run = await onTerminal(
    folder,
    ['run', 'run.db', '--approve', digest],
    [
      ['0 of 2,000', '\u0003'],
      ['once more leaves at once', '\u0003'],
    ],
    env,
  )
  assert.is(run.code, 130, run.stdout)
  assert.ok(performance.now() - startedAt < 15_000)
  const rest = await expunge(folder, ['resume', 'run.db', '--json'], { env })
  const { totals } = JSON.parse(rest.stdout).targets[0]
  assert.is(totals.deleted + totals.absent + totals.unconfirmed, 2_000)
  assert.is(totals.deleted, 2_000 - emulator.existing().size - totals.unconfirmed - totals.absent)
})
