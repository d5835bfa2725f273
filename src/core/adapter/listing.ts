import type * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { CallContext } from '../contract/provider.ts'
import type { Replies } from '../http/rows.ts'
import { openIdentities } from '../intake/identities.ts'
import type { Call } from './calls.ts'
import type { RequestSpec } from './requests.ts'

/** A record as a list has it. */
export interface ListedRecord {
  readonly id: string
  /** What a person may recognise it by. */
  readonly title?: string
}

/** What one page lists. */
export interface ListPage {
  readonly records: ReadonlyArray<ListedRecord>
  /** How many there are on all pages, where the backend says so. */
  readonly total?: number
}

/** A list that a backend gives a page at a time, in an order that lasts. */
export interface ListSpec {
  /** Records a page, at most. */
  readonly pageSize: number
  /** The page that begins with record `offset`, from 0. */
  readonly request: (page: { readonly offset: number; readonly limit: number }) => RequestSpec
  readonly replies: Replies<ListPage>
}

/**
 * Ids that a backend lists. Each iteration asks anew: it reads the list to its end before it yields the first id, because
 * deleting what is on the pages read would move those behind it; an early `return()` cuts the request that is under way.
 * Rejects with `AskingFailedError` where the backend can't be asked or the signal aborts, and with `ListChangedError`
 * where the list did not stay what it was.
 */
export interface IdSource extends AsyncIterable<string> {
  /** The same, with titles. */
  readonly records: () => AsyncIterable<ListedRecord>
}

/** The list changed while it was read, or its order does not last: a record may have been passed over, or listed that is none of it. Nothing was yielded. */
export class ListChangedError extends Error {
  override readonly name = 'ListChangedError'

  constructor(what: string) {
    super(
      `the list changed while it was read: ${what}. Ask again while nobody writes there; if it happens each time, its order does not last: then list the ids by other means`,
    )
  }
}

/**
 * Reads a list to its end. Each page but the first begins with the last record of the one before: a page that does not
 * is the proof that something moved, and one that holds nothing else is the proof that the end was reached. Where the
 * backend counts, its first and its last count have to agree with what was listed.
 */
export const readList = async <A>(
  spec: ListSpec,
  ask: (page: { readonly offset: number; readonly limit: number }) => Promise<ListPage>,
  identityOf: (id: string) => string,
  keep: (record: ListedRecord) => A,
): Promise<ReadonlyArray<A>> => {
  const kept: A[] = []
  const seen = openIdentities()
  let tail: ReadonlyArray<string> = []
  let largest = 0
  let total: number | undefined
  for (let isFirst = true; ; isFirst = false) {
    const { pageSize } = spec
    const page = await ask(
      isFirst ? { offset: 0, limit: pageSize } : { offset: kept.length - 1, limit: Math.max(pageSize, overlapping) },
    )
    largest = Math.max(largest, page.records.length)
    if (isFirst) total = page.total
    else if (page.total !== total) throw new ListChangedError(`there were ${total} records, and now ${page.total}`)
    const fresh = isFirst ? page.records : freshOf(page.records, tail, identityOf)
    for (const record of fresh) {
      const identity = identityOf(record.id)
      if (!seen.add(identity)) throw new ListChangedError('a record was listed twice')
      tail = [...tail.slice(-1), identity]
      kept.push(keep(record))
    }
    if (fresh.length === 0 || kept.length === total) break
  }
  if (total === undefined && kept.length > 0 && largest < overlapping) {
    // Pages that are cut to one or two records repeat themselves, too.
    for (const offset of [kept.length, kept.length + 1]) {
      const { records } = await ask({ offset, limit: overlapping })
      if (records.some(({ id }) => !seen.has(identityOf(id))))
        throw new ListChangedError('its pages are too short to see where it ends, or more came after the end')
    }
  }
  if (total !== undefined && kept.length !== total)
    throw new ListChangedError(`there were said to be ${total} records, and ${kept.length} were listed`)
  return kept
}

/** Of a page after the first: what was listed before, and at least one that was not. */
const overlapping = 3

/** What a page has beyond the last records before it. A backend that counts from 1 repeats two. */
const freshOf = (
  records: ReadonlyArray<ListedRecord>,
  tail: ReadonlyArray<string>,
  identityOf: (id: string) => string,
): ReadonlyArray<ListedRecord> => {
  const first = records[0] && identityOf(records[0].id)
  const repeated = first === tail[0] ? tail : tail.slice(-1)
  if (!repeated.every((identity, at) => records[at] !== undefined && identityOf(records[at].id) === identity))
    throw new ListChangedError('a page did not begin with the last record of the page before')
  return records.slice(repeated.length)
}

/** One page, asked for by one call of a member. */
export const pageOf =
  (spec: ListSpec, page: { readonly offset: number; readonly limit: number }) =>
  (call: Call, _: CallContext): Promise<E.Either<ProviderError, ListPage>> =>
    call({ purpose: 'read', request: spec.request(page), replies: spec.replies })

/** Iterates over what `read` reads when the first is asked for. `read` is cut by its signal when the iteration ends early. */
export const readFirst = <A>(read: (leave: AbortSignal) => Promise<ReadonlyArray<A>>): AsyncIterator<A> => {
  const leave = new AbortController()
  const done: IteratorResult<A> = { done: true, value: undefined }
  let reading: Promise<ReadonlyArray<A>> | undefined
  let at = 0
  return {
    next: async () => {
      if (leave.signal.aborted) return done
      reading ??= read(leave.signal)
      try {
        const all = await reading
        const value = all[at++]
        return value === undefined || leave.signal.aborted ? done : { done: false, value }
      } catch (cause) {
        if (leave.signal.aborted) return done
        throw cause
      }
    },
    return: async () => {
      leave.abort()
      await reading?.catch(() => undefined)
      reading = undefined
      return done
    },
  }
}
