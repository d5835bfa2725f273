import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import {
  type Batch,
  type CallContext,
  type Existing,
  type Listing,
  listingOf,
  type Weight,
} from '../contract/provider.ts'
import type { Replies } from '../http/rows.ts'
import { type Scale, scaleOf } from '../intake/weight.ts'
import type { Call, RequestSpec } from './calls.ts'

/** One way to ask which records exist. Its rows answer with the ids that the backend lists, in any spelling. */
export interface ReadForm {
  /** Names what this form has proven, where it is not the first one. */
  readonly form: string
  readonly request: (ids: ReadonlyArray<string>) => RequestSpec
  readonly replies: Replies<ReadonlyArray<string> | Listing>
  /** Most ids in one request. Default: as many as the batch has, and the URL limit allows. */
  readonly maxIds?: number
}

/** What reading needs besides the forms. */
export interface ReadingMeans {
  readonly measure: (request: RequestSpec) => Weight
  /** Most bytes of a request target. */
  readonly maxUrlBytes: number
  readonly identityOf: (id: string) => string
}

/**
 * Asks which of a batch exist: in the first form, and in the next one once a form is refused, can't be read or lists
 * what was not asked for. What was learnt of the backend on the way is kept for the run.
 */
export const readInForms = (forms: ReadonlyArray<ReadForm>, means: ReadingMeans) => {
  const scales = forms.map(({ request, maxIds }) =>
    maxIds === 1 ? undefined : scaleOf((ids) => means.measure(request(ids))),
  )
  return async (batch: Batch, call: Call, context: CallContext): Promise<E.Either<ProviderError, Existing>> => {
    const learnt = learntIn(context)
    for (let index = learnt.form; ; index++) {
      const form = forms[index] as ReadForm
      const listed = await list(form, scales[index], batch, call, means, learnt)
      if (E.isLeft(listed)) {
        const useless = listed.left.tag === 'Refused' || listed.left.tag === 'Garbled'
        if (!useless || index + 1 === forms.length) return listed
        learnt.form = Math.max(learnt.form, index + 1)
        continue
      }
      const existing = new Set(batch.ids.filter((id) => listed.right.has(means.identityOf(id))))
      return E.right(index === 0 ? existing : { ids: existing, complete: true, form: form.form })
    }
  }
}

interface Learnt {
  /** The first form that may work. */
  form: number
  /** Most ids in one request of a form, where a request was too long. */
  readonly maxIds: Map<string, number>
}

const learntIn = ({ memory }: CallContext): Learnt => {
  const known = memory.get('reading') as Learnt | undefined
  if (known !== undefined) return known
  const learnt: Learnt = { form: 0, maxIds: new Map() }
  memory.set('reading', learnt)
  return learnt
}

/** Requests of one read that go out at once. */
const lanes = 4

/** The identities that are listed, of those asked for. */
const list = async (
  form: ReadForm,
  scale: Scale | undefined,
  { number, ids }: Batch,
  call: Call,
  means: ReadingMeans,
  learnt: Learnt,
): Promise<E.Either<ProviderError, ReadonlySet<string>>> => {
  const most = Math.min(form.maxIds ?? ids.length, learnt.maxIds.get(form.form) ?? ids.length)
  const chunks = cut(ids, scale, most, means.maxUrlBytes)
  const found = new Set<string>()
  let failure: ProviderError | undefined

  const ask = async (chunk: ReadonlyArray<string>): Promise<void> => {
    const { replies } = form
    const answer = await call({ purpose: 'read', request: form.request(chunk), replies, batch: { number, ids: chunk } })
    if (E.isRight(answer)) {
      const { ids: shown, complete } = listingOf(answer.right)
      const asked = new Set(chunk.map(means.identityOf))
      const identities = Array.from(shown, means.identityOf)
      if (identities.some((identity) => !asked.has(identity))) {
        failure ??= { tag: 'Garbled', detail: 'the listing holds records that were not asked for', paths: [] }
        return
      }
      for (const identity of identities) found.add(identity)
      const rest = chunk.filter((id) => !found.has(means.identityOf(id)))
      if (!complete && rest.length > 0 && rest.length < chunk.length) chunks.push(rest)
    } else if (answer.left.tag === 'TooLarge' && chunk.length > 1) {
      const half = Math.ceil(chunk.length / 2)
      learnt.maxIds.set(form.form, Math.min(half, learnt.maxIds.get(form.form) ?? half))
      chunks.push(chunk.slice(0, half), chunk.slice(half))
    } else failure ??= answer.left
  }
  const lane = async (): Promise<void> => {
    for (let chunk = chunks.pop(); chunk !== undefined && failure === undefined; chunk = chunks.pop()) await ask(chunk)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, chunks.length) }, lane))
  return failure === undefined ? E.right(found) : E.left(failure)
}

const cut = (ids: ReadonlyArray<string>, scale: Scale | undefined, maxIds: number, maxUrlBytes: number): string[][] => {
  const chunks: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const id of ids) {
    const weight = scale?.weigh(id).urlBytes ?? 0
    const last = chunks.at(-1)
    if (last === undefined || last.length >= maxIds || bytes + weight > maxUrlBytes) {
      chunks.push([id])
      bytes = (scale?.overhead.urlBytes ?? 0) + weight
    } else {
      last.push(id)
      bytes += weight
    }
  }
  return chunks
}
