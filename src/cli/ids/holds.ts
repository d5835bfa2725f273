import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { IdFormat } from '../config/select.ts'
import { CommandError } from '../terminal/command-error.ts'
import { formatOf, type IdSource, placeIn, readIds } from './ids.ts'
import { quoted } from './quoted.ts'

/** A file of ids that may not be deleted for now, and by whose word. */
interface HoldFile {
  readonly ids: string
  readonly format?: IdFormat
  readonly column?: string
  readonly reference: string
}

/** What of a provider tells an id, and which spellings are one record. */
interface KnowsIds {
  readonly name: string
  readonly isValidId: (id: string) => boolean
  readonly identityOf?: (id: string) => string
}

/** Answers for each id by whose word it is held. Rejects with a `CommandError` that names a file that can't be read. */
export interface Holds {
  readonly referencesOf: (ids: ReadonlyArray<string>) => Promise<ReadonlyArray<string | undefined>>
}

/** Undefined where nothing is held. A file is read when it is first asked for, and again when it has changed. */
export const openHolds = (
  holds: ReadonlyArray<HoldFile>,
  column: string | undefined,
  folder: string,
  provider: KnowsIds,
): Holds | undefined => {
  if (holds.length === 0) return undefined
  const { identityOf = (id: string) => id } = provider
  const lists = holds.map((hold) => openList(hold, column, folder, provider))
  return {
    referencesOf: async (ids) => {
      const held = await Promise.all(lists.map(({ identities }) => identities()))
      return ids.map((id) => {
        const identity = identityOf(id)
        const references = held.flatMap((each, index) => (each.has(identity) ? [holds[index]?.reference ?? ''] : []))
        return references.length === 0 ? undefined : [...new Set(references)].join('; ')
      })
    },
  }
}

/** One file: several batches may ask at once, and one of them reads. */
const openList = (hold: HoldFile, column: string | undefined, folder: string, provider: KnowsIds) => {
  const path = resolve(folder, hold.ids)
  let known: { readonly state: string; readonly identities: Promise<ReadonlySet<string>> } | undefined
  return {
    identities: async (): Promise<ReadonlySet<string>> => {
      for (let tries = 0; tries < mostTries; tries++) {
        const state = stateOf(path, hold.ids)
        if (known?.state !== state) known = { state, identities: identitiesIn(hold, column, folder, provider) }
        const current = known
        try {
          const identities = await current.identities
          // While it was read it may have been written.
          if (stateOf(path, hold.ids) === state) return identities
        } catch (cause) {
          if (known === current) known = undefined
          if (stateOf(path, hold.ids) === state) throw cause
        }
      }
      throw new CommandError(`${hold.ids}: it changes while it is read: put a new one in its place by a rename`)
    },
  }
}

const mostTries = 20

/** What changes when a file does. */
const stateOf = (path: string, given: string): string => {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join()
  } catch (cause) {
    throw new CommandError(`${given}: what is held can't be read: ${(cause as Error).message}`, undefined, cause)
  }
}

/** A list without a byte is refused: a program that writes it may not have come to that yet. */
const identitiesIn = async (
  hold: HoldFile,
  column: string | undefined,
  folder: string,
  { name, isValidId, identityOf = (id) => id }: KnowsIds,
): Promise<ReadonlySet<string>> => {
  const { ids, reference, ...how } = hold
  if (statSync(resolve(folder, ids)).size === 0)
    throw new CommandError(
      `${ids}: it is empty, as a file is that is being written: a list that holds nothing needs a line break`,
    )
  const source: IdSource = { ids, ...how }
  const named =
    formatOf(source) === 'txt' || source.column !== undefined || column === undefined ? source : { ...source, column }
  const identities = new Set<string>()
  for await (const { id, line } of readIds(named, folder)) {
    if (id === '' || !isValidId(id))
      throw new CommandError(
        `${placeIn(ids, line)}: ${quoted(id)} is no id that ${name} takes, so it would hold nothing: mend it, or take it out`,
      )
    identities.add(identityOf(id))
  }
  return identities
}
