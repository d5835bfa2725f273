import type { Scenario, Traits } from './scenario.ts'

/** Most scenarios that are tried on the way. */
const mostTries = 600

/**
 * Cuts a failing scenario down while it still fails: fewer faults, fewer records, plainer options. What is left is as
 * small as single steps can make it.
 */
export const shrink = async (
  scenario: Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> => {
  let best = scenario
  let tries = 0
  for (let shrunk = true; shrunk && tries < mostTries; ) {
    shrunk = false
    for (const step of steps) {
      // A step that helped is tried again at the same place: what comes next has moved up.
      for (let at = 0; tries < mostTries; ) {
        const candidate = step(best, at)
        if (candidate === 'over') break
        if (candidate !== undefined) tries++
        if (candidate !== undefined && (await fails(candidate))) {
          best = candidate
          shrunk = true
        } else at++
      }
    }
  }
  return best
}

/** The `at`-th thing to leave out; undefined when it is plain already, `over` when there is no such thing. */
type Step = (scenario: Scenario, at: number) => Scenario | undefined | 'over'

const without = <Item>(items: ReadonlyArray<Item>, from: number, count: number): ReadonlyArray<Item> => [
  ...items.slice(0, from),
  ...items.slice(from + count),
]

/** Leaves out so many neighbours at once. */
const fewerHanded =
  (share: number): Step =>
  (scenario, at) => {
    const count = Math.max(1, Math.floor(scenario.handed.length * share))
    if (at * count >= scenario.handed.length || scenario.handed.length <= 1) return 'over'
    return { ...scenario, handed: without(scenario.handed, at * count, count) }
  }

const fewerRecords: Step = (scenario, at) => {
  if (at > 0) return 'over'
  const handed = new Set(scenario.handed.map((id) => id?.toLowerCase()))
  const needed = new Set(scenario.records.map(({ neededBy }) => neededBy))
  const records = scenario.records.filter(({ id }) => handed.has(id.toLowerCase()) || needed.has(id))
  return records.length === scenario.records.length ? undefined : { ...scenario, records }
}

const fewerFaults: Step = (scenario, at) =>
  at < scenario.faults.length ? { ...scenario, faults: without(scenario.faults, at, 1) } : 'over'

const shorterFaults: Step = (scenario, at) => {
  const fault = scenario.faults[at]
  if (fault === undefined) return 'over'
  if (fault.times === 1) return undefined
  const shorter = { ...fault, times: Math.floor(fault.times / 2) }
  return { ...scenario, faults: scenario.faults.map((each, index) => (index === at ? shorter : each)) }
}

const plainerRecords: Step = (scenario, at) => {
  const record = scenario.records[at]
  if (record === undefined) return 'over'
  const { id, there, refusal, busy, takenAtMs, flipsAtMs, neededBy } = record
  if (there && refusal === undefined && busy === undefined && (takenAtMs ?? flipsAtMs ?? neededBy) === undefined)
    return undefined
  const plain = { id, there: true }
  return { ...scenario, records: scenario.records.map((each, index) => (index === at ? plain : each)) }
}

const noAbort: Step = ({ abort, ...scenario }, at) => {
  if (at > 0) return 'over'
  return abort === undefined ? undefined : scenario
}

/** One process less; then each of them stopped instead of killed. */
const fewerLegs: Step = ({ legs = [], ...scenario }, at) => {
  const leg = legs[at]
  if (leg === undefined) return 'over'
  if (legs.length === 1) return scenario
  return { ...scenario, legs: without(legs, at, 1) }
}

/** Each of these options, one at a time, as plain as it can be. */
const plainerOptions: Step = (scenario, at) => {
  const { maxRecords: _max, requestsPerSecond: _rate, dryRun: _dry, share: _share, ...rest } = scenario.options
  const { canary: _canary, halt: _halt, ...options } = rest
  const plainer: ReadonlyArray<Scenario['options']> = [
    options,
    { ...scenario.options, isAdaptive: false },
    { ...scenario.options, concurrency: 1 },
    { ...scenario.options, concurrency: 2 },
    { ...scenario.options, face: 'report' },
    { ...scenario.options, duplicates: 'drop' },
    // Nobody but a run that reads everything back can see through a lie.
    ...(scenario.faults.some(({ kind }) => kind === 'claims')
      ? []
      : [{ ...scenario.options, verify: 'doubtful' } as const]),
    { ...scenario.options, protect: [] },
    { ...scenario.options, attempts: 4 },
    { ...scenario.options, maxJobs: 1_000 },
    { ...scenario.options, batchSize: 1 },
    { ...scenario.options, batchSize: 2 },
  ]
  const candidate = plainer[at]
  if (candidate === undefined) return 'over'
  if (candidate.batchSize > scenario.options.batchSize) return undefined
  if (candidate.concurrency > scenario.options.concurrency) return undefined
  return changed(scenario, { options: candidate })
}

const plainerTraits: Step = (scenario, at) => {
  const { rate: _rate, realMaxIds: _ids, maxJobs: _jobs, maxConcurrency: _cap, ...traits } = scenario.traits
  const { lists: _lists, ...whole } = scenario.traits
  const ours = !['opus', 'datocms', 'uuid-list'].includes(scenario.family)
  const plainer: ReadonlyArray<Traits> = [
    ...(scenario.family === 'datocms' ? [] : [traits]),
    ...(ours ? [{ ...scenario.traits, auth: 'none' } as const] : []),
    whole,
    { ...scenario.traits, lagMs: 0 },
    { ...scenario.traits, latencyMs: 1 },
    { ...scenario.traits, jobMs: [0, 10] },
    { ...scenario.traits, keptMs: 100_000 },
  ]
  const candidate = plainer[at]
  return candidate === undefined ? 'over' : changed(scenario, { traits: candidate })
}

const plainerSource: Step = (scenario, at) => {
  const plainer: ReadonlyArray<Scenario['source']> = [
    { kind: 'array', gapMs: 0 },
    { kind: 'generator', gapMs: 0 },
    { ...scenario.source, gapMs: 0 },
  ]
  const candidate = plainer[at]
  return candidate === undefined || scenario.source.kind === 'array' ? 'over' : changed(scenario, { source: candidate })
}

const changed = (scenario: Scenario, change: Partial<Scenario>): Scenario | undefined => {
  const candidate = { ...scenario, ...change }
  return JSON.stringify(candidate) === JSON.stringify(scenario) ? undefined : candidate
}

const steps: ReadonlyArray<Step> = [
  noAbort,
  fewerLegs,
  fewerFaults,
  fewerHanded(1 / 2),
  fewerHanded(1 / 4),
  plainerSource,
  plainerOptions,
  plainerTraits,
  fewerHanded(1 / 8),
  fewerHanded(0),
  shorterFaults,
  fewerRecords,
  plainerRecords,
]
