import type { BulkRecordProvider, Clock } from '../../http-provider.ts'
import { openTimeline, turn } from './timeline.ts'
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

/** Makes one; `startsAt` in ms since 1970, by default the first of January 2026. */
export const virtualClock = (startsAt = Date.UTC(2026, 0, 1)): VirtualClock => {
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
  const { now, sleep, nextAt, wakeNext } = openTimeline(startsAt, noted)

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
      } else if (nextAt() === undefined)
        throw new Error('nobody sleeps, and it has not ended: something waits for ever')
      else wakeNext()
    }
    return promise
  }

  return {
    now,
    sleep,
    until,
    watch: (provider) => watchProvider(provider, { onBusy }),
    busy: onBusy,
    stalled: () => enter(stalls),
  }
}
