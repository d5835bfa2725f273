import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { datoCms, deleteRecords, uuidList } from '../../src/index.ts'
import { addressOf } from '../../src/otel/address.ts'
import { telemetry } from '../../src/otel.ts'
import { fastClock, item, many, uuid } from '../core/engine/harness.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('opentelemetry', { deadlineMs: 30_000 })

/** The real SDK, which keeps what it is given in memory. */
const sdk = () => {
  const spans = new InMemorySpanExporter()
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 })
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] })
  const meterProvider = new MeterProvider({ readers: [reader] })
  return {
    options: { tracerProvider, meterProvider },
    spans: () => spans.getFinishedSpans(),
    metrics: async () => {
      await meterProvider.forceFlush()
      const all =
        measured
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
      return new Map(all.map((metric) => [metric.descriptor.name, metric.dataPoints]))
    },
    close: async () => {
      await tracerProvider.shutdown()
      await meterProvider.shutdown()
    },
  }
}

test('a span for the run, each batch and each request; no id, no query, no credential anywhere', async ({ after }) => {
  const emulator = await startUuidList({ errorBody: 'json' } as object)
  after(emulator.close)
  const { options, spans, metrics, close } = sdk()
  after(close)
  const ids = many(60, uuid)
  emulator.seed(ids.slice(1))
  emulator.refuse([ids[7] as string], `${ids[7]} is referenced`)
  emulator.fault('lost-after', { route: 'delete', nth: 2 })
  const { onEvent, fetch } = telemetry({ ...options, attributes: { 'expunge.target': 'max' } })
  const provider = uuidList({ ...emulator.options, http: { fetch: fetch() } })
  const report = await deleteRecords(provider, ids, { onEvent, batchSize: 20, clock: fastClock() })

  const all = spans()
  const named = (name: string) => all.filter((span) => span.name === name)
  assert.is(all.length, named('expunge.run').length + named('expunge.batch').length + named('expunge.request').length)
  const [run] = named('expunge.run')
  assert.is(named('expunge.run').length, 1)
  for (const span of all) {
    assert.is(span.attributes['expunge.target'], 'max')
    if (span !== run) assert.is(span.parentSpanContext?.spanId, run?.spanContext().spanId)
  }
  assert.is(named('expunge.request').length, emulator.calls.length)
  assert.is(run?.attributes['expunge.records.deleted'], report.totals.deleted)
  assert.ok(named('expunge.batch').length >= 3)
  const told = JSON.stringify(all.map(({ attributes, events, status, name }) => ({ attributes, events, status, name })))
  for (const id of ids) assert.not.ok(told.toLowerCase().includes(id), id)
  assert.not.match(told, 'uuid-list-token')
  assert.not.match(told, /\?|uuids=/)
  assert.match(told, '"url.template":"/v2/{}"')

  const points = await metrics()
  const sum = (name: string, key: string, value: unknown) =>
    (points.get(name) ?? [])
      .filter(({ attributes }) => attributes[key] === value)
      .reduce((total, point) => total + (point.value as number), 0)
  assert.is(sum('expunge.records', 'expunge.outcome', 'deleted'), report.totals.deleted)
  assert.is(sum('expunge.records', 'expunge.outcome', 'rejected'), report.totals.rejected)
  const requests = (points.get('expunge.request.duration') ?? []) as ReadonlyArray<{
    readonly value: { readonly count: number }
  }>
  assert.is(
    requests.reduce((total, { value }) => total + value.count, 0),
    emulator.calls.length,
  )
  assert.not.match(JSON.stringify([...points]), 'url.full')
})

test('a halt and jobs are seen, an id in a path is not, and a lost answer rejects as it would', async ({ after }) => {
  const emulator = await startDatoCms({ rate: 'none', jobMs: 0 })
  after(emulator.close)
  const { options, spans, close } = sdk()
  after(close)
  const ids = many(3, item)
  emulator.seed(ids)
  emulator.refuse(ids)
  const { onEvent, fetch } = telemetry(options)
  const provider = datoCms({ ...emulator.options, http: { fetch: fetch((url, init) => globalThis.fetch(url, init)) } })
  const report = await deleteRecords(provider, ids, { onEvent, clock: fastClock() })
  // Records that are only counted are deleted singly to learn why: their ids stand in paths.
  assert.ok(emulator.calls.length > 5)
  const told = JSON.stringify(spans().map(({ attributes, events }) => ({ attributes, events })))
  assert.match(told, '/items/{}')
  assert.match(told, '/job-results/{}')
  for (const id of ids) assert.not.ok(told.includes(id))
  assert.match(told, 'expunge.job_started')
  assert.is(report.totals.deleted, 0)

  const failed = telemetry(options)
  const cause = new TypeError('fetch failed')
  const own = failed.fetch(async () => {
    throw cause
  })
  let caught: unknown
  await own('https://user:secret@example.com/items/abc?token=x', { method: 'GET' }).catch((error: unknown) => {
    caught = error
  })
  assert.is(caught, cause)
  const last = spans().at(-1)
  assert.is(last?.attributes['error.type'], 'TypeError')
  assert.is(last?.attributes['url.full'], 'https://example.com/items/{}')
})

test('what is shown of a URL', () => {
  const shown = (url: string, ...words: ReadonlyArray<string>) => addressOf(url, new Set(words))['url.full']
  assert.is(
    shown('https://h.example:8443/api/v2/tickets/123/comments?x=1#y'),
    'https://h.example:8443/api/v2/tickets/{}/comments',
  )
  assert.is(shown('https://h.example/shelf/peter-miller', 'shelf'), 'https://h.example/shelf/{}')
  assert.is(shown('https://h.example/shelf/peter-miller'), 'https://h.example/{}/{}')
  assert.is(shown('https://h.example'), 'https://h.example/')
  assert.equal(addressOf('no url', new Set()), {})
  assert.throws(() => telemetry({ tracer: 1 } as object), /unknown option "tracer"/)
})

test('without an SDK nothing is measured, and the run goes as it would', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(3, uuid)
  emulator.seed(ids)
  const { onEvent, fetch } = telemetry()
  const provider = uuidList({ ...emulator.options, http: { fetch: fetch() } })
  assert.is((await deleteRecords(provider, ids, { onEvent })).totals.deleted, 3)
})
