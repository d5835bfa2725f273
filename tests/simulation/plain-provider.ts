import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type CallContext,
  ExchangeClosed,
  type HttpReply,
  type JobStarted,
  type JobState,
  type Listing,
  type PlainFetch,
  type ProviderError,
  type Purpose,
  type Row,
} from '../../src/http-provider.ts'
import { openBareLine } from './bare-line.ts'
import { capabilitiesOf, isValidId, jobRows, replyRows } from './generic-provider.ts'
import type { Scenario } from './scenario.ts'
import type { Server } from './server.ts'
import type { World } from './world.ts'

/** What a call came to: an answer, or what went wrong on the way. */
export type Line = (
  purpose: Exclude<Purpose, 'token'>,
  request: { readonly method: string; readonly target: string; readonly body: string },
  context: CallContext,
) => Promise<E.Either<ProviderError, HttpReply>>

/**
 * A provider that is written by hand: plain members, no `defineHttpProvider`. Some use `context.exchange`, some talk to
 * their backend in a way of their own, and some of these answer at once.
 */
export const plainProvider = (scenario: Scenario, line: Line): BulkRecordProvider => {
  const { traits } = scenario
  const rows = replyRows(scenario)
  const identityOf = (id: string) => (traits.anyCase ? id.toLowerCase() : id)

  const ask =
    <Meaning>(
      purpose: Exclude<Purpose, 'token'>,
      [method, target, body = '']: readonly [string, string, string?],
      batch: Batch,
      context: CallContext,
      judge: (reply: HttpReply, body: unknown) => E.Either<ProviderError, Meaning>,
    ): TaskEither<ProviderError, Meaning> =>
    async () => {
      const answered = await line(purpose, { method, target, body }, context)
      if (E.isLeft(answered)) return answered
      const text = parsed(answered.right.text)
      if (text === unreadable && answered.right.status < 400) return E.left(garbled)
      const value = text === unreadable ? undefined : text
      const failure = failureOf(answered.right.status, value, batch, identityOf, answered.right.headers)
      return failure === undefined ? judge(answered.right, value) : E.left(failure)
    }

  return {
    specification: 1,
    name: 'plain',
    verified: 'documentation',
    capabilities: capabilitiesOf(scenario),
    isValidId,
    ...(traits.anyCase && { identityOf }),
    deleteBatch: (batch, context) => {
      const request = ['POST', '/records/delete', JSON.stringify({ ids: batch.ids })] as const
      return ask<BatchReply | JobStarted>('delete', request, batch, context, (reply, body) => {
        if (!traits.job) return readBy(rows, reply, body, batch)
        const { job } = (body ?? {}) as { job?: string }
        return job === undefined ? E.left(garbled) : E.right({ kind: 'JobStarted', jobId: job })
      })
    },
    ...(traits.job && {
      followJob: (jobId: string, batch: Batch, context: CallContext) =>
        ask<JobState>('poll', ['GET', `/jobs/${jobId}`], batch, context, (reply, body) =>
          readBy(jobRows(jobId, rows), reply, body, batch),
        ),
    }),
    ...(traits.reader !== 'none' && {
      findExisting: (batch: Batch, context: CallContext) => {
        const target = `/records?ids=${batch.ids.map(encodeURIComponent).join(',')}`
        return ask<Listing>('read', ['GET', target], batch, context, (_reply, body) => {
          const { ids, more = false, unread = [] } = (body ?? {}) as Partial<ListBody>
          if (ids === undefined) return E.left(garbled)
          const listed = new Set(ids.map(identityOf))
          const shown = batch.ids.filter((id) => listed.has(identityOf(id)))
          return E.right({ ids: shown, complete: !more, unread })
        })
      },
    }),
  }
}

interface ListBody {
  readonly ids: ReadonlyArray<string>
  readonly more: boolean
  readonly unread: ReadonlyArray<string>
}

const readBy = <Meaning>(
  rows: ReadonlyArray<Row<Meaning | ProviderError>>,
  reply: HttpReply,
  body: unknown,
  batch: Batch,
): E.Either<ProviderError, Meaning> => {
  const row = rows.find(({ statuses }) => statuses.includes(reply.status))
  const read = row?.read(body, batch, reply)
  if (read === undefined || E.isLeft(read)) return E.left(garbled)
  const meaning = read.right
  return isError(meaning) ? E.left(meaning) : E.right(meaning)
}

const isError = (meaning: unknown): meaning is ProviderError =>
  typeof meaning === 'object' && meaning !== null && 'tag' in meaning

const garbled: ProviderError = { tag: 'Garbled', detail: 'not what was expected', paths: [] }

const unreadable = Symbol('unreadable')

const parsed = (text: string): unknown => {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return unreadable
  }
}

/** The status, judged by hand. */
const failureOf = (
  status: number,
  body: unknown,
  { ids }: Batch,
  identityOf: (id: string) => string,
  headers: Headers,
): ProviderError | undefined => {
  const { error = {} } = (body ?? {}) as { error?: { code?: string; kind?: string; id?: string } }
  const asked = headers.get('retry-after') ?? headers.get('x-ratelimit-reset') ?? ''
  const waitMs = asked.includes('GMT')
    ? Date.parse(asked) - Date.parse(headers.get('date') ?? '')
    : Number(asked) * 1_000
  const wait = waitMs > 0 ? { retryAfterMs: waitMs } : {}
  const detail = `status ${status}`
  if (status < 300 || error.code === 'no-such-job') return undefined
  if (status === 401 || status === 403 || status < 400) return { tag: 'Denied', status, detail }
  if (status === 413) return { tag: 'TooLarge', detail }
  if (status === 429) return { tag: 'Throttled', detail, ...wait }
  if (error.code === 'closed') return { tag: 'Unavailable', detail, ...wait }
  if (status >= 500) return { tag: 'Interrupted', detail, ...wait }
  const { code = 'refused', kind, id = '' } = error
  const blames = kind === undefined ? 'unknown' : kind === 'absent' ? 'absent' : 'rejected'
  const reason = { code: `vendor:${code}`, message: `${code} by hand` }
  const named = ids.filter((each) => identityOf(each) === identityOf(id))
  const culprits = named.map((each) =>
    blames === 'absent' ? ({ id: each, is: 'absent' } as const) : ({ id: each, is: 'rejected', reason } as const),
  )
  return { tag: 'Refused', status, detail, culprits: blames === 'unknown' ? [] : culprits, blames, reason }
}

/** The line that such a provider has. */
export const openLine = (world: World, server: Server, fetch: PlainFetch): Line =>
  world.scenario.traits.hand === 'exchange' ? exchangeLine(fetch) : openBareLine(world, server)

/** Over the engine's exchange, with a `fetch` of its own. */
const exchangeLine =
  (fetch: PlainFetch): Line =>
  async (purpose, { method, target, body }, context) => {
    try {
      const reply = await context.exchange(purpose, async (signal) => {
        const init = { method, signal, ...(body !== '' && { body }) }
        const response = await fetch(`https://backend.example.test${target}`, init)
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
      return E.right(reply)
    } catch (cause) {
      if (cause instanceof ExchangeClosed || context.signal.aborted)
        return E.left({ tag: 'Aborted', detail: 'cut short', sent: !(cause instanceof ExchangeClosed) })
      const code = cause instanceof Error ? (cause.cause as { code?: string } | undefined)?.code : undefined
      const never = code === 'ECONNREFUSED' || code === 'ENOTFOUND'
      return E.left({ tag: never ? 'Unreachable' : 'Interrupted', detail: code ?? 'no answer' })
    }
  }
