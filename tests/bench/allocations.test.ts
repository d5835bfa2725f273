import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { assert, suite } from '../support/suite.ts'

const test = suite('allocations', { deadlineMs: 60_000 })

const script = join(import.meta.dirname, '../../bench/allocations.ts')
/**
 * So large a young generation that nothing is collected while it is counted, and one thread: the compiler on a thread of
 * its own is done at another record each time, and code that is not compiled yet allocates more.
 */
const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256', '--single-threaded']

test('a record costs few bytes: no promise, timer or closure of its own', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' })
  assert.is(status, 0, stderr)
  const { allow, drop, collections } = JSON.parse(stdout) as Record<string, number>
  assert.is(collections, 0)
  // 590 to 680 when it was written, some 820 since a run tells what is in flight, and can be steered; a promise and a closure
  // a record would add 200 or more.
  assert.ok((allow as number) > 100 && (allow as number) <= 860, `${allow} bytes a record`)
  // What remembers an identity grows by halves, so a part of it is counted twice.
  assert.ok(
    (drop as number) - (allow as number) <= 160,
    `${drop} bytes a record with exact de-duplication, ${allow} without`,
  )
})
