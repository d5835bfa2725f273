import type { Clock } from '../contract/provider.ts'
import { openPacing, type Pacing, type PacingSettings } from './pacing.ts'

/** What runs against one account have in common while they go on at once: the pace, and the pause after a throttle. */
export interface Limiter {
  readonly pacing: Pacing
  readonly pause: Pause
  /** This run is over; when all that shared it are, what it has learnt is forgotten. */
  readonly release: () => void
}

export interface Pause {
  /** When the last pause ends. */
  until: number
  /** How many pauses there were: after each one, every gate lets one exchange go ahead. */
  count: number
}

interface Shared {
  readonly pacing: Pacing
  readonly pause: Pause
  users: number
}

/** By clock first: runs in different times have nothing in common. */
const shared = new WeakMap<Clock, Map<unknown, Shared>>()

/**
 * Joins the limiter of this key, or opens it: the settings of the run that opens it are the ones that count. What is
 * shared is shared by runs that go on at once, never handed from one run to a later one.
 */
export const joinLimiter = (clock: Clock, key: unknown, settings: PacingSettings): Limiter => {
  const ofClock = shared.get(clock) ?? new Map<unknown, Shared>()
  shared.set(clock, ofClock)
  const one = ofClock.get(key) ?? {
    pacing: openPacing(settings),
    pause: { until: Number.NEGATIVE_INFINITY, count: 0 },
    users: 0,
  }
  ofClock.set(key, one)
  one.users++
  return {
    pacing: one.pacing,
    pause: one.pause,
    release: () => {
      one.users--
      if (one.users === 0) ofClock.delete(key)
    },
  }
}
