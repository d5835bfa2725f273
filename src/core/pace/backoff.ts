/** Our own wait before the n-th repetition (from 1), in ms: doubled each time up to 30 s, and jittered by up to half so that callers spread out. Waits that a server names are used as they are. */
export const backoffMs = (repetition: number, random: () => number): number => {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(repetition - 1, 30))
  return whole * (1 - random() / 2)
}

const firstMs = 500
const longestMs = 30_000

/**
 * How much trouble a run may have before it stops itself: 500 tokens; a repetition takes 5, a call of unknown end 10,
 * a success gives one back. It bounds what retries add to the load of a backend that is already failing.
 */
export interface RetryBudget {
  /** False when it is spent. */
  readonly take: (cause: 'repetition' | 'unknown-end') => boolean
  readonly give: () => void
}

const fullBudget = 500
const costs = { repetition: 5, 'unknown-end': 10 } as const

export const openRetryBudget = (): RetryBudget => {
  let tokens = fullBudget
  return {
    take: (cause) => {
      tokens = Math.max(0, tokens - costs[cause])
      return tokens > 0
    },
    give: () => {
      tokens = Math.min(fullBudget, tokens + 1)
    },
  }
}
