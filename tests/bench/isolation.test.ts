import { allowed, bound, type Case, cap, cases, runCase } from '../../bench/isolation.ts'
import { assert, suite } from '../support/suite.ts'

/** Small enough for a test, and large enough that what a run has to learn first does not show. */
const records = 20_000

const test = suite('isolation, beside its bound', { deadlineMs: 30_000 })

/** The control: one read a run, where there is a reader. */
const control = ({ refusals }: Case): number => (refusals.endsWith('lists') ? 1 : 0)

/** Where nothing can be read, missing and refused are the same to a run. */
const tested = cases.filter(({ p, refusals, bad }) => p !== 0.0001 && (refusals.endsWith('lists') || bad === 'refused'))

for (const refusals of new Set(tested.map((one) => one.refusals))) {
  for (const p of new Set(tested.map((one) => one.p))) {
    test(`${refusals}, ${p * 100} % bad: as near to the bound as is promised, and nothing wrong`, async () => {
      for (const one of tested.filter((other) => other.refusals === refusals && other.p === p)) {
        const { requests, wrong } = await runCase(one, records)
        const most = allowed(one) * bound(one) * records + control(one)
        const told = `${one.bad}, ${one.spread}: ${requests} requests, allowed ${most.toFixed(1)}`
        assert.ok(requests <= most, told)
        assert.is(wrong, 0, told)
      }
    })
  }
}

test('a read beats names and searches where many records are missing', async () => {
  for (const refusals of ['named, lists', 'anonymous, lists'] as const) {
    for (const p of [0.1, 0.38]) {
      const one: Case = { refusals, p, spread: 'spread', bad: 'missing' }
      const { requests, wrong } = await runCase(one, records)
      // A read and a deletion for each batch, and what it takes to find out that reading pays.
      // What a read does not list is sent all the same, and read again, in batches of its own.
      const most = (2 * (1 + p) * records) / cap + 50
      assert.ok(requests <= most, `${refusals}, ${p}: ${requests} requests, allowed ${most}`)
      assert.is(wrong, 0)
    }
  }
})
