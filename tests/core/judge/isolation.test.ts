import fc from 'fast-check'
import type { Culprit, ErrorOf, Reason } from '../../../src/core/contract/error.ts'
import { type OpenRecord, openRecord, type Work } from '../../../src/core/intake/work.ts'
import {
  afterPass,
  badRate,
  type Experience,
  type Found,
  firstGroup,
  type Isolated,
  afterRefusal as isolatedAfter,
  splitSize,
} from '../../../src/core/judge/isolation.ts'
import { mulberry32 } from '../../support/random.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('isolation')

const same = (id: string) => id
const lower = (id: string) => id.toLowerCase()
const locked: Reason = { code: 'vendor:locked', message: 'it is locked' }
const seasoned = { passed: 900, bad: 100 }
const untried = { passed: 0, bad: 0 }

const afterRefusal = (
  work: Work,
  refusal: ErrorOf<'Refused'>,
  batch: number,
  experience: Experience,
  identityOf: (id: string) => string,
): Isolated => isolatedAfter(work, refusal, batch, experience, identityOf, 0)

const records = (...ids: ReadonlyArray<string>): ReadonlyArray<OpenRecord> => ids.map(openRecord)
const ids = (some: ReadonlyArray<OpenRecord> = []): ReadonlyArray<string> => some.map((record) => record.id)

const refused = (
  culprits: ReadonlyArray<Culprit> = [],
  blames: ErrorOf<'Refused'>['blames'] = 'unknown',
): ErrorOf<'Refused'> => ({ tag: 'Refused', detail: 'refused', status: 400, culprits, blames })

const brief = ({ culprits, free, next }: Isolated) => ({
  culprits: culprits.map(({ record, is, by }) => `${record.id} ${is}, by ${by}`),
  free: ids(free),
  next: next === undefined ? undefined : [ids(next.records), ids(next.search?.others)],
})

test('a named culprit is settled as it was named, and the rest goes again', () => {
  const named = refused(
    [
      { id: 'B', is: 'absent' },
      { id: 'd', is: 'rejected', reason: locked },
    ],
    'rejected',
  )
  const isolated = afterRefusal({ records: records('a', 'b', 'c', 'd') }, named, 7, seasoned, lower)
  assert.equal(brief(isolated), {
    culprits: ['b absent, by name', 'd rejected, by name'],
    free: ['a', 'c'],
    next: undefined,
  })
  assert.equal(isolated.culprits[1]?.reason, locked)
  assert.equal([isolated.culprits[0]?.root, isolated.culprits[0]?.rootSize], [7, 4])
})

test('a culprit named within a search frees all the others', () => {
  const [a, b, c, d] = records('a', 'b', 'c', 'd') as [OpenRecord, OpenRecord, OpenRecord, OpenRecord]
  const work: Work = {
    records: [a, b],
    search: { others: [c, d], refusal: refused(), root: 3, rootSize: 20, sentAt: 0 },
  }
  const isolated = afterRefusal(work, refused([{ id: 'a', is: 'absent' }]), 9, seasoned, same)
  assert.equal(brief(isolated), { culprits: ['a absent, by name'], free: ['b', 'c', 'd'], next: undefined })
  assert.equal([isolated.culprits[0]?.root, isolated.culprits[0]?.rootSize], [3, 20], 'it is the search of batch 3')
})

test('a name that was not sent is not believed, and takes the kind along with it', () => {
  const stranger = refused([{ id: 'z', is: 'absent' }], 'absent')
  const searched = afterRefusal({ records: records('a', 'b') }, stranger, 1, seasoned, same)
  assert.equal(brief(searched), { culprits: [], free: [], next: [['a'], ['b']] })
  const alone = afterRefusal({ records: records('a') }, stranger, 1, seasoned, same)
  assert.equal(brief(alone).culprits, ['a unknown, by alone'], 'that z is missing says nothing of a')
  const one = afterPass({ ...(searched.next?.search as NonNullable<Work['search']>) }, seasoned)
  assert.equal(brief(one).culprits, ['b unknown, by inference'])
  const both = refused(
    [
      { id: 'z', is: 'absent' },
      { id: 'a', is: 'absent' },
    ],
    'absent',
  )
  assert.equal(brief(afterRefusal({ records: records('a', 'b') }, both, 1, seasoned, same)).culprits, [
    'a absent, by name',
  ])
})

test('one that is named twice, as missing and as refused, is neither: that is asked', () => {
  const twice: ReadonlyArray<Culprit> = [
    { id: 'A', is: 'absent' },
    { id: 'a', is: 'rejected', reason: locked },
  ]
  for (const culprits of [twice, [...twice].reverse(), [...twice, ...twice]]) {
    const isolated = afterRefusal({ records: records('a', 'b') }, refused(culprits), 1, seasoned, lower)
    assert.equal(brief(isolated).culprits, ['a unknown, by name'])
  }
  const agreed = refused([
    { id: 'A', is: 'absent' },
    { id: 'a', is: 'absent' },
  ])
  assert.equal(brief(afterRefusal({ records: records('a') }, agreed, 1, seasoned, lower)).culprits, [
    'a absent, by alone',
  ])
})

test('while nothing has passed, one of the rest goes alone after a named culprit', () => {
  const named = refused([{ id: 'b', is: 'absent' }])
  const isolated = afterRefusal({ records: records('a', 'b', 'c') }, named, 1, untried, same)
  assert.equal(brief(isolated), { culprits: ['b absent, by name'], free: ['a'], next: [['c'], []] })
  const all = refused([{ id: 'a', is: 'absent' }])
  assert.equal(brief(afterRefusal({ records: records('a') }, all, 1, untried, same)).free, [])
})

test('alone and refused: it is to blame, for what the refusal says', () => {
  const search = { others: records('x', 'y'), refusal: refused(), root: 1, rootSize: 3, sentAt: 0 }
  for (const is of ['absent', 'rejected', 'unknown'] as const) {
    const isolated = afterRefusal({ records: records('a'), search }, refused([], is), 2, seasoned, same)
    assert.equal(brief(isolated), { culprits: [`a ${is}, by alone`], free: ['x', 'y'], next: undefined })
    assert.equal(isolated.culprits[0]?.reason, { code: 'refused', message: 'refused', status: 400 })
  }
})

test('a part that is refused holds the culprit, and nothing is known of the others any more', () => {
  const begun = afterRefusal({ records: records('a', 'b', 'c', 'd') }, refused(), 1, seasoned, same)
  assert.equal(brief(begun), {
    culprits: [],
    free: [],
    next: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  })
  const narrowed = afterRefusal(begun.next as Work, refused([], 'rejected'), 2, seasoned, same)
  assert.equal(brief(narrowed), { culprits: [], free: ['c', 'd'], next: [['a'], ['b']] })
  const inferred = afterPass((narrowed.next as Work).search as NonNullable<Work['search']>, seasoned)
  assert.equal(
    brief(inferred),
    { culprits: ['b rejected, by inference'], free: [], next: undefined },
    'as the last refusal said',
  )
  assert.equal([inferred.culprits[0]?.root, inferred.culprits[0]?.rootSize], [1, 4])
})

test('a part that passes leaves the others to blame', () => {
  const { next } = afterRefusal({ records: records('a', 'b', 'c', 'd') }, refused(), 1, seasoned, same)
  assert.equal(brief(afterPass((next as Work).search as NonNullable<Work['search']>, seasoned)), {
    culprits: [],
    free: [],
    next: [['c'], ['d']],
  })
})

test('while nothing has passed one is asked alone: perhaps it is not the records', () => {
  const many = records(...Array.from({ length: 200 }, (_, at) => `r${at}`))
  const { next } = afterRefusal({ records: many }, refused(), 1, untried, same)
  assert.equal([next?.records.length, next?.search?.others.length], [1, 199])
  const probes = [1, 2, 3, 4].map((batch) =>
    ids(afterRefusal({ records: many }, refused(), batch, untried, same).next?.records).join(),
  )
  assert.is(new Set(probes).size, 4, 'another place in each batch')
  assert.equal(
    afterPass({ others: many, refusal: refused(), root: 1, rootSize: 200, sentAt: 0 }, untried).next?.records.length,
    1,
  )
})

test('a part passes about every second time, and is never empty nor all of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, p) => {
      const size = splitSize(count, p)
      assert.ok(Number.isInteger(size) && size >= 1 && size < count, `${size} of ${count} at ${p}`)
    }),
  )
  assert.equal([splitSize(200, 0), splitSize(200, 1e-12), splitSize(200, 0.5), splitSize(200, 1)], [100, 100, 1, 1])
  // Given that one of 200 is bad at least: passes with (q^m - q^200) / (1 - q^200).
  const q = 0.99
  const passes = (q ** splitSize(200, 1 - q) - q ** 200) / (1 - q ** 200)
  assert.ok(Math.abs(passes - 0.5) < 0.01)
})

test('first groups get smaller the more are bad, down to one', () => {
  assert.equal([0.5, 0.39, 0.38, 0.1, 0.01, 0.001].map(firstGroup), [1, 1, 2, 7, 69, 693])
  assert.ok(firstGroup(badRate(untried)) >= 100)
  assert.is(firstGroup(badRate({ passed: 0, bad: 3 })), 1)
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (passed, bad) => {
      const p = badRate({ passed, bad })
      assert.ok(p > 0 && p <= 1)
      assert.ok(Number.isInteger(firstGroup(p)) && firstGroup(p) >= 1)
    }),
  )
})

interface Simulation {
  readonly count: number
  readonly cap: number
  readonly bad: ReadonlySet<number>
  /** How many culprits a refusal names; 0: none. */
  readonly names: number
  /** Whether a refusal that names nobody says of what kind the first culprit is. */
  readonly tells: boolean
  /** How many works are under way at once; what comes back first is rolled. */
  readonly lanes: number
  readonly random: () => number
}

interface Simulated {
  readonly passed: ReadonlyArray<OpenRecord>
  readonly found: ReadonlyArray<Found>
  readonly requests: number
}

const kindOf = (record: OpenRecord) => (record.index % 2 === 0 ? 'absent' : 'rejected')

/** A run against an all-or-nothing backend, driven as the engine drives it. */
const simulate = ({ count, cap, bad, names, tells, lanes, random }: Simulation): Simulated => {
  const experience = { passed: 0, bad: 0 }
  const again: OpenRecord[] = []
  const next: Work[] = []
  const underWay: Work[] = []
  const passed: OpenRecord[] = []
  const settled: Found[] = []
  let fresh = 0
  let anonymous = false
  let requests = 0
  const cut = (): Work | undefined => {
    const most = anonymous ? Math.min(cap, firstGroup(badRate(experience))) : cap
    const batch = again.splice(0, most)
    while (batch.length < most && fresh < count) batch.push(openRecord(`r${fresh}`, fresh++))
    return batch.length === 0 ? undefined : { records: batch }
  }
  const apply = (isolated: Isolated): void => {
    if (isolated.next !== undefined) next.push(isolated.next)
    again.push(...isolated.free)
    experience.bad += isolated.culprits.length
    for (const culprit of isolated.culprits) {
      // What nobody has told is asked in a request of its own.
      if (culprit.is !== 'unknown' || culprit.by !== 'inference') settled.push(culprit)
      else {
        const { record, refusal, root, rootSize, sentAt } = culprit
        experience.bad--
        next.push({ records: [record], search: { others: [], refusal, root, rootSize, sentAt } })
      }
    }
  }
  while (true) {
    while (underWay.length < lanes) {
      const work = next.shift() ?? cut()
      if (work === undefined) break
      underWay.push(work)
    }
    const [work] = underWay.splice(Math.floor(random() * underWay.length), 1)
    if (work === undefined) return { passed, found: settled, requests }
    requests++
    const culprits = work.records.filter((record) => bad.has(record.index))
    if (culprits.length === 0) {
      passed.push(...work.records)
      experience.passed += work.records.length
      if (work.search !== undefined) apply(afterPass(work.search, experience))
      continue
    }
    const named = culprits.slice(0, names).map((record): Culprit => {
      return kindOf(record) === 'absent'
        ? { id: record.id, is: 'absent' }
        : { id: record.id, is: 'rejected', reason: locked }
    })
    const [first] = culprits
    const refusal = refused(named, tells && first !== undefined ? kindOf(first) : 'unknown')
    const isolated = afterRefusal(work, refusal, requests, experience, same)
    if (isolated.culprits.length === 0) anonymous = true
    apply(isolated)
    if (requests > 20 * count + 100) throw new Error('goes on for ever')
  }
}

const holds = (simulation: Simulation): Simulated => {
  const outcome = simulate(simulation)
  const { passed, found } = outcome
  const good = passed.map((record) => record.index)
  const blamed = found.map(({ record }) => record.index)
  assert.is(new Set(good).size, good.length, 'none is deleted twice')
  assert.is(new Set(blamed).size, blamed.length, 'none is blamed twice')
  assert.equal(
    [...blamed].sort((a, b) => a - b),
    [...simulation.bad].sort((a, b) => a - b),
    'who is blamed is bad',
  )
  assert.is(good.length + blamed.length, simulation.count, 'all others have passed')
  return outcome
}

const badOnes = (count: number, p: number, random: () => number): ReadonlySet<number> =>
  new Set(Array.from({ length: count }, (_, at) => at).filter(() => random() < p))

test('whoever is bad: every good record passes in one request, every bad one is found', () => {
  const simulation = fc.record({
    count: fc.nat(120),
    cap: fc.integer({ min: 1, max: 50 }),
    p: fc.constantFrom(0, 0.01, 0.1, 0.3, 0.7, 1),
    names: fc.nat(3),
    tells: fc.boolean(),
    lanes: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(simulation, ({ p, seed, ...chosen }) => {
      const random = mulberry32(seed)
      const { found } = holds({ ...chosen, random, bad: badOnes(chosen.count, p, random) })
      if (!chosen.tells && chosen.names === 0) return
      for (const { record, is, by } of found) if (by !== 'inference') assert.is(is, kindOf(record))
    }),
    { numRuns: 500 },
  )
})

test('an inferred culprit takes the kind of the refusal that was about it', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = mulberry32(seed)
    const chosen = { count: 60, cap: 20, names: 0, tells: true, lanes: 3, random, bad: badOnes(60, 0.1, random) }
    for (const { record, is } of holds(chosen).found) assert.is(is, kindOf(record), `seed ${seed}`)
  }
})

/** Requests for 1,000,000 records at a cap of 200, by theory: the first column anonymous, the second named and refilled. */
const theory = [
  { p: 0.0001, anonymous: 5_800, named: 5_100 },
  { p: 0.001, anonymous: 13_200, named: 6_000 },
  { p: 0.01, anonymous: 81_100, named: 14_900 },
  { p: 0.1, anonymous: 472_000, named: 104_000 },
] as const

for (const { p, anonymous, named } of theory) {
  test(`requests are near theory when ${p * 100} % are bad`, () => {
    const count = 50_000
    const random = mulberry32(11)
    const bad = badOnes(count, p, random)
    const share = bad.size / (p * count)
    const runs = { count, cap: 200, bad, tells: true, lanes: 4, random }
    const scaled = (requests: number) => (requests * count * share) / 1_000_000
    const unnamed = holds({ ...runs, names: 0 }).requests / scaled(anonymous)
    const one = holds({ ...runs, names: 1 }).requests / scaled(named)
    assert.ok(unnamed < 1.15, `anonymous: ${unnamed.toFixed(3)} × theory`)
    assert.ok(one < 1.05, `named: ${one.toFixed(3)} × theory`)
  })
}
