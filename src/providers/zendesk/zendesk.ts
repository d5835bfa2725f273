import {
  type BulkRecordProvider,
  basicAuth,
  type ConnectionOptions,
  checkOptions,
  commaList,
  defineHttpProvider,
  type Effect,
  on,
  UsageError,
  urlComponent,
} from '../../http-provider.ts'
import { explain, Job, stateOf } from './answers.ts'
import { manyContents, showMany, ticketByTicket, ticketWithComments } from './reading.ts'

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
    explain,
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
    readContent: type === 'tickets' ? ticketWithComments : manyContents(type),
  })
}

const name = 'zendesk'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const effects: Readonly<Record<ZendeskConfig['type'], Effect>> = {
  tickets: 'recoverable',
  users: 'marked',
  organizations: 'unknown',
}
