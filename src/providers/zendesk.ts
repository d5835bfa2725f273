import * as t from 'io-ts'
import {
  type BatchReply,
  type BulkRecordProvider,
  basicAuth,
  type ConnectionOptions,
  checkOptions,
  commaList,
  defineHttpProvider,
  type Effect,
  type HttpReply,
  type JobState,
  on,
  type ProviderError,
  type ReadForm,
  reasonOf,
  type Said,
  UsageError,
  urlComponent,
  type Verdict,
} from '../http-provider.ts'

export type ZendeskConfig = (
  | { readonly token: string | (() => Promise<string>); readonly email?: never; readonly apiToken?: never }
  | { readonly email: string; readonly apiToken: string | (() => Promise<string>); readonly token?: never }
) &
  ConnectionOptions & {
    /** The account: `https://acme.zendesk.com`. `token` is an OAuth access token; an `apiToken` goes with an agent's e-mail. */
    readonly baseUrl: string
    readonly type: 'tickets' | 'users' | 'organizations'
  }

/**
 * Tickets, users or organizations of Zendesk: up to 100 a job, whose result names each record. An id is a number.
 *
 * A deleted ticket can be restored for 30 days; a deleted user is marked as such until deleted permanently; what becomes
 * of an organization is not said. An account runs 30 jobs at once; a job's result is kept for a day. UNKNOWN: the words
 * for a record that is not there ("not found" as such is believed, and what only speaks of it is read back); whether
 * deleted records can be read (one that says of itself that it is deleted counts as gone); whether `show_many` lists
 * archived tickets, so tickets are read one by one. Source: developer.zendesk.com, ticketing API.
 */
export const zendesk = (config: ZendeskConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl type token email apiToken allowInsecure http')
  const { baseUrl, type, token, email, apiToken, ...connection } = config
  if (!Object.hasOwn(effects, type)) throw wrong(`type must be one of ${Object.keys(effects).join(', ')}`)
  if (token !== undefined && email !== undefined) throw wrong('give either a token or email and apiToken')
  if (token === undefined && !(email && apiToken)) throw wrong('give a token, or email and apiToken')
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 100,
      atomicity: 'per-record',
      replay: 'safe',
      effect: effects[type],
      maxJobs: 30,
    },
    baseUrl,
    authorization: token ?? basicAuth(`${email}/token`, apiToken ?? ''),
    ...connection,
    explain: (body) => (Told.is(body) ? saidOf(body) : {}),
    isValidId: (id) => /^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id)),
    identify: { key: `${baseUrl} ${type}`, label: `${type}, ${baseUrl}`, production: 'unknown' },
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: `api/v2/${type}/destroy_many?ids=${commaList(ids)}` }),
      replies: [on(200, Job, ({ job_status: { id } }) => ({ kind: 'JobStarted', jobId: id }))],
    },
    followJob: (jobId) => ({
      request: { method: 'GET', path: `api/v2/job_statuses/${urlComponent(jobId)}` },
      replies: [on(200, Job, ({ job_status }, _, reply) => stateOf(job_status, reply))],
    }),
    findExisting: [type === 'tickets' ? ticketByTicket : showMany(type)],
  })
}

const name = 'zendesk'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const effects: Readonly<Record<ZendeskConfig['type'], Effect>> = {
  tickets: 'recoverable',
  users: 'marked',
  organizations: 'unknown',
}

const Told = t.partial({ error: t.unknown, errors: t.unknown, details: t.unknown, description: t.unknown })
const Result = t.intersection([t.type({ id: t.union([t.number, t.string]) }), t.partial({ success: t.boolean }), Told])
const Status = t.intersection([
  t.type({ id: t.string, status: t.string }),
  t.partial({ results: t.unknown, message: t.unknown }),
])
const Job = t.type({ job_status: Status })

const stateOf = (job: t.TypeOf<typeof Status>, reply: HttpReply): JobState | ProviderError => {
  if (job.status === 'queued' || job.status === 'working') return { kind: 'Pending' }
  if (job.status === 'completed') return { kind: 'Ended', reply: resultsOf(job.results, reply) }
  return { tag: 'JobFailed', jobId: job.id, detail: `${job.status}: ${String(job.message ?? 'no reason given')}` }
}

const resultsOf = (results: unknown, reply: HttpReply): BatchReply => {
  if (!t.array(Result).is(results)) return { kind: 'Accepted' }
  const verdicts = results.flatMap((result) => {
    const verdict = verdictOf(result, reply)
    return verdict === undefined ? [] : [{ id: String(result.id), ...verdict }]
  })
  return { kind: 'ById', silence: 'unconfirmed', verdicts }
}

/** None where the words may mean that the record is gone, and may not: it is read. */
const verdictOf = (result: t.TypeOf<typeof Result>, reply: HttpReply): Verdict | undefined => {
  if (result.success === true) return { is: 'deleted' }
  const said = saidOf(result)
  if (/^(?:record|ticket|user|organization)?[\W_]?not[\W_]?found$/i.test(said.code ?? '')) return { is: 'absent' }
  const unclear = /not[\W_]?(?:found|exist)|already|no longer/i.test(`${said.code} ${said.message}`)
  return unclear ? undefined : { is: 'rejected', reason: reasonOf(said, reply) }
}

/** `error` is a word, or an object with a title; what it is about stands beside it, under one of several names. */
const saidOf = ({ error, errors, details, description }: t.TypeOf<typeof Told>): Said => {
  const parts = [error, errors, details, description].filter((part) => part !== undefined && part !== null)
  const message = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(': ')
  return { ...(typeof error === 'string' && { code: error }), message: message || 'no reason given' }
}

const Shown = t.intersection([
  t.type({ id: t.number }),
  t.partial({ status: t.unknown, active: t.unknown, deleted_at: t.unknown }),
])

const idIfThere = ({ id, status, active, deleted_at }: t.TypeOf<typeof Shown>): ReadonlyArray<string> =>
  status === 'deleted' || active === false || (deleted_at ?? null) !== null ? [] : [String(id)]

const showMany = (type: string): ReadForm => ({
  form: 'show-many',
  maxIds: 100,
  request: (ids) => ({ method: 'GET', path: `api/v2/${type}/show_many?ids=${commaList(ids)}` }),
  replies: [on(200, t.type({ [type]: t.array(Shown) }), (body) => (body[type] ?? []).flatMap(idIfThere))],
})

/** Old tickets are archived, and no list is documented to show them. */
const ticketByTicket: ReadForm = {
  form: 'one-by-one',
  maxIds: 1,
  request: ([id]) => ({ method: 'GET', path: `api/v2/tickets/${id}` }),
  replies: [
    on(200, t.type({ ticket: Shown }), ({ ticket }) => idIfThere(ticket)),
    on(404, t.type({ error: t.literal('RecordNotFound') }), () => []),
  ],
}
