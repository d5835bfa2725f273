import fc from 'fast-check'
import { openIdentities } from '../../../src/core/intake/identities.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('identities')

/** Few, short and alike, so that repeats, prefixes and mixed widths come up often. */
const alike = fc.oneof(
  fc.string({
    maxLength: 4,
    unit: fc.constantFrom('a', 'b', '\u0000', '\u0001', 'é', 'ÿ', 'Ā', '漢', '\ud83d', '\udc7d'),
  }),
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.uuid(),
)

test('answers like a Set, whatever the strings', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), alike), { maxLength: 400 }), (steps) => {
      const identities = openIdentities()
      const model = new Set<string>()
      for (const [adds, identity] of steps) {
        assert.is(identities.has(identity), model.has(identity))
        if (!adds) continue
        assert.is(identities.add(identity), !model.has(identity))
        model.add(identity)
        assert.ok(identities.has(identity))
        assert.not.ok(identities.add(identity))
      }
      for (const [, identity] of steps) assert.is(identities.has(identity), model.has(identity))
    }),
  )
})

test('the empty string, prefixes, and texts of the same bytes are told apart', () => {
  const identities = openIdentities()
  const different = [
    '',
    'a',
    'aa',
    'aaa',
    '\u0000',
    '\u0000\u0000',
    'a\u0000',
    '\u6161',
    'a\u0001',
    'ab',
    'ba',
    '\u6261',
    'é',
    'e\u0301',
  ]
  for (const identity of different) assert.not.ok(identities.has(identity))
  for (const identity of different) assert.ok(identities.add(identity), JSON.stringify(identity))
  for (const identity of different) assert.not.ok(identities.add(identity), JSON.stringify(identity))
})

test('one longer than all there is room for', () => {
  const identities = openIdentities()
  const long = 'x'.repeat(100_000)
  assert.ok(identities.add(long))
  assert.ok(identities.add(`${long}漢`))
  assert.ok(identities.has(long) && identities.has(`${long}漢`))
  assert.not.ok(identities.has('x'.repeat(99_999)))
})

test('grows to hundreds of thousands and forgets none', () => {
  const count = 200_000
  const identities = openIdentities()
  const nth = (at: number) => (at % 3 === 0 ? `記録-${at}` : at % 3 === 1 ? `é${at}` : `${at}`.padStart(at % 40, '0'))
  const given = Array.from({ length: count }, (_, at) => nth(at))
  const model = new Set<string>()
  for (const identity of given) {
    if (identities.add(identity) === model.has(identity)) assert.unreachable(identity)
    model.add(identity)
  }
  for (const identity of given) if (identities.add(identity)) assert.unreachable(identity)
  for (let at = count; at < count + 20_000; at++) {
    if (identities.has(nth(at)) !== model.has(nth(at))) assert.unreachable(nth(at))
  }
})

test('texts that fill chunks to their ends, and texts longer than a chunk', () => {
  const identities = openIdentities()
  const long = 'x'.repeat(300_000)
  const texts = Array.from({ length: 60 }, (_, at) => (at % 4 === 0 ? '漢'.repeat(600_000 + at) : `${long}${at}`))
  const short = Array.from({ length: 60_000 }, (_, at) => `${'s'.repeat(at % 37)}-${at}`)
  for (const text of [...texts.slice(0, 30), ...short, ...texts.slice(30)]) assert.ok(identities.add(text))
  for (const text of [...texts, ...short]) assert.not.ok(identities.add(text))
  assert.not.ok(identities.has(long))
  assert.not.ok(identities.has('漢'.repeat(599_999)))
})
