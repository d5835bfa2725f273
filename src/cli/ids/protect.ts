import { createHash } from 'node:crypto'
import { formatOf, readIds } from './ids.ts'

/** Ids that are never sent, and SHA-256 of them in order. */
export interface Protected {
  readonly ids: ReadonlyArray<string>
  readonly digest: string
}

/** Reads a file of ids that are never sent, in any format that ids come in; in a table they stand in the column of the target's own. */
export const protectedBy = async (path: string, column: string | undefined, folder: string): Promise<Protected> => {
  const ids: string[] = []
  const hash = createHash('sha256')
  const isList = formatOf({ ids: path }) === 'txt' || column === undefined
  for await (const { id } of readIds({ ids: path, ...(isList ? {} : { column }) }, folder)) {
    ids.push(id)
    hash.update(`${Buffer.byteLength(id)}:${id}`)
  }
  return { ids, digest: hash.digest('hex') }
}
