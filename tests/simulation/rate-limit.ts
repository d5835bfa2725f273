import { openLimiter } from '../../src/emulators/server/limiter.ts'
import type { Answer } from './server.ts'
import type { SeenCall, World } from './world.ts'

/** A limit of one of the kinds that backends keep: what is over it is answered 429, which says when it is reset. */
export const openRateLimit = (world: World): ((call: SeenCall) => Answer | undefined) => {
  const { rate } = world.scenario.traits
  if (rate === undefined) return () => undefined
  const startedAt = world.clock.now()
  const limiter = openLimiter(rate, 0)
  return (call) => {
    const at = world.clock.now()
    const now = at - startedAt
    if (limiter.take(now)) return undefined
    call.asked = { at, ms: 0 }
    const headers = {
      'x-ratelimit-limit': String(rate.requests),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(Math.max(limiter.waitMs(now), limiter.resetMs(now)) / 1_000)),
    }
    return { status: 429, body: { error: { code: 'rate' } }, headers, says: [] }
  }
}
