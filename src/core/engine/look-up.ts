import * as E from 'fp-ts/lib/Either.js'
import type { BulkRecordProvider, Place } from '../contract/provider.ts'
import { openRecord } from '../intake/work.ts'
import { keepAsking } from '../run/ask.ts'
import type { AnyOptions } from '../settings/options.ts'
import { look } from '../settle/reader.ts'
import { AskingFailedError, asking } from './inquiry.ts'

/** Where a run would delete. A provider that can't say is a place by its own name. */
export const askPlace = async (provider: BulkRecordProvider, options?: AnyOptions): Promise<Place> => {
  const { identify } = provider
  if (identify === undefined) return { key: provider.name, label: provider.name, production: 'unknown' }
  return asking(provider, options, async (run) => {
    const asked = await keepAsking(run, identify, 0)
    if (E.isLeft(asked)) throw new AskingFailedError(asked.left)
    return asked.right.answer
  })
}

/** What a look showed. `gone` only where the reader was seen to list something in the same form of reading, else `unknown`. */
export interface Lookup {
  /** The forms of reading in which something was listed now. */
  readonly provenForms: ReadonlyArray<string>
  /** In the order given. */
  readonly found: ReadonlyArray<{ readonly id: string; readonly presence: 'present' | 'gone' | 'unknown' }>
}

/** What helps to prove a reader. */
export interface Proof {
  /** Ids that should be listed: they prove the reader, where none of the others does. */
  readonly controls?: ReadonlyArray<string>
  /** Forms of reading that were proven before, such as a journal has on record. */
  readonly provenForms?: ReadonlyArray<string>
}

/** Reads which of these exist. Rejects with `AskingFailedError` where reading failed. */
export const askExisting = async (
  provider: BulkRecordProvider,
  ids: ReadonlyArray<string>,
  { controls = [], provenForms: before = [] }: Proof,
  options?: AnyOptions,
): Promise<Lookup> => {
  if (provider.findExisting === undefined)
    return { provenForms: [], found: ids.map((id) => ({ id, presence: 'unknown' })) }
  return asking(provider, options, async (run) => {
    const listed = new Set<string>()
    const unlisted = new Map<string, string>()
    const proven = new Set<string>()
    const all = [...controls, ...ids].map(openRecord)
    for (let from = 0; from < all.length; from += run.settings.batchSize) {
      const seen = await look(run, all.slice(from, from + run.settings.batchSize))
      if (E.isLeft(seen)) throw new AskingFailedError(seen.left)
      const { form } = seen.right
      if (seen.right.listed.length > 0) proven.add(form)
      for (const { id } of seen.right.listed) listed.add(id)
      for (const { id } of seen.right.unlisted) unlisted.set(id, form)
    }
    const sees = new Set<string | undefined>([...before, ...proven])
    const presenceOf = (id: string) => (listed.has(id) ? 'present' : sees.has(unlisted.get(id)) ? 'gone' : 'unknown')
    return { provenForms: [...proven], found: ids.map((id) => ({ id, presence: presenceOf(id) })) }
  })
}
