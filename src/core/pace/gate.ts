import pLimit from 'p-limit'
import { type Clock, ExchangeClosed, type Purpose } from '../contract/provider.ts'
import type { Adaptive } from './adaptive.ts'
import type { Pause } from './limiter.ts'
import type { Pacing } from './pacing.ts'

/**
 * Admits HTTP exchanges: at most `concurrency` at once, not while a pause lasts, not faster than the rate allows. What
 * goes next is chosen here, before p-limit, whose queue so never holds more than it can start.
 */
export interface Gate {
  /**
   * Runs `work` when its turn has come; `order` ranks polls, the lowest (oldest job) first. `work` gets the number of
   * the request. Rejects with `ExchangeClosed` when the gate was shut before its turn.
   */
  readonly enter: <A>(purpose: Purpose, order: number, work: (number: number) => Promise<A>) => Promise<A>
  /** All wait. True when this begins a pause, false when one was under way (it then lasts for as long as the longer). */
  readonly pause: (forMs: number) => boolean
  /** Whether one more batch may be begun while so many are being submitted: not in a pause, and one at a time right after it. */
  readonly admits: (submitting: number) => boolean
  /** An answer came that was no throttle: after a pause one exchange goes ahead, and this lets the others follow. */
  readonly passed: () => void
  /** A deletion that was sent then has been answered, and was not turned back. */
  readonly answered: (sentAt: number) => void
  /** The backend turned a request back. True when from now on fewer are in flight for it. */
  readonly turnedBack: () => boolean
  /** So many may be in flight from now on; undefined: as it was opened with. */
  readonly widen: (concurrency: number | undefined) => void
  /** Looks again at who may go: deletions are not held back any more. */
  readonly look: () => void
  /** From now on no deletion enters; those that wait are turned away. */
  readonly barDeletions: () => void
  /** From now on nothing enters, and no timer is left. */
  readonly shut: () => void
}

export interface GateSettings {
  readonly concurrency: number
  /** Says how many of them may be in flight now; left out: all. */
  readonly adaptive?: Adaptive
  readonly longestPollWaitMs: number
  /** True while no deletion may go. */
  readonly holdsDeletions?: () => boolean
}

interface Ticket {
  readonly purpose: Purpose
  readonly order: number
  readonly since: number
  readonly start: () => void
  readonly turnAway: () => void
}

/** Reads first, they are few and settle doubt; then deletions; polls when nothing else waits, or when they have waited for long. */
const ranks: Readonly<Record<Purpose, number>> = { token: 0, read: 1, delete: 2, poll: 3 }

export const openGate = (
  clock: Clock,
  { pacing, pause }: { readonly pacing: Pacing; readonly pause: Pause },
  { concurrency, adaptive, longestPollWaitMs, holdsDeletions = () => false }: GateSettings,
  onOpen: () => void,
): Gate => {
  const limit = pLimit(concurrency)
  let waiting: Ticket[] = []
  let running = 0
  let wished: number | undefined
  /** After a pause one exchange goes ahead. */
  let narrow = false
  let pausesSeen = pause.count
  let deletionsBarred = false
  let closed = false
  let alarm: { readonly at: number; readonly cancel: AbortController } | undefined

  const next = (now: number): Ticket | undefined => {
    let best: Ticket | undefined
    const holds = holdsDeletions()
    for (const ticket of waiting) {
      if (holds && ticket.purpose === 'delete') continue
      if (best === undefined || goesBefore(ticket, best, now, longestPollWaitMs)) best = ticket
    }
    return best
  }

  const wakeAt = (at: number): void => {
    if (closed || (alarm !== undefined && alarm.at <= at)) return
    alarm?.cancel.abort()
    const cancel = new AbortController()
    alarm = { at, cancel }
    void clock.sleep(at - clock.now(), cancel.signal).then(() => {
      if (cancel.signal.aborted) return
      alarm = undefined
      pump()
      if (clock.now() >= pause.until) onOpen()
      else wakeAt(pause.until)
    })
  }

  /** A pause may have been begun by another run against the same account. */
  const heedPause = (): void => {
    if (pausesSeen === pause.count) return
    pausesSeen = pause.count
    narrow = true
    wakeAt(pause.until)
  }

  const width = (): number => (narrow ? 1 : (wished ?? adaptive?.limit() ?? concurrency))

  const pump = (): void => {
    heedPause()
    while (waiting.length > 0 && running < width()) {
      const now = clock.now()
      const waitMs = Math.max(pause.until - now, pacing.waitMs(now))
      if (waitMs > 0) {
        wakeAt(now + waitMs)
        return
      }
      const ticket = next(now)
      if (ticket === undefined) return
      waiting = waiting.length === 1 ? [] : waiting.filter((other) => other !== ticket)
      running++
      adaptive?.started(running)
      ticket.start()
    }
  }

  const turnAway = (which: (ticket: Ticket) => boolean): void => {
    const turnedAway = waiting.filter(which)
    waiting = waiting.filter((ticket) => !which(ticket))
    for (const ticket of turnedAway) ticket.turnAway()
  }

  return {
    enter: <A>(purpose: Purpose, order: number, work: (number: number) => Promise<A>): Promise<A> => {
      if (closed || (deletionsBarred && purpose === 'delete'))
        return Promise.reject(new ExchangeClosed('the run is ending'))
      if (purpose === 'token') return work(pacing.total())
      return new Promise<A>((resolve, reject) => {
        const start = () => {
          const number = pacing.sent(clock.now())
          const done = () => {
            running--
            pacing.ended(number)
            pump()
          }
          limit(work, number).then(resolve, reject).then(done)
        }
        const turnAway = () => reject(new ExchangeClosed('the run is ending'))
        waiting.push({ purpose, order, since: clock.now(), start, turnAway })
        pump()
      })
    },
    pause: (forMs) => {
      const now = clock.now()
      const begins = pause.until <= now
      pause.until = Math.max(pause.until, now + forMs)
      pause.count++
      heedPause()
      return begins
    },
    admits: (submitting) => {
      heedPause()
      return submitting < width() && clock.now() >= pause.until && !holdsDeletions()
    },
    passed: () => {
      if (!narrow || clock.now() < pause.until) return
      narrow = false
      pump()
      onOpen()
    },
    answered: (sentAt) => adaptive?.answered(sentAt, clock.now()),
    turnedBack: () => adaptive?.turnedBack(clock.now()) ?? false,
    widen: (most) => {
      wished = most
      limit.concurrency = Math.max(concurrency, most ?? 0)
      pump()
      onOpen()
    },
    look: () => {
      pump()
      onOpen()
    },
    barDeletions: () => {
      deletionsBarred = true
      turnAway((ticket) => ticket.purpose === 'delete')
    },
    shut: () => {
      closed = true
      alarm?.cancel.abort()
      turnAway(() => true)
    },
  }
}

const goesBefore = (one: Ticket, other: Ticket, now: number, longestPollWaitMs: number): boolean => {
  const rank = (ticket: Ticket) =>
    ticket.purpose === 'poll' && now - ticket.since > longestPollWaitMs ? ranks.read : ranks[ticket.purpose]
  const difference = rank(one) - rank(other)
  return difference === 0 ? one.order < other.order : difference < 0
}
