/** The worlds of one record: what a world is, and what may happen in it. `judgement.ts` draws conclusions from sets of them. */

/** A world is a set of bits. */
export const there = 1
export const earlier = 2
export const latest = 4
export const wasThere = 8
export const wasGone = 16
export const thereFree = 32
export const goneFree = 64
export const ours = earlier | latest

/** What all worlds of a belief have in common, since it was seen. */
export interface Seen {
  /** Sends since the record was last known to be free of us: 0, 1, or 2 for more. */
  readonly sends: 0 | 1 | 2
  /** Whether an earlier send, and the latest one, may still take effect. */
  readonly earlierAlive: boolean
  readonly latestAlive: boolean
  readonly saidDeleted: boolean
  readonly quoted: boolean
}

/** A send leaves: what the latest one did, an earlier one did. */
export const begun = (world: number, anew: boolean): number => {
  const did = (world & ours) !== 0 ? earlier : 0
  const past = anew ? 0 : world & (wasThere | wasGone)
  return (world & there) | did | past | instant(world)
}

export const instant = (world: number): number => ((world & there) !== 0 ? wasThere : wasGone)

/** From now on no send of ours is alive. */
export const freed = (world: number): number =>
  (world & ~(thereFree | goneFree)) | ((world & there) !== 0 ? thereFree : goneFree)

/** What may happen unseen: others change it, and what is alive takes effect. */
export const passing = (seen: Seen, from: Iterable<number>, mayChange: boolean): ReadonlySet<number> => {
  const reached = new Set<number>(from)
  const free = !seen.earlierAlive && !seen.latestAlive
  const note = (world: number): number => {
    const at = (world & there) !== 0
    return world | instant(world) | (free ? (at ? thereFree : goneFree) : 0)
  }
  // A set may grow while it is walked.
  for (const world of reached) {
    const after: number[] = mayChange ? [world ^ there] : []
    for (const [alive, doer] of [
      [seen.earlierAlive, earlier],
      [seen.latestAlive, latest],
    ] as const) {
      if (alive && (world & there) !== 0) after.push((world & ~there) | doer)
    }
    for (const next of after) reached.add(note(next))
  }
  return reached
}

/** Whether a world can show what was read. What was before our first send, others may have changed since. */
export const agreesWith = (
  { listed, since }: { readonly listed: boolean; readonly since: 'before' | 'sent' | 'dead' },
  { sends, earlierAlive, latestAlive }: Seen,
  mayChange: boolean,
): ((world: number) => boolean) => {
  if (sends === 0) return (world) => mayChange || ((world & there) !== 0) === listed
  if (since === 'before' && mayChange) return () => true
  const free = since === 'dead' && !earlierAlive && !latestAlive
  const bit = free ? (listed ? thereFree : goneFree) : listed ? wasThere : wasGone
  return (world) => (world & bit) !== 0
}
