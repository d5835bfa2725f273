import { type Allowance, type Declared, openAllowance } from './allowance.ts'
import { roundingMs } from './edges.ts'
import { openHintless } from './hintless.ts'
import { openQuotas } from './quotas.ts'
import type { RateNews } from './rate-headers.ts'
import type { Heard } from './traffic.ts'

/**
 * When one more request may go, so that the backend's limits are used up and not overrun, whether they are declared or only
 * told by headers. These hold at once: the limit that is declared, and the one that the headers tell of where it is another
 * one (`allowance.ts`); limits told besides (`quotas.ts`); a limit of the caller's own; and, where a backend gives no hints at all, a rate that each throttle lowers and each answer raises again.
 */
export interface Pacing {
  /** How long to wait before one more request, in ms; 0: it may go now. */
  readonly waitMs: (now: number) => number
  /** How much of that the caller's own limit asks for. */
  readonly ownWaitMs: (now: number) => number
  /** Requests so far. */
  readonly total: () => number
  /** One goes; returns its number. */
  readonly sent: (now: number) => number
  /**
   * A request was answered. True when it was refused and that was to be expected, because it went ahead of what was sure: no
   * reason to pause, for until there is room again none is let go.
   */
  readonly answered: (answer: Answered) => boolean
  /** Request `number` is over, answered or not. */
  readonly ended: (number: number) => void
  /**
   * A request was turned back. How long all should wait, in ms, where the answers told; undefined where nothing did: then
   * the rate is lowered, unless `slower` is false, because fewer are in flight for it.
   */
  readonly throttled: (now: number, slower?: boolean) => number | undefined
  /** A refusal costs time, for the backend asks for it: none goes ahead any more unless it says that there is room. */
  readonly asked: (now: number, slower: boolean) => void
  /** An answer came that was no throttle. */
  readonly passed: () => void
  /** From now on this share of the limit, and this limit of the caller's own. */
  readonly setRate: (rate: Pick<PacingSettings, 'share' | 'requestsPerSecond'>) => void
}

export interface Answered extends Heard {
  /** Turned back for the rate: 429. */
  readonly refused: boolean
  readonly news: RateNews | undefined
  /** How long its `Retry-After` asks everyone to wait. */
  readonly askedMs?: number | undefined
}

export interface PacingSettings {
  readonly rate: Declared | undefined
  readonly share: number
  readonly requestsPerSecond: number
}

const always = Number.NEGATIVE_INFINITY
/** So much smaller than the declared limit, and never the same, is no other figure for it. */
const otherLimit = 0.75

export const openPacing = ({ rate, ...ours }: PacingSettings): Pacing => {
  let { requestsPerSecond } = ours
  let ourShare = ours.share
  const share = () => ourShare
  const unanswered = new Map<number, number>()
  /** How many of them there were when each one went. */
  const together = new Map<number, number>()
  const hintless = openHintless()
  const quotas = openQuotas(share)
  /** The limit that the headers tell of; and the declared one, where that is known to be another. */
  let told = openAllowance(rate, share, unanswered)
  let own: Allowance | undefined
  let wasSame = false
  let count = 0
  let ownNextAt = always
  let ownSentAt = always
  /** Of these two, who was to blame for the last refusal; neither: when there is room again. */
  let guilty: Allowance | undefined = told
  let fullUntil = always

  /** Whether what is told can't be the declared limit, with other figures. */
  const isOther = (news: RateNews): boolean => {
    if (rate === undefined || news.limit === undefined || news.limit === rate.requests || news.perMs !== undefined)
      return false
    return (!wasSame && news.limit < otherLimit * rate.requests) || (news.resetMs ?? 0) > 1.5 * rate.perMs + roundingMs
  }
  /** Two limits from now on: one as it is declared, one as it is told. */
  const part = (news: RateNews | undefined, refusedAt: number | undefined): void => {
    if (own !== undefined || rate === undefined) return
    wasSame ||= news?.limit === rate.requests
    if (news !== undefined && isOther(news)) {
      own = told
      told = openAllowance(undefined, share, unanswered, count)
    } else if (
      refusedAt !== undefined &&
      news?.remaining !== 0 &&
      told.isOpen() &&
      told.recent(refusedAt) > rate.requests
    )
      own = openAllowance(rate, share, unanswered, count)
  }

  /** Many were under way, and there was room by all that is known: it was too many at once. */
  const isCrowd = ({ number, news }: Answered): boolean => {
    if (!together.get(number)) return false
    return news?.remaining === undefined ? own === undefined && told.hadRoom(number) : news.remaining > 0
  }
  /** Who is to blame for a refusal: one of the two, or (`undefined`) a limit that is told besides, or how many are at once. */
  const blamed = (answer: Answered): Allowance | undefined => {
    const { receivedAt, news } = answer
    if (quotas.isSpent(receivedAt) || isCrowd(answer)) return undefined
    return own !== undefined && news?.remaining !== 0 ? own : told
  }

  return {
    waitMs: (now) => {
      const both = Math.max(told.readyAt(now), own?.readyAt(now) ?? always)
      const at = Math.max(ownNextAt, both, quotas.readyAt(now, unanswered.size))
      return Math.max(0, at - now, hintless.waitMs(now, unanswered.size))
    },
    ownWaitMs: (now) => Math.max(0, ownNextAt - now),
    total: () => count,
    sent: (now) => {
      count++
      told.sent(count, now)
      own?.sent(count, now)
      ownNextAt = Math.max(ownNextAt, now) + 1_000 / requestsPerSecond
      ownSentAt = now
      hintless.sent(now)
      together.set(count, unanswered.size)
      unanswered.set(count, now)
      return count
    },
    answered: (answer) => {
      const { number, sentAt, receivedAt, refused, news, askedMs } = answer
      unanswered.delete(number)
      if (news?.also !== undefined) quotas.told(number, receivedAt, news.also)
      part(news, refused ? receivedAt : undefined)
      if (!refused) {
        own?.answered({ ...answer, news: undefined })
        return told.answered(answer)
      }
      guilty = blamed(answer)
      fullUntil = guilty === undefined ? quotas.readyAt(receivedAt, 0) : always
      if (isCrowd(answer) || (!told.isKnown() && news === undefined && askedMs === undefined))
        hintless.refused(together.get(number) ?? 0, sentAt)
      for (const one of own === undefined ? [told] : [told, own]) if (one !== guilty) one.left(number)
      return guilty?.answered(guilty === told ? answer : { ...answer, news: undefined }) ?? false
    },
    ended: (number) => {
      unanswered.delete(number)
      together.delete(number)
    },
    throttled: (now, slower = true) => {
      const until = guilty === undefined ? (fullUntil > now ? fullUntil : undefined) : guilty.refusedUntil(now)
      if (until !== undefined) return Math.max(1, until - now)
      if (slower) hintless.lower(now)
      return undefined
    },
    asked: (now, slower) => {
      if (guilty === undefined && fullUntil <= now && slower) hintless.lower(now)
      told.asked()
      own?.asked()
    },
    passed: () => hintless.raise(),
    setRate: (next) => {
      ourShare = next.share
      requestsPerSecond = next.requestsPerSecond
      ownNextAt = ownSentAt + 1_000 / requestsPerSecond
    },
  }
}
