import type { Clock, HttpReply } from '../src/core/contract/provider.ts'
import { type EmulatorRate, type Limiter, openLimiter } from '../src/emulators/server/limiter.ts'
import { mulberry32 } from '../tests/support/random.ts'

/** What a backend says of its limit. */
export type Hints =
  | 'nothing'
  | 'Retry-After'
  | 'remaining'
  | 'reset on refusals'
  | 'reset'
  | 'reset, down'
  | 'reset, epoch'
  | 'RateLimit'

export const allHints: ReadonlyArray<Hints> = [
  'nothing',
  'Retry-After',
  'remaining',
  'reset on refusals',
  'reset',
  'reset, down',
  'reset, epoch',
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
  // Twice as fast as the documented one, for a second.
  const second = { requests: Math.max(3, Math.ceil((2_000 * requests) / perMs)), perMs: 1_000 }
  const both: EmulatorRate = { kind: 'all', of: [documented, second] }
  return [
    of('fixed window', documented),
    of('sliding log', { kind: 'log', ...documented }),
    of('sliding counter', { kind: 'counter', ...documented }),
    of('token bucket', { kind: 'bucket', ...documented }),
    of(`token bucket, burst ${burst}`, { kind: 'bucket', ...documented, burst }),
    of(`token bucket, burst ${2 * requests - burst}`, { kind: 'bucket', ...documented, burst: 2 * requests - burst }),
    of(`GCRA, burst ${burst}`, { kind: 'gcra', ...documented, burst }),
    of('and a second, undeclared', both),
    { kind: 'a second declared, and more', ...second, rate: both },
    of('fixed window, four at once', { kind: 'all', of: [documented, { kind: 'concurrency', most: atOnce }] }),
  ]
}

const atOnce = 4

export interface LimitServer {
  readonly answer: () => Promise<HttpReply>
  readonly seen: { requests: number; refused: number }
}

/** A backend that keeps a limit and says of it what it is told to say. */
export const limitServer = (
  clock: Clock,
  limit: LimitOfKind,
  {
    offsetMs,
    latencyMs,
    jitter = 0,
    hints,
  }: Pick<Play, 'offsetMs' | 'latencyMs' | 'jitter'> & { readonly hints: Hints },
): LimitServer => {
  const random = mulberry32(offsetMs)
  const halfMs = () => (latencyMs / 2) * (1 + jitter * (2 * random() - 1))
  const limiter = openLimiter(limit.rate, 0)
  const each = timed(limit.rate).map((rate) => ({ rate, limiter: openLimiter(rate, 0) }))
  const startedAt = clock.now() - offsetMs
  const seen = { requests: 0, refused: 0 }
  const answer = async (): Promise<HttpReply> => {
    await clock.sleep(halfMs())
    const now = clock.now() - startedAt
    const admitted = limiter.take(now)
    seen.requests++
    if (!admitted) seen.refused++
    else for (const one of each) one.limiter.take(now)
    const headers = new Headers(
      hints === 'RateLimit' ? policies(limit, each, now) : said(hints, limit, limiter, now, startedAt, !admitted),
    )
    await clock.sleep(halfMs())
    if (admitted) limiter.done()
    return { status: admitted ? 200 : 429, headers, text: '' }
  }
  return { answer, seen }
}

type Timed = Exclude<EmulatorRate, { readonly kind: 'concurrency' | 'all' }>

export const timed = (rate: EmulatorRate): ReadonlyArray<Timed> => {
  if (rate.kind === 'all') return rate.of.flatMap(timed)
  return rate.kind === 'concurrency' ? [] : [rate]
}

const seconds = (ms: number): number => Math.ceil(ms / 1_000)

const said = (
  hints: Exclude<Hints, 'RateLimit'>,
  limit: LimitOfKind,
  limiter: Limiter,
  now: number,
  startedAt: number,
  refused: boolean,
): HeadersInit => {
  const told = limit.rate.kind === 'all' ? limiter.limit : limit.requests
  const counts = { 'x-ratelimit-limit': String(told), 'x-ratelimit-remaining': String(limiter.remaining(now)) }
  const resetMs = limiter.resetMs(now)
  const reset = (at: number) => ({ ...counts, 'x-ratelimit-reset': String(at) })
  const waitMs = limiter.waitMs(now) === Number.POSITIVE_INFINITY ? unknownMs : limiter.waitMs(now)
  const table: Readonly<Record<typeof hints, HeadersInit>> = {
    nothing: {},
    'Retry-After': refused ? { 'retry-after': String(seconds(waitMs)) } : {},
    remaining: counts,
    'reset on refusals': refused ? reset(seconds(resetMs)) : counts,
    reset: reset(seconds(resetMs)),
    'reset, down': reset(Math.floor(resetMs / 1_000)),
    'reset, epoch': reset(seconds(startedAt + now + resetMs)),
  }
  return table[hints]
}

/** Where only an answer makes room, nobody knows how long that takes. */
const unknownMs = 1_000

/** Each limit by itself, as the IETF has it. */
const policies = (
  { requests }: LimitOfKind,
  each: ReadonlyArray<{ readonly rate: Timed; readonly limiter: Limiter }>,
  now: number,
): HeadersInit => {
  const names = each.map((_, index) => `"limit${index}"`)
  const told = each.map(({ limiter }, index) => {
    return `${names[index]};r=${limiter.remaining(now)};t=${seconds(limiter.resetMs(now))}`
  })
  const kept = each.map(({ rate }, index) => {
    const most = each.length === 1 ? requests : rate.requests
    return `${names[index]};q=${most};w=${Math.round(rate.perMs / 1_000)}`
  })
  return { ratelimit: told.join(', '), 'ratelimit-policy': kept.join(', ') }
}

export interface Play {
  readonly limit: LimitOfKind
  readonly offsetMs: number
  readonly latencyMs: number
  /** Each way takes up to this part of its time more or less, so that requests overtake each other. */
  readonly jitter?: number
  readonly inFlight: number
  /** Nobody declares the limit: what is known of it is told. */
  readonly undeclared?: boolean
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
  const width = Math.min(inFlight, ...widths(limit.rate))
  let ready: number[] = []
  let now = offsetMs + latencyMs / 2
  const place = (from: number): number => {
    const answered = arrivals[arrivals.length - width]
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

const widths = (rate: EmulatorRate): ReadonlyArray<number> => {
  if (rate.kind === 'all') return rate.of.flatMap(widths)
  return rate.kind === 'concurrency' ? [rate.most] : []
}
