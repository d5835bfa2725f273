import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { assert, suite } from '../support/suite.ts'

const test = suite('providers: the worst texts', { deadlineMs: 200_000 })

/** One that looks at the rest of a text from each of its places would take hours for it; all of them together take seconds. */
const patienceMs = 120_000

test('every expression comes to the end of 1 MB of what is worst for it', () => {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [join(import.meta.dirname, 'worst/texts.ts')], {
    encoding: 'utf8',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  assert.is(signal, null, `the one after: ${stdout.trim().split('\n').at(-1)}`)
  assert.is(stdout.trim().split('\n').at(-1), 'all', stderr)
})
