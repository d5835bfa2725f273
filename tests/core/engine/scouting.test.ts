import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { ids } from '../../../bench/exchange.ts'
import { declared, modelServer, provider, sixty } from '../../../bench/pacing.ts'
import type { RunEvent } from '../../../src/core/contract/events.ts'
import type { CallContext, Clock, HttpReply } from '../../../src/core/contract/provider.ts'
import { collect } from '../../../src/core/engine/stream.ts'
import type { RunOptions } from '../../../src/core/settings/options.ts'
import { defineHttpProvider, on } from '../../../src/http-provider.ts'
import { defineProvider } from '../../../src/index.ts'
import { virtualClock } from '../../../src/testing/backends/virtual-clock.ts'
import { callContext } from '../../support/context.ts'
import { listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('a request that goes ahead of a window', { deadlineMs: 30_000 })

/** 200 records, one a request, against 60 per 3 s of which 1.5 s had passed, with the whole limit. */
const play = async (options: RunOptions, onRefused: (clock: Clock) => void = () => {}) => {
  const clock = virtualClock()
  const server = modelServer(clock, { ...sixty, phaseMs: 1_500 })
  const answer = async () => {
    const reply = await server.answer()
    if (reply.status === 429) onRefused(clock)
    return reply
  }
  const events: RunEvent[] = []
  const run = collect(provider({ ...server, answer }, declared.rate), ids(200), {
    clock,
    random: () => 0.5,
    rate: { share: 1 },
    onEvent: (event) => events.push(event),
    ...options,
  })
  const report = await clock.until(run())
  return { report, ...server.seen, kinds: new Set(events.map(({ kind }) => kind)) }
}

test('is refused, goes again by itself, and spends nothing: not even the only attempt', async () => {
  const { report, refused, kinds } = await play({ attempts: 1 })
  assert.is(report.totals.deleted, 200)
  assert.ok(refused >= 1 && refused <= 2, `${refused} refused`)
  assert.is(report.requests, 200 + refused, 'what was refused is counted as sent')
  assert.not.ok(kinds.has('call-failed') || kinds.has('paused'), 'nobody failed and nobody paused')
})

test('is no reason to send less at once, where the number in flight adapts to refusals', async () => {
  const { report, refused, kinds } = await play({ concurrency: 'adaptive' })
  assert.is(report.totals.deleted, 200)
  assert.ok(refused >= 1)
  assert.not.ok(kinds.has('paused'))
})

for (const afterMs of [0, 30, 400]) {
  test(`when the run is stopped ${afterMs} ms after it was refused, nobody doubts what became of it`, async () => {
    const stop = new AbortController()
    const { report, refused, requests } = await play({ signal: stop.signal }, (clock) => {
      void clock.sleep(afterMs).then(() => stop.abort())
    })
    assert.ok(refused >= 1 && requests < 200)
    assert.is(report.totals.deleted, requests - refused)
    assert.is(report.totals.untouched, 200 - report.totals.deleted)
  })
}

test('a limit that never comes back ends the run as any throttle does', async () => {
  const resets = [{}, { 'x-ratelimit-reset': '1' }, { 'x-ratelimit-reset': '86400' }]
  for (const [headers, rate] of resets.flatMap((reset) => [
    [reset, declared.rate] as const,
    [reset, undefined] as const,
  ])) {
    const clock = virtualClock()
    let sent = 0
    const answer = async (): Promise<HttpReply> => {
      await clock.sleep(20)
      sent++
      const left = { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': String(Math.max(0, 60 - sent)) }
      return sent <= 60
        ? { status: 200, headers: new Headers(left), text: '' }
        : { status: 429, headers: new Headers({ ...left, ...headers }), text: '' }
    }
    const run = collect(provider({ answer, seen: modelServer(clock, { ...sixty, phaseMs: 0 }).seen }, rate), ids(200), {
      clock,
      random: () => 0.5,
      rate: { share: 1 },
    })
    const report = await clock.until(run())
    assert.is(report.totals.deleted, 60)
    assert.is(report.totals.untouched, 140)
    assert.is(report.requests, sent)
    assert.ok(sent <= 60 + 600 + 10, `${sent} requests in ten minutes`)
    assert.is(report.halted?.because, 'unavailable')
  }
})

test('none goes ahead where a part of the limit is left to others', async () => {
  const { report, refused } = await play({ rate: { share: 0.98 } })
  assert.is(report.totals.deleted, 200)
  assert.is(refused, 0)
})

/** Each 429 counts as one that went ahead. */
const aheadContext = (): CallContext => {
  const context = callContext()
  return {
    ...context,
    exchange: async (purpose, send) => {
      const reply = await context.exchange(purpose, send)
      return reply.status === 429 ? { ...reply, wentAhead: true } : reply
    },
  }
}

const capabilities = { maxBatchSize: 10, atomicity: 'per-record', replay: 'unsafe', effect: 'erased' } as const
const batch = { number: 1, ids: ['a', 'b'] }

test('an adapter sends it again where its table has no word for a 429, and takes it as it reads where it has one', async ({
  after,
}) => {
  const server = await listen((_, count) => ({ status: count % 2 === 1 ? 429 : 200, json: { deleted: ['a'] } }))
  after(server.close)
  const Some = t.type({ deleted: t.array(t.string) })
  const adapter = (statuses: ReadonlyArray<number>) =>
    defineHttpProvider({
      name: 'own',
      verified: 'documentation',
      capabilities,
      baseUrl: server.url,
      deleteBatch: {
        request: (ids) => ({ method: 'POST', path: 'delete', json: { ids } }),
        replies: statuses.map((status) =>
          on(status, Some, ({ deleted }) => ({
            kind: 'ById',
            verdicts: deleted.map((id) => ({ id, is: 'deleted' as const })),
            silence: 'unconfirmed',
          })),
        ),
      },
    })
  const again = await adapter([200]).deleteBatch(batch, aheadContext())()
  assert.ok(E.isRight(again))
  assert.is(server.requests.length, 2)
  const partly = await adapter([200, 429]).deleteBatch(batch, aheadContext())()
  assert.ok(E.isRight(partly), 'what it did is in its answer')
  assert.is(server.requests.length, 3)
})

test('a function over an SDK is never called twice for it: what it sent before may have been done', async () => {
  let calls = 0
  const refused: HttpReply = { status: 429, headers: new Headers(), text: '' }
  const own = defineProvider({
    name: 'sdk',
    capabilities,
    deleteBatch: async (_, context) => {
      calls++
      await context.exchange('delete', async () => ({ ...refused, status: 200 }))
      await context.exchange('delete', async () => refused)
      return { tag: 'Throttled', detail: 'HTTP 429' }
    },
  })
  const answer = await own.deleteBatch(batch, aheadContext())()
  assert.ok(E.isLeft(answer) && answer.left.tag === 'Throttled')
  assert.is(calls, 1)
})
