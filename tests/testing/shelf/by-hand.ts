/** Adapters without `defineHttpProvider`: members written by hand, where there is more to get wrong. */
import * as E from 'fp-ts/lib/Either.js'
import type {
  Batch,
  BatchReply,
  BulkRecordProvider,
  CallContext,
  HttpReply,
  ProviderError,
} from '../../../src/http-provider.ts'
import { named } from './adapters.ts'
import { type Entry, shelfToken } from './records.ts'

/** Sends one request and reads the whole answer. */
export type Ask = (context: CallContext, purpose: 'delete' | 'read', path: string, body: unknown) => Promise<HttpReply>

/** One request an exchange, no redirect followed. */
export const askOnce =
  (baseUrl: string): Ask =>
  (context, purpose, path, body) =>
    context.exchange(purpose, async (signal) => {
      const response = await fetch(`${baseUrl}/${path}`, { ...requestOf(body), redirect: 'manual', signal })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })

export const requestOf = (body: unknown) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${shelfToken}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** The status, judged by hand. */
export const errorOf = ({ status }: HttpReply): ProviderError => {
  const detail = `HTTP ${status}`
  if ([401, 403, 407].includes(status) || (status >= 300 && status < 400)) return { tag: 'Denied', status, detail }
  if (status === 413) return { tag: 'TooLarge', detail }
  if ([420, 423, 425, 429].includes(status)) return { tag: 'Throttled', detail }
  if (status >= 500 || status === 408) return { tag: 'Interrupted', detail, status }
  if (status >= 400) return { tag: 'Refused', status, detail, culprits: [], blames: 'unknown' }
  return { tag: 'Garbled', detail, paths: [] }
}

/** No answer: it may have happened, unless it was never sent. */
export const failureOf = (cause: unknown): ProviderError =>
  cause instanceof Error && cause.name === 'ExchangeClosed'
    ? { tag: 'Aborted', detail: 'cut short', sent: false }
    : { tag: 'Interrupted', detail: 'no answer' }

interface Listed {
  readonly records?: ReadonlyArray<{ readonly id: string }>
  readonly total?: number
}

/** What a broken adapter does otherwise. */
export interface Hand {
  readonly ask?: (baseUrl: string) => Ask
  readonly errorOf?: (reply: HttpReply, context: CallContext) => ProviderError
  readonly failureOf?: (cause: unknown) => ProviderError
  readonly judge?: (reply: HttpReply, batch: Batch) => E.Either<ProviderError, BatchReply>
  readonly members?: (provider: BulkRecordProvider, baseUrl: string) => Partial<BulkRecordProvider>
}

/** For the backend that answers with one result for each record. */
export const byHand =
  ({
    ask = askOnce,
    errorOf: toError = errorOf,
    failureOf: toFailure = failureOf,
    judge = judgeResults,
    members,
  }: Hand = {}) =>
  (baseUrl: string): BulkRecordProvider => {
    const send = ask(baseUrl)
    const provider: BulkRecordProvider = {
      specification: 1,
      name: 'by-hand',
      verified: 'documentation',
      sendsByExchange: true,
      capabilities: {
        maxBatchSize: 10,
        atomicity: 'per-record',
        replay: 'safe',
        effect: 'erased',
        lateEffectMs: 3_000,
      },
      isValidId: () => true,
      identify: () => async () => E.right({ key: 'acme', label: 'ACME', production: 'unknown' }),
      deleteBatch: (batch, context) => async () => {
        try {
          const reply = await send(context, 'delete', 'delete', { ids: batch.ids })
          return reply.status === 200 ? judge(reply, batch) : E.left(toError(reply, context))
        } catch (cause) {
          return E.left(toFailure(cause))
        }
      },
      findExisting: (batch, context) => async () => {
        try {
          const reply = await send(context, 'read', 'list', { ids: batch.ids })
          const { records, total } = (parsed(reply.text) ?? {}) as Listed
          if (reply.status !== 200 || !Array.isArray(records)) return E.left(errorOf(reply))
          // A list of others is another list: whatever it leaves out may exist.
          if (records.some(({ id }) => !batch.ids.includes(id))) return E.left(errorOf(reply))
          return E.right({ ids: records.map(({ id }) => id), complete: records.length === total })
        } catch (cause) {
          return E.left(failureOf(cause))
        }
      },
    }
    return { ...provider, ...members?.(provider, baseUrl) }
  }

const judgeResults = ({ text, status }: HttpReply): E.Either<ProviderError, BatchReply> => {
  const { results } = (parsed(text) ?? {}) as { results?: ReadonlyArray<Entry> }
  if (!Array.isArray(results)) return E.left({ tag: 'Garbled', detail: `HTTP ${status}, and no results`, paths: [] })
  return E.right({ kind: 'ById', verdicts: named(results), silence: 'unconfirmed' })
}

export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
