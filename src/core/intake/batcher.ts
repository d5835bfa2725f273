import type { BulkRecordProvider, Weight } from '../contract/provider.ts'
import { asGiven } from './intake.ts'
import { openTwins } from './twins.ts'
import type { OpenRecord } from './work.ts'

/** How much one request may carry, as far as is known; a run that meets a lower limit remembers it. */
export interface Limits {
  readonly count: number
  readonly urlBytes: number
  readonly bodyBytes: number
}

/** What does not fit even alone into a request as the provider declares it. */
export type Packed = { readonly batch: ReadonlyArray<OpenRecord>; readonly tooLarge: ReadonlyArray<OpenRecord> }

/**
 * Cuts batches by count, by bytes of the encoded URL and by bytes of the body. Records that go again come before fresh
 * ones, and fill a batch up to the cap together with them; a repeat never shares a batch with its twin. Those that were put
 * off go among themselves, and let others pass first: the more, the more often they were, for it may be they who are held.
 */
export interface Batcher {
  readonly limits: () => Limits
  /** Takes records that wait to be sent for the first time. */
  readonly addFresh: (record: OpenRecord) => void
  /** Takes records that go again. */
  readonly addAgain: (records: Iterable<OpenRecord>) => void
  readonly waiting: () => number
  /** Of these, those that were not put off. */
  readonly ready: () => number
  /** The next batch, of at most `most` records; an empty one when nothing waits. */
  readonly take: (most: number) => Packed
  /** Remembers that a request with these records was too long: from now on at most half of it. False when it can't be cut. */
  readonly shrink: (records: ReadonlyArray<OpenRecord>) => boolean
  /** From now on at most so many records a batch. */
  readonly limitCount: (count: number) => void
  /** Takes back everything that waits, for a run that ends. */
  readonly drain: () => ReadonlyArray<OpenRecord>
}

export const openBatcher = (
  provider: Pick<BulkRecordProvider, 'capabilities' | 'weigh' | 'overhead' | 'identityOf'>,
  settings: { readonly batchSize: number; readonly duplicates: 'drop' | 'allow' },
): Batcher => {
  const { weigh, overhead = nothing, identityOf = asGiven } = provider
  const { maxUrlBytes = Number.POSITIVE_INFINITY, maxBodyBytes = Number.POSITIVE_INFINITY } = provider.capabilities
  const declared: Limits = { count: settings.batchSize, urlBytes: maxUrlBytes, bodyBytes: maxBodyBytes }
  let limits = declared
  const again = openQueue()
  const fresh = openQueue()
  const aside = openQueue()
  /** How many batches of others go before the next of those. */
  let others = 0
  const seen = settings.duplicates === 'allow' ? openTwins() : undefined

  const take = (most: number): Packed => {
    const batch: OpenRecord[] = []
    const tooLarge: OpenRecord[] = []
    const twins: OpenRecord[] = []
    const isAside = again.length() + fresh.length() === 0 || others <= 0 || aside.length() >= mostAside * limits.count
    const first = isAside && aside.length() > 0 ? aside : again
    others--
    if (first === aside) others = Math.min(mostOthers, 2 ** Math.min(30, aside.peek()?.putOff ?? 0))
    try {
      fill(Math.min(most, limits.count), first === aside ? [aside] : [again, fresh], batch, tooLarge, twins)
    } catch (cause) {
      // What an adapter says of an id may throw: nobody is lost for it.
      first.unshift([...tooLarge, ...batch, ...twins])
      throw cause
    }
    first.unshift(twins)
    return { batch, tooLarge }
  }

  const fill = (
    room: number,
    queues: ReadonlyArray<typeof again>,
    batch: OpenRecord[],
    tooLarge: OpenRecord[],
    twins: OpenRecord[],
  ): void => {
    seen?.clear()
    // Where no length is limited, none is looked at.
    const isLimited = limits.urlBytes < Number.POSITIVE_INFINITY || limits.bodyBytes < Number.POSITIVE_INFINITY
    let { urlBytes, bodyBytes } = overhead
    while (batch.length < room) {
      const queue = queues.find((one) => one.length() > 0)
      const record = queue?.peek()
      if (queue === undefined || record === undefined) break
      const weight = isLimited && weigh !== undefined ? weigh(record.id) : nothing
      if (overhead.urlBytes + weight.urlBytes > maxUrlBytes || overhead.bodyBytes + weight.bodyBytes > maxBodyBytes) {
        tooLarge.push(record)
        queue.drop()
        continue
      }
      const fits = urlBytes + weight.urlBytes <= limits.urlBytes && bodyBytes + weight.bodyBytes <= limits.bodyBytes
      if (!fits && batch.length > 0) break
      queue.drop()
      if (seen !== undefined && !seen.add(identityOf(record.id))) {
        twins.push(record)
        if (twins.length >= room) break
        continue
      }
      batch.push(record)
      urlBytes += weight.urlBytes
      bodyBytes += weight.bodyBytes
    }
  }

  const shrink = (records: ReadonlyArray<OpenRecord>): boolean => {
    if (records.length < 2) return false
    const own = { urlBytes: 0, bodyBytes: 0 }
    for (const record of records) {
      const weight = weigh?.(record.id) ?? nothing
      own.urlBytes += weight.urlBytes
      own.bodyBytes += weight.bodyBytes
    }
    // Where the bytes of the ids are not known, or none, their number is all that can be halved.
    const weightless = own.urlBytes === 0 && own.bodyBytes === 0
    limits = {
      count: weightless ? Math.min(limits.count, Math.floor(records.length / 2)) : limits.count,
      urlBytes: halved(limits.urlBytes, overhead.urlBytes, own.urlBytes),
      bodyBytes: halved(limits.bodyBytes, overhead.bodyBytes, own.bodyBytes),
    }
    return true
  }

  return {
    limits: () => limits,
    addFresh: fresh.push,
    addAgain: (records) => {
      for (const record of records) (record.putOff > 0 ? aside : again).push(record)
    },
    waiting: () => again.length() + fresh.length() + aside.length(),
    ready: () => again.length() + fresh.length(),
    take,
    shrink,
    limitCount: (count) => {
      limits = { ...limits, count: Math.max(1, Math.min(limits.count, count)) }
    },
    drain: () => [...again.drain(), ...aside.drain(), ...fresh.drain()],
  }
}

/** Batches that may be put off before no fresh ids are taken for it. */
const mostAside = 16
const mostOthers = 64

const nothing: Weight = { urlBytes: 0, bodyBytes: 0 }

/** Room for half of the records' bytes, and never more than before. */
const halved = (limit: number, fixed: number, own: number): number =>
  own === 0 ? limit : Math.min(limit, fixed + Math.floor(own / 2))

/** First in, first out, without shifting an array: what was dropped is cut off now and then. */
const openQueue = () => {
  let records: OpenRecord[] = []
  let head = 0
  const trim = () => {
    if (head < 1_024 || head * 2 < records.length) return
    records = records.slice(head)
    head = 0
  }
  return {
    length: () => records.length - head,
    push: (record: OpenRecord) => {
      records.push(record)
    },
    peek: (): OpenRecord | undefined => records[head],
    drop: () => {
      head++
      trim()
    },
    unshift: (first: ReadonlyArray<OpenRecord>) => {
      if (first.length === 0) return
      records = [...first, ...records.slice(head)]
      head = 0
    },
    drain: (): ReadonlyArray<OpenRecord> => {
      const rest = records.slice(head)
      records = []
      head = 0
      return rest
    },
  }
}
