import { composeFaults } from './compose-faults.ts'
import { composeIds } from './compose-ids.ts'
import { composeTraits } from './compose-traits.ts'
import { type Dice, mix, openDice } from './random.ts'
import type { Abort, FamilyName, Leg, Options, RecordFact, Scenario, SourceSpec, Traits } from './scenario.ts'

/** Every family of replies, the systems that come with the package, and providers that are written by hand. */
export const families: ReadonlyArray<FamilyName> = [
  'by-position',
  'by-id',
  'failures',
  'counts',
  'nothing',
  'all-or-nothing',
  'unprocessed',
  'opus',
  'datocms',
  'uuid-list',
  'plain',
]

/** The family that a seed plays in: they take turns. */
export const familyOf = (seed: number): FamilyName => families[seed % families.length] as FamilyName

/** What a seed stands for. */
export const compose = (seed: number): Scenario => {
  const dice = openDice(mix(seed, 1))
  const family = familyOf(seed)
  const callTimeoutMs = dice.pick([100, 300, 1_000, 4_000])
  const traits = composeTraits(dice, family, callTimeoutMs)
  const { records, handed, protect } = composeIds(dice, family, traits)
  const options: Options = {
    ...composeOptions(dice, traits, callTimeoutMs, protect, handed.length),
    ...composeGuards(dice, traits, records),
  }
  const faults = composeFaults(dice, family, traits, options)
  const source = composeSource(dice, handed.length)
  const abort = dice.chance(0.2) ? composeAbort(dice) : undefined
  const isAdaptive = dice.chance(0.08)
  const plain: Scenario = {
    seed,
    family,
    traits,
    records,
    handed: source.kind === 'set' ? [...new Set(handed)] : handed,
    source,
    options: { ...options, ...(isAdaptive && { isAdaptive }) },
    faults,
    ...(abort !== undefined && { abort }),
  }
  return dice.chance(0.03) ? inLegs(dice, plain) : plain
}

/** The same with a journal: stopped or killed, and taken up again. */
const inLegs = (dice: Dice, { abort: _abort, ...scenario }: Scenario): Scenario => {
  const { dryRun: _dry, ...options } = scenario.options
  const legs = Array.from(
    { length: dice.whole(1, 3) },
    (): Leg => ({ ...composeAbort(dice), killed: dice.chance(0.5) }),
  )
  return {
    ...scenario,
    handed: scenario.handed.filter((id) => id !== null),
    source: { kind: 'array', gapMs: 0 },
    options: { ...options, duplicates: 'drop', face: 'report' },
    legs,
  }
}

/** What makes a run stop itself, how much of a rate it may use, and whether others are at work; which is true. */
const composeGuards = (dice: Dice, traits: Traits, records: ReadonlyArray<RecordFact>): Partial<Options> => {
  const isLeftAlone = records.every(({ takenAtMs, flipsAtMs }) => (takenAtMs ?? flipsAtMs) === undefined)
  return {
    ...(dice.chance(isLeftAlone ? 0.5 : 0) && { others: 'none' }),
    ...(dice.chance(0.05) && { canary: dice.whole(1, 6) }),
    ...(dice.chance(0.05) && { halt: { rejectedShare: dice.pick([0, 0.1, 0.5]), after: dice.whole(1, 20) } }),
    ...(dice.chance(traits.rate === undefined ? 0 : 0.4) && { share: 1 }),
  }
}

const composeOptions = (
  dice: Dice,
  traits: Traits,
  callTimeoutMs: number,
  protect: ReadonlyArray<string>,
  handed: number,
): Options => ({
  concurrency: dice.whole(1, 5),
  batchSize: dice.chance(0.3) ? dice.whole(1, traits.maxBatchSize) : traits.maxBatchSize,
  attempts: dice.pick([1, 2, 3, 4, 4]),
  callTimeoutMs,
  jobDeadlineMs: dice.pick([3_000, 10_000, 60_000]),
  drainMs: dice.pick([0, 50, 1_000, 5_000, 20_000]),
  maxJobs: dice.pick([1, 2, 5, 1_000]),
  diagnoses: dice.pick([0, 2, 20]),
  duplicates: dice.chance(0.15) ? 'allow' : 'drop',
  verify: dice.weigh({ never: 1, doubtful: 7, all: 2 }),
  protect,
  ...(dice.chance(0.03) && { maxRecords: dice.whole(0, handed) }),
  ...(dice.chance(0.02) && { dryRun: true }),
  ...(dice.chance(0.03) && { listenerThrows: true }),
  ...(dice.chance(0.1) && { requestsPerSecond: dice.whole(5, 50) }),
  face: dice.chance(0.75) ? 'report' : dice.chance(0.7) ? 'stream' : { left: dice.whole(0, handed) },
})

const composeSource = (dice: Dice, handed: number): SourceSpec => ({
  kind: dice.weigh({ array: 5, set: 1, generator: 2, async: 2 }),
  gapMs: dice.pick([0, 5, 400]),
  ...(dice.chance(0.04) && { throwsAt: dice.whole(0, handed) }),
})

const composeAbort = (dice: Dice): Abort => {
  const way = dice.weigh({ atMs: 2, atCall: 2, atEvent: 2 })
  if (way === 'atMs') return { atMs: Math.floor(dice.roll() ** 3 * 20_000) }
  return way === 'atCall' ? { atCall: dice.whole(0, 30) } : { atEvent: dice.whole(1, 40) }
}
