/**
 * Where the backend's rate window ends, as far as the answers tell. A reset in whole seconds says that the end lies
 * within one second, a count that has gone up says that one has just passed: what the answers say is intersected, and
 * carried from window to window. Times in ms.
 */
export interface Edges {
  /** The length of a window, where it is declared or learnt. */
  readonly perMs: () => number | undefined
  readonly declare: (perMs: number) => void
  /** When the current window ends, as far as it is known; undefined when nothing tells. */
  readonly interval: () => Interval | undefined
  /** How many answers in a row have told the same end. */
  readonly steady: () => number
  /** When it has ended for certain. */
  readonly next: () => number | undefined
  /** The same, where it has proven right, so that a whole limit may be used at once after it. */
  readonly trusted: () => number | undefined
  /** Whether the length of a window is a guess of ours that no answer has borne out yet. */
  readonly guessed: () => boolean
  /** True when a window has ended for certain by now, once for each. */
  readonly roll: (now: number) => boolean
  /** An answer said that the window ends in `resetMs`, rounded up to whole seconds by most systems. */
  readonly reset: (sentAt: number, receivedAt: number, resetMs: number) => void
  /** A window that must have begun had not: resets are rounded down, or it was never known where it begins. */
  readonly late: () => void
  /** Nothing is left, so that a request that was sent then has met the window that was. */
  readonly lasted: (sentAt: number) => void
  /** The count of what is left has gone up (or is told for the first time): a window began since the answer before. */
  readonly jumped: (sentBefore: number | undefined, sentAt: number, receivedAt: number) => void
}

/** After `from`, at the latest at `to`. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** What resets are rounded up to. */
export const roundingMs = 1_000

export const openEdges = (declaredMs: number | undefined): Edges => {
  let perMs = declaredMs
  let edge: Interval | undefined
  let exact = false
  /** Edges that have passed, for a window whose length nobody declares. */
  let earlier: Interval | undefined
  let learnt = false
  let tooShortMs = 0
  let laterMs = 0
  let steady = 0
  let borneOut = false

  const observe = (seen: Interval): void => {
    const from = Math.max(seen.from, edge?.from ?? seen.from)
    const to = Math.min(seen.to, edge?.to ?? seen.to)
    const fits = from < to
    steady = fits ? steady + 1 : 0
    if (!fits && learnt) {
      tooShortMs = perMs ?? 0
      perMs = undefined
      learnt = false
    }
    edge = fits ? { from, to } : seen
  }

  /** Two passed edges are a whole number of windows apart; most windows are whole seconds long. */
  const learnLength = (seen: Interval): void => {
    if (declaredMs !== undefined) return
    if (earlier !== undefined && perMs === undefined) {
      const shortest = Math.ceil((seen.from - earlier.to) / roundingMs) * roundingMs
      const length = Math.max(shortest, tooShortMs + roundingMs)
      learnt = length <= seen.to - earlier.from
      borneOut = false
      if (learnt) perMs = length
    }
    earlier = seen
  }

  const roll = (now: number): boolean => {
    if (edge === undefined || now < edge.to) return false
    learnLength(edge)
    while (edge !== undefined && now >= edge.to) {
      edge = perMs === undefined ? undefined : { from: edge.from + perMs, to: edge.to + perMs }
    }
    return true
  }

  return {
    perMs: () => perMs,
    declare: (length) => {
      perMs = length
      learnt = false
    },
    interval: () => edge,
    steady: () => steady,
    next: () => edge?.to,
    guessed: () => learnt && !borneOut,
    trusted: () => (exact ? edge?.to : undefined),
    roll,
    reset: (sentAt, receivedAt, resetMs) => {
      if (resetMs === 0) laterMs = roundingMs
      observe({ from: sentAt + resetMs - roundingMs + laterMs, to: receivedAt + resetMs + laterMs })
      exact = true
    },
    late: () => {
      laterMs = roundingMs
      edge = undefined
      exact = false
    },
    lasted: (sentAt) => {
      if (edge !== undefined && edge.from < sentAt && sentAt < edge.to) edge = { from: sentAt, to: edge.to }
    },
    jumped: (sentBefore, sentAt, receivedAt) => {
      if (perMs === undefined) {
        if (sentBefore !== undefined && edge === undefined) learnLength({ from: sentBefore, to: receivedAt })
        return
      }
      if (sentBefore === undefined) {
        borneOut = true
        if (edge === undefined) edge = { from: sentAt, to: receivedAt + perMs }
        return
      }
      exact = true
      // Passed before it had to.
      if (edge !== undefined && edge.from < receivedAt) edge = { from: edge.from + perMs, to: edge.to + perMs }
      observe({ from: sentBefore + perMs, to: receivedAt + perMs })
    },
  }
}
