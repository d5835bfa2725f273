import { resolve } from 'node:path'
import { missingTexts } from '../simulation/mutations.ts'
import { assert, suite } from '../support/suite.ts'
import { type Configuration, configurations, countOf, failuresOf } from './configurations.ts'
import { historiesOf } from './explore.ts'
import { mutations } from './mutations.ts'
import { type Belief, beliefOf, beliefText, type Fact, fresh, impossible, learn } from './subject.ts'
import { beliefsOf, type System } from './system.ts'

const test = suite('worlds')
const project = resolve(import.meta.dirname, '..', '..')

/** How many beliefs there are and what they conclude: a judgement that says less than it knows has other counts. */
const expected: Readonly<Record<string, object>> = {
  'one record: others none, late 2, lag 1, 2 alive, jobs': {
    bruteBeliefs: 1463,
    beliefs: 106,
    pairs: 1751,
    transitions: 15244,
    untouched: 11,
    open: 368,
    'deleted reply': 192,
    absent: 68,
    rejected: 6,
    'deleted read-back': 1106,
  },
  'one record: others may, late 2, lag 1, 2 alive, jobs': {
    bruteBeliefs: 3274,
    beliefs: 261,
    pairs: 5422,
    transitions: 46927,
    untouched: 34,
    open: 1615,
    'deleted reply': 400,
    absent: 36,
    rejected: 16,
    'deleted read-back': 3321,
  },
  'one record: others may, late 1, lag 0, 2 alive': {
    bruteBeliefs: 159,
    beliefs: 261,
    pairs: 591,
    transitions: 2433,
    untouched: 22,
    open: 204,
    'deleted reply': 88,
    absent: 12,
    rejected: 14,
    'deleted read-back': 251,
  },
  'one record by the clock: others may, late 3, lag 1, 2 alive': {
    bruteBeliefs: 393,
    beliefs: 13174,
    pairs: 18422,
    transitions: 91612,
    untouched: 351,
    open: 10398,
    absent: 661,
    rejected: 379,
    'deleted read-back': 6633,
  },
  'two of a batch: others none, late 1, lag 1, sent once, unapplied, applied': {
    bruteBeliefs: 122,
    beliefs: 77,
    pairs: 133,
    transitions: 717,
    untouched: 62,
    open: 50,
    'deleted reply': 24,
    rejected: 18,
    absent: 54,
    'deleted read-back': 58,
  },
  'three of a counted job: others none, late 0, lag 0, sent once, jobs, counts': {
    bruteBeliefs: 1046,
    beliefs: 1600,
    pairs: 1792,
    transitions: 10333,
    untouched: 441,
    open: 1530,
    'deleted reply': 672,
    'deleted read-back': 1770,
    absent: 711,
    rejected: 252,
  },
}

for (const configuration of configurations.filter(({ always }) => always)) {
  test(`${configuration.name} is ${configuration.shows}`, { deadlineMs: 120_000 }, () => holds(configuration))
}

const holds = (configuration: Configuration): void => {
  const result = configuration.run(1_000_000)
  assert.ok(result.closed)
  assert.is(countOf(failuresOf(configuration, result)), 0, result.examples.join('\n'))
  const { bruteBeliefs, beliefs, pairs, transitions, conclusions } = result
  assert.equal({ bruteBeliefs, beliefs, pairs, transitions, ...conclusions }, expected[configuration.name])
}

test('a belief is written as a text, and read back as the same', () => {
  const facts: ReadonlyArray<Fact> = [
    { is: 'sent' },
    { is: 'dead' },
    { is: 'said', of: 'rejected' },
    { is: 'over', took: 'unknown', quoted: true },
    { is: 'read', listed: true, since: 'sent' },
  ]
  const met = new Set<Belief>([fresh])
  // The set grows while it is walked.
  for (const belief of met) for (const fact of facts) met.add(learn(belief, fact, { others: 'may' }))
  assert.ok(met.size > 30)
  for (const belief of met) assert.is(beliefOf(beliefText(belief)), belief)
  assert.is(beliefOf('no belief'), impossible)
})

test('the worlds are a subset construction: what may happen unseen is in the belief, and what was observed filters it', () => {
  // A coin that somebody may turn over once, unseen.
  const coin: System<{ readonly heads: boolean; readonly turned: boolean }, boolean> = {
    starts: [{ heads: true, turned: false }],
    keyOf: ({ heads, turned }) => `${heads} ${turned}`,
    unseen: ({ heads, turned }) => (turned ? [] : [{ heads: !heads, turned: true }]),
    facts: [{ fact: true }, { fact: false }],
    after: (world, fact) => (world.heads === fact ? world : undefined),
    project: ({ heads }) => [heads ? 1 : 0],
    toldIn: () => [0],
  }
  const beliefs = beliefsOf(coin)
  assert.equal(beliefs.known(beliefs.start).shadows, [0b11])
  assert.is(beliefs.next(beliefs.start, 0), beliefs.start)
  const tails = beliefs.next(beliefs.start, 1) ?? -1
  assert.equal(beliefs.known(tails).shadows, [0b01])
  assert.is(beliefs.next(tails, 0), undefined)
  assert.equal(beliefs.counts(), { beliefs: 2, worlds: 2 })
})

test('histories are counted along every way', () => {
  const both = [
    { fact: 0, to: 0 },
    { fact: 1, to: 1 },
  ]
  assert.is(historiesOf({ steps: [both, [{ fact: 0, to: 1 }]] }, 3), 1 + 2 + 3 + 4)
})

test('each mistake can still be made in the judgement: its text stands there exactly once', () => {
  assert.ok(mutations.length >= 15)
  assert.equal(
    mutations.flatMap((mutation) => missingTexts(mutation, project)),
    [],
  )
})
