import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { longest, phasesOf } from './order.ts'
import { assert, suite } from './suite.ts'

interface Run {
  readonly output: string
  readonly code: number | null
}

const fixtures = join(import.meta.dirname, 'fixtures')

const run = (args: ReadonlyArray<string>): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, CI: 'true' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ output, code }))
  })

const runner = (...args: ReadonlyArray<string>) => run([join(import.meta.dirname, 'run.ts'), ...args])

const test = suite('the harness', { deadlineMs: 30_000 })

test('counts what passed and closes with the plain line', async () => {
  const { output, code } = await runner('--root', join(fixtures, 'good'))
  assert.is(code, 0, output)
  assert.match(output, /ok {3}tests\/support\/fixtures\/good\/passes\.test\.ts {2}4 passed, 1 skipped {2}\d+ ms\n/)
  assert.is(lastLine(output), '5 passed, 0 failed')
})

test('selects by path, and fails when nothing is selected', async () => {
  const [one, none] = await Promise.all([
    runner('--root', join(fixtures, 'good'), 'other'),
    runner('--root', join(fixtures, 'good'), 'nothing'),
  ])
  assert.equal([one.code, lastLine(one.output)], [0, '1 passed, 0 failed'])
  assert.equal([none.code, lastLine(none.output)], [1, '0 passed, 0 failed'])
})

test('a file that is started by hand runs its tests', async () => {
  const [good, bad] = await Promise.all([
    run([join(fixtures, 'good', 'passes.test.ts')]),
    run([join(fixtures, 'bad', 'hooks.test.ts')]),
  ])
  assert.is(good.code, 0, good.output)
  assert.match(good.output, /Passed: {4}4/)
  assert.is(bad.code, 1, bad.output)
})

test('everything that can go wrong with a file fails the run, and says what it was', async () => {
  const { output, code } = await runner('--root', join(fixtures, 'bad'))
  assert.is(code, 1)
  const failures = output.slice(output.indexOf('\nfailed:\n'))
  const expected: ReadonlyArray<[file: string, ...says: string[]]> = [
    ['fails', 'unequal: Expected values to be deeply equal', 'throws undefined: thrown: undefined', 'could not close'],
    ['hangs', 'never settles while a server is open: the test did not settle within 50 ms'],
    ['no-test', 'the file registered no test'],
    ['bare-uvu', 'the file registered no test'],
    ['empty-suite', 'suite "empty" registered no test'],
    ['crashes', 'the file ended with exit code 1, in "crashes › throws outside"'],
    ['exits', 'in "exits › leaves with a zero"'],
    ['not-loaded', 'the file ended with exit code 13'],
    ['only', 'suite "only" has an .only'],
    ['leaks', 'TCPServerWrap'],
    ['hooks', "is not run: not run: the suite's before hook failed: no server", '(after hook): no end'],
  ]
  for (const [file, ...says] of expected) {
    const lines = failures.split('\n').filter((line) => line.includes(`/${file}.test.ts: `))
    assert.is(lines.length, says.length, `${file}: ${lines.join('\n')}`)
    for (const words of says) {
      assert.ok(
        lines.some((line) => line.includes(words)),
        `${file}: "${words}" not in\n${lines.join('\n')}`,
      )
    }
  }
  assert.match(output, 'out of reach')
  assert.not.match(output, 'RUN')
  assert.is(lastLine(output), `7 passed, ${expected.reduce((sum, [, ...says]) => sum + says.length, 0)} failed`)
})

test('a file that never ends is killed, and what it was at is told', async () => {
  const { output, code } = await runner('--root', join(fixtures, 'endless'), '--file-deadline-ms', '3000')
  assert.is(code, 1)
  assert.match(output, 'the file was killed after 3000 ms, in "spins › blocks the thread"')
  assert.is(lastLine(output), '0 passed, 1 failed')
})

test('what goes first is there, and every file runs once', () => {
  const tests = join(import.meta.dirname, '..')
  for (const file of longest) assert.ok(existsSync(join(tests, file)), file)
  const files = ['b.test.ts', 'crash/kill.test.ts', ...longest, 'core/engine/a.test.ts', 'a.test.ts'].sort()
  const phases = phasesOf(files)
  assert.equal(phases.flatMap((phase) => phase.files).sort(), files)
  assert.equal(
    phases.slice(1).map((phase) => phase.files),
    [['crash/processes.test.ts', 'crash/guards.test.ts', 'core/engine/a.test.ts'], ['crash/kill.test.ts']],
  )
})

const lastLine = (output: string): string => output.trimEnd().split('\n').at(-1) ?? ''
