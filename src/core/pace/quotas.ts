import type { Quota } from './rate-headers.ts'
import { marginMs } from './traffic.ts'

/**
 * Limits that count besides the one that is paced by, as far as the answers tell them: an hour beside a second, one
 * endpoint beside the account. What is left of each is used up, but for the share of others, and then its end is waited for.
 */
export interface Quotas {
  /** When there is room in all of them, while so many requests are under way. */
  readonly readyAt: (now: number, underWay: number) => number
  /** What the answer to this request tells. */
  readonly told: (number: number, receivedAt: number, quotas: ReadonlyArray<Quota & { readonly name: string }>) => void
  /** One of them is used up, so that a refusal is no matter of the limit that is paced by. */
  readonly isSpent: (now: number) => boolean
}

const always = Number.NEGATIVE_INFINITY
/** Where nothing tells when one ends, or it is told as over, in whole seconds: how long to hold back. */
const blindMs = 1_000

export const openQuotas = (share: () => number): Quotas => {
  const known = new Map<string, { number: number; free: number; endsAt: number }>()
  const current = (now: number) => {
    for (const [name, { endsAt }] of known) if (endsAt <= now) known.delete(name)
    return [...known.values()]
  }
  return {
    readyAt: (now, underWay) => {
      if (known.size === 0) return always
      // Requests to other endpoints are among those under way: it is better to take one too many for one of this.
      const full = current(now).filter(({ free }) => free <= underWay)
      return Math.max(always, ...full.map(({ endsAt }) => endsAt))
    },
    told: (number, receivedAt, quotas) => {
      current(receivedAt)
      for (const { name, limit = 0, remaining = 0, resetMs, perMs } of quotas) {
        const before = known.get(name)
        if (before !== undefined && before.number > number) continue
        const endsAt = receivedAt + (resetMs || Math.max(blindMs, resetMs === undefined ? (perMs ?? 0) : 0))
        const ofOthers = limit - Math.max(1, Math.floor(limit * share()))
        known.set(name, { number, free: remaining - Math.max(0, ofOthers), endsAt: endsAt + marginMs(blindMs) })
      }
    },
    isSpent: (now) => current(now).some(({ free }) => free <= 0),
  }
}
