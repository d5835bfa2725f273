import type { Dice } from './random.ts'
import type { FamilyName, RecordFact, Traits } from './scenario.ts'

/** The records of the backend, and what the id source yields of them and besides them. */
export const composeIds = (dice: Dice, family: FamilyName, traits: Traits) => {
  const count = dice.weigh({ few: 9, some: 6, many: 0.6 })
  const long = traits.rate !== undefined && dice.chance(0.05)
  const size = long
    ? dice.whole(150, 300)
    : count === 'few'
      ? dice.whole(1, 12)
      : count === 'some'
        ? dice.whole(12, 40)
        : dice.whole(40, 200)
  const records = composeRecords(dice, family, size)
  const ids: Array<string | null> = records.map(({ id }) => respell(dice, id, traits))
  const strange = dice.chance(0.3)
  if (strange) {
    const repeats = dice.whole(0, 4)
    for (let repeat = 0; repeat < repeats; repeat++) ids.push(respell(dice, dice.pick(records).id, traits))
    ids.push(...['', 'line\nbreak', '!not-ours', 'x'.repeat(5_000)].filter(() => dice.chance(0.3)))
  }
  const handed = dice.chance(0.7) ? dice.shuffle(ids) : ids
  if (dice.chance(0.03)) handed.splice(dice.whole(0, handed.length), 0, null)
  const protect = dice.chance(0.05)
    ? records.filter(() => dice.chance(0.2)).map(({ id }) => respell(dice, id, traits))
    : []
  return { records, handed, protect }
}

const composeRecords = (dice: Dice, family: FamilyName, size: number): ReadonlyArray<RecordFact> => {
  const missing = dice.pick([0, 0, 0.05, 0.3, 1])
  const refused = dice.pick([0, 0, 0.05, 0.2, 0.5])
  const busy = dice.pick([0, 0, 0.2])
  const taken = dice.pick([0, 0, 0, 0.1])
  const flipped = dice.chance(0.15) ? dice.pick([0.1, 0.5]) : 0
  const mayBeBusy = busyFamilies.includes(family)
  const needed = orderedFamilies.includes(family) ? dice.pick([0, 0, 0, 0.1, 0.4]) : 0
  const names = Array.from({ length: size }, (_, index) => idOf(family, index, dice))
  return Array.from({ length: size }, (_, index): RecordFact => {
    const there = !dice.chance(missing)
    const held = dice.chance(refused)
    return {
      id: names[index] as string,
      there,
      ...(held && { refusal: `held-${index}-${dice.whole(100, 999)}` }),
      // Mostly by one that comes later, so that the list begins with what has to go last.
      ...(!held &&
        index + 1 < size &&
        dice.chance(needed) && { neededBy: names[dice.whole(index + 1, size - 1)] as string }),
      ...(mayBeBusy && dice.chance(busy) && { busy: dice.whole(1, 5) }),
      // A record that is refused and then taken away would make a search find another one: nobody can see that.
      ...(!held && dice.chance(taken) && { takenAtMs: dice.whole(0, 5_000) }),
      ...(!held && flipped > 0 && dice.chance(flipped) && { flipsAtMs: composeFlips(dice) }),
    }
  })
}

/** Others change it now and then, sooner or later. */
const composeFlips = (dice: Dice): ReadonlyArray<number> => {
  const longest = dice.pick([1_000, 10_000, 60_000])
  return Array.from({ length: dice.whole(1, 4) }, () => dice.whole(1, longest)).sort((one, other) => one - other)
}

/** Where a record may be neither done nor refused; two counts then leave it out. */
const busyFamilies: ReadonlyArray<FamilyName> = ['by-position', 'by-id', 'failures', 'unprocessed', 'counts', 'datocms']

/** Where a refusal may be cured by the deletion of another record, and says so. */
const orderedFamilies: ReadonlyArray<FamilyName> = [
  'by-position',
  'by-id',
  'failures',
  'counts',
  'datocms',
  'all-or-nothing',
]

const oddities = [',', ' ', "'", '"', '%', '/', '+', '&', 'é', '漢', '#', '?']

const idOf = (family: FamilyName, index: number, dice: Dice): string => {
  const hex = (length: number) => Array.from({ length }, () => dice.whole(0, 15).toString(16)).join('')
  switch (family) {
    case 'datocms':
      return dice.chance(0.2) ? String(10_000 + index) : `${String(index).padStart(4, 'r')}${hex(18)}`
    case 'uuid-list':
      return `${index.toString(16).padStart(8, '0')}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
    default:
      return dice.chance(0.1) ? `r${index}${dice.pick(oddities)}x` : `r${index}`
  }
}

const respell = (dice: Dice, id: string, { anyCase }: Traits): string => {
  if (!anyCase || dice.chance(0.5)) return id
  return dice.chance(0.5) ? id.toUpperCase() : id.toLowerCase()
}
