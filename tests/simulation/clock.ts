import type { Clock } from '../../src/index.ts'
import { openTimeline, turn } from '../../src/testing/backends/timeline.ts'

/**
 * Time that passes only when nothing else can happen: it moves to the next timer after a full turn of the event loop
 * in which nobody set a timer or made a call.
 */
export interface SimulatedClock extends Clock {
  /** The same time for one process of the engine, whose timers are counted apart. */
  readonly lend: () => LentClock
  /** Something began that is no timer: the turn was not empty. */
  readonly stir: () => void
  /** Lets time pass until `ended`, or until it can't go on. */
  readonly play: (ended: () => boolean, untilMs: number) => Promise<'ended' | 'stuck' | 'too long' | 'too many steps'>
}

export interface LentClock extends Clock {
  /** Timers that are still running. */
  readonly timers: () => number
  /** The process dies: whoever sleeps never wakes. */
  readonly stop: () => void
}

/** Steps of one run at most, and sleeps that take no time. Runs have a few thousand. */
const mostSteps = 300_000
const mostEmptySleeps = 200_000
/** As `setTimeout`: longer sleeps are cut. */
const longestMs = 2 ** 31 - 1

export const openClock = (startMs: number): SimulatedClock => {
  let stirs = 0
  let emptySleeps = 0
  const stir = () => {
    stirs++
  }
  const line = openTimeline(startMs, stir)
  const { now, nextAt, wakeNext } = line

  const sleep: Clock['sleep'] = (ms, signal) => {
    if (signal?.aborted === true) return Promise.resolve()
    // Whoever sleeps in a loop for no time at all would never let go of the event loop: it gets stuck instead.
    if (!(ms > 0) && (Number.isNaN(ms) || ++emptySleeps > mostEmptySleeps)) return new Promise(() => {})
    return line.sleep(Math.min(ms, longestMs), signal)
  }

  const lend = (): LentClock => {
    let timers = 0
    let stopped = false
    const lentSleep: Clock['sleep'] = (ms, signal) => {
      if (stopped) return new Promise(() => {})
      timers++
      return sleep(ms, signal).then(() => {
        timers--
        return stopped ? new Promise(() => {}) : undefined
      })
    }
    const stop = () => {
      stopped = true
    }
    return { now, sleep: lentSleep, timers: () => timers, stop }
  }

  return {
    now,
    sleep,
    lend,
    stir,
    play: async (ended, untilMs) => {
      for (let step = 0; step < mostSteps; step++) {
        const before = stirs
        await turn()
        if (ended()) return 'ended'
        if (stirs !== before) continue
        const at = nextAt()
        if (at === undefined) return 'stuck'
        if (at > untilMs) return 'too long'
        wakeNext()
      }
      return 'too many steps'
    },
  }
}
