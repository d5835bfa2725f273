import type { Clock } from '../contract/provider.ts'

/** Member calls under way: one watch for all of them, so that a call costs no timer and no listener of its own. */
export interface Watch {
  readonly begin: (call: Watched) => void
  readonly end: (call: Watched) => void
  /** Gives up on all calls, and on every later one. */
  readonly giveUp: () => void
  /** Ends the watch and its timer. */
  readonly close: () => void
}

export interface Watched {
  /** Waiting for its turn at the gate, for an answer, or on purpose. */
  running: number
  /** When it last did something. */
  lastAt: number
  /** It has done nothing for too long, or the run gives up. */
  readonly cut: (why: 'quiet' | 'over') => void
}

/** How often the watch looks, within one time-out. */
const looks = 4

export const openWatch = (clock: Clock, callTimeoutMs: number): Watch => {
  const calls = new Set<Watched>()
  const closed = new AbortController()
  let watching = false
  let over = false

  const watch = async (): Promise<void> => {
    watching = true
    while (calls.size > 0 && !closed.signal.aborted) {
      await clock.sleep(callTimeoutMs / looks, closed.signal)
      const quietSince = clock.now() - callTimeoutMs
      for (const call of [...calls]) if (call.running === 0 && call.lastAt <= quietSince) call.cut('quiet')
    }
    watching = false
  }

  return {
    begin: (call) => {
      calls.add(call)
      if (over) call.cut('over')
      else if (!watching) void watch()
    },
    end: (call) => {
      calls.delete(call)
    },
    giveUp: () => {
      over = true
      for (const call of [...calls]) call.cut('over')
    },
    close: () => closed.abort(),
  }
}
