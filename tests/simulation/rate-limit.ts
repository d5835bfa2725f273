import { type EmulatorRate, openLimiter } from '../../src/emulators/server/limiter.ts'
import type { RateTrait } from './scenario.ts'
import type { Answer } from './server.ts'
import type { SeenCall, World } from './world.ts'

export interface RateLimit {
  /** An answer turns the call away. */
  readonly admit: (call: SeenCall) => Answer | undefined
  readonly ended: (call: SeenCall) => void
}

/** A limit of one of the kinds that backends keep: what is over it is answered 429. */
export const openRateLimit = (world: World): RateLimit => {
  const { rate } = world.scenario.traits
  if (rate === undefined) return { admit: () => undefined, ended: () => {} }
  const startedAt = world.clock.now()
  const limiter = openLimiter(limitOf(rate), 0)
  const inside = new Set<SeenCall>()
  return {
    admit: (call) => {
      const at = world.clock.now()
      const now = at - startedAt
      if (limiter.take(now)) {
        // One that arrives late, when nobody waits for it any more, is not heard of again.
        if (call.endedAt === undefined) inside.add(call)
        else limiter.done()
        return undefined
      }
      call.asked = { at, ms: 0 }
      const waitMs = limiter.waitMs(now)
      // Where only an answer makes room, nobody knows how long that takes.
      const known = waitMs === Number.POSITIVE_INFINITY ? 1 : waitMs
      const headers = headersOf(rate, Math.ceil(Math.max(known, limiter.resetMs(now)) / 1_000))
      return { status: 429, body: { error: { code: 'rate' } }, headers, says: [] }
    },
    ended: (call) => {
      if (inside.delete(call)) limiter.done()
    },
  }
}

const limitOf = ({ kind = 'window', requests, perMs, burst = requests, second, atOnce }: RateTrait): EmulatorRate => {
  const whole = kind === 'bucket' || kind === 'gcra' ? { kind, requests, perMs, burst } : { kind, requests, perMs }
  const besides: EmulatorRate[] = []
  if (second !== undefined) besides.push({ requests: second, perMs: 1_000 })
  if (atOnce !== undefined) besides.push({ kind: 'concurrency', most: atOnce })
  return besides.length === 0 ? whole : { kind: 'all', of: [whole, ...besides] }
}

const headersOf = ({ requests, tells }: RateTrait, seconds: number): Readonly<Record<string, string>> => {
  if (tells === 'nothing') return {}
  if (tells === 'retry-after') return { 'retry-after': String(Math.max(1, seconds)) }
  return {
    'x-ratelimit-limit': String(requests),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(seconds),
  }
}
