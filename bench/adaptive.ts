/**
 * How near `concurrency: 'adaptive'` comes to the best fixed setting where nobody knows what the backend bears. Virtual
 * time: the figures are the same on every machine.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { BulkRecordProvider, Clock, HttpReply } from '../src/core/contract/provider.ts'
import { collect } from '../src/core/engine/stream.ts'
import type { RunOptions } from '../src/core/settings/options.ts'
import { virtualClock } from '../src/testing/backends/virtual-clock.ts'

/** A backend that works on so many requests at once, each for about so long; the others wait for their turn, or are refused. */
export interface CapacityModel {
  readonly latencyMs: number
  /** Requests that it works on at once, by the time since the start. */
  readonly capacity: (ms: number) => number
  readonly whenFull: 'queue' | 'refuse'
  /** The latency of each is up to this part more or less. */
  readonly jitter: number
}

interface CapacityServer {
  readonly answer: () => Promise<HttpReply>
  readonly seen: { requests: number; refused: number; readonly inFlight: Array<readonly [at: number, count: number]> }
}

const capacityServer = (clock: Clock, model: CapacityModel): CapacityServer => {
  const startedAt = clock.now()
  const seen: CapacityServer['seen'] = { requests: 0, refused: 0, inFlight: [] }
  const queue: Array<() => void> = []
  let working = 0
  let here = 0
  let seed = 1
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const room = () => working < model.capacity(clock.now() - startedAt)
  const count = (change: number): void => {
    here += change
    seen.inFlight.push([clock.now() - startedAt, here])
  }
  const answer = async (): Promise<HttpReply> => {
    seen.requests++
    count(1)
    if (!room() && model.whenFull === 'refuse') {
      seen.refused++
      await clock.sleep(1)
      count(-1)
      return { status: 429, headers: new Headers(), text: '' }
    }
    if (!room()) await new Promise<void>((resolve) => queue.push(resolve))
    working++
    await clock.sleep(model.latencyMs * (1 + model.jitter * (2 * random() - 1)))
    working--
    count(-1)
    while (queue.length > 0 && working < model.capacity(clock.now() - startedAt)) {
      queue.shift()?.()
      await Promise.resolve()
    }
    return { status: 200, headers: new Headers(), text: '' }
  }
  return { answer, seen }
}

const provider = (server: CapacityServer): BulkRecordProvider => ({
  specification: 1,
  name: 'model',
  verified: 'documentation',
  capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: () => true,
  deleteBatch: (_batch, context) => async () => {
    const reply = await context.exchange('delete', server.answer)
    if (reply.status === 200) return E.right({ kind: 'AllDeleted' } as const)
    return E.left({ tag: 'Throttled', detail: 'HTTP 429' } as const)
  },
})

export interface AdaptiveFigures {
  readonly ms: number
  readonly requests: number
  readonly refused: number
  readonly deleted: number
  /** In flight after the first ten seconds, weighed by time: the median, and how far it strays from that, as parts of it. */
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** Deletes in batches of ten. */
export const deleteFrom = async (
  model: CapacityModel,
  batches: number,
  concurrency: NonNullable<RunOptions['concurrency']>,
): Promise<AdaptiveFigures> => {
  const clock = virtualClock()
  const server = capacityServer(clock, model)
  const startedAt = clock.now()
  const ids = Array.from({ length: batches * 10 }, (_, at) => `r${at}`)
  const options = { clock, random: () => 0.5, concurrency }
  const report = await clock.until(collect(provider(server), ids, options)())
  const ms = clock.now() - startedAt
  const { requests, refused, inFlight } = server.seen
  return { ms, requests, refused, deleted: report.totals.deleted, ...spread(inFlight, ms) }
}

/** What is not reached for 1 % of the time does not count: a request is answered a moment before the next one goes. */
const spread = (inFlight: CapacityServer['seen']['inFlight'], endMs: number) => {
  const msAt = new Map<number, number>()
  let total = 0
  for (const [index, [at, count]] of inFlight.entries()) {
    const until = Math.min(inFlight[index + 1]?.[0] ?? endMs, endMs - tailMs)
    const ms = until - Math.max(at, settledMs)
    if (ms <= 0) continue
    msAt.set(count, (msAt.get(count) ?? 0) + ms)
    total += ms
  }
  const counts = [...msAt].sort(([one], [other]) => one - other)
  const quantile = (part: number): number => {
    let passed = 0
    for (const [count, ms] of counts) {
      passed += ms
      if (passed >= part * total) return count
    }
    return Number.NaN
  }
  const median = quantile(0.5)
  return { median, lowest: quantile(0.01) / median, highest: quantile(0.99) / median }
}

const settledMs = 10_000
/** The end of the list leaves ever fewer in flight. */
const tailMs = 2_000

/** What the best fixed setting, as many as the backend works on, takes at least. */
export const idealMs = ({ latencyMs, capacity }: CapacityModel, batches: number): number =>
  (batches * latencyMs) / capacity(0)

export const models: ReadonlyArray<{ readonly name: string; readonly model: CapacityModel; readonly batches: number }> =
  [
    { latencyMs: 20, seconds: 30 },
    { latencyMs: 100, seconds: 40 },
    { latencyMs: 500, seconds: 90 },
  ].flatMap(({ latencyMs, seconds }) =>
    [6, 20, 80].flatMap((capacity) =>
      (['queue', 'refuse'] as const).map((whenFull) => ({
        name: `${latencyMs} ms, ${capacity} at once, then ${whenFull === 'queue' ? 'waits' : 'refuses'}`,
        model: { latencyMs, capacity: () => capacity, whenFull, jitter: 0.1 },
        batches: Math.round((seconds * 1_000 * capacity) / latencyMs),
      })),
    ),
  )

if (import.meta.main) {
  console.log('time beside the best fixed setting; in flight after 10 s: median, lowest and highest beside it')
  for (const { name, model, batches } of models) {
    const { ms, refused, requests, median, lowest, highest } = await deleteFrom(model, batches, 'adaptive')
    const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`
    const ratio = (ms / idealMs(model, batches)).toFixed(3)
    console.log(`${name.padEnd(34)} ${ratio}  ${median} in flight, ${range}; ${refused} of ${requests} refused`)
  }
}
