import type { Dice } from './random.ts'
import type { FamilyName, Fault, FaultKind, Options, Traits } from './scenario.ts'

/** What goes wrong: nothing, one thing, a few, or a storm. */
export const composeFaults = (
  dice: Dice,
  family: FamilyName,
  traits: Traits,
  options: Options,
): ReadonlyArray<Fault> => {
  const mood = dice.weigh({ calm: 3, one: 5, few: 8, storm: 2 })
  const count = { calm: 0, one: 1, few: dice.whole(2, 5), storm: dice.whole(5, 12) }[mood]
  return Array.from({ length: count }, () => composeFault(dice, family, traits, options))
}

const composeFault = (dice: Dice, family: FamilyName, traits: Traits, options: Options): Fault => {
  const on = dice.weigh({
    delete: 6,
    any: 1,
    read: traits.reader === 'none' ? 0 : 2,
    poll: traits.job || family === 'datocms' ? 3 : 0,
    token: traits.auth === 'credentials' ? 1 : 0,
  })
  const canLie = options.verify === 'all' && (traits.reader === 'honest' || traits.reader === 'second-form')
  const kind: FaultKind = dice.weigh({
    'lost-before': 3,
    'lost-after': 5,
    late: on === 'read' || on === 'poll' || on === 'token' ? 1 : 5,
    later: 0.3,
    'reset-before': 2,
    'reset-after': 3,
    refused: 2,
    'unknown-host': 1,
    '429': 4,
    '503': 2,
    closed: 2,
    '500-before': 2,
    '500-after': 2,
    '401': 2,
    '403': 1,
    redirect: 0.5,
    'html-before': 1,
    'html-after': 1,
    'garbage-after': 1,
    'truncated-after': 1,
    'broken-after': 1,
    'stalled-after': 1,
    slow: 2,
    twice: 1,
    foreign: 1,
    fewer: 1,
    contradiction: 1,
    moved: family === 'datocms' ? 0.5 : 0,
    claims: canLie && on !== 'read' ? 1 : 0,
    'job-fails': traits.job && on === 'delete' ? 2 : 0,
    'job-never-ends': traits.job && on === 'delete' ? 1 : 0,
    'job-expires': traits.job && on === 'delete' ? 1 : 0,
    'job-twice': traits.job && on === 'delete' ? 2 : 0,
  })
  return {
    on,
    nth: dice.chance(0.5) ? dice.whole(1, 3) : dice.whole(1, 15),
    times: dice.weigh({ once: 8, twice: 2, often: 1 }) === 'once' ? 1 : dice.chance(0.7) ? 2 : dice.whole(3, 30),
    kind,
    ms: dice.pick([0, 40, 300, 1_500, 7_000]),
    hint: dice.weigh({ seconds: 2, decimals: 1, date: 1, reset: 1, none: 3 }),
    part: dice.pick([0, 0.1, 0.5, 0.9, 1]),
  }
}
