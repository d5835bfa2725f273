import { longestRestMs, openRamp } from './ramp.ts'
import { type Heard, logReadyAt, marginMs, type Traffic } from './traffic.ts'

/**
 * How a backend makes room again after its limit is used up, found out by elimination. Three ways are told apart, because
 * each wants another schedule: a window (all of it at once, at an edge), a log (each place when the request that took it is
 * a window old), and a ramp (one place after the other, evenly: token buckets, GCRA, and two weighted windows). Each
 * answer may refute one: a request that a log would have refused, more at once than a ramp could have had, less than a
 * window would have had. Until one is left, what the log allows is sent, for that is safe for a window of any phase
 * too; and where the whole limit is ours, single requests go ahead to see what becomes of them.
 */
export interface Refill {
  /** When the next request is sure of a place, as far as is known. */
  readonly sureAt: () => number
  /** When the next one may go ahead although it isn't sure; never: infinity. */
  readonly aheadAt: (now: number) => number
  /** While nobody vouches for them, few are in flight: when one more may be. */
  readonly gateAt: (now: number, vouched: boolean) => number
  readonly sent: (number: number, now: number, isAhead: boolean) => void
  readonly passed: (answer: Heard, remaining: number | undefined) => void
  /** There was no room: the request was refused, or was the last that passed. True when a refusal was to be expected. */
  readonly full: (answer: Heard, isRefusal: boolean, askedMs?: number) => boolean
  /** A refusal costs more than itself. */
  readonly asked: () => void
  /** A reset was told. */
  readonly resetTold: () => void
  /** Whether evenly spaced requests are all that can be had. */
  readonly isRamp: () => boolean
  readonly isWindow: () => boolean
  /** How long to rest after a refusal that nobody expected and nothing explains, in ms: longer each time. */
  readonly restMs: () => number
  /** Several were refused one after the other. */
  readonly isStuck: () => boolean
  /** Refused within a share of the limit: from now on one after the other, evenly, which every kind of limit allows. */
  readonly spread: (now: number) => void
  /** It is known that the backend's windows are fixed. */
  readonly foundWindow: () => void
}

const never = Number.POSITIVE_INFINITY
const always = Number.NEGATIVE_INFINITY
/** So many refusals may be risked at first, and one in a hundred later; fewer where resets tell the edge. */
const firstRisks = { blind: 5, told: 2 }
const fewestInFlight = 4
/** The edge of a window is known well enough when it is known to this part of it. */
const nearPart = 40

export const openRefill = (traffic: Traffic): Refill => {
  const { places, alone, crowded, perMs, count, departures, unanswered, edges, began, inWindow } = traffic
  let may = { window: true, log: true, ramp: true }
  /** Places free again since it was full last, as far as tried; `undefined`: it is full. */
  let opening: { readonly first: number; readonly after: number; passes: number } | undefined = {
    first: 1,
    after: always,
    passes: 0,
  }
  /** When there was no room last, and whether the backend has ever said so. */
  let fullAt = always
  let isTold = false
  let passes = 0
  let refusals = 0
  /** Refused one after the other, and none passed between them: there is another limit, longer than this one. */
  let streak = 0
  let refusedAt = always
  let refusedAhead = 0
  const ahead = new Set<number>()
  const told = {
    vouchedFor: 0,
    vouches: 2,
    reset: false,
    roomAt: always,
    remaining: false,
    askedUntil: always,
    asks: false,
  }
  const ramp = openRamp(places, perMs)

  // Where others use the limit too, an answer says little of its kind: then what holds for most, windows, is taken for granted.
  const isOpen = () => !crowded() && may.ramp && (may.window || may.log)
  const isRamp = () => !crowded() && may.ramp && !may.window && !may.log
  const isWindow = () => crowded() || (may.window && !may.ramp && !may.log)
  const eachMs = () => perMs() / places()
  const risksLeft = () =>
    Math.max(0, Math.max(told.reset ? firstRisks.told : firstRisks.blind, Math.floor(count() / 110)) - refusals)

  const logAt = () => logReadyAt(traffic)

  const toRamp = (burst: number, at: number): void => {
    may = { window: false, log: false, ramp: true }
    ramp.begin(burst, at, refusedAhead > 0)
  }

  const fullRamp = ({ sentAt, receivedAt }: Heard): void => {
    if (ramp.refused(sentAt, receivedAt, streak) || !alone()) return
    // It was no small burst: others had used a part of what there was.
    may = { window: true, log: ramp.burst() < places(), ramp: true }
    fullAt = sentAt
  }

  const fullOther = (
    { number, sentAt, receivedAt }: Heard,
    isRefusal: boolean,
    wentAhead: boolean,
    wasVouched: boolean,
  ): void => {
    if (sentAt < fullAt) return
    const passed = opening !== undefined && number >= opening.first ? opening.passes : 0
    const isFirst = fullAt === always
    if (passed === 0 && isRefusal && isTold && sentAt - fullAt > 2 * eachMs()) refusedAhead++
    fullAt = sentAt
    isTold = true
    edges.lasted(sentAt)
    if (told.reset) told.roomAt = wasVouched ? receivedAt + 2 * eachMs() : (edges.next() ?? always) + marginMs(perMs())
    opening = undefined
    if (isWindow() && isRefusal && !wentAhead && alone() && inWindow() < places() - fewestInFlight) edges.late()
    const isLogOver = logAt() + marginMs(perMs()) < sentAt
    if (isWindow() || (passed === 0 ? !isLogOver || !alone() || streak < 2 : passed + unanswered.size >= places() - 2))
      return
    may.window = false
    ramp.rest(receivedAt + eachMs())
    if (isLogOver) may.log = false
    if (!may.log) toRamp(isFirst ? passed : places(), receivedAt)
  }

  const foundWindow = (): void => {
    may = { window: true, log: false, ramp: false }
    opening = undefined
    refusedAhead = 0
  }

  return {
    sureAt: () => {
      if (isRamp()) return ramp.dueAt()
      return isWindow() ? logAt() : Math.max(logAt(), ramp.dueAt())
    },
    aheadAt: (now) => {
      if (!alone() || isRamp() || passes < places()) return never
      const isTrying = opening !== undefined && opening.after === fullAt && opening.passes > 0
      if (isOpen() && !may.log && isTrying && fullAt !== always && risksLeft() > 0) return now
      if (unanswered.size > 0) return never
      if (told.asks && !isWindow()) return told.askedUntil > fullAt ? told.askedUntil : never
      // A burst may be larger than the limit.
      if (may.ramp && fullAt === always) return risksLeft() > 0 ? now : never
      const known = edges.interval()
      const isKnown = known !== undefined && (!may.ramp || refusedAhead > 0 || edges.steady() > places() / 2)
      const until = isWindow() ? Math.min(logAt(), edges.trusted() ?? never) : logAt()
      const from = isKnown ? Math.max(fullAt, known.from) : fullAt
      const to = isKnown && known.to > from ? Math.min(until, known.to) : until
      const spare = isOpen() ? Math.min(3, risksLeft() - (told.remaining ? 0 : 1)) : Math.min(2, risksLeft())
      if (spare <= 0 || to - from < perMs() / nearPart) {
        // The backend's own word vouches for one.
        return isKnown && told.vouches > 0 && told.roomAt > fullAt && told.roomAt < until ? told.roomAt : never
      }
      const part = told.reset && isKnown && to - from < perMs() / 2 ? 2 / 3 : 1 / (spare + 1)
      return from + (to - from) * part
    },
    gateAt: (now, vouched) => {
      const isUntried = isWindow() && inWindow() === 0
      if (!alone() || vouched || !(isOpen() || isUntried)) return always
      const lostAfterMs = perMs() / 4
      const fresh = [...unanswered.values()].filter((at) => at > now - lostAfterMs)
      const grown = Math.max(1, Math.min(risksLeft(), 1 + Math.floor((opening?.passes ?? 0) / 3)))
      if (fresh.length < (fullAt === always || isUntried ? fewestInFlight : grown)) return always
      // Evenly, at the rate that is documented, is safe for all, however long answers take.
      return Math.min((fresh[0] as number) + lostAfterMs, (fresh.at(-1) as number) + eachMs())
    },
    sent: (number, now, isAhead) => {
      if (now >= told.askedUntil) told.askedUntil = always
      if (isAhead && fullAt === always) fullAt = departures().at(-1)?.at ?? now
      const isNew = opening === undefined || (isAhead && opening.after !== fullAt)
      if (isNew && alone() && (isAhead || isOpen())) opening = { first: number, after: fullAt, passes: 0 }
      if (alone() && (isAhead || isOpen())) ahead.add(number)
      if (isAhead && now >= told.roomAt && told.roomAt > fullAt) told.vouchedFor = number
      if (isRamp()) ramp.sent(now)
    },
    passed: ({ number, sentAt, receivedAt }, remaining) => {
      passes++
      streak = 0
      told.remaining ||= remaining !== undefined
      ahead.delete(number)
      if (isRamp()) ramp.passed(sentAt)
      if (!alone() || opening === undefined || number < opening.first) return
      opening.passes++
      const index = departures().findIndex((one) => one.number === number)
      const before = departures()[index - places()]
      if (before !== undefined && receivedAt < before.at + perMs()) may.log = false
      const most = 2 + ((receivedAt - fullAt) * places()) / perMs()
      if (may.ramp && isTold && opening.passes + (remaining ?? 0) > most) may.ramp = false
      if (may.window && !may.ramp) {
        const { first } = opening
        edges.jumped(fullAt, departures().find((one) => one.number === first)?.at ?? sentAt, receivedAt)
        began(first)
        if (!may.log) foundWindow()
        else opening = undefined
      }
      if (!may.window && !may.log && !may.ramp) may = { window: true, log: true, ramp: true }
    },
    full: (answer, isRefusal, askedMs) => {
      const wentAhead = ahead.delete(answer.number)
      const wasVouched = isRefusal && wentAhead && answer.number === told.vouchedFor
      if (wasVouched) told.vouches--
      const expected = wentAhead && alone() && (risksLeft() > 0 || wasVouched) && askedMs === undefined
      if (isRefusal) {
        refusals++
        if (answer.sentAt > refusedAt) {
          refusedAt = answer.receivedAt
          streak++
        }
        if (askedMs !== undefined) Object.assign(told, { asks: true, askedUntil: answer.receivedAt + askedMs })
      }
      if (!isRamp()) fullOther(answer, isRefusal, wentAhead, wasVouched)
      else if (isRefusal) fullRamp(answer)
      return expected
    },
    asked: () => {
      told.asks = true
    },
    resetTold: () => {
      told.reset = true
    },
    restMs: () => (streak < 2 ? perMs() / 8 : Math.min(longestRestMs, 1.1 * perMs() * 2 ** (streak - 2))),
    isStuck: () => streak > 1,
    spread: (now) => {
      toRamp(1, now)
      ramp.rest(now + eachMs())
    },
    isRamp,
    isWindow,
    foundWindow,
  }
}
