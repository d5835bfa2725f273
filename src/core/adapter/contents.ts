import * as E from 'fp-ts/lib/Either.js'
import type { ErrorTag, ProviderError } from '../contract/error.ts'
import type { Batch, CallContext, Contents, RecordContent } from '../contract/provider.ts'
import type { Replies } from '../http/rows.ts'
import { type Scale, scaleOf } from '../intake/weight.ts'
import type { Call } from './calls.ts'
import type { ReadingMeans } from './read-forms.ts'
import { cut } from './reading.ts'
import type { RequestSpec } from './requests.ts'

/**
 * How contents are read. The rows answer with those records only whose content is whole, and say by what the answer shows
 * it: a count, no next page, every field that was asked for. Numbers keep all of their digits. What an answer leaves out is
 * asked for again in smaller requests, down to single ids; what stays out is not deleted.
 */
export interface ContentForm {
  readonly request: (ids: ReadonlyArray<string>) => RequestSpec
  readonly replies: Replies<Contents>
  /** Most ids in one request. Default: as many as the batch has, and the URL limit allows. */
  readonly maxIds?: number
  /** Ids that such a request would not mean as they are: each is asked for by itself, in this way. */
  readonly apart?: {
    readonly ids: (id: string) => boolean
    readonly request: (id: string) => RequestSpec
    readonly replies: Replies<Contents>
  }
  /** What else belongs to a record, such as comments on pages of their own: the content with all of it. */
  readonly whole?: (record: RecordContent, call: Call) => Promise<E.Either<ProviderError, unknown>>
}

/** The form, or what has to be asked to know it, such as the names of all fields: asked once a run. */
export type ContentReading =
  | ContentForm
  | ((call: Call, context: CallContext) => Promise<E.Either<ProviderError, ContentForm>>)

/** Reads the contents of a batch. An error says that none of them could be read. */
export const readContents = (reading: ContentReading, means: ReadingMeans) => {
  const scales = new WeakMap<ContentForm, Scale>()
  return async (batch: Batch, call: Call, context: CallContext): Promise<E.Either<ProviderError, Contents>> => {
    const form = typeof reading === 'function' ? await formOf(reading, call, context) : E.right(reading)
    if (E.isLeft(form)) return form
    const scale =
      scales.get(form.right) ??
      scaleOf((ids) => (form.right.maxIds === 1 ? nothing : means.measure(form.right.request(ids))))
    scales.set(form.right, scale)
    return collect(form.right, scale, batch, call, means)
  }
}

const nothing = { urlBytes: 0, bodyBytes: 0 }

/** Calls that go on at once wait for the one that asks. */
const formOf = async (
  ask: Exclude<ContentReading, ContentForm>,
  call: Call,
  context: CallContext,
): Promise<E.Either<ProviderError, ContentForm>> => {
  const { memory, waitFor = (promise) => promise } = context
  const known = memory.get(memoryName) as Promise<E.Either<ProviderError, ContentForm>> | undefined
  if (known !== undefined) return waitFor(known)
  const asked = ask(call, context)
  memory.set(memoryName, asked)
  const forget = (): void => {
    if (memory.get(memoryName) === asked) memory.delete(memoryName)
  }
  try {
    const form = await asked
    if (E.isLeft(form)) forget()
    return form
  } catch (cause) {
    forget()
    throw cause
  }
}

const memoryName = 'content-form'

/** Ids to be asked for in one request; `again` once a single one came to nothing. */
interface Piece {
  readonly ids: ReadonlyArray<string>
  readonly again?: true
}

/** Requests of one read that go out at once. */
const lanes = 4

/** Requests in a row that may come to nothing before the rest is given up. */
const mostInVain = 8

/** What is wrong with us, or with the backend as a whole: the next request would meet it, too. */
const ends: ReadonlySet<ErrorTag> = new Set<ErrorTag>([
  'Throttled',
  'Unavailable',
  'Unreachable',
  'Denied',
  'Aborted',
  'Defect',
])

const collect = async (
  form: ContentForm,
  scale: Scale,
  { number, ids }: Batch,
  call: Call,
  { identityOf, maxUrlBytes }: ReadingMeans,
): Promise<E.Either<ProviderError, Contents>> => {
  const { apart } = form
  const isApart = (id: string) => apart?.ids(id) === true
  const spelled = new Map(ids.map((id) => [identityOf(id), id]))
  const queue: Piece[] = cut(
    ids.filter((id) => !isApart(id)),
    form.maxIds === 1 ? undefined : scale,
    form.maxIds ?? ids.length,
    maxUrlBytes,
  ).map((piece) => ({ ids: piece }))
  queue.push(...ids.filter(isApart).map((id) => ({ ids: [id] })))
  const found = new Map<string, RecordContent>()
  const absent = new Set<string>()
  let end: ProviderError | undefined
  let failure: ProviderError | undefined
  let inVain = 0

  /** Smaller, or once more; what is single and failed twice stays out. */
  const narrow = ({ ids: some, again }: Piece): void => {
    const half = Math.ceil(some.length / 2)
    if (some.length > 1) queue.push({ ids: some.slice(0, half) }, { ids: some.slice(half) })
    else if (again === undefined && ids.length > 1) queue.push({ ids: some, again: true })
  }
  const fail = (piece: Piece, error: ProviderError): void => {
    if (ends.has(error.tag)) {
      end ??= error
      return
    }
    failure = error
    inVain++
    if (piece.ids.length > 1 || (error.tag !== 'Refused' && error.tag !== 'TooLarge')) narrow(piece)
  }
  const keep = async (record: RecordContent): Promise<ProviderError | undefined> => {
    const identity = identityOf(record.id)
    const whole = form.whole === undefined ? E.right(record.content) : await form.whole(record, call)
    if (E.isLeft(whole)) return whole.left
    found.set(identity, { id: spelled.get(identity) ?? record.id, content: whole.right })
    return undefined
  }
  const ask = async (piece: Piece): Promise<void> => {
    const [first] = piece.ids as readonly [string]
    const { request, replies } =
      apart !== undefined && isApart(first)
        ? { request: apart.request(first), replies: apart.replies }
        : { request: form.request(piece.ids), replies: form.replies }
    const answer = await call({ purpose: 'read', request, replies, batch: { number, ids: piece.ids }, exact: true })
    if (E.isLeft(answer)) return fail(piece, answer.left)
    const asked = new Set(piece.ids.map(identityOf))
    const { records } = answer.right
    const shown = new Set(records.map(({ id }) => identityOf(id)))
    if (shown.size < records.length || [...shown].some((identity) => !asked.has(identity)))
      return fail(piece, { tag: 'Garbled', detail: 'the answer holds records that were not asked for', paths: [] })
    for (const id of answer.right.absent ?? []) {
      const identity = identityOf(id)
      if (asked.has(identity) && !shown.has(identity)) absent.add(identity)
    }
    let trouble = answer.right.failure
    for (const record of records) {
      const wrong = await keep(record)
      if (wrong !== undefined && ends.has(wrong.tag)) return fail(piece, wrong)
      trouble = wrong ?? trouble
    }
    failure = trouble ?? failure
    const rest = piece.ids.filter((id) => !found.has(identityOf(id)) && !absent.has(identityOf(id)))
    if (rest.length < piece.ids.length) inVain = 0
    else inVain++
    if (rest.length === piece.ids.length) narrow(piece)
    else if (rest.length > 0) queue.push({ ids: rest })
  }
  let at = 0
  const lane = async (): Promise<void> => {
    while (end === undefined && at < queue.length && inVain < mostInVain) await ask(queue[at++] as Piece)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, queue.length) }, lane))
  if (end !== undefined) return E.left(end)
  if (found.size + absent.size === 0 && failure !== undefined) return E.left(failure)
  return E.right({ records: [...found.values()], absent, ...(failure !== undefined && { failure }) })
}
