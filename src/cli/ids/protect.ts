import { createHash } from 'node:crypto'
import { CommandError } from '../terminal/command-error.ts'
import { formatOf, placeIn, readIds } from './ids.ts'
import { quoted } from './quoted.ts'

/** Ids that are never sent, and SHA-256 of them in order. */
export interface Protected {
  readonly ids: ReadonlyArray<string>
  readonly digest: string
}

/** What of a provider tells an id. */
interface KnowsIds {
  readonly name: string
  readonly isValidId: (id: string) => boolean
}

/**
 * Reads a file of ids that are never sent, in any format that ids come in; in a table they stand in the column of the
 * target's own. What is no id of the system would protect nothing, and nobody would know: it is refused, and so is a list of
 * none.
 */
export const protectedBy = async (
  path: string,
  column: string | undefined,
  folder: string,
  provider: KnowsIds,
): Promise<Protected> => {
  const ids: string[] = []
  const hash = createHash('sha256')
  const isList = formatOf({ ids: path }) === 'txt' || column === undefined
  for await (const { id, line } of readIds({ ids: path, ...(isList ? {} : { column }) }, folder)) {
    if (id === '' || !provider.isValidId(id)) {
      throw new CommandError(
        `${placeIn(path, line)}: ${quoted(id)} is no id that ${provider.name} takes, so it would protect nothing: mend it, or take it out`,
      )
    }
    ids.push(id)
    hash.update(`${Buffer.byteLength(id)}:${id}`)
  }
  if (ids.length === 0)
    throw new CommandError(
      `${path}: there is no id in it, so it would protect nothing: leave "protect" out if that is meant`,
    )
  return { ids, digest: hash.digest('hex') }
}
