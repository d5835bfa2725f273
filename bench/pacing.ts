/**
 * How near to the ideal a run comes under a rate limit that only headers tell of, and how much of what it sends is
 * refused. Virtual time: the figures are the same on every machine.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../src/core/contract/error.ts'
import type { BatchReply, BulkRecordProvider, Clock, HttpReply } from '../src/core/contract/provider.ts'
import { collect } from '../src/core/engine/stream.ts'
import type { RunOptions } from '../src/core/settings/options.ts'
import { type VirtualClock, virtualClock } from '../src/testing/backends/virtual-clock.ts'
import { exchangeWith, ids } from './exchange.ts'

export interface LimitModel {
  readonly limit: (now: number) => number
  readonly perMs: number
  readonly phaseMs: number
  readonly latencyMs: number
  readonly headers: 'datocms' | 'reset-always' | 'retry-after' | 'none'
}

export interface ModelServer {
  readonly answer: () => Promise<HttpReply>
  readonly seen: {
    requests: number
    refused: number
    readonly arrivals: number[]
    readonly perWindow: Map<number, number>
  }
}

/** A fixed window of its own phase, as DatoCMS keeps it. */
export const modelServer = (clock: Clock, model: LimitModel): ModelServer => {
  const seen = { requests: 0, refused: 0, arrivals: [] as number[], perWindow: new Map<number, number>() }
  let window = Number.NaN
  let used = 0
  const answer = async (): Promise<HttpReply> => {
    await clock.sleep(model.latencyMs / 2)
    const now = clock.now()
    const current = Math.floor((now + model.phaseMs) / model.perMs)
    if (current !== window) {
      window = current
      used = 0
    }
    seen.requests++
    seen.arrivals.push(now)
    seen.perWindow.set(current, (seen.perWindow.get(current) ?? 0) + 1)
    const limit = model.limit(now)
    const refused = used >= limit
    if (refused) seen.refused++
    else used++
    const resetS = Math.ceil(((current + 1) * model.perMs - model.phaseMs - now) / 1_000)
    const headers = new Headers()
    if (model.headers === 'datocms' || model.headers === 'reset-always') {
      headers.set('x-ratelimit-limit', String(limit))
      headers.set('x-ratelimit-remaining', String(limit - used))
      if (refused || model.headers === 'reset-always') headers.set('x-ratelimit-reset', String(resetS))
    }
    if (model.headers === 'retry-after' && refused) headers.set('retry-after', String(resetS))
    await clock.sleep(model.latencyMs / 2)
    return { status: refused ? 429 : 200, headers, text: '' }
  }
  return { answer, seen }
}

export const provider = (server: ModelServer, rate?: { requests: number; perMs: number }): BulkRecordProvider => ({
  specification: 1,
  name: 'model',
  verified: 'documentation',
  capabilities: { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased', ...(rate && { rate }) },
  isValidId: () => true,
  deleteBatch: (_batch, context) => async (): Promise<E.Either<ProviderError, BatchReply>> => {
    const sent = await exchangeWith(context, 'delete', server.answer)
    if (E.isLeft(sent)) return sent
    const reply = sent.right
    if (reply.status === 200) return E.right({ kind: 'AllDeleted' })
    const seconds = reply.headers.get('retry-after')
    return E.left({
      tag: 'Throttled',
      detail: 'HTTP 429',
      ...(seconds !== null && { retryAfterMs: Number(seconds) * 1_000 }),
    })
  },
})

/** What people use today: on a 429, wait for as long as it says (or a second), and try again. */
const retryLoop = async (clock: Clock, server: ModelServer, count: number, concurrency: number): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      next++
      while (true) {
        const reply = await server.answer()
        if (reply.status === 200) break
        const seconds = Number(reply.headers.get('retry-after') ?? reply.headers.get('x-ratelimit-reset') ?? 1)
        await clock.sleep(seconds * 1_000)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

export interface Figures {
  readonly ratio: number
  readonly refusedShare: number
  readonly deleted: number
}

export const idealMs = (count: number, limit: number, perMs: number) => (Math.ceil(count / limit) - 1) * perMs

export const measure = async (
  model: LimitModel,
  count: number,
  runs: number,
  how: 'expunge' | 'retry loop',
  options: RunOptions = { rate: { share: 1 } },
  rate?: { requests: number; perMs: number },
  ideal = idealMs(count * runs, model.limit(0), model.perMs),
): Promise<Figures> => {
  const clock: VirtualClock = virtualClock()
  const server = modelServer(clock, model)
  const started = clock.now()
  let deleted = 0
  const one = async (): Promise<void> => {
    if (how === 'retry loop') {
      await retryLoop(clock, server, count, 4)
      deleted += count
      return
    }
    const report = await collect(provider(server, rate), ids(count), { clock, random: () => 0.5, ...options })()
    deleted += report.totals.deleted
    if (report.halted !== undefined) throw new Error(report.halted.detail)
  }
  await clock.until(Promise.all(Array.from({ length: runs }, one)))
  return { ratio: (clock.now() - started) / ideal, refusedShare: server.seen.refused / server.seen.requests, deleted }
}

export const phases = (count: number) => Array.from({ length: count }, (_, at) => (at * 3_000) / count)
const mean = (figures: ReadonlyArray<number>) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length

export interface Row {
  readonly name: string
  readonly time: number
  readonly worstTime: number
  readonly refused: number
  readonly worstRefused: number
  readonly lost: number
}

export const scenario = async (
  name: string,
  model: Omit<LimitModel, 'phaseMs'>,
  count: number,
  runs: number,
  how: 'expunge' | 'retry loop',
  more: { options?: RunOptions; rate?: { requests: number; perMs: number }; ideal?: number } = {},
): Promise<Row> => {
  const all: Figures[] = []
  for (const phaseMs of phases(20))
    all.push(await measure({ ...model, phaseMs }, count, runs, how, more.options, more.rate, more.ideal))
  return {
    name: `${name}, ${how}`,
    time: mean(all.map((figures) => figures.ratio)),
    worstTime: Math.max(...all.map((figures) => figures.ratio)),
    refused: mean(all.map((figures) => figures.refusedShare)),
    worstRefused: Math.max(...all.map((figures) => figures.refusedShare)),
    lost: all.reduce((sum, figures) => sum + count * runs - figures.deleted, 0),
  }
}

export const sixty = { limit: () => 60, perMs: 3_000, latencyMs: 20, headers: 'datocms' } as const
export const changing = { ...sixty, limit: (now: number) => (now - Date.UTC(2026, 0, 1) < 12_000 ? 60 : 30) }
export const declared = { rate: { requests: 60, perMs: 3_000 } }

export const scenarios = async (): Promise<ReadonlyArray<Row>> => {
  const rows: Row[] = []
  for (const how of ['expunge', 'retry loop'] as const) {
    rows.push(await scenario('60 per 3 s, declared', sixty, 600, 1, how, declared))
    rows.push(await scenario('60 per 3 s, headers only', sixty, 600, 1, how))
    rows.push(await scenario('60 per 3 s, reset on every answer', { ...sixty, headers: 'reset-always' }, 600, 1, how))
    rows.push(await scenario('60 per 3 s, then 30, declared', changing, 600, 1, how, { ...declared, ideal: 45_000 }))
    rows.push(await scenario('60 per 3 s, Retry-After alone', { ...sixty, headers: 'retry-after' }, 600, 1, how))
    rows.push(await scenario('60 per 3 s, no hints', { ...sixty, headers: 'none' }, 600, 1, how))
    rows.push(await scenario('two processes, declared', sixty, 600, 2, how, declared))
    rows.push(await scenario('two processes, headers only', sixty, 600, 2, how))
  }
  return rows
}

if (import.meta.main) {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  console.log('scenario'.padEnd(52), 'time/ideal', '  worst', '  refused', '  worst', '  lost')
  for (const row of await scenarios()) {
    const figures = [
      row.time.toFixed(3).padStart(10),
      row.worstTime.toFixed(3).padStart(8),
      percent(row.refused).padStart(9),
      percent(row.worstRefused).padStart(9),
      String(row.lost).padStart(6),
    ]
    console.log(row.name.padEnd(52), ...figures)
  }
  const say = (line: string): void => console.error(`  ${line}`)
  const { limitSection } = await import('./limit-table.ts')
  const { sectionText, writeSection } = await import('./document.ts')
  const section = await limitSection(process.argv.includes('--full'), say)
  console.log(`\n${sectionText(section)}`)
  if (process.argv.includes('--write')) writeSection('pacing', section)
}
