import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type ConnectionOptions,
  checkOptions,
  defineHttpProvider,
  type Effect,
  type Explanation,
  type HttpReply,
  type Listing,
  on,
  type ProviderError,
  UsageError,
  urlComponent,
  verdictOfItem,
} from '../http-provider.ts'

export interface GraphConfig extends ConnectionOptions {
  /** Default `https://graph.microsoft.com/v1.0`. National clouds have other hosts. */
  readonly baseUrl?: string
  /** An access token, or a function that returns one: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /** Where the records are: `users/ann@example.com/messages`, `groups`. */
  readonly collection: string
}

/**
 * Records of a collection of Microsoft Graph, 20 a request, by `$batch`. An id is the `id` of the resource.
 *
 * Each answer has a status of its own, and comes in any order. One that is put off by itself waits as long as its own
 * `Retry-After` says; a 5xx of one may have been done, and is read back. Messages, events, contacts, users and groups can be
 * restored for some time. UNKNOWN: the words of every service behind Graph for what is not there: a 404 is believed where its code
 * is known, and read back where it is not. Source: learn.microsoft.com/graph, "Combine multiple HTTP requests".
 */
export const graph = (config: GraphConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl token collection allowInsecure http')
  const { baseUrl = 'https://graph.microsoft.com/v1.0', token, collection, ...connection } = config
  const parts = typeof collection === 'string' ? collection.replace(/^\/+|\/+$/g, '').split('/') : []
  if (parts.length === 0 || parts.some((part) => part === '' || /[?#\s\\]/.test(part) || /^\.{1,2}$/.test(part)))
    throw new UsageError(`${name}: collection must be a path such as users/ann@example.com/messages`)
  const folder = `/${parts.map((part) => urlComponent(part).replaceAll('%40', '@')).join('/')}`
  const ask = (method: 'DELETE' | 'GET', ids: ReadonlyArray<string>, query = '') => ({
    method: 'POST' as const,
    path: '$batch',
    json: {
      requests: ids.map((id, at) => ({ id: `${at + 1}`, method, url: `${folder}/${urlComponent(id)}${query}` })),
    },
  })
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 20,
      atomicity: 'per-record',
      replay: 'safe',
      effect: effects[parts.at(-1)?.toLowerCase() ?? ''] ?? 'unknown',
    },
    baseUrl,
    authorization: token,
    ...connection,
    explain,
    isValidId: (id) => !/[/\\?#]/.test(id),
    identify: { key: `${baseUrl} ${folder}`, label: `${folder.slice(1)}, ${baseUrl}`, production: 'unknown' },
    deleteBatch: { request: (ids) => ask('DELETE', ids), replies: [on(200, Answers, replyOf)] },
    findExisting: [
      {
        form: 'batch',
        maxIds: 20,
        request: (ids) => ask('GET', ids, '?$select=id'),
        replies: [on(200, Answers, ({ responses }, { ids }) => listingOf(responses, ids))],
      },
    ],
  })
}

const name = 'graph'

const effects: Readonly<Record<string, Effect>> = {
  messages: 'recoverable',
  events: 'recoverable',
  contacts: 'recoverable',
  users: 'recoverable',
  groups: 'recoverable',
  applications: 'recoverable',
}

const Failure = t.type({ error: t.intersection([t.type({ code: t.string }), t.partial({ message: t.unknown })]) })
const Answer = t.intersection([
  t.type({ id: t.string, status: t.number }),
  t.partial({ headers: t.UnknownRecord, body: t.unknown }),
])
const Answers = t.type({ responses: t.array(Answer) })

/** Codes of a 404 that are about the record itself, and not about the mailbox, the user or the path. */
const gone: ReadonlySet<string> = new Set(['ErrorItemNotFound', 'itemNotFound', 'Request_ResourceNotFound', 'NotFound'])

/** Requests are numbered from 1; an answer with another number is to none of them. */
const recordOf = ({ id }: t.TypeOf<typeof Answer>, ids: ReadonlyArray<string>): string | undefined =>
  /^[1-9]\d*$/.test(id) ? ids[Number(id) - 1] : undefined

const errorOf = ({ body }: t.TypeOf<typeof Answer>): { readonly code?: string; readonly message?: string } => {
  if (!Failure.is(body)) return {}
  const { code, message } = body.error
  return { code, ...(typeof message === 'string' && { message }) }
}

const replyOf = (
  { responses }: t.TypeOf<typeof Answers>,
  { ids }: Batch,
  reply: HttpReply,
): BatchReply | ProviderError => {
  const numbers = new Set(responses.map(({ id }) => id))
  if (numbers.size < responses.length || responses.some((answer) => recordOf(answer, ids) === undefined))
    return {
      tag: 'Garbled',
      detail: 'answers that are to no request of the batch, or two to one',
      paths: ['responses'],
    }
  if (responses.length > 0 && responses.every(({ status }) => status === 401))
    return { tag: 'Denied', status: 401, detail: 'the token is refused for each record' }
  const verdicts = responses.flatMap((answer) => {
    const { status, headers = {} } = answer
    const told = errorOf(answer)
    // A 404 in other words may be about what holds the record.
    if ((status === 404 || status === 410) && !gone.has(told.code ?? '')) return []
    const verdict = verdictOfItem({ status, headers, passes: status === 409 || status === 412, ...told }, reply)
    return verdict === undefined ? [] : [{ id: recordOf(answer, ids) as string, ...verdict }]
  })
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

/** Complete as far as each record has an answer that says that it is there, or that it is not. */
const listingOf = (responses: ReadonlyArray<t.TypeOf<typeof Answer>>, ids: ReadonlyArray<string>): Listing => {
  const there = new Set<string>()
  const missing = new Set<string>()
  for (const answer of responses) {
    const id = recordOf(answer, ids)
    if (id === undefined) continue
    if (answer.status === 200) there.add(id)
    else if (answer.status === 404 && gone.has(errorOf(answer).code ?? '')) missing.add(id)
  }
  return { ids: there, complete: true, unread: ids.filter((id) => !there.has(id) && !missing.has(id)) }
}

const explain = (body: unknown): Explanation => {
  if (!Failure.is(body)) return {}
  const { code, message } = body.error
  return { code, message: typeof message === 'string' ? message : code }
}
