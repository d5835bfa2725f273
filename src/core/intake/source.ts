import { UsageError } from '../contract/error.ts'
import type { Clock } from '../contract/provider.ts'

/** Ids as a caller hands them in. A string is none: it would be iterated by its letters. */
export type Ids = (Iterable<string> & object) | AsyncIterable<string>

/** Pulled, never pushed: nothing is read that there is no room for. */
export interface Source {
  /** Whether it has a length or a size, and so an end that is safe to read to. */
  readonly sized: boolean
  /**
   * Hands over up to `most` ids. `more`: it handed over as many; `ended`: there are no others; `waiting`: an
   * asynchronous source has no more for now, and `onArrival` will be called.
   */
  readonly pull: (most: number, accept: (id: unknown) => void) => 'more' | 'waiting' | 'ended'
  /** Closes it with `return()`, waits for that for a moment, and hands over what had been read ahead. */
  readonly close: (accept: (id: unknown) => void) => Promise<void>
}

/** Throws `UsageError` for what can't be iterated; a string is taken for a mistake. `onError` hears of a source that throws. */
export const openSource = (
  ids: Iterable<unknown> | AsyncIterable<unknown>,
  clock: Clock,
  onArrival: () => void,
  onError: (error: unknown) => void,
): Source => {
  if (typeof ids === 'object' && ids !== null) {
    if (Symbol.asyncIterator in ids) return asynchronous(ids, clock, onArrival, onError)
    if (Symbol.iterator in ids) return synchronous(ids, onError)
  }
  throw new UsageError('ids must be an iterable or async iterable of strings, such as an array, a Set or a generator')
}

/** How long a source's `return()` is waited for, in ms. */
const closingMs = 1_000

const synchronous = (ids: Iterable<unknown>, onError: (error: unknown) => void): Source => {
  const sized = 'length' in ids || 'size' in ids
  let iterator: Iterator<unknown> | undefined
  let ended = false

  const next = (): IteratorResult<unknown> | undefined => {
    try {
      iterator ??= ids[Symbol.iterator]()
      const result = iterator.next()
      return result.done === true ? undefined : result
    } catch (error) {
      onError(error)
      return undefined
    }
  }

  return {
    sized,
    pull: (most, accept) => {
      for (let pulled = 0; pulled < most && !ended; pulled++) {
        const result = next()
        if (result === undefined) ended = true
        else accept(result.value)
      }
      return ended ? 'ended' : 'more'
    },
    close: async () => {
      if (ended) return
      ended = true
      try {
        iterator?.return?.()
      } catch {
        // The run is over for this source; an error while it closes changes no outcome.
      }
    },
  }
}

/** Reads ahead by at most so many ids. */
const readAhead = 1_024

const asynchronous = (
  ids: AsyncIterable<unknown>,
  clock: Clock,
  onArrival: () => void,
  onError: (error: unknown) => void,
): Source => {
  let buffer: unknown[] = []
  let iterator: AsyncIterator<unknown> | undefined
  let reading: Promise<void> | undefined
  let ended = false
  let closed = false

  const read = async (): Promise<void> => {
    try {
      iterator ??= ids[Symbol.asyncIterator]()
      while (buffer.length < readAhead && !closed) {
        const { done, value } = await iterator.next()
        if (done === true) {
          ended = true
          break
        }
        buffer.push(value)
        if (buffer.length === 1) onArrival()
      }
    } catch (error) {
      ended = true
      if (!closed) onError(error)
    }
    reading = undefined
    onArrival()
  }

  const handOver = (most: number, accept: (id: unknown) => void): number => {
    const taken = buffer.length <= most ? buffer : buffer.slice(0, most)
    buffer = buffer.length <= most ? [] : buffer.slice(most)
    for (const id of taken) accept(id)
    return taken.length
  }

  return {
    sized: false,
    pull: (most, accept) => {
      const taken = handOver(most, accept)
      if (ended && buffer.length === 0) return 'ended'
      if (reading === undefined && !closed && !ended) reading = read()
      return taken === most ? 'more' : 'waiting'
    },
    close: async (accept) => {
      closed = true
      const moment = new AbortController()
      try {
        const returned = ended ? undefined : iterator?.return?.()
        await Promise.race([Promise.all([returned, reading]), clock.sleep(closingMs, moment.signal)])
      } catch {
        // As above: it changes no outcome.
      }
      moment.abort()
      handOver(Number.POSITIVE_INFINITY, accept)
    },
  }
}
