/**
 * The kinds of limit that backends keep, as pure functions of a time that is handed in.
 *
 * | kind | admits |
 * | --- | --- |
 * | `window` (the default) | so many in each fixed window, wherever its edges are |
 * | `log` | so many in any stretch as long as the window |
 * | `counter` | so many by two fixed windows, the earlier one weighted by how much of it the stretch still covers |
 * | `bucket` | `burst` at once (default: `requests`), refilled evenly with `requests` per `perMs`, in whole tokens |
 * | `gcra` | the same, kept as the time at which the next one is due |
 * | `concurrency` | so many at once |
 * | `all` | what every one of several limits admits |
 */
export type EmulatorRate =
  | {
      readonly kind?: 'window' | 'log' | 'counter'
      readonly requests: number
      readonly perMs: number
    }
  | {
      readonly kind: 'bucket' | 'gcra'
      readonly requests: number
      readonly perMs: number
      /** How many may come at once after a rest. Default: `requests`. */
      readonly burst?: number
    }
  | { readonly kind: 'concurrency'; readonly most: number }
  | { readonly kind: 'all'; readonly of: ReadonlyArray<EmulatorRate> }

/** A limit, and how far it is used up. Times in ms; they never go back. */
export interface Limiter {
  /** Admits one request, or refuses it, which costs nothing. */
  readonly take: (now: number) => boolean
  /** An admitted request has been answered. */
  readonly done: () => void
  /** The number that is told as the limit; infinite where none is told: how many may be at once is no matter of time. */
  readonly limit: number
  /** How many would be admitted now, by what is told. */
  readonly remaining: (now: number) => number
  /** Time until one more would be admitted; 0: now. Infinite where only an answer makes room. */
  readonly waitMs: (now: number) => number
  /** Time until the limit is told to be reset: the edge of a window, the next place in a log, a full bucket. */
  readonly resetMs: (now: number) => number
}

/** `startAt`: when a window began. */
export const openLimiter = (rate: EmulatorRate, startAt: number): Limiter => {
  if (rate.kind === 'concurrency') return concurrency(rate.most)
  if (rate.kind === 'all') return all(rate.of.map((one) => openLimiter(one, startAt)))
  const { requests, perMs } = rate
  if (rate.kind === 'log') return log(requests, perMs)
  if (rate.kind === 'bucket') return bucket(rate.burst ?? requests, perMs / requests, startAt)
  if (rate.kind === 'gcra') return gcra(rate.burst ?? requests, perMs / requests)
  return windows(requests, perMs, startAt, rate.kind === 'counter' ? 1 : 0)
}

const nothingToDo = (): void => {}
/** Less than this is a matter of rounding. */
const tiny = 1e-5

/** `weight`: how much the window before counts at the beginning of the next one; 0 is a fixed window. */
const windows = (requests: number, perMs: number, startAt: number, weight: number): Limiter => {
  let [number, taken, before] = [0, 0, 0]
  /** How far into its window a time is, in parts of it. */
  const enter = (now: number): number => {
    const current = Math.floor((now - startAt) / perMs + tiny)
    if (current !== number) [before, taken] = [current === number + 1 ? taken : 0, 0]
    number = current
    return (now - startAt) / perMs - current
  }
  const remaining = (now: number): number =>
    Math.max(0, Math.floor(requests - taken - before * weight * (1 - enter(now)) + tiny))
  const resetMs = (now: number): number => (1 - enter(now)) * perMs
  return {
    take: (now) => {
      enter(now)
      if (remaining(now) < 1) return false
      taken++
      return true
    },
    done: nothingToDo,
    limit: requests,
    remaining: (now) => {
      enter(now)
      return remaining(now)
    },
    waitMs: (now) => {
      const part = enter(now)
      if (remaining(now) >= 1) return 0
      /** Where in a window room for one more is, after so many in the window before it and in itself. */
      const roomAt = (earlier: number, own: number) => (earlier === 0 ? 0 : 1 - (requests - 1 - own) / earlier)
      const here = taken <= requests - 1 && before > 0 ? roomAt(before * weight, taken) : 1
      if (here < 1) return Math.max(tiny, (here - part) * perMs)
      return (1 - part + Math.max(0, roomAt(taken * weight, 0))) * perMs
    },
    resetMs,
  }
}

const log = (requests: number, perMs: number): Limiter => {
  let taken: number[] = []
  const forget = (now: number): void => {
    if (taken.length > 0 && (taken[0] as number) <= now - perMs + tiny)
      taken = taken.filter((at) => at > now - perMs + tiny)
  }
  const waitMs = (now: number): number => {
    forget(now)
    return taken.length < requests ? 0 : (taken[0] as number) + perMs - now
  }
  return {
    take: (now) => {
      if (waitMs(now) > 0) return false
      taken.push(now)
      return true
    },
    done: nothingToDo,
    limit: requests,
    remaining: (now) => {
      forget(now)
      return requests - taken.length
    },
    waitMs,
    resetMs: (now) => {
      forget(now)
      return taken.length === 0 ? 0 : (taken[0] as number) + perMs - now
    },
  }
}

const bucket = (burst: number, eachMs: number, startAt: number): Limiter => {
  let [tokens, at] = [burst, startAt]
  const fill = (now: number): number => {
    tokens = Math.min(burst, tokens + (now - at) / eachMs)
    at = now
    return tokens + tiny
  }
  return {
    take: (now) => {
      if (fill(now) < 1) return false
      tokens--
      return true
    },
    done: nothingToDo,
    limit: burst,
    remaining: (now) => Math.floor(fill(now)),
    waitMs: (now) => Math.max(0, (1 - fill(now)) * eachMs),
    resetMs: (now) => Math.max(0, (burst - fill(now)) * eachMs),
  }
}

const gcra = (burst: number, eachMs: number): Limiter => {
  let dueAt = Number.NEGATIVE_INFINITY
  const waitMs = (now: number): number => Math.max(0, dueAt - (burst - 1) * eachMs - now - tiny)
  return {
    take: (now) => {
      if (waitMs(now) > 0) return false
      dueAt = Math.max(now, dueAt) + eachMs
      return true
    },
    done: nothingToDo,
    limit: burst,
    remaining: (now) => Math.max(0, Math.floor(burst - Math.max(0, dueAt - now) / eachMs + tiny)),
    waitMs,
    resetMs: (now) => Math.max(0, dueAt - now),
  }
}

const concurrency = (most: number): Limiter => {
  let running = 0
  return {
    take: () => {
      if (running >= most) return false
      running++
      return true
    },
    done: () => {
      running--
    },
    limit: Number.POSITIVE_INFINITY,
    remaining: () => Number.POSITIVE_INFINITY,
    waitMs: () => (running < most ? 0 : Number.POSITIVE_INFINITY),
    resetMs: () => 0,
  }
}

/** What is told is what the limit with the least room says. */
const all = (limiters: ReadonlyArray<Limiter>): Limiter => {
  const tightest = (now: number): Limiter =>
    limiters.reduce((one, other) => (other.remaining(now) < one.remaining(now) ? other : one))
  const waitMs = (now: number): number => Math.max(...limiters.map((one) => one.waitMs(now)))
  return {
    take: (now) => waitMs(now) <= 0 && limiters.map((one) => one.take(now)).every(Boolean),
    done: () => {
      for (const one of limiters) one.done()
    },
    limit: Math.min(...limiters.map(({ limit }) => limit)),
    remaining: (now) => tightest(now).remaining(now),
    waitMs,
    resetMs: (now) => tightest(now).resetMs(now),
  }
}
