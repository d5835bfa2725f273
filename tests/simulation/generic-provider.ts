import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type Capabilities,
  commaList,
  defineHttpProvider,
  type Explanation,
  type HttpReply,
  type JobStarted,
  type JobState,
  on,
  type PlainFetch,
  type ProviderError,
  type Row,
  urlComponent,
  type Verdict,
} from '../../src/http-provider.ts'
import type { Gatekeeper } from './auth.ts'
import type { Scenario } from './scenario.ts'

/** An adapter for the generic backend, as an adapter's author would write it: every family, job or not. */
export const genericProvider = (scenario: Scenario, gatekeeper: Gatekeeper, fetch: PlainFetch): BulkRecordProvider => {
  const { traits, family } = scenario
  const { authorization } = gatekeeper
  const identityOf = (id: string) => (traits.anyCase ? id.toLowerCase() : id)
  const decoded = replyRows(scenario)
  return defineHttpProvider({
    name: family,
    verified: 'documentation',
    baseUrl: 'https://backend.example.test',
    http: { fetch },
    ...(authorization !== undefined && { authorization }),
    capabilities: capabilitiesOf(scenario),
    isValidId: isValidId,
    ...(traits.anyCase && { identityOf }),
    explain: explainer(identityOf),
    deleteBatch: {
      request: (ids) =>
        traits.inUrl
          ? { method: 'DELETE', path: `records?ids=${commaList(ids)}` }
          : { method: 'POST', path: 'records/delete', json: { ids } },
      replies: traits.job ? [on(202, t.type({ job: t.string }), startedJob)] : decoded,
    },
    ...(traits.job && {
      followJob: (jobId: string) => ({
        request: { method: 'GET' as const, path: `jobs/${jobId}` },
        replies: jobRows(jobId, decoded),
      }),
    }),
    ...(traits.reader !== 'none' && { findExisting: [readMany, readOne] as const }),
    ...(traits.diagnose && {
      diagnose: {
        request: (id: string) => ({ method: 'DELETE' as const, path: `records/${urlComponent(id)}` }),
        replies: [on(200, t.unknown, (): Verdict => ({ is: 'deleted' }))],
      },
    }),
  })
}

export const capabilitiesOf = ({ traits }: Scenario): Capabilities => ({
  maxBatchSize: traits.maxBatchSize,
  atomicity: traits.speaks === 'all-or-nothing' ? 'all-or-nothing' : 'per-record',
  replay: traits.replay,
  effect: 'recoverable',
  curableByOrder: ['vendor:needed', ...(traits.speaks === 'counts' ? ['counted-failed'] : [])],
  ...(traits.lateEffectMs !== undefined && { lateEffectMs: traits.lateEffectMs }),
  ...(traits.readLagMs !== undefined && { readLagMs: traits.readLagMs }),
  ...(traits.maxUrlBytes !== undefined && { maxUrlBytes: traits.maxUrlBytes }),
  ...(traits.maxConcurrency !== undefined && { maxConcurrency: traits.maxConcurrency }),
  ...(traits.maxJobs !== undefined && { maxJobs: traits.maxJobs }),
  ...(traits.rate !== undefined && { rate: { requests: traits.rate.requests, perMs: traits.rate.perMs } }),
})

/** Ids that begin with an exclamation mark are none of this backend's. */
export const isValidId = (id: string): boolean => !id.startsWith('!')

const startedJob = ({ job }: { job: string }): JobStarted => ({ kind: 'JobStarted', jobId: job })

const Failure = t.intersection([t.type({ id: t.string }), t.partial({ code: t.string })])
const Entry = t.intersection([t.type({ ok: t.boolean }), t.partial({ code: t.string })])

const verdictOf = ({ ok, code }: { readonly ok: boolean; readonly code?: string }): Verdict => {
  if (ok) return { is: 'deleted' }
  if (code === 'not-found') return { is: 'absent' }
  if (code === 'busy') return { is: 'again' }
  return { is: 'rejected', reason: { code: `vendor:${code ?? 'none'}`, message: `refused: ${code ?? 'no code'}` } }
}

/** The rows of a reply, wherever it comes: as the answer itself, or as the result of a job. */
export const replyRows = ({ traits }: Scenario): ReadonlyArray<Row<BatchReply>> => {
  switch (traits.speaks) {
    case 'by-position':
      return [
        on(200, t.type({ results: t.array(Entry) }), ({ results }) => ({
          kind: 'ByPosition',
          verdicts: results.map(verdictOf),
        })),
      ]
    case 'by-id':
      return [
        on(200, t.type({ results: t.array(t.intersection([t.type({ id: t.string }), Entry])) }), ({ results }) => ({
          kind: 'ById',
          verdicts: results.map((entry) => ({ id: entry.id, ...verdictOf(entry) })),
          silence: 'unconfirmed',
        })),
      ]
    case 'failures':
      return [
        on(207, t.type({ failed: t.array(Failure) }), ({ failed }) => ({
          kind: 'ById',
          verdicts: failed.map((entry) => ({ id: entry.id, ...verdictOf({ ok: false, ...entry }) })),
          silence: 'deleted',
        })),
      ]
    case 'unprocessed':
      return [
        on(200, t.type({ unprocessed: t.array(t.string) }), ({ unprocessed }) => ({
          kind: 'ById',
          verdicts: unprocessed.map((id) => ({ id, is: 'again' })),
          silence: 'deleted',
        })),
      ]
    case 'counts':
      return [
        on(200, t.type({ deleted: t.number, failed: t.number }), ({ deleted, failed }) => ({
          kind: 'Tally',
          deleted,
          failed,
        })),
      ]
    case 'all-or-nothing':
      return [on(200, t.UnknownRecord, () => ({ kind: 'AllDeleted' }))]
    default:
      return [on(204, t.undefined, () => ({ kind: 'Accepted' }))]
  }
}

const Pending = t.intersection([t.type({ state: t.literal('running') }), t.partial({ again_ms: t.number })])
const Failed = t.intersection([
  t.type({ state: t.literal('failed') }),
  t.partial({ error: t.partial({ code: t.string, message: t.string }) }),
])
const Done = t.type({ state: t.literal('done'), result: t.unknown })
const AnyState = t.union([Pending, Failed, Done])

export const jobRows = (
  jobId: string,
  decoded: ReadonlyArray<Row<BatchReply>>,
): ReadonlyArray<Row<JobState | ProviderError>> => {
  const stateOf = (body: t.TypeOf<typeof AnyState>, batch: Batch, reply: HttpReply): JobState | ProviderError => {
    if (body.state === 'running') {
      const { again_ms: askAgainMs } = body
      return { kind: 'Pending', ...(askAgainMs !== undefined && { askAgainMs }) }
    }
    if (body.state === 'failed') {
      const { code, message = 'it failed' } = body.error ?? {}
      const reason = { code: `vendor:${code ?? 'none'}`, message: `${message} ${code ?? ''}` }
      return { tag: 'JobFailed', jobId, detail: message, reason }
    }
    const result = decoded[0]?.read(body.result ?? undefined, batch, reply)
    if (result === undefined || result._tag === 'Left') return { tag: 'Garbled', detail: 'no result', paths: [] }
    return 'kind' in result.right ? { kind: 'Ended', reply: result.right } : result.right
  }
  return [on(200, AnyState, stateOf), on(404, t.unknown, () => ({ kind: 'Pending' }))]
}

const Listed = t.intersection([
  t.type({ ids: t.array(t.string) }),
  t.partial({ more: t.boolean, unread: t.array(t.string) }),
])

const readMany = {
  form: 'list',
  request: (ids: ReadonlyArray<string>) => ({ method: 'GET' as const, path: `records?ids=${commaList(ids)}` }),
  replies: [on(200, Listed, ({ ids, more = false, unread = [] }) => ({ ids, complete: !more, unread }))],
}

const readOne = {
  form: 'one-by-one',
  maxIds: 1,
  request: ([id]: ReadonlyArray<string>) => ({ method: 'GET' as const, path: `records/${urlComponent(id ?? '')}` }),
  replies: [
    on(200, t.type({ id: t.string }), ({ id }) => [id]),
    on(404, t.type({ error: t.type({ code: t.literal('not-found') }) }), (): ReadonlyArray<string> => []),
  ],
}

const Problem = t.type({
  error: t.partial({ code: t.string, message: t.string, kind: t.keyof({ absent: null, refused: null }), id: t.string }),
})

const explainer =
  (identityOf: (id: string) => string) =>
  (body: unknown, _status: number, batch: { readonly ids: ReadonlyArray<string> }): Explanation => {
    if (!Problem.is(body)) return {}
    const { code, message, kind, id } = body.error
    const is = kind === undefined ? undefined : kind === 'absent' ? 'absent' : 'rejected'
    const culprits =
      is === undefined || id === undefined ? [] : batch.ids.filter((each) => identityOf(each) === identityOf(id))
    return {
      ...(code !== undefined && { code }),
      ...(message !== undefined && { message }),
      closed: code === 'closed',
      ...(is !== undefined && { blames: is, culprits: culprits.map((each) => ({ id: each, is })) }),
    }
  }
