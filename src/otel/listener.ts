import {
  type Attributes,
  type Context,
  context,
  type Meter,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { RunEvent, Totals } from '../index.ts'

/** What the listener and the `fetch` of one run share. */
export interface RunScope {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly attributes: Attributes
  /** While a run goes on: its span, as the parent of all others. */
  run: { readonly span: Span; readonly context: Context } | undefined
}

type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: Kind }>

const none: Totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }

/** Turns the events of a run into spans and measurements. */
export const openRunListener = (scope: RunScope): ((event: RunEvent) => void) => {
  const { tracer, meter } = scope
  const instruments = instrumentsOf(meter)
  const batches = new Map<number, { readonly span: Span; readonly at: number }>()
  let base = scope.attributes
  let startedAt = 0
  let told = none

  const begin = ({ at, provider, verified }: EventOf<'run-started'>): void => {
    if (scope.run !== undefined) end(at)
    base = { ...scope.attributes, 'expunge.provider': provider }
    startedAt = at
    told = none
    const span = tracer.startSpan('expunge.run', {
      startTime: at,
      attributes: { ...base, 'expunge.verified': verified },
    })
    scope.run = { span, context: trace.setSpan(context.active(), span) }
  }
  const count = (totals: Totals): void => {
    for (const [outcome, now] of Object.entries(totals)) {
      const more = now - told[outcome as keyof Totals]
      if (more > 0) instruments.records.add(more, { ...base, 'expunge.outcome': outcome })
    }
    told = totals
  }
  const endBatch = (batch: number, at: number): void => {
    const open = batches.get(batch)
    if (open === undefined) return
    batches.delete(batch)
    open.span.end(at)
    instruments.batchDuration.record((at - open.at) / 1_000, base)
  }
  const end = (at: number): void => {
    for (const batch of [...batches.keys()]) endBatch(batch, at)
    scope.run?.span.end(at)
    scope.run = undefined
  }

  const takers: { readonly [Kind in RunEvent['kind']]?: (event: EventOf<Kind>) => void } = {
    'run-started': begin,
    place: ({ place }) => void scope.run?.span.setAttribute('expunge.production', place.production),
    'batch-sent': ({ batch, size, at }) => {
      const attributes = { ...base, 'expunge.batch.number': batch, 'expunge.batch.size': size }
      const span = tracer.startSpan('expunge.batch', { startTime: at, attributes }, scope.run?.context)
      batches.set(batch, { span, at })
      instruments.batches.add(1, base)
    },
    'job-started': ({ batch, at }) => void batches.get(batch)?.span.addEvent('expunge.job_started', at),
    'job-ended': ({ batch, at }) => void batches.get(batch)?.span.addEvent('expunge.job_ended', at),
    'call-failed': ({ batch, purpose, tag, again, at }) => {
      const attributes = { 'expunge.purpose': purpose, 'error.type': tag }
      instruments.failures.add(1, { ...base, ...attributes })
      const span = batches.get(batch)?.span
      span?.addEvent('expunge.call_failed', { ...attributes, 'expunge.again': again }, at)
      if (!again && purpose === 'delete') span?.setStatus({ code: SpanStatusCode.ERROR, message: tag })
    },
    'in-doubt': ({ batch, size, at }) => {
      instruments.doubts.add(size, base)
      batches.get(batch)?.span.addEvent('expunge.in_doubt', { 'expunge.records': size }, at)
    },
    'batch-ended': ({ batch, at }) => endBatch(batch, at),
    paused: ({ why, forMs, at }) => {
      instruments.pauses.record(forMs / 1_000, { ...base, 'expunge.why': why })
      scope.run?.span.addEvent('expunge.paused', { 'expunge.why': why, 'expunge.for_ms': forMs }, at)
    },
    settled: ({ totals }) => count(totals),
    aborted: ({ at }) => void scope.run?.span.addEvent('expunge.aborted', at),
    halted: ({ because, at }) => {
      scope.run?.span.addEvent('expunge.halted', { 'expunge.because': because }, at)
      scope.run?.span.setStatus({ code: SpanStatusCode.ERROR, message: because })
    },
    'run-ended': ({ report, at }) => {
      // The report of a plan counts what earlier runs have settled, too.
      const attributes = Object.entries(report.totals).map(([outcome, records]) => [
        `expunge.records.${outcome}`,
        records,
      ])
      scope.run?.span.setAttributes({
        ...Object.fromEntries(attributes),
        'expunge.duplicates': report.duplicates,
        'expunge.requests': report.requests,
        'expunge.halted': report.halted?.because ?? 'no',
      })
      instruments.runDuration.record((at - startedAt) / 1_000, base)
      end(at)
    },
  }
  return (event) => (takers[event.kind] as ((event: RunEvent) => void) | undefined)?.(event)
}

const instrumentsOf = (meter: Meter) => ({
  records: meter.createCounter('expunge.records', { unit: '{record}', description: 'Records that got an outcome.' }),
  batches: meter.createCounter('expunge.batches', { unit: '{batch}', description: 'Batches that went out.' }),
  failures: meter.createCounter('expunge.call.failures', { unit: '{call}', description: 'Calls that went wrong.' }),
  doubts: meter.createCounter('expunge.in_doubt', {
    unit: '{record}',
    description: 'Records that may or may not be gone, and are read back.',
  }),
  pauses: meter.createHistogram('expunge.pause.duration', { unit: 's', description: 'Pauses of all requests.' }),
  batchDuration: meter.createHistogram('expunge.batch.duration', {
    unit: 's',
    description: 'From a batch going out to the last of its records being settled, or going again.',
  }),
  runDuration: meter.createHistogram('expunge.run.duration', { unit: 's', description: 'Runs, from first to last.' }),
})
