import { assert, suite } from '../support/suite.ts'
import { families } from './compose.ts'
import { playAll } from './crew.ts'
import { tellFailure } from './tell.ts'

const test = suite('simulation', { deadlineMs: 300_000 })

test('no seed finds a wrong outcome, a hang, or a request too many', async () => {
  const { seeds, failures } = await playAll({ seeds: 5_005, from: 0, families, workers: 2, mostFailures: 3 })
  const told = await Promise.all(failures.map(({ seed, complaints }) => tellFailure(seed, complaints)))
  assert.is(told.join('\n\n'), '')
  assert.is(seeds, 5_005)
})
