import * as E from 'fp-ts/lib/Either.js'
import type { ErrorTag, ProviderError } from '../contract/error.ts'
import { type Batch, type CallContext, type Existing, type Listing, listingOf } from '../contract/provider.ts'
import type { Scale } from '../intake/weight.ts'
import type { Call } from './calls.ts'

/** A form, whatever it asks with. */
export interface Way {
  readonly form: string
  readonly maxIds?: number | undefined
  readonly scale?: Scale | undefined
  /** Ids that are asked for one by one. */
  readonly isApart?: (id: string) => boolean
  /** One request, or one call of an SDK. */
  readonly ask: (
    batch: Batch,
    call: Call,
    context: CallContext,
  ) => Promise<E.Either<ProviderError, ReadonlyArray<string> | Listing>>
}

/** What reading needs besides the ways. */
export interface Means {
  /** Most bytes of a request target. */
  readonly maxUrlBytes: number
  readonly identityOf: (id: string) => string
}

/** Reads a batch, in whichever way shows most. */
export type ReadBatch = (batch: Batch, call: Call, context: CallContext) => Promise<E.Either<ProviderError, Existing>>

/**
 * Asks which of a batch exist: in the first form, and in the next one once a form is refused, can't be read or lists
 * what was not asked for. What was learnt of the backend on the way is kept for the run.
 */
export const readInWays = (ways: ReadonlyArray<Way>, means: Means): ReadBatch => {
  return async (batch: Batch, call: Call, context: CallContext): Promise<E.Either<ProviderError, Existing>> => {
    const learnt = learntIn(context)
    for (let index = learnt.form; ; index++) {
      const way = ways[index] as Way
      const isLast = index + 1 === ways.length
      const read = await list(way, isLast, batch, (piece) => way.ask(piece, call, context), means, learnt)
      if (E.isLeft(read)) {
        if (!isUseless(read.left) || isLast) return read
        learnt.form = Math.max(learnt.form, index + 1)
        continue
      }
      const { found, unread } = read.right
      const existing = new Set(batch.ids.filter((id) => found.has(means.identityOf(id))))
      if (index === 0 && unread.length === 0) return E.right(existing)
      return E.right({
        ids: existing,
        complete: true,
        ...(unread.length > 0 && { unread }),
        ...(index > 0 && { form: way.form }),
      })
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

/** What one read in one form came to. */
interface Read {
  /** The identities that are listed. */
  readonly found: ReadonlySet<string>
  /** Those of the batch that no answer spoke of. */
  readonly unread: ReadonlyArray<string>
}

/** Ids to be asked for in one request; `again` once a single one came to nothing. */
interface Piece {
  readonly ids: ReadonlyArray<string>
  readonly again?: true
}

/** Requests of one read that go out at once. */
const lanes = 4

/** Answers in a row that may tell nothing new, and requests in a row that may fail, before the rest is given up. */
const mostFruitless = 16
const mostFailures = 6
/** … where none has been answered: a batch and both halves of it. */
const mostAtFirst = 3

/** What is wrong with us, or with the backend as a whole: it says nothing of the records that were asked for, and the next request would meet it, too. */
const ends: ReadonlySet<ErrorTag> = new Set<ErrorTag>([
  'Throttled',
  'Unavailable',
  'Unreachable',
  'Denied',
  'Aborted',
  'Defect',
])

const isUseless = ({ tag }: ProviderError): boolean => tag === 'Refused' || tag === 'Garbled'

const list = async (
  { form, maxIds = Number.POSITIVE_INFINITY, scale, isApart = () => false }: Way,
  isLast: boolean,
  { number, ids }: Batch,
  way: (piece: Batch) => ReturnType<Way['ask']>,
  means: Means,
  learnt: Learnt,
): Promise<E.Either<ProviderError, Read>> => {
  const { identityOf } = means
  const most = Math.min(maxIds, ids.length, learnt.maxIds.get(form) ?? ids.length)
  const together = ids.filter((id) => !isApart(id))
  const queue: Piece[] = cut(together, scale, most, means.maxUrlBytes).map((piece) => ({ ids: piece }))
  queue.push(...ids.filter(isApart).map((id) => ({ ids: [id] })))
  const found = new Set<string>()
  const unread = new Set<string>()
  let end: ProviderError | undefined
  let failure: ProviderError = { tag: 'Garbled', detail: 'the answer is not complete', paths: [] }
  let fruitless = 0
  let failures = 0
  let answered = false

  const halve = (piece: ReadonlyArray<string>): void => {
    const half = Math.ceil(piece.length / 2)
    queue.push({ ids: piece.slice(0, half) }, { ids: piece.slice(half) })
  }
  const giveUp = (piece: ReadonlyArray<string>): void => {
    for (const id of piece) unread.add(id)
  }
  /** A single one of several is asked for once more, when the others have been. */
  const narrow = (piece: Piece): void => {
    if (piece.ids.length > 1) halve(piece.ids)
    else if (piece.again || ids.length === 1) giveUp(piece.ids)
    else queue.push({ ...piece, again: true })
  }
  const fail = (piece: Piece, error: ProviderError): void => {
    const isOne = piece.ids.length === 1
    if (ends.has(error.tag) || (isUseless(error) && !isLast && !(isOne && isApart(piece.ids[0] as string)))) {
      end ??= error
    } else if (error.tag === 'TooLarge' && !isOne) {
      const half = Math.ceil(piece.ids.length / 2)
      learnt.maxIds.set(form, Math.min(half, learnt.maxIds.get(form) ?? half))
      halve(piece.ids)
    } else {
      failure = error
      failures++
      const isFinal = isOne ? error.tag === 'Refused' || error.tag === 'TooLarge' : !isUseless(error)
      if (isFinal) giveUp(piece.ids)
      else narrow(piece)
    }
  }
  const ask = async (piece: Piece): Promise<void> => {
    const answer = await way({ number, ids: piece.ids })
    if (E.isLeft(answer)) return fail(piece, answer.left)
    const listing = listingOf(answer.right)
    const shown = new Set(Array.from(listing.ids, identityOf))
    const asked = new Set(piece.ids.map(identityOf))
    if ([...shown].some((identity) => !asked.has(identity)))
      return fail(piece, { tag: 'Garbled', detail: 'the listing holds records that were not asked for', paths: [] })
    for (const identity of shown) found.add(identity)
    const open = listing.complete ? new Set(Array.from(listing.unread ?? [], identityOf)) : asked
    const rest = piece.ids.filter((id) => open.has(identityOf(id)) && !shown.has(identityOf(id)))
    failures = 0
    answered = true
    fruitless = rest.length < piece.ids.length ? 0 : fruitless + 1
    if (rest.length === piece.ids.length) narrow(piece)
    else if (rest.length > 0) queue.push({ ids: rest })
  }
  let at = 0
  const lane = async (): Promise<void> => {
    while (end === undefined && at < queue.length && fruitless < mostFruitless) {
      if (failures >= (answered ? mostFailures : mostAtFirst)) break
      await ask(queue[at++] as Piece)
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, queue.length) }, lane))
  if (end !== undefined) return E.left(end)
  for (const { ids: never } of queue.slice(at)) giveUp(never)
  if (ids.length > 0 && ids.every((id) => unread.has(id))) return E.left(failure)
  return E.right({ found, unread: [...unread] })
}

export const cut = (
  ids: ReadonlyArray<string>,
  scale: Scale | undefined,
  maxIds: number,
  maxUrlBytes: number,
): string[][] => {
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
