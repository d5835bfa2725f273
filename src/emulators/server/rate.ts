import type { EmulatorRate } from './emulator.ts'

export interface RateWindow {
  /** Takes one request out of the window; false when there is none left. A refused request is not counted. */
  readonly take: () => boolean
  readonly remaining: () => number
  /** Time until the next window, in ms. */
  readonly resetMs: () => number
}

/** A fixed window: the count starts anew at each edge, whenever the caller's requests come. */
export const rateWindow = (rate: EmulatorRate | 'none', phaseMs: number | undefined): RateWindow => {
  if (rate === 'none') return { take: () => true, remaining: () => Number.POSITIVE_INFINITY, resetMs: () => 0 }
  const startedAt = performance.now() - (phaseMs ?? Date.now() % rate.perMs)
  let window = 0
  let taken = 0
  const enter = () => {
    const current = Math.floor((performance.now() - startedAt) / rate.perMs)
    if (current !== window) taken = 0
    window = current
  }
  return {
    take: () => {
      enter()
      if (taken >= rate.requests) return false
      taken += 1
      return true
    },
    remaining: () => {
      enter()
      return rate.requests - taken
    },
    resetMs: () => {
      enter()
      return startedAt + (window + 1) * rate.perMs - performance.now()
    },
  }
}

/** The `Retry-After` header of a refusal, in the style that the emulator was asked for. */
export const retryAfterHeader = (
  style: 'seconds' | 'decimals' | 'date' | 'none',
  delayMs: number,
): Readonly<Record<string, string>> => {
  if (style === 'none') return {}
  if (style === 'decimals') return { 'retry-after': (delayMs / 1000).toFixed(3) }
  if (style === 'seconds') return { 'retry-after': String(Math.ceil(delayMs / 1000)) }
  // An HTTP date has no fractions: rounded up, so that whoever obeys is never early.
  return { 'retry-after': new Date(Math.ceil((Date.now() + delayMs) / 1000) * 1000).toUTCString() }
}
