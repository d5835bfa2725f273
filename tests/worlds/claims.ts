/** What the table of outcomes claims, read off the worlds themselves. */
import { inEvery, inNone, type Known } from './system.ts'
import { gone, isFree, isQuoted, ours, saidDeleted, thereFree, wasSent } from './world.ts'

export type Kind = 'deleted reply' | 'deleted read-back' | 'absent' | 'rejected' | 'untouched'

/** In the order in which they are made. */
const claims: ReadonlyArray<{ readonly kind: Kind; readonly holds: (shadow: number, told: number) => boolean }> = [
  { kind: 'deleted reply', holds: (_, told) => (told & saidDeleted) !== 0 },
  { kind: 'absent', holds: (shadow, told) => (told & wasSent) !== 0 && inEvery(shadow, gone) && inNone(shadow, ours) },
  { kind: 'deleted read-back', holds: (shadow, told) => (told & wasSent) !== 0 && inEvery(shadow, gone) },
  { kind: 'rejected', holds: (shadow, told) => (told & isQuoted) !== 0 && inEvery(shadow, thereFree) },
  {
    kind: 'untouched',
    holds: (shadow, told) =>
      (told & wasSent) === 0 || inEvery(shadow, thereFree) || ((told & isFree) !== 0 && inNone(shadow, ours)),
  },
]

/** The claims that hold in every world, the first of them first. */
export const claimsOf = ({ shadows, told }: Known, record = 0): ReadonlyArray<Kind> =>
  claims.filter(({ holds }) => holds(shadows[record] ?? 0, told[record] ?? 0)).map(({ kind }) => kind)

/** Whether a record may be called deleted by us: an answer says so, or it was removed by us in every world. */
export const isBacked = ({ shadows, told }: Known, record: number): boolean =>
  ((told[record] ?? 0) & saidDeleted) !== 0 || inEvery(shadows[record] ?? 0, ours)
