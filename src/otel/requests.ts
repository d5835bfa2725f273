import { type Attributes, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { realClock } from '../core/settings/clock.ts'
import type { PlainFetch } from '../http-provider.ts'
import { addressOf } from './address.ts'
import type { RunScope } from './listener.ts'

/** A span and a measurement for each request. The request goes out as it is, once, and comes back as it is. */
export const openRequests = (scope: RunScope, pathWords: ReadonlySet<string>): ((own: PlainFetch) => PlainFetch) => {
  const duration = scope.meter.createHistogram('expunge.request.duration', {
    unit: 's',
    description: 'From a request going out to the status of its answer.',
  })
  return (own) => async (url, init) => {
    const attributes: Attributes = {
      ...scope.attributes,
      'http.request.method': init.method ?? 'GET',
      ...addressOf(url, pathWords),
    }
    const parent = scope.run?.context ?? context.active()
    const span = scope.tracer.startSpan('expunge.request', { kind: SpanKind.CLIENT, attributes }, parent)
    const startedAt = realClock.now()
    const end = (result: Attributes, isError: boolean): void => {
      span.setAttributes(result)
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      const { 'url.full': _, ...measured } = attributes
      duration.record((realClock.now() - startedAt) / 1_000, { ...measured, ...result })
    }
    try {
      const response = await context.with(trace.setSpan(parent, span), () => own(url, init))
      end({ 'http.response.status_code': response.status }, response.status >= 400)
      return response
    } catch (cause) {
      // Its message may hold the URL; its name can't.
      end({ 'error.type': cause instanceof Error ? cause.name : typeof cause }, true)
      throw cause
    }
  }
}
