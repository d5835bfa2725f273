/** Holds what was learnt against the worlds, pair by pair. */
import { claimsOf, isBacked, type Kind } from './claims.ts'
import type { Walk } from './explore.ts'
import { projectionsIn } from './system.ts'

export type Concluded = Kind | 'open' | 'unknowable'

/** What is believed of one record: what it concludes, and the set of its worlds as projections. */
export interface Held {
  readonly concluded: Concluded
  readonly shadow: number
}

export interface Violations {
  /** A belief lacks a world that may be. */
  missing: number
  /** A belief holds a world that can't be. */
  surplus: number
  /** An outcome is concluded, and in some world its claim does not hold. */
  unsound: number
  /** A claim holds in every world, and it was not concluded, or not the first of them. */
  loose: number
  /** It is called open, and no further fact leads to an outcome; or unknowable, and one does. */
  astray: number
}

export interface Checked {
  readonly violations: Violations
  /** How many beliefs of a record concluded what. */
  readonly conclusions: Readonly<Record<string, number>>
  /** The first of each kind of violation, with the way there. */
  readonly examples: ReadonlyArray<string>
  /** Most facts between an open belief and an outcome. */
  readonly farthest: number
}

export const check = <State>(
  walk: Walk<State>,
  held: (state: State, record: number) => Held,
  isSend: (fact: number) => boolean,
): Checked => {
  const violations: Violations = { missing: 0, surplus: 0, unsound: 0, loose: 0, astray: 0 }
  const conclusions: Record<string, number> = {}
  const examples = new Map<keyof Violations, string>()
  const distances = distancesOf(walk, isSend)
  let farthest = 0
  for (const [pair, { known, state, path }] of walk.pairs.entries()) {
    for (const [record, brute] of known.shadows.entries()) {
      const { concluded, shadow } = held(state, record)
      const claims = claimsOf(known, record)
      const note = (violation: keyof Violations, what: string): void => {
        violations[violation] += 1
        if (!examples.has(violation)) examples.set(violation, `${violation}: ${path() || 'at the start'}: ${what}`)
      }
      conclusions[concluded] = (conclusions[concluded] ?? 0) + 1
      const says = `${concluded}, and in every world holds ${claims.join(', ') || 'nothing'}`
      if (concluded === 'deleted reply') {
        // The words of an answer settle it, and of its worlds nothing is kept.
        if (!isBacked(known, record)) note('unsound', says)
        continue
      }
      const lacking = projectionsIn(brute & ~shadow)
      const added = projectionsIn(shadow & ~brute)
      if (lacking.length > 0) note('missing', `worlds ${lacking}`)
      if (added.length > 0) note('surplus', `worlds ${added}`)
      const isOutcome = concluded !== 'open' && concluded !== 'unknowable'
      if (isOutcome && !claims.includes(concluded)) note('unsound', says)
      else if (claims.length > 0 && claims[0] !== concluded) note('loose', says)
      // What leads beyond the pairs that were walked is not known.
      if (isOutcome || claims.length > 0 || !walk.closed) continue
      const distance = distances[record]?.[pair] ?? Number.POSITIVE_INFINITY
      const leads = distance < Number.POSITIVE_INFINITY
      if ((concluded === 'open') !== leads) note('astray', `${concluded}, and an outcome is ${distance} facts away`)
      if (leads) farthest = Math.max(farthest, distance)
    }
  }
  return { violations, conclusions, examples: [...examples.values()], farthest }
}

/** For each record and pair: how many further facts, none of them a send, lead to a claim that holds in every world. */
const distancesOf = <State>(
  { pairs, steps }: Walk<State>,
  isSend: (fact: number) => boolean,
): ReadonlyArray<Float64Array> =>
  (pairs[0]?.known.shadows ?? []).map((_, record) => {
    const distances = Float64Array.from(pairs, ({ known }) =>
      claimsOf(known, record).length > 0 ? 0 : Number.POSITIVE_INFINITY,
    )
    for (let changed = true; changed; ) {
      changed = false
      for (const [pair, out] of steps.entries()) {
        for (const { fact, to } of out) {
          const distance = (distances[to] ?? Number.POSITIVE_INFINITY) + 1
          if (isSend(fact) || distance >= (distances[pair] as number)) continue
          distances[pair] = distance
          changed = true
        }
      }
    }
    return distances
  })
