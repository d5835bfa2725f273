import type { BulkRecordProvider, Clock } from '../../http-provider.ts'
import { watchProvider } from './watch.ts'

/**
 * A clock for tests: time passes only by sleeping, and then at once. A run of hours takes milliseconds, and always the
 * same ones.
 *
 * `until` lets a promise run: whenever nothing else can happen, it moves the time on to the next sleeper. While a request
 * is on its way time stands still, so that a slow machine can't turn into a time-out; for the clock to know of it, the
 * provider is handed over by `watch`.
 *
 *     const clock = virtualClock()
 *     const report = await clock.until(deleteRecords(clock.watch(provider), ids, { clock }))
 */
export interface VirtualClock extends Clock {
  /** Lets the promise run to its end; rejects with its error, or when all wait and nobody sleeps: that would be for ever. */
  readonly until: <A>(promise: Promise<A>) => Promise<A>
  /** The same provider, during whose requests time stands still. */
  readonly watch: (provider: BulkRecordProvider) => BulkRecordProvider
  /**
   * Time stands still from now until the function that it returns is called: something real is on its way. `cut`: it was
   * given up, so the server that keeps it waiting, if one does, waits for nobody.
   */
  readonly busy: () => (cut?: boolean) => void
  /**
   * The opposite, for a server that keeps a request waiting: one of those that are on their way is not going to move
   * before the time does. Ends with the function that it returns.
   */
  readonly stalled: () => () => void
}

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** Makes one; `startsAt` in ms since 1970, by default the first of January 2026. */
export const virtualClock = (startsAt = Date.UTC(2026, 0, 1)): VirtualClock => {
  let now = startsAt
  let order = 0
  let asleep: ReadonlyArray<Sleeper> = []
  let news = 0
  const busy = new Set<object>()
  const stalls = new Set<object>()
  let waiting: ReadonlyArray<() => void> = []

  const tell = () => {
    const told = waiting
    waiting = []
    for (const wake of told) wake()
  }

  const noted = () => {
    news++
    tell()
  }

  /** One more of something, until the function that it returns is called. */
  const enter = (all: Set<object>) => {
    const one = {}
    all.add(one)
    noted()
    return () => {
      if (all.delete(one)) noted()
    }
  }

  const onBusy = () => {
    const end = enter(busy)
    return (cut = false) => {
      end()
      const [oldest] = stalls
      if (cut && oldest !== undefined) stalls.delete(oldest)
    }
  }

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    noted()
    if (!(ms > 0) || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', cut)
        noted()
        resolve()
      }
      const cut = () => {
        asleep = asleep.filter((other) => other !== sleeper)
        wake()
      }
      const sleeper: Sleeper = { at: now + Math.ceil(ms), order: order++, wake }
      asleep = [...asleep, sleeper]
      signal?.addEventListener('abort', cut, { once: true })
    })
  }

  const wakeNext = (): boolean => {
    let next: Sleeper | undefined
    for (const one of asleep) {
      if (next === undefined || one.at < next.at || (one.at === next.at && one.order < next.order)) next = one
    }
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
      tell()
    }
    promise.then(mark, mark)
    while (!settled) {
      const before = news
      await turn()
      if (settled || news !== before) continue
      if (busy.size > stalls.size) {
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve]
        })
      } else if (!wakeNext()) throw new Error('nobody sleeps, and it has not ended: something waits for ever')
    }
    return promise
  }

  return {
    now: () => now,
    sleep,
    until,
    watch: (provider) => watchProvider(provider, { onBusy }),
    busy: onBusy,
    stalled: () => enter(stalls),
  }
}

/** One full turn of the event loop, in which whatever waits for no time gets its chance. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
