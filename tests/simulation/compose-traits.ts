import type { Dice } from './random.ts'
import type { FamilyName, RateTrait, Traits } from './scenario.ts'

/** What kind of backend a seed meets. A system of the package has some traits by nature. */
export const composeTraits = (dice: Dice, family: FamilyName, callTimeoutMs: number): Traits => {
  const maxBatchSize = dice.pick([1, 2, 3, 5, 8, 15, 30])
  const traits: Traits = {
    speaks: family,
    reader: dice.weigh({ none: 2, honest: 6, blind: 1, 'second-form': 1, 'turns-blind': 0.5 }),
    replay: dice.chance(0.6) ? 'safe' : 'unsafe',
    missing: dice.weigh({ failed: 3, ignored: 2, counted: 2, refuses: 1 }),
    names: dice.weigh({ culprit: 3, kind: 2, nothing: 2 }),
    job: dice.chance(0.3),
    jobMs: dice.pick([
      [0, 10],
      [50, 800],
      [500, 6_000],
    ] as const),
    pending: dice.weigh({ '404': 2, state: 1, hint: 1 }),
    keptMs: dice.chance(0.9) ? 100_000 : dice.pick([0, 500, 3_000]),
    diagnose: dice.chance(0.4),
    anyCase: dice.chance(0.3),
    inUrl: dice.chance(0.4),
    maxBatchSize,
    ...(dice.chance(0.7) && { lateEffectMs: Math.floor(callTimeoutMs * dice.pick([1, 1.5, 2, 4])) }),
    ...composeReading(dice),
    ...(dice.chance(0.15) && { maxConcurrency: dice.whole(1, 3) }),
    ...(dice.chance(0.15) && { maxJobs: dice.whole(1, 3) }),
    ...(dice.chance(0.1) && { maxUrlBytes: dice.whole(20, 90) }),
    ...(dice.chance(0.1) && { realMaxIds: dice.whole(1, maxBatchSize) }),
    auth: dice.weigh({ none: 4, token: 2, function: 1, credentials: 2 }),
    tokenMs: dice.pick([5 * callTimeoutMs, 50 * callTimeoutMs, 3_600_000]),
    ...(dice.chance(0.15) && {
      rate: {
        ...kindOfRate(dice),
        requests: dice.whole(3, 20),
        perMs: dice.whole(10, 40) * 100,
        ...(dice.chance(0.4) && { tells: dice.pick(['nothing', 'retry-after'] as const) }),
      },
    }),
    latencyMs: Math.max(1, Math.floor(callTimeoutMs / dice.pick([5, 20, 100]))),
    hand: dice.weigh({ bare: 1, exchange: 1, 'at-once': 1 }),
    noContent: dice.chance(0.3),
    exceptions: dice.chance(0.5) ? 'status' : 'body',
    failedItems: dice.weigh({ keys: 2, objects: 3, unreadable: 1 }),
  }
  const whole = { ...traits, ...natureOf(dice, family, traits) }
  // What is not declared is five seconds at most.
  return { ...whole, lagMs: Math.min(whole.lagMs ?? 0, whole.readLagMs ?? 5_000) }
}

/** Reads lag, never by more than is declared; and lists are cut short, and say so. */
const composeReading = (dice: Dice): Partial<Traits> => {
  const readLagMs = dice.pick([undefined, 0, 0, 300, 2_000, 20_000])
  const most = readLagMs ?? 5_000
  const lagMs = dice.chance(0.5) ? dice.pick([most, Math.floor(most / 3)]) : 0
  const lists = dice.weigh({ whole: 8, capped: 1, lossy: 1 })
  return {
    ...(readLagMs !== undefined && { readLagMs }),
    ...(lagMs > 0 && { lagMs, lagsBy: dice.chance(0.5) ? 'read' : 'record' }),
    ...(lists === 'capped' && { lists: { cap: dice.whole(1, 10) } }),
    ...(lists === 'lossy' && { lists: { leavesOut: dice.whole(1, 3) } }),
  }
}

/** What the systems of the package are, whatever the dice say; and what goes with what. */
const natureOf = (dice: Dice, family: FamilyName, traits: Traits): Partial<Traits> => {
  switch (family) {
    case 'opus':
      return {
        reader: 'none',
        replay: 'safe',
        job: false,
        diagnose: false,
        anyCase: false,
        maxBatchSize: 15,
        auth: traits.auth === 'none' ? 'token' : traits.auth,
        ...nothingDeclared,
      }
    case 'datocms':
      return {
        reader: traits.reader === 'blind' ? 'blind' : 'honest',
        replay: 'safe',
        job: true,
        diagnose: true,
        anyCase: false,
        pending: '404',
        maxBatchSize: 200,
        auth: 'token',
        ...nothingDeclared,
        rate: { ...kindOfRate(dice), requests: dice.pick([60, 60, 25]), perMs: 3_000 },
      }
    case 'uuid-list':
      return {
        reader: traits.reader === 'none' || traits.reader === 'turns-blind' ? 'honest' : traits.reader,
        replay: 'safe',
        missing: traits.missing === 'counted' ? 'ignored' : traits.missing,
        job: false,
        diagnose: false,
        anyCase: true,
        auth: traits.auth === 'function' ? 'function' : 'token',
        ...nothingDeclared,
        maxUrlBytes: 8_000,
      }
    case 'plain': {
      const speaks = dice.pick(['by-position', 'by-id', 'failures', 'counts', 'nothing', 'all-or-nothing'] as const)
      return {
        speaks,
        auth: 'none',
        reader: traits.reader === 'second-form' || traits.reader === 'turns-blind' ? 'honest' : traits.reader,
        ...natureOf(dice, speaks, traits),
        // It does not say what its requests weigh.
        maxUrlBytes: 8_000,
      }
    }
    case 'unprocessed':
      return { missing: traits.missing === 'failed' ? 'counted' : traits.missing, ...plainAnswers(traits) }
    case 'all-or-nothing':
      return { missing: traits.missing === 'counted' ? 'ignored' : traits.missing, ...plainAnswers(traits) }
    default:
      return plainAnswers(traits)
  }
}

/** A single deletion of the generic backend is answered at once: it is asked for where there are no jobs. */
const plainAnswers = ({ job, diagnose, inUrl, ...traits }: Traits): Partial<Traits> => ({
  diagnose: diagnose && !job,
  // A limit of the URL is one of the ids only where they go there.
  ...(!inUrl && traits.maxUrlBytes !== undefined && { maxUrlBytes: 8_000 }),
})

/** Facts that a finished provider does not declare: undefined, so that they overwrite what the dice said. */
const nothingDeclared = {
  lateEffectMs: undefined,
  maxConcurrency: undefined,
  maxJobs: undefined,
  maxUrlBytes: undefined,
  readLagMs: undefined,
  lists: undefined,
} as unknown as Pick<Traits, 'lateEffectMs'>

/** A backend keeps its limit in one way or another, whatever is documented. */
const kindOfRate = (dice: Dice): Omit<RateTrait, 'requests' | 'perMs'> => {
  const kind = dice.weigh({ window: 3, log: 1, counter: 1, bucket: 1, gcra: 1 })
  return {
    kind,
    ...((kind === 'bucket' || kind === 'gcra') && { burst: dice.whole(2, 40) }),
    ...(dice.chance(0.2) && { second: dice.whole(2, 20) }),
    ...(dice.chance(0.1) && { atOnce: dice.whole(1, 4) }),
  }
}
