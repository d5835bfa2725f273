/**
 * What may be concluded from one record of a batch for another. It holds only where nobody else changes the records: where
 * others may, nothing follows from a sibling, and the worlds show that as well.
 */
import { type Belief, type Fact, heldOf, mayBeOurs } from './subject.ts'
import { inEvery } from './system.ts'
import { ours, thereFree } from './world.ts'

export type Learn = (belief: Belief, fact: Fact) => Belief
export type Rule = (beliefs: ReadonlyArray<Belief>, learn: Learn) => ReadonlyArray<Belief>

/** One of them is there, now that the send is dead: it took no effect, on none of them. */
export const unapplied: Rule = (beliefs, learn) =>
  isShown(beliefs, thereFree)
    ? beliefs.map((belief) =>
        mayBeOurs(belief) ? learn(belief, { is: 'over', took: 'nothing', quoted: false }) : belief,
      )
    : beliefs

/** One of them was there and is not any more: the send took effect, on all of them. */
export const applied: Rule = (beliefs, learn) =>
  isShown(beliefs, ours)
    ? beliefs.map((belief) => learn(belief, { is: 'read', listed: false, since: 'sent' }))
    : beliefs

/** A job counted as many deleted as it may have deleted: it is these. */
export const counted = (
  beliefs: ReadonlyArray<Belief>,
  deleted: number | undefined,
  learn: Learn,
): ReadonlyArray<Belief> =>
  deleted !== undefined && deleted > 0 && beliefs.filter(mayBeOurs).length === deleted
    ? beliefs.map((belief) => (mayBeOurs(belief) ? learn(belief, { is: 'said', of: 'deleted' }) : belief))
    : beliefs

const isShown = (beliefs: ReadonlyArray<Belief>, bit: number): boolean =>
  beliefs.some((belief) => inEvery(heldOf(belief).shadow, bit))
