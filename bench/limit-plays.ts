import * as E from 'fp-ts/lib/Either.js'
import type { BatchReply, BulkRecordProvider, Clock } from '../src/core/contract/provider.ts'
import { collect } from '../src/core/engine/stream.ts'
import { virtualClock } from '../src/testing/backends/virtual-clock.ts'
import { exchangeWith, ids } from './exchange.ts'
import { bestMs, type Hints, type LimitServer, limitServer, type Play } from './limits.ts'

export const whos = ['expunge', 'retry on 429', "DatoCMS' client", 'fixed pacing'] as const
export type Who = (typeof whos)[number]

export interface Played {
  /** Beside the schedule that knows everything beforehand. */
  readonly ratio: number
  readonly ms: number
  readonly bestMs: number
  readonly refused: number
  readonly requests: number
}

/** One client against one limit, in virtual time: the figures are the same on every machine. */
export const playLimit = async (who: Who, play: Play, hints: Hints): Promise<Played> => {
  const clock = virtualClock()
  const server = limitServer(clock, play.limit, { ...play, hints })
  const startedAt = clock.now()
  await clock.until(clients[who](clock, server, play))
  const ms = clock.now() - startedAt
  const best = bestMs(play)
  return { ratio: ms / best, ms, bestMs: best, refused: server.seen.refused, requests: server.seen.requests }
}

type Client = (clock: Clock, server: LimitServer, play: Play) => Promise<void>

const expunge: Client = async (clock, server, play) => {
  const report = await collect(limitedProvider(clock, server, play), ids(play.count), {
    clock,
    random: () => 0.5,
    rate: { share: 1 },
    concurrency: play.inFlight,
  })()
  if (report.totals.deleted !== play.count) throw new Error(`${report.totals.deleted} of ${play.count} deleted`)
}

const limitedProvider = (
  clock: Clock,
  server: LimitServer,
  { limit, jobMs, undeclared = false }: Play,
): BulkRecordProvider => {
  const endsAt = new Map<string, number>()
  const throttled = (headers: Headers) => {
    const seconds = headers.get('retry-after')
    const wait = seconds === null ? {} : { retryAfterMs: Number(seconds) * 1_000 }
    return E.left({ tag: 'Throttled', detail: 'HTTP 429', ...wait } as const)
  }
  const deleted: BatchReply = { kind: 'AllDeleted' }
  return {
    specification: 1,
    name: 'limited',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 1,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      ...(!undeclared && { rate: { requests: limit.requests, perMs: limit.perMs } }),
    },
    isValidId: () => true,
    deleteBatch: (batch, context) => async () => {
      const sent = await exchangeWith(context, 'delete', server.answer)
      if (E.isLeft(sent)) return sent
      if (sent.right.status === 429) return throttled(sent.right.headers)
      if (jobMs === undefined) return E.right(deleted)
      const jobId = `job ${batch.number}`
      endsAt.set(jobId, clock.now() + jobMs)
      return E.right({ kind: 'JobStarted', jobId })
    },
    ...(jobMs !== undefined && {
      followJob: (jobId, _batch, context) => async () => {
        const sent = await exchangeWith(context, 'poll', server.answer)
        if (E.isLeft(sent)) return sent
        if (sent.right.status === 429) return throttled(sent.right.headers)
        if (clock.now() < (endsAt.get(jobId) ?? 0)) return E.right({ kind: 'Pending' })
        return E.right({ kind: 'Ended', reply: deleted })
      },
    }),
  }
}

/** Sends until it passes, waiting after each refusal for as long as `waitS` says. */
const insist = async (clock: Clock, server: LimitServer, waitS: (headers: Headers, refusals: number) => number) => {
  for (let refusals = 1; ; refusals++) {
    const { status, headers } = await server.answer()
    if (status === 200) return
    await clock.sleep(waitS(headers, refusals) * 1_000)
  }
}

const told = (headers: Headers): number | undefined => {
  const text = headers.get('retry-after') ?? headers.get('x-ratelimit-reset')
  return text === null ? undefined : Number(text)
}

/** So many at once, and for each job a poll after a second, two more, three more. */
const loop =
  (inFlight: (play: Play) => number, waitS: (headers: Headers, refusals: number) => number): Client =>
  async (clock, server, play) => {
    let next = 0
    const one = async (): Promise<void> => {
      await insist(clock, server, waitS)
      if (play.jobMs === undefined) return
      const endsAt = clock.now() + play.jobMs
      for (let polls = 1; ; polls++) {
        await clock.sleep(polls * 1_000)
        await insist(clock, server, waitS)
        if (clock.now() >= endsAt) return
      }
    }
    const worker = async (): Promise<void> => {
      while (next < play.count) {
        next++
        await one()
      }
    }
    await Promise.all(Array.from({ length: Math.min(play.count, inFlight(play)) }, worker))
  }

/** One request each W/R, whatever comes; a job is asked when it has ended, which nobody could know. */
const fixedPacing: Client = async (clock, server, { limit, count, jobMs }) => {
  const eachMs = limit.perMs / limit.requests
  let nextAt = clock.now()
  const turn = async (): Promise<void> => {
    const at = Math.max(clock.now(), nextAt)
    nextAt = at + eachMs
    await clock.sleep(at - clock.now())
  }
  const sent = async (): Promise<void> => {
    for (;;) {
      await turn()
      if ((await server.answer()).status === 200) return
    }
  }
  const one = async (): Promise<void> => {
    await sent()
    if (jobMs === undefined) return
    await clock.sleep(jobMs)
    await sent()
  }
  await Promise.all(Array.from({ length: count }, one))
}

const clients: Readonly<Record<Who, Client>> = {
  expunge,
  'retry on 429': loop(
    ({ inFlight }) => inFlight,
    (headers) => Math.max(told(headers) ?? 1, 0.1),
  ),
  // Everything at once; the wait of a header, else a second more each time.
  "DatoCMS' client": loop(
    ({ count }) => count,
    (headers, refusals) => Math.max(Number(headers.get('x-ratelimit-reset') ?? refusals), 0.1),
  ),
  'fixed pacing': fixedPacing,
}
