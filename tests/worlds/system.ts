/**
 * A subset construction over worlds. A system says what a world is, what may happen in it unseen, and what may be observed
 * of it; a belief is the set of all worlds that agree with what was observed. Nothing here knows what is being proven.
 */

export interface Seen<Fact> {
  readonly fact: Fact
  /** Set for what the run does itself: whether it would, by what it holds to be known. */
  readonly given?: (held: Known) => boolean
}

/** What is known of a belief without looking into its worlds. */
export interface Known {
  /** For each record the set of its projections: bit n is set if some world projects to n. */
  readonly shadows: ReadonlyArray<number>
  /** For each record what the run was told itself, and every world therefore shares. */
  readonly told: ReadonlyArray<number>
}

export interface System<World, Fact> {
  readonly starts: ReadonlyArray<World>
  readonly keyOf: (world: World) => string
  /** The worlds that this one may become unseen, by one event or by a tick that passes. */
  readonly unseen: (world: World) => ReadonlyArray<World>
  readonly facts: ReadonlyArray<Seen<Fact>>
  /** The world after a fact was observed in it; undefined where it can't be. */
  readonly after: (world: World, fact: Fact) => World | undefined
  /** What claims speak of, as up to five bits for each record. */
  readonly project: (world: World) => ReadonlyArray<number>
  readonly toldIn: (world: World) => ReadonlyArray<number>
}

/** A belief by its number. The first is what is believed before anything was observed. */
export type BeliefId = number

export interface Beliefs {
  readonly start: BeliefId
  /** The belief after the fact of this index; undefined where no world allows it. */
  readonly next: (belief: BeliefId, fact: number) => BeliefId | undefined
  readonly known: (belief: BeliefId) => Known
  readonly counts: () => { readonly beliefs: number; readonly worlds: number }
}

interface Belief {
  readonly worlds: Int32Array
  readonly known: Known
  readonly next: Map<number, BeliefId | undefined>
}

const unasked = -2

/** The worlds of a system, numbered as they are met, each with what follows it. */
const census = <World, Fact>(system: System<World, Fact>) => {
  const numbers = new Map<string, number>()
  const worlds: World[] = []
  const following: Array<ReadonlyArray<number> | undefined> = []
  const observed: Int32Array[] = []
  const shadows: Array<ReadonlyArray<number>> = []
  const numberOf = (world: World): number => {
    const key = system.keyOf(world)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, worlds.length)
    observed.push(new Int32Array(system.facts.length).fill(unasked))
    shadows.push(system.project(world))
    return worlds.push(world) - 1
  }
  const worldOf = (number: number): World => worlds[number] as World
  return {
    numberOf,
    size: () => worlds.length,
    shadowsOf: (number: number) => shadows[number] as ReadonlyArray<number>,
    toldIn: (number: number) => system.toldIn(worldOf(number)),
    followers: (number: number): ReadonlyArray<number> => {
      following[number] ??= [...new Set(system.unseen(worldOf(number)).map(numberOf))]
      return following[number]
    },
    /** −1 where the fact can't be observed. */
    after: (number: number, index: number, fact: Fact): number => {
      const answers = observed[number] as Int32Array
      if (answers[index] === unasked) {
        const world = system.after(worldOf(number), fact)
        answers[index] = world === undefined ? -1 : numberOf(world)
      }
      return answers[index] as number
    },
  }
}

export const beliefsOf = <World, Fact>(system: System<World, Fact>): Beliefs => {
  const all = census(system)
  const beliefs: Belief[] = []
  const byHash = new Map<number, BeliefId[]>()
  /** The number of the last walk that met a world. */
  let met = new Int32Array(1 << 16)
  let walk = 0

  /** All worlds that those given may become unseen, themselves included. */
  const saturated = (some: Iterable<number>): number[] => {
    walk += 1
    const reached: number[] = []
    const meet = (number: number): void => {
      if (number >= met.length) {
        const larger = new Int32Array(Math.max(met.length * 2, number + 1))
        larger.set(met)
        met = larger
      }
      if (met[number] === walk) return
      met[number] = walk
      reached.push(number)
    }
    for (const number of some) meet(number)
    // The list grows while it is walked.
    for (const number of reached) for (const next of all.followers(number)) meet(next)
    return reached
  }

  const intern = (numbers: ReadonlyArray<number>): BeliefId => {
    let hash = numbers.length
    for (const number of numbers) hash = (hash + Math.imul(number + 1, 0x9e3779b1) * (1 + (number % 7))) | 0
    const bucket = byHash.get(hash) ?? []
    // What was walked last is marked still, so one pass compares two sets of the same size.
    const same = bucket.find((id) => {
      const { worlds } = beliefs[id] as Belief
      return worlds.length === numbers.length && worlds.every((number) => met[number] === walk)
    })
    if (same !== undefined) return same
    const shadows: number[] = []
    for (const number of numbers) {
      for (const [record, bits] of all.shadowsOf(number).entries()) {
        shadows[record] = (shadows[record] ?? 0) | (1 << bits)
      }
    }
    const told = all.toldIn(numbers[0] as number)
    byHash.set(hash, [...bucket, beliefs.length])
    return beliefs.push({ worlds: Int32Array.from(numbers), known: { shadows, told }, next: new Map() }) - 1
  }

  const step = ({ worlds }: Belief, index: number): BeliefId | undefined => {
    const { fact } = system.facts[index] as Seen<Fact>
    const images: number[] = []
    for (const number of worlds) {
      const next = all.after(number, index, fact)
      if (next >= 0) images.push(next)
    }
    return images.length === 0 ? undefined : intern(saturated(images))
  }

  return {
    start: intern(saturated(system.starts.map(all.numberOf))),
    next: (id, index) => {
      const belief = beliefs[id] as Belief
      if (!belief.next.has(index)) belief.next.set(index, step(belief, index))
      return belief.next.get(index)
    },
    known: (id) => (beliefs[id] as Belief).known,
    counts: () => ({ beliefs: beliefs.length, worlds: all.size() }),
  }
}

/** The projections that a set of them holds. */
export const projectionsIn = (shadow: number): ReadonlyArray<number> =>
  Array.from({ length: 32 }, (_, bits) => bits).filter((bits) => (shadow >>> bits) & 1)

export const inEvery = (shadow: number, bit: number): boolean =>
  projectionsIn(shadow).every((bits) => (bits & bit) !== 0)
export const inNone = (shadow: number, bit: number): boolean =>
  projectionsIn(shadow).every((bits) => (bits & bit) === 0)
