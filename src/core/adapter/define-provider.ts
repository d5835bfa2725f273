import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type CallContext,
  type Contents,
  ExchangeClosed,
  type Existing,
  type HttpReply,
  type JobStarted,
  type JobState,
  listingOf,
  type Place,
  type Purpose,
  type Verdict,
  type Weight,
} from '../contract/provider.ts'
import { type Scrub, scrubber, scrubVerdict } from '../http/scrub.ts'
import type { Call } from './calls.ts'
import { asItIs, guarded, scrubBatchReply, scrubContents, scrubJobState, scrubPlace, withSoundJob } from './caught.ts'
import { readInWays, type Way } from './reading.ts'

/**
 * What went wrong, as data: `{ tag: 'Throttled', detail: 'slow down', retryAfterMs: 500 }`, `{ tag: 'Denied' }`. An SDK may
 * have no status to tell, and no culprits to name: what is left out is not known.
 */
export type Trouble = Loose<ProviderError>

type Loose<Wrong> = Wrong extends ProviderError
  ? Omit<Wrong, Omissible> & { readonly [Name in keyof Wrong & Omissible]?: Wrong[Name] }
  : never
type Omissible = 'detail' | 'status' | 'culprits' | 'blames' | 'paths' | 'cause'

/** What a member answers, or what went wrong. */
export type Told<A> = A | Trouble

/** Asks which of a batch exist. */
type Reader = (batch: Batch, context: CallContext) => Promise<Told<Iterable<string> | Existing>>

/** One way to ask which records exist. */
export interface SdkReadForm {
  /** Names what this form has proven, where it is not the first one. */
  readonly form: string
  /** Most ids in one call. Default: that of the provider. */
  readonly maxIds?: number
  readonly findExisting: Reader
}

/** A system that is reached by an SDK, or by any other means than HTTP requests of our own. */
export interface ProviderSpec {
  readonly name: string
  readonly capabilities: BulkRecordProvider['capabilities']
  /** Default `documentation`. */
  readonly verified?: BulkRecordProvider['verified']
  /** Default: every id is; the engine turns away empty, over-long and unprintable ones by itself. */
  readonly isValidId?: (id: string) => boolean
  readonly identityOf?: (id: string) => string
  readonly weigh?: (id: string) => Weight
  readonly overhead?: Weight
  /** What must not be shown; asked each time. Default: nothing, beyond what looks like a credential. */
  readonly secrets?: () => Iterable<string>
  readonly identify?: (context: CallContext) => Promise<Told<Place>>
  readonly deleteBatch: (batch: Batch, context: CallContext) => Promise<Told<BatchReply | JobStarted>>
  readonly followJob?: (jobId: string, batch: Batch, context: CallContext) => Promise<Told<JobState>>
  /**
   * The ids that exist, in any spelling; or with a `form`, where there is more than one way of asking. Several ways may be
   * given as a list: the next one is used once one is `Refused`, `Garbled`, or lists what was not asked for.
   */
  readonly findExisting?: Reader | readonly [SdkReadForm, ...ReadonlyArray<SdkReadForm>]
  /** Most ids in one call of `findExisting`. Default: as many as the batch has. A larger batch is asked for in several. */
  readonly maxIds?: number
  /** Whole contents, in any spelling of the ids; what is left out could not be read, and is not deleted. */
  readonly readContent?: (batch: Batch, context: CallContext) => Promise<Told<Contents>>
  readonly diagnose?: (id: string, context: CallContext) => Promise<Told<Verdict>>
}

/**
 * Makes a provider of plain async functions, without fp-ts. Each call of a member has its turn at the gate, its time-out
 * and its place in the count like one request; pass `context.signal` on. Let the SDK send once: its own retries off.
 *
 * What a member throws is `Interrupted`: it may have happened, whatever the error says of itself. What is known better
 * is returned: `Throttled` or `Unavailable` where nothing was done, `Unreachable` where nothing was sent, `Denied` where
 * we may not, `Refused` where this batch was refused and nothing of it done. Which of them an SDK's error is, is for the
 * adapter to say.
 *
 *     defineProvider({
 *       name: 'shelf',
 *       capabilities: { maxBatchSize: 50, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
 *       async deleteBatch({ ids }, { signal }) {
 *         const { failed } = await client.removeAll(ids, { signal })
 *         const verdicts = failed.map(({ id, why }) => ({ id, is: 'rejected', reason: { code: why, message: why } }))
 *         return { kind: 'ById', verdicts, silence: 'deleted' }
 *       },
 *     })
 */
export const defineProvider = (spec: ProviderSpec): BulkRecordProvider => {
  const { capabilities, identityOf, weigh, overhead, identify, followJob, findExisting, readContent, diagnose } = spec
  const scrub = scrubber(() => spec.secrets?.() ?? [])
  const soundJob = (told: Told<BatchReply | JobStarted>): Told<BatchReply | JobStarted> => {
    const checked = isTrouble(told) ? E.left(errorOf(told)) : withSoundJob<BatchReply>(E.right(told), scrub)
    return E.isLeft(checked) ? checked.left : checked.right
  }
  return {
    specification: 1,
    sendsByExchange: 'calls',
    name: spec.name,
    verified: spec.verified ?? 'documentation',
    capabilities,
    isValidId: spec.isValidId ?? (() => true),
    ...(identityOf && { identityOf }),
    ...(weigh && { weigh }),
    ...(overhead && { overhead }),
    ...(identify && { identify: (context) => member(scrub, scrubPlace, 'read', context, identify) }),
    deleteBatch: (batch, context) =>
      member(scrub, scrubBatchReply, 'delete', context, async (own) => soundJob(await spec.deleteBatch(batch, own))),
    ...(followJob && {
      followJob: (jobId, batch, context) =>
        member(scrub, scrubJobState, 'poll', context, (own) => followJob(jobId, batch, own)),
    }),
    ...(findExisting && { findExisting: readerOf(spec, findExisting, scrub) }),
    ...(readContent && {
      readContent: (batch, context) => member(scrub, scrubContents, 'read', context, (own) => readContent(batch, own)),
    }),
    ...(diagnose && {
      diagnose: (id, context) => member(scrub, scrubVerdict, 'delete', context, (own) => diagnose(id, own)),
    }),
  }
}

/** A plain function answers for the whole batch; a limit or several forms make pieces of it, each a call of its own. */
const readerOf = (
  { maxIds, identityOf = itself }: ProviderSpec,
  given: NonNullable<ProviderSpec['findExisting']>,
  scrub: Scrub,
): NonNullable<BulkRecordProvider['findExisting']> => {
  const asked = (find: Reader, batch: Batch, context: CallContext) =>
    member<Existing>(scrub, asItIs, 'read', context, async (own) =>
      existingIn(batch, await find(batch, own), identityOf),
    )
  if (typeof given === 'function' && maxIds === undefined) return (batch, context) => asked(given, batch, context)
  const forms = typeof given === 'function' ? [{ form: 'usual', findExisting: given }] : given
  const ways = forms.map(
    ({ form, findExisting, ...own }): Way => ({
      form,
      maxIds: ('maxIds' in own ? own.maxIds : undefined) ?? maxIds,
      ask: async (batch, _, context) => {
        const existing = await asked(findExisting, batch, context)()
        return E.isLeft(existing) ? existing : E.right(listingOf(existing.right))
      },
    }),
  )
  const read = readInWays(ways, { identityOf, maxUrlBytes: Number.POSITIVE_INFINITY })
  return (batch, context) => guarded(scrub, asItIs, () => read(batch, noRequests, context))
}

const itself = (id: string): string => id

/** An SDK sends by itself. */
const noRequests: Call = async () =>
  E.left({ tag: 'Defect', detail: 'an SDK makes its own requests', cause: undefined })

/** One call of a member is one exchange. Those that it makes by itself are part of it: they have no turn of their own. */
const member = <A>(
  scrub: Scrub,
  scrubValue: (value: A, scrub: Scrub) => A,
  purpose: Exclude<Purpose, 'token'>,
  context: CallContext,
  act: (context: CallContext) => Promise<Told<A>>,
): TaskEither<ProviderError, A> =>
  guarded(scrub, scrubValue, async () => {
    let told: Told<A> | undefined
    let began = false
    try {
      await context.exchange(purpose, async (signal, onSent) => {
        onSent()
        began = true
        let last = noReply
        const exchange: CallContext['exchange'] = async (_, send) => {
          last = await send(signal, () => {})
          return last
        }
        told = await act({ ...context, signal, exchange })
        return last
      })
    } catch (cause) {
      return E.left(thrown(cause, began, context.signal.aborted))
    }
    return isTrouble(told) ? E.left(errorOf(told)) : E.right(told as A)
  })

const noReply: HttpReply = { status: 200, headers: new Headers(), text: '' }

const thrown = (cause: unknown, began: boolean, cut: boolean): ProviderError => {
  if (cut || (!began && cause instanceof ExchangeClosed))
    return { tag: 'Aborted', sent: began, detail: 'the run is ending' }
  const detail = cause instanceof Error ? cause.message : 'something that is no Error was thrown'
  return { tag: 'Interrupted', detail }
}

const isTrouble = (told: unknown): told is Trouble => typeof told === 'object' && told !== null && 'tag' in told

const errorOf = (told: Trouble): ProviderError =>
  ({ detail: 'no reason given', ...unknowns[told.tag], ...told }) as ProviderError

const unknowns: { readonly [Tag in ProviderError['tag']]?: object } = {
  Refused: { status: 0, culprits: [], blames: 'unknown' },
  Denied: { status: 0 },
  Garbled: { paths: [] },
  Defect: { cause: undefined },
}

/** In the spelling of the batch. A list with records that were not asked for is another list. */
const existingIn = (
  { ids }: Batch,
  told: Told<Iterable<string> | Existing>,
  identityOf: (id: string) => string,
): Told<Existing> => {
  if (isTrouble(told)) return told
  const listing = listingOf(told)
  const asked = new Set(ids.map(identityOf))
  const found = new Set(Array.from(listing.ids, identityOf))
  if ([...found].some((identity) => !asked.has(identity)))
    return { tag: 'Garbled', detail: 'the listing holds records that were not asked for', paths: [] }
  return { ...listing, ids: new Set(ids.filter((id) => found.has(identityOf(id)))) }
}
