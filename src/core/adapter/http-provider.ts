/**
 * The room of adapters: from a declaration (facts, requests, tables of what answers mean) to a provider. What every
 * adapter would have to remember is done here once: tokens, triage, decoding, proof of where an answer comes from, and
 * that no secret is told.
 * May import: contract, settings, intake, pace, http, run, engine.
 * Begin with `defineHttpProvider`; then calls.ts (one exchange); define-provider.ts is the same for systems behind an SDK.
 */

import * as E from 'fp-ts/lib/Either.js'
import { type ProviderError, UsageError } from '../contract/error.ts'
import type {
  Batch,
  BatchReply,
  BulkRecordProvider,
  CallContext,
  JobStarted,
  JobState,
  Place,
  Weight,
} from '../contract/provider.ts'
import { type Connection, type ConnectionSpec, connect } from '../http/config.ts'
import { isUnsafe, mayHarm, UnsafePath } from '../http/path.ts'
import type { Replies } from '../http/rows.ts'
import { scrubber, scrubVerdict } from '../http/scrub.ts'
import type { Authorization } from '../http/tokens.ts'
import { type Scale, scaleOf } from '../intake/weight.ts'
import { tokensOf } from './authorization.ts'
import { type Call, caller, type Dialect } from './calls.ts'
import { asItIs, guarded, scrubBatchReply, scrubContents, scrubJobState, scrubPlace, withSoundJob } from './caught.ts'
import { type ContentReading, readContents } from './contents.ts'
import { type Diagnosis, diagnoser } from './diagnosing.ts'
import { openQuestions, type Questions } from './inquiries.ts'
import { type ReadForm, readInForms } from './read-forms.ts'
import { build, type RequestSpec, written } from './requests.ts'

/**
 * A system, declared: facts, how its requests are built, and what its answers mean. `Prepared` is what `prepare` has
 * learnt for a batch before it is sent.
 */
export interface HttpProviderSpec<Prepared = undefined, More extends object = object> extends ConnectionSpec, Dialect {
  readonly verified: BulkRecordProvider['verified']
  readonly capabilities: BulkRecordProvider['capabilities']
  /** Default: none, for a backend that asks for no credentials. */
  readonly authorization?: Authorization
  /** Default: every id is; the engine turns away empty, over-long and unprintable ones by itself. */
  readonly isValidId?: (id: string) => boolean
  readonly identityOf?: (id: string) => string
  /** Default: learnt from `deleteBatch.request`, see `scaleOf`. Give both where `prepare` adds to the request. */
  readonly weigh?: (id: string) => Weight
  readonly overhead?: Weight
  /** What has to be known before a batch can be sent, such as current revisions, by reads of its own. */
  readonly prepare?: (batch: Batch, call: Call, context: CallContext) => Promise<E.Either<ProviderError, Prepared>>
  readonly deleteBatch: {
    readonly request: (ids: ReadonlyArray<string>, prepared: Prepared) => RequestSpec
    /** A function where an answer can't be read without what was prepared. */
    readonly replies: Replies<BatchReply | JobStarted> | ((prepared: Prepared) => Replies<BatchReply | JobStarted>)
  }
  readonly followJob?: (jobId: string) => {
    readonly request: RequestSpec
    readonly replies: Replies<JobState>
  }
  /** The usual way to ask first. */
  readonly findExisting?: readonly [ReadForm, ...ReadonlyArray<ReadForm>]
  /** How whole contents are read, so that a copy can be kept before records are deleted. */
  readonly readContent?: ContentReading
  readonly diagnose?: Diagnosis
  /** Where a run would delete: the place itself, where nothing has to be asked for it. */
  readonly identify?: Place | ((call: Call, context: CallContext) => Promise<E.Either<ProviderError, Place>>)
  /** What a caller can ask beyond the contract, such as lists of ids: members that the provider gets besides its own. */
  readonly more?: (questions: Questions) => More
}

/**
 * Makes a provider of a declaration. Sending, tokens, triage, decoding and the limits are done here: an adapter can't
 * forget a status, can't retry, can't cut batches and can't lose a record. Throws `UsageError` for a base URL,
 * a token or headers that can't be meant.
 */
export const defineHttpProvider = <Prepared = undefined, More extends object = object>(
  spec: HttpProviderSpec<Prepared, More>,
): BulkRecordProvider & More => {
  const connection = connect(spec)
  const tokens = tokensOf(spec, connection)
  const headerSecrets = Object.values(spec.http?.headers ?? {}).filter((value) => value.length >= shortestSecret)
  const scrub = scrubber(() => [...(tokens?.secrets() ?? []), ...headerSecrets])
  const send = caller(connection, tokens, spec)
  const calling =
    (context: CallContext): Call =>
    (exchange) =>
      send(exchange, context)
  const measure = (request: RequestSpec) => weightOf(connection, request)
  const { deleteBatch, followJob, identify, prepare, identityOf } = spec
  const diagnose = spec.diagnose && diagnoser(spec.diagnose)
  const means = {
    measure,
    maxUrlBytes: spec.capabilities.maxUrlBytes ?? usualUrlBytes,
    identityOf: identityOf ?? ((id: string) => id),
  }
  const read = spec.findExisting && readInForms(spec.findExisting, means)
  const readContent = spec.readContent && readContents(spec.readContent, means)

  /** In any request that carries it, for a record that can be sent has to be read, too. */
  const isUnsafeId = (id: string): boolean => {
    const builders = [
      (ids: ReadonlyArray<string>) => deleteBatch.request(ids, undefined as Prepared),
      ...(spec.findExisting ?? []).map((form) => form.request),
      ...(typeof spec.readContent === 'object' ? [spec.readContent.request] : []),
      ...(spec.diagnose ? [() => (spec.diagnose as Diagnosis).request(id)] : []),
    ]
    return builders.some((request) => isUnsafe(() => build(connection, request([id]))))
  }
  const isAskable = (jobId: string): boolean =>
    !followJob || !isUnsafe(() => build(connection, followJob(jobId).request))

  const remove = async (
    batch: Batch,
    context: CallContext,
  ): Promise<E.Either<ProviderError, BatchReply | JobStarted>> => {
    const prepared = prepare === undefined ? nothing : await prepare(batch, calling(context), context)
    if (E.isLeft(prepared)) return E.left(unsent(prepared.left))
    const request = deleteBatch.request(batch.ids, prepared.right as Prepared)
    const { replies: rows } = deleteBatch
    const replies = typeof rows === 'function' ? rows(prepared.right as Prepared) : rows
    return withSoundJob(await send({ purpose: 'delete', request, replies, batch }, context), scrub, isAskable)
  }

  const provider: BulkRecordProvider = {
    specification: 1,
    sendsByExchange: true,
    name: spec.name,
    verified: spec.verified,
    capabilities: spec.capabilities,
    isValidId: (id) => (spec.isValidId?.(id) ?? true) && !(mayHarm(id) && isUnsafeId(id)),
    ...(identityOf && { identityOf }),
    ...scaleFor(spec, measure),
    deleteBatch: (batch, context) =>
      guarded(scrub, scrubBatchReply, async () => {
        try {
          return await remove(batch, context)
        } catch (cause) {
          // What `isValidId` could not find out, because a request can't be tried without what is prepared for it.
          if (cause instanceof UnsafePath) return E.left(unsendable(cause))
          throw cause
        }
      }),
    ...(followJob && {
      followJob: (jobId, batch, context) =>
        guarded(scrub, scrubJobState, () => send({ purpose: 'poll', batch, ...followJob(jobId) }, context)),
    }),
    ...(read && {
      findExisting: (batch, context) => guarded(scrub, asItIs, () => read(batch, calling(context), context)),
    }),
    ...(readContent && {
      readContent: (batch, context) =>
        guarded(scrub, scrubContents, () => readContent(batch, calling(context), context)),
    }),
    ...(typeof spec.readContent === 'object' &&
      spec.readContent.maxIds !== undefined && { contentsPerRequest: spec.readContent.maxIds }),
    ...(diagnose && {
      diagnose: (id, context) => guarded(scrub, scrubVerdict, () => diagnose(id, calling(context), context)),
    }),
    ...(identify && {
      identify: (context) =>
        guarded(scrub, scrubPlace, async () =>
          typeof identify === 'function' ? identify(calling(context), context) : E.right(identify),
        ),
    }),
  }
  const questions = openQuestions(
    provider,
    (question) => (context) => guarded(scrub, asItIs, () => question(calling(context), context)),
    scrub,
  )
  // The same value: what is asked and what is deleted share its limits.
  return Object.assign(provider, spec.more?.(questions))
}

/** A caller's own header may be an API key; shorter values are words. */
const shortestSecret = 8

/** Most bytes of the target of a read, where the backend's limit is not known: common servers take 8,192 for the line. */
const usualUrlBytes = 8_000

const nothing = E.right(undefined)

/** Nothing was sent, and the batch would never be: whose id it is, is searched for. */
const unsendable = ({ message }: UnsafePath): ProviderError => ({
  tag: 'Refused',
  status: 0,
  detail: message,
  culprits: [],
  blames: 'rejected',
  reason: { code: 'invalid-id', message },
})

/** What went wrong while a batch was prepared has deleted nothing. */
const unsent = (error: ProviderError): ProviderError => {
  if (error.tag === 'Aborted') return { ...error, sent: false }
  if (error.tag !== 'Interrupted' && error.tag !== 'Garbled') return error
  return { tag: 'Unreachable', detail: `before the deletion was sent: ${error.detail}` }
}

const scaleFor = <Prepared>(
  spec: HttpProviderSpec<Prepared>,
  measure: (request: RequestSpec) => Weight,
): Partial<Scale> => {
  const { name, weigh, overhead, prepare, deleteBatch } = spec
  const given = { ...(weigh && { weigh }), ...(overhead && { overhead }) }
  if (prepare !== undefined || (weigh && overhead)) return given
  try {
    return { ...scaleOf((ids) => measure(deleteBatch.request(ids, undefined as Prepared))), ...given }
  } catch (cause) {
    throw new UsageError(
      `${name}: deleteBatch.request can't be tried out with made-up ids, and with none: give weigh and overhead (${cause})`,
    )
  }
}

const weightOf = (connection: Connection, request: RequestSpec): Weight => {
  const { url, body = '' } = written(connection, request)
  const { pathname, search } = new URL(url)
  return {
    urlBytes: pathname.length + search.length,
    bodyBytes: typeof body === 'string' ? new TextEncoder().encode(body).length : body.byteLength,
  }
}
