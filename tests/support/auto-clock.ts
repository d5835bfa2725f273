import type { Clock } from '../../src/core/contract/provider.ts'

/**
 * A clock that moves by itself, to the next sleeper's time, as soon as a full turn of the event loop has brought
 * nothing new. A run of hours passes in milliseconds, and always in the same way.
 */
export interface AutoClock extends Clock {
  /** Runs until the promise settles; rejects when nobody sleeps and it still has not. */
  readonly until: <A>(promise: Promise<A>) => Promise<A>
}

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

export const autoClock = (start = Date.UTC(2026, 0, 1)): AutoClock => {
  let now = start
  let order = 0
  let asleep: Sleeper[] = []
  let news = 0

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    news++
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', cut)
        news++
        resolve()
      }
      const cut = () => {
        asleep = asleep.filter((other) => other !== sleeper)
        done()
      }
      const sleeper: Sleeper = { at: now + ms, order: order++, wake: done }
      asleep.push(sleeper)
      signal?.addEventListener('abort', cut, { once: true })
    })
  }

  const wakeNext = (): boolean => {
    let next: Sleeper | undefined
    for (const one of asleep)
      if (next === undefined || one.at < next.at || (one.at === next.at && one.order < next.order)) next = one
    if (next === undefined) return false
    asleep = asleep.filter((other) => other !== next)
    now = Math.max(now, next.at)
    next.wake()
    return true
  }

  const until = async <A>(promise: Promise<A>): Promise<A> => {
    let settled = false
    const mark = () => {
      settled = true
    }
    promise.then(mark, mark)
    while (!settled) {
      const before = news
      await new Promise((resolve) => setImmediate(resolve))
      if (settled || news !== before) continue
      if (!wakeNext()) throw new Error('nobody sleeps, and the promise has not settled: something waits for ever')
    }
    return promise
  }
  return { now: () => now, sleep, until }
}
