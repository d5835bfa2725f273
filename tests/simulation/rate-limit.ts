import type { Answer } from './server.ts'
import type { SeenCall, World } from './world.ts'

/** A limit of requests in a fixed window: what is over it is answered 429, and every answer says what is left. */
export const openRateLimit = (world: World): ((call: SeenCall) => Answer | undefined) => {
  const { rate } = world.scenario.traits
  if (rate === undefined) return () => undefined
  let windowEndsAt = 0
  let taken = 0
  return (call) => {
    const now = world.clock.now()
    if (now >= windowEndsAt) {
      windowEndsAt = now + rate.perMs
      taken = 0
    }
    taken++
    if (taken <= rate.requests) return undefined
    const ms = windowEndsAt - now
    call.asked = { at: now, ms: 0 }
    const headers = {
      'x-ratelimit-limit': String(rate.requests),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(ms / 1_000)),
    }
    return { status: 429, body: { error: { code: 'rate' } }, headers, says: [] }
  }
}
