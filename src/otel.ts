/**
 * Runs as OpenTelemetry sees them: a span for a run, each batch and each request, and metrics. Needs the package
 * `@opentelemetry/api`; without an SDK it does nothing.
 */
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { PlainFetch } from './http-provider.ts'
import { type RunEvent, UsageError } from './index.ts'
import { openRunListener, type RunScope } from './otel/listener.ts'
import { openRequests } from './otel/requests.ts'

export interface TelemetryOptions {
  /** Default: the one that is registered. */
  readonly tracerProvider?: TracerProvider
  /** Default: the one that is registered. */
  readonly meterProvider?: MeterProvider
  /** On every span and every measurement: `{ 'expunge.target': 'cms' }`. No id belongs here. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  /**
   * Segments of paths that may be shown, besides those of the systems that come with the package: names of endpoints, never
   * what an id may be. Any other segment is `{}`.
   */
  readonly pathWords?: Iterable<string>
}

/** One run as OpenTelemetry sees it: make one for each run that goes on at the same time. */
export interface Telemetry {
  /** For `onEvent`. */
  readonly onEvent: (event: RunEvent) => void
  /** A `fetch` around yours (default: the platform's), for a provider's `http.fetch`. It sends each request once, as it is. */
  readonly fetch: (own?: PlainFetch) => PlainFetch
}

/**
 * Makes spans `expunge.run`, `expunge.batch` and `expunge.request`, and metrics `expunge.*`. No attribute holds an id, a
 * credential or what a backend said: of a URL only the host and the words of its path that are known, of a batch its number
 * and size, of an error its tag.
 *
 *     const { onEvent, fetch } = telemetry()
 *     const provider = datoCms({ apiToken, http: { fetch: fetch() } })
 *     await deleteRecords(provider, ids, { onEvent })
 */
export const telemetry = (options: TelemetryOptions = {}): Telemetry => {
  const { attributes = {}, pathWords = [] } = options
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new UsageError(`unknown option "${name}": known are ${[...known].join(', ')}`)
  }
  const tracer = (options.tracerProvider ?? trace).getTracer(name)
  const meter = (options.meterProvider ?? metrics).getMeter(name)
  const scope: RunScope = { tracer, meter, attributes, run: undefined }
  const wrap = openRequests(scope, new Set(pathWords))
  return {
    onEvent: openRunListener(scope),
    fetch: (own = (url, init) => globalThis.fetch(url, init)) => {
      if (typeof own !== 'function') throw new UsageError('fetch must be a function of a URL and an init')
      return wrap(own)
    },
  }
}

const name = 'expunge'

const known: ReadonlySet<string> = new Set(['tracerProvider', 'meterProvider', 'attributes', 'pathWords'])
