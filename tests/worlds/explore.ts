/**
 * Walks every pair of a brute belief and what was learnt on the same way, from the start until no new pair appears. So
 * what is checked on each pair is checked after histories of any length.
 */
import { type BeliefId, beliefsOf, type Known, type System } from './system.ts'

/** The side that is judged: a belief, or one for each record of a batch. */
export interface Judged<Fact, State> {
  readonly start: State
  readonly keyOf: (state: State) => string
  readonly learn: (state: State, fact: Fact) => State
  /** For each record the set of projections that it holds possible. */
  readonly shadowsOf: (state: State) => ReadonlyArray<number>
  /** Whether the run does this, or lets it come so far, in a state of its own; default: yes. */
  readonly allows?: (state: State, fact: Fact) => boolean
}

export interface Pair<State> {
  readonly known: Known
  readonly state: State
  /** The facts by which it was reached first. */
  readonly path: () => string
}

export interface Step {
  readonly fact: number
  readonly to: number
}

export interface Walk<State> {
  readonly pairs: ReadonlyArray<Pair<State>>
  /** From each pair, what one further fact leads to. */
  readonly steps: ReadonlyArray<ReadonlyArray<Step>>
  readonly closed: boolean
  readonly brute: { readonly beliefs: number; readonly worlds: number }
}

interface Found<State> {
  readonly belief: BeliefId
  readonly state: State
  readonly from: number
  readonly by: number
}

export const walk = <World, Fact, State>(
  system: System<World, Fact>,
  { start, keyOf, learn, shadowsOf, allows = () => true }: Judged<Fact, State>,
  mostPairs: number,
): Walk<State> => {
  const beliefs = beliefsOf(system)
  const found: Found<State>[] = []
  const numbers = new Map<string, number>()
  const numberOf = (pair: Found<State>): number => {
    const key = `${pair.belief} ${keyOf(pair.state)}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, found.length)
    return found.push(pair) - 1
  }
  const pathOf = (pair: number): string => {
    const words: string[] = []
    for (let at = found[pair]; at !== undefined && at.from >= 0; at = found[at.from]) {
      words.unshift(JSON.stringify(system.facts[at.by]?.fact).replaceAll(/["{}]|\bis:|,?anew:(true|false)/g, ''))
    }
    return words.join('; ')
  }

  numberOf({ belief: beliefs.start, state: start, from: -1, by: -1 })
  const steps: ReadonlyArray<Step>[] = []
  // The list grows while it is walked.
  for (const [pair, { belief, state }] of found.entries()) {
    if (pair === mostPairs) break
    const out: Step[] = []
    const held: Known = { shadows: shadowsOf(state), told: beliefs.known(belief).told }
    for (const [index, { fact, given }] of system.facts.entries()) {
      if ((given !== undefined && !given(held)) || !allows(state, fact)) continue
      const next = beliefs.next(belief, index)
      if (next === undefined) continue
      out.push({ fact: index, to: numberOf({ belief: next, state: learn(state, fact), from: pair, by: index }) })
    }
    steps.push(out)
  }
  const pairs = found.slice(0, steps.length).map(({ belief, state }, pair) => ({
    known: beliefs.known(belief),
    state,
    path: () => pathOf(pair),
  }))
  return { pairs, steps, closed: pairs.length === found.length, brute: beliefs.counts() }
}

/** How many histories there are of at most as many facts. */
export const historiesOf = ({ steps }: Pick<Walk<unknown>, 'steps'>, facts: number): number => {
  let ways = new Float64Array(steps.length)
  ways[0] = 1
  let all = 1
  for (let length = 1; length <= facts; length++) {
    const next = new Float64Array(steps.length)
    for (const [pair, out] of steps.entries()) {
      for (const { to } of out) next[to] = (next[to] ?? 0) + (ways[pair] as number)
    }
    ways = next
    all += next.reduce((sum, count) => sum + count, 0)
  }
  return all
}
