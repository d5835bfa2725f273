import fc from 'fast-check'
import { openTwins } from '../../../src/core/intake/twins.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('twins')

/** Many end alike, so that the table is crowded. */
const alike = fc.oneof(
  fc.nat(60).map((number) => `${number}@example.com`),
  fc.string({ maxLength: 3 }),
  fc.nat(5_000).map((number) => `record-${number}`),
)

test('answers like a Set made anew for each batch', () => {
  const twins = openTwins()
  fc.assert(
    fc.property(fc.array(alike, { maxLength: 300 }), (identities) => {
      twins.clear()
      const model = new Set<string>()
      for (const identity of identities) {
        assert.is(twins.add(identity), !model.has(identity), identity)
        model.add(identity)
      }
    }),
  )
})

test('more identities than the table has places', () => {
  const twins = openTwins()
  const identities = Array.from({ length: 20_000 }, (_, at) => `${at}`)
  for (const identity of identities) assert.ok(twins.add(identity))
  for (const identity of identities) assert.not.ok(twins.add(identity))
})
