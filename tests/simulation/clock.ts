import type { Clock } from '../../src/index.ts'

/**
 * Time that passes only when nothing else can happen: it moves to the next timer after a full turn of the event loop
 * in which nobody set a timer or made a call.
 */
export interface SimulatedClock extends Clock {
  /** The same time for the engine, whose timers are counted apart. */
  readonly lent: Clock
  /** Timers of the engine that are still running. */
  readonly lentTimers: () => number
  /** Something began that is no timer: the turn was not empty. */
  readonly stir: () => void
  /** Lets time pass until `ended`, or until it can't go on. */
  readonly play: (ended: () => boolean, untilMs: number) => Promise<'ended' | 'stuck' | 'too long' | 'too many steps'>
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly fire: () => void
  cancelled: boolean
}

/** Steps of one run at most, and sleeps that take no time. Runs have a few thousand. */
const mostSteps = 300_000
const mostEmptySleeps = 200_000
/** As `setTimeout`: longer sleeps are cut. */
const longestMs = 2 ** 31 - 1

export const openClock = (startMs: number): SimulatedClock => {
  const heap = openHeap()
  let now = startMs
  let stirs = 0
  let emptySleeps = 0
  let lentTimers = 0

  const sleep = (ms: number, signal: AbortSignal | undefined, lent: boolean): Promise<void> => {
    if (signal?.aborted === true) return Promise.resolve()
    if (!(ms > 0)) {
      // Whoever sleeps in a loop for no time at all would never let go of the event loop: it gets stuck instead.
      if (Number.isNaN(ms) || ++emptySleeps > mostEmptySleeps) return new Promise(() => {})
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancelled = true
        if (lent) lentTimers--
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = { at: now + Math.min(Math.ceil(ms), longestMs), order: stirs++, fire: wake, cancelled: false }
      if (lent) lentTimers++
      heap.push(timer)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  return {
    now: () => now,
    sleep: (ms, signal) => sleep(ms, signal, false),
    lent: { now: () => now, sleep: (ms, signal) => sleep(ms, signal, true) },
    lentTimers: () => lentTimers,
    stir: () => {
      stirs++
    },
    play: async (ended, untilMs) => {
      for (let step = 0; step < mostSteps; step++) {
        const before = stirs
        await turn()
        if (ended()) return 'ended'
        if (stirs !== before) continue
        const timer = heap.pop()
        if (timer === undefined) return 'stuck'
        if (timer.at > untilMs) return 'too long'
        now = Math.max(now, timer.at)
        timer.fire()
      }
      return 'too many steps'
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The earliest timer first; of two at the same time the one that was set first. */
const openHeap = () => {
  const timers: Timer[] = []
  const before = (one: Timer, other: Timer) => one.at < other.at || (one.at === other.at && one.order < other.order)
  const at = (index: number) => timers[index] as Timer
  const swap = (one: number, other: number) => {
    const kept = at(one)
    timers[one] = at(other)
    timers[other] = kept
  }
  const popAny = (): Timer | undefined => {
    const first = timers[0]
    const last = timers.pop()
    if (first === undefined || last === undefined || timers.length === 0) return first
    timers[0] = last
    for (let index = 0; ; ) {
      const left = 2 * index + 1
      if (left >= timers.length) return first
      const child = left + 1 < timers.length && before(at(left + 1), at(left)) ? left + 1 : left
      if (!before(at(child), at(index))) return first
      swap(index, child)
      index = child
    }
  }
  return {
    push: (timer: Timer) => {
      timers.push(timer)
      for (let index = timers.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1
        if (!before(at(index), at(parent))) break
        swap(index, parent)
        index = parent
      }
    },
    pop: (): Timer | undefined => {
      let timer = popAny()
      while (timer?.cancelled === true) timer = popAny()
      return timer
    },
  }
}
