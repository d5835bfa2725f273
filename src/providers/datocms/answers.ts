import * as t from 'io-ts'
import {
  type Batch,
  type Contents,
  type Explanation,
  type HttpReply,
  type JobStarted,
  type JobState,
  type Listing,
  type ProviderError,
  type RequestSpec,
  reasonOf,
  urlComponent,
  type Verdict,
  wordsOf,
} from '../../http-provider.ts'

export const Job = t.type({ data: t.type({ type: t.literal('job'), id: t.string }) })

export const JobResult = t.type({
  data: t.type({ attributes: t.intersection([t.type({ status: t.number }), t.partial({ payload: t.unknown })]) }),
})
export type JobResult = t.TypeOf<typeof JobResult>

const Counts = t.type({ meta: t.type({ successful: t.number, failed: t.number }) })

export const started = (body: t.TypeOf<typeof Job>): JobStarted => ({ kind: 'JobStarted', jobId: body.data.id })

export const resultOf = (jobId: string): RequestSpec => ({ method: 'GET', path: `job-results/${urlComponent(jobId)}` })

/** The answer while a job runs; also for one that never was, or whose result has expired: a deadline ends it. */
export const pending = () => ({ kind: 'Pending' }) as const

export const bulkEnded = (jobId: string, body: JobResult, reply: HttpReply): JobState | ProviderError => {
  const { status, payload } = body.data.attributes
  if (!succeeded(status)) {
    const said = explain(payload, status)
    const reason = reasonOf(said, reply, status)
    // Closed for now: no refusal of any record.
    return { tag: 'JobFailed', jobId, detail: `status ${status}: ${reason.message}`, ...(!said.closed && { reason }) }
  }
  if (!Counts.is(payload)) return { kind: 'Ended', reply: { kind: 'Accepted' } }
  const { successful, failed } = payload.meta
  return { kind: 'Ended', reply: { kind: 'Tally', deleted: successful, failed } }
}

export const singleEnded = (body: JobResult, reply: HttpReply): Verdict => {
  const { status, payload } = body.data.attributes
  if (succeeded(status)) return { is: 'deleted' }
  const said = explain(payload, status)
  if (said.closed) return { is: 'again' }
  return said.blames === 'absent' ? { is: 'absent' } : { is: 'rejected', reason: reasonOf(said, reply, status) }
}

const succeeded = (status: number): boolean => status >= 200 && status < 300

export const Items = t.type({
  data: t.array(t.type({ id: t.string })),
  meta: t.type({ total_count: t.number }),
})

/** Complete with as many records as are counted. More than were asked for are another list: the filter was not heeded. */
export const listed = ({ data, meta }: t.TypeOf<typeof Items>, { ids }: Batch): Listing | ProviderError => {
  if (meta.total_count <= ids.length)
    return { ids: data.map(({ id }) => id), complete: meta.total_count === data.length }
  return {
    tag: 'Garbled',
    detail: `${meta.total_count} records are counted, and ${ids.length} were asked for`,
    paths: ['meta.total_count'],
  }
}

export const WholeItems = t.type({
  data: t.array(t.type({ id: t.string, attributes: t.UnknownRecord, relationships: t.UnknownRecord })),
  meta: t.type({ total_count: t.number }),
})

/** Whole is a record with its attributes and its model; as many as are counted, the others are not there. */
export const contentsOf = (body: t.TypeOf<typeof WholeItems>, batch: Batch): Contents | ProviderError => {
  const listing = listed(body, batch)
  if ('tag' in listing) return listing
  const shown = new Set(body.data.map(({ id }) => id))
  return {
    records: body.data.map((item) => ({ id: item.id, content: item })),
    absent: listing.complete ? batch.ids.filter((id) => !shown.has(id)) : [],
  }
}

const ApiError = t.type({
  attributes: t.intersection([t.type({ code: t.string }), t.partial({ transient: t.unknown, details: t.unknown })]),
})
const ApiErrors = t.type({ data: t.array(ApiError) })

/** Closed for now; the records are not at fault. */
const closedCodes = new Set([
  'MAINTENANCE_MODE',
  'ENVIRONMENT_IN_READ_ONLY_MODE',
  'ENVIRONMENT_NOT_READY',
  'SITE_NOT_READY',
  'PLATFORM_SCHEDULED_MAINTENANCE',
])

/** Errors are a list under `data`; the first one tells. `transient` means try again, where nothing can have happened. */
export const explain = (body: unknown, status: number): Explanation => {
  const error = ApiErrors.is(body) ? body.data[0]?.attributes : undefined
  if (error === undefined) return {}
  const { code, transient, details } = error
  return {
    code,
    message: t.UnknownRecord.is(details) && Object.keys(details).length > 0 ? `${code} ${wordsOf(details)}` : code,
    closed: closedCodes.has(code) || (transient === true && status >= 400 && status < 500),
    blames: code === 'NOT_FOUND' ? 'absent' : 'unknown',
  }
}
