import type { Clock, HttpReply } from '../src/core/contract/provider.ts'
import { type EmulatorRate, type Limiter, openLimiter } from '../src/emulators/server/limiter.ts'

/** What a backend says of its limit. */
export type Hints =
  | 'nothing'
  | 'Retry-After'
  | 'remaining'
  | 'reset on refusals'
  | 'reset'
  | 'reset, down'
  | 'RateLimit'

export const allHints: ReadonlyArray<Hints> = [
  'nothing',
  'Retry-After',
  'remaining',
  'reset on refusals',
  'reset',
  'reset, down',
  'RateLimit',
]

/** A limit as it is documented, and how the backend keeps it. */
export interface LimitOfKind {
  readonly kind: string
  readonly requests: number
  readonly perMs: number
  readonly rate: EmulatorRate
}

/** One limit for each kind that a backend may keep; a burst may be anything. */
export const kindsOf = (requests: number, perMs: number, burst: number): ReadonlyArray<LimitOfKind> => {
  const documented = { requests, perMs }
  const of = (kind: string, rate: EmulatorRate): LimitOfKind => ({ kind, ...documented, rate })
  return [
    of('fixed window', documented),
    of('sliding log', { kind: 'log', ...documented }),
    of('sliding counter', { kind: 'counter', ...documented }),
    of('token bucket', { kind: 'bucket', ...documented }),
    of(`token bucket, burst ${burst}`, { kind: 'bucket', ...documented, burst }),
    of(`token bucket, burst ${2 * requests - burst}`, { kind: 'bucket', ...documented, burst: 2 * requests - burst }),
    of(`GCRA, burst ${burst}`, { kind: 'gcra', ...documented, burst }),
  ]
}

export interface LimitServer {
  readonly answer: () => Promise<HttpReply>
  readonly seen: { requests: number; refused: number }
}

/** A backend that keeps a limit and says of it what it is told to say. */
export const limitServer = (
  clock: Clock,
  limit: LimitOfKind,
  { offsetMs, latencyMs, hints }: { readonly offsetMs: number; readonly latencyMs: number; readonly hints: Hints },
): LimitServer => {
  const limiter = openLimiter(limit.rate, 0)
  const startedAt = clock.now() - offsetMs
  const seen = { requests: 0, refused: 0 }
  const answer = async (): Promise<HttpReply> => {
    await clock.sleep(latencyMs / 2)
    const now = clock.now() - startedAt
    const admitted = limiter.take(now)
    seen.requests++
    if (!admitted) seen.refused++
    const headers = new Headers(said(hints, limit, limiter, now, !admitted))
    await clock.sleep(latencyMs / 2)
    if (admitted) limiter.done()
    return { status: admitted ? 200 : 429, headers, text: '' }
  }
  return { answer, seen }
}

const said = (hints: Hints, limit: LimitOfKind, limiter: Limiter, now: number, refused: boolean): HeadersInit => {
  const left = limiter.remaining(now)
  const up = String(Math.ceil(limiter.resetMs(now) / 1_000))
  const counts = { 'x-ratelimit-limit': String(limit.requests), 'x-ratelimit-remaining': String(left) }
  const table: Readonly<Record<Hints, HeadersInit>> = {
    nothing: {},
    'Retry-After': refused ? { 'retry-after': String(Math.ceil(limiter.waitMs(now) / 1_000)) } : {},
    remaining: counts,
    'reset on refusals': refused ? { ...counts, 'x-ratelimit-reset': up } : counts,
    reset: { ...counts, 'x-ratelimit-reset': up },
    'reset, down': { ...counts, 'x-ratelimit-reset': String(Math.floor(limiter.resetMs(now) / 1_000)) },
    RateLimit: {
      ratelimit: `"default";r=${left};t=${up}`,
      'ratelimit-policy': `"default";q=${limit.requests};w=${Math.round(limit.perMs / 1_000)}`,
    },
  }
  return table[hints]
}

export interface Play {
  readonly limit: LimitOfKind
  readonly offsetMs: number
  readonly latencyMs: number
  readonly inFlight: number
  /** Requests that are to pass; where they begin jobs, as many more to ask for their results. */
  readonly count: number
  readonly jobMs: number | undefined
}

/**
 * How long the best schedule takes that knows everything beforehand, in ms: each request as early as the limit has room
 * and one in flight is answered, submits before polls, one poll a job.
 */
export const bestMs = ({ limit, offsetMs, latencyMs, inFlight, count, jobMs }: Play): number => {
  const limiter = openLimiter(limit.rate, 0)
  const arrivals: number[] = []
  let ready: number[] = []
  let now = offsetMs + latencyMs / 2
  const place = (from: number): number => {
    const answered = arrivals[arrivals.length - inFlight]
    now = Math.max(now, from, answered === undefined ? now : answered + latencyMs)
    for (let waitMs = limiter.waitMs(now); waitMs > 0 || !limiter.take(now); waitMs = limiter.waitMs(now))
      now += Math.max(waitMs, 0.01)
    arrivals.push(now)
    limiter.done()
    return now
  }
  for (let submits = 0; submits < count; submits++) {
    const at = place(0)
    if (jobMs !== undefined) ready = [...ready, at + jobMs]
  }
  for (const at of ready) place(at)
  return now - offsetMs + latencyMs / 2
}
