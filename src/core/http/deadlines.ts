import { type Clock, ExchangeClosed, ExchangeTimeout } from '../contract/provider.ts'

/**
 * Exchanges in flight: each is cut when it has taken `timeoutMs`, and all of them when the run is over, for a token that
 * several calls wait for may outlive them all. All have the same time, so the first in is the first that is due, and one
 * timer does for all: one for each costs more than anything else the engine does for a request.
 */
export interface Deadlines {
  /** Sends with a signal that is aborted when time is up, when `given` is, or when the run is over; rejects then, whatever `send` does. */
  readonly run: <A>(given: AbortSignal, send: (signal: AbortSignal) => Promise<A>) => Promise<A>
  /** Cuts those in flight, and ends the timer. */
  readonly close: () => void
}

interface Flight {
  readonly dueAt: number
  readonly end: (error: Error) => void
}

export const openDeadlines = (clock: Clock, timeoutMs: number): Deadlines => {
  const flights = new Set<Flight>()
  const closed = new AbortController()
  let watching = false

  const watch = async (): Promise<void> => {
    watching = true
    while (!closed.signal.aborted) {
      const [first] = flights
      if (first === undefined) break
      const leftMs = first.dueAt - clock.now()
      // Never less than a clock moves by: it would be waited for over and over.
      if (leftMs > 0) await clock.sleep(Math.max(1, leftMs), closed.signal)
      else {
        flights.delete(first)
        first.end(new ExchangeTimeout(`no complete answer within ${timeoutMs} ms`))
      }
    }
    watching = false
  }

  return {
    run: (given, send) =>
      new Promise((resolve, reject) => {
        // An abort that has happened is not told again.
        if (given.aborted || closed.signal.aborted) return reject(new ExchangeClosed('the run gave up waiting'))
        const cut = new AbortController()
        const onGiven = () => cut.abort(given.reason)
        const flight: Flight = {
          dueAt: clock.now() + timeoutMs,
          end: (error) => {
            cut.abort(error)
            reject(error)
          },
        }
        const landed = (): void => {
          flights.delete(flight)
          given.removeEventListener('abort', onGiven)
        }
        given.addEventListener('abort', onGiven, { once: true })
        flights.add(flight)
        if (!watching) void watch()
        const sent = async () => send(cut.signal)
        sent().finally(landed).then(resolve, reject)
      }),
    close: () => {
      closed.abort()
      for (const flight of flights) flight.end(new ExchangeClosed('the run gave up waiting'))
      flights.clear()
    },
  }
}
