import * as E from 'fp-ts/lib/Either.js'
import { describe, type ProviderError } from './error.ts'
import { callMember } from './member.ts'
import { closeRun, openRun } from './open-run.ts'
import type { AnyOptions } from './options.ts'
import type { BulkRecordProvider, Place } from './provider.ts'
import { look } from './reader.ts'
import type { Run } from './run.ts'
import { settingsOf } from './settings.ts'
import { openRecord } from './work.ts'

/** A question to a backend that could not be answered; `error` says why. */
export class AskingFailedError extends Error {
  override readonly name = 'AskingFailedError'
  readonly error: ProviderError

  constructor(error: ProviderError) {
    super(describe(error))
    this.error = error
  }
}

/** Where a run would delete. A provider that can't say is a place by its own name. */
export const askPlace = async (provider: BulkRecordProvider, options?: AnyOptions): Promise<Place> => {
  const { identify } = provider
  if (identify === undefined) return { key: provider.name, label: provider.name, production: 'unknown' }
  return asking(provider, options, async (run) => {
    const { result } = await callMember(run, 0, identify)
    if (E.isLeft(result)) throw new AskingFailedError(result.left)
    return result.right
  })
}

/** What a look showed. `gone` only where the reader was seen to list something, else `unknown`. */
export interface Lookup {
  readonly proven: boolean
  /** In the order given. */
  readonly found: ReadonlyArray<{ readonly id: string; readonly presence: 'present' | 'gone' | 'unknown' }>
}

/**
 * Reads which of these exist. `controls` are ids that should be listed: they prove the reader, where none of the others
 * does. Rejects with `AskingFailedError` where reading failed.
 */
export const askExisting = async (
  provider: BulkRecordProvider,
  ids: ReadonlyArray<string>,
  controls: ReadonlyArray<string>,
  options?: AnyOptions,
): Promise<Lookup> => {
  if (provider.findExisting === undefined)
    return { proven: false, found: ids.map((id) => ({ id, presence: 'unknown' })) }
  return asking(provider, options, async (run) => {
    const listed = new Set<string>()
    let proven = false
    const all = [...controls, ...ids].map(openRecord)
    for (let from = 0; from < all.length; from += run.settings.batchSize) {
      const seen = await look(run, all.slice(from, from + run.settings.batchSize))
      if (E.isLeft(seen)) throw new AskingFailedError(seen.left)
      proven ||= seen.right.proven
      for (const { id } of seen.right.listed) listed.add(id)
    }
    const absent = proven ? 'gone' : 'unknown'
    return { proven, found: ids.map((id) => ({ id, presence: listed.has(id) ? 'present' : absent })) }
  })
}

/** A question has a run of its own, that sends no deletion. */
const asking = async <A>(
  provider: BulkRecordProvider,
  options: AnyOptions | undefined,
  ask: (run: Run) => Promise<A>,
): Promise<A> => {
  const run = openRun(provider, settingsOf(provider, options), { put: () => {}, full: () => false }, () => {})
  run.gate.barDeletions()
  run.stop.listen()
  try {
    return await ask(run)
  } finally {
    closeRun(run)
  }
}
