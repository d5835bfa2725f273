import { read } from '../words/text.ts'
import { span } from './schema.ts'
import { hashOf, openSeen } from './seen.ts'
import type { Store } from './store.ts'

/** Holds ids that are handed in again against a sealed plan, in flat memory, and without its digest being the only witness. */
export interface PlanComparison {
  /** Identities in the order in which they come, repeats included. Once one differs the rest is not looked at. */
  readonly add: (identities: ReadonlyArray<string>) => void
  /** Whether they were the plan's, all of them, in its order. Ends the comparison. */
  readonly end: () => boolean
}

export const comparePlan = (store: Store, target: number): PlanComparison => {
  const base = target * span
  const seen = openSeen(`${store.path}.compared-${target}`)
  const identityAt = (place: number): string | undefined => {
    const row = store.get('SELECT coalesce(identity, id) AS identity FROM identities WHERE number = ?', base + place)
    return row === undefined ? undefined : read(row['identity'])
  }
  let next = 0
  let same = true

  /** The next of the plan, or a repeat of one before it. */
  const fits = (identity: string): boolean => {
    const hash = hashOf(identity)
    if (identityAt(next) === identity) {
      seen.add(hash, next)
      next++
      return true
    }
    return seen.candidates(hash).some((place) => identityAt(place) === identity)
  }

  return {
    add: (identities) => {
      for (const identity of identities) {
        same &&= fits(identity)
        if (!same) return
      }
    },
    end: () => {
      seen.close()
      return same && identityAt(next) === undefined
    },
  }
}
