import { assert, suite } from '../support/suite.ts'
import { playSubjects } from './scene.ts'

const test = suite('subjects: simulation', { deadlineMs: 60_000 })

test('80 drawn cases with faults and kills: none complete that is left, none sent before its turn, none forgotten', async () => {
  const seen = new Set<string>()
  let kills = 0
  for (let seed = 1; seed <= 80; seed++) {
    const { report, problems, kills: killed } = await playSubjects(seed)
    assert.equal(problems, [], `seed ${seed}`)
    for (const { state } of report?.subjects ?? []) seen.add(state)
    kills += killed
  }
  assert.equal([...seen].sort(), ['complete', 'half-deleted', 'not-begun', 'nothing'])
  assert.ok(kills >= 5)
})
