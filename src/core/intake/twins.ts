/** Tells repeats among the identities of one batch. Exact, and cheaper than a `Set` made anew for each. */
export interface Twins {
  /** Adds it; false when it is there already. */
  readonly add: (identity: string) => boolean
  readonly clear: () => void
}

/** Ids differ at their ends as a rule; those that don't crowd the table, and go to a `Set`. */
export const openTwins = (): Twins => {
  const held: string[] = new Array(size).fill('')
  const rounds = new Uint32Array(size)
  const crowded = new Set<string>()
  let round = 1
  return {
    add: (identity) => {
      const { length } = identity
      let hash = length
      for (let at = Math.max(0, length - ending); at < length; at++)
        hash = Math.imul(hash, 31) + identity.charCodeAt(at)
      for (let probe = 0; probe < mostProbes; probe++) {
        const slot = (hash + probe) & (size - 1)
        if (rounds[slot] !== round) {
          rounds[slot] = round
          held[slot] = identity
          return true
        }
        if (held[slot] === identity) return false
      }
      if (crowded.has(identity)) return false
      crowded.add(identity)
      return true
    },
    clear: () => {
      round++
      if (crowded.size > 0) crowded.clear()
    },
  }
}

const size = 1 << 11
const ending = 6
const mostProbes = 8
