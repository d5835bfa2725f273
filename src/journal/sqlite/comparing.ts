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

/** What the plans of two targets have in common. */
export interface SharedRecords {
  /** Records of both, by their identities; what is no id of the system is none. */
  readonly records: number
  /** Of them: protected in one, and to be sent in the other. */
  readonly atOdds: number
}

/** As the plans were sealed, before anything was sent by them. */
export const sharedRecords = (store: Store, target: number, name: string): SharedRecords => {
  const other = Number(store.get('SELECT number FROM targets WHERE name = ?', name)?.['number'] ?? 0)
  const common = (one: keyof typeof kinds, another: keyof typeof kinds): number => {
    const sql = `SELECT count(*) AS records FROM (${identitiesThat(one)} INTERSECT ${identitiesThat(another)})`
    const places = [target, other].flatMap((number) => [number * span, number * span + span - 1])
    return Number(store.get(sql, ...places)?.['records'])
  }
  const records = common('valid', 'valid')
  const atOdds = records === 0 ? 0 : common('sent', 'protected') + common('protected', 'sent')
  return { records, atOdds }
}

const kinds = { valid: "why IS NOT 'invalid-id'", protected: "why IS 'protected'", sent: 'why IS NULL' } as const

const identitiesThat = (kind: keyof typeof kinds): string => `SELECT identity FROM (
  SELECT coalesce(i.identity, i.id) AS identity, (SELECT iif(o.last >= i.number, o.why, NULL) FROM outcomes o
    WHERE o.first <= i.number ORDER BY o.first DESC LIMIT 1) AS why
  FROM identities i WHERE i.number BETWEEN ? AND ?) WHERE ${kinds[kind]}`
