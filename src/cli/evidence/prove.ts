import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointOf } from '../../evidence/log/checkpoint.ts'
import { proofText } from '../../evidence/log/proof.ts'
import { leafHash, openTree, pathOf } from '../../evidence/log/tree.ts'
import { CommandError } from '../terminal/command-error.ts'
import { certificateFiles } from './certificate-files.ts'
import { linesIn, statementUnchecked } from './check-certificate.ts'
import type { PseudonymKey } from './pseudonyms.ts'

/** What a certificate says of one record. */
export interface Proven {
  readonly isThere: boolean
  /** One for each line of the record; where it is not there, of both its neighbours at each place. */
  readonly proofs: ReadonlyArray<string>
  /** The lines that they are of. */
  readonly lines: ReadonlyArray<string>
  readonly places: ReadonlyArray<string>
}

interface Found {
  readonly index: number
  readonly line: string
}

/** Looks for a record at every place of a certificate. Rejects with a `CommandError` where the key is another one. */
export const prove = async (folder: string, id: string, key: PseudonymKey): Promise<Proven> => {
  const { targets, pseudonymKey, outcomes } = statementUnchecked(folder)
  if (pseudonymKey.sha256 !== key.sha256)
    throw new CommandError('--pseudonym-key: this is not the key of this certificate: its SHA-256 is another one')
  const places = [...new Set(targets.map(({ place }) => place.key))]
  const wanted = places.map((place) => openSearch(key.of(place, id).toString('hex')))
  const packed = Buffer.alloc(32 * outcomes.records)
  let size = 0
  const tree = openTree()
  for await (const line of linesIn(join(folder, certificateFiles.outcomes))) {
    const hash = leafHash(line)
    if (size < outcomes.records) hash.copy(packed, 32 * size)
    tree.add(hash)
    const [, pseudonym = ''] = /^\{"pseudonym":"([0-9a-f]{64})"/.exec(line) ?? []
    for (const search of wanted) search.meet(pseudonym, { index: size, line })
    size++
  }
  const text = readFileSync(join(folder, certificateFiles.checkpoint), 'utf8')
  const checkpoint = checkpointOf(text)
  if (checkpoint === undefined || checkpoint.size !== size || !checkpoint.root.equals(tree.root()))
    throw new CommandError(
      `${folder}: its lines are not those of its checkpoint: look at it with "expunge verify-certificate"`,
    )
  const leaves = { size, at: (index: number) => packed.subarray(32 * index, 32 * index + 32) }
  const proofOf = ({ index, line }: Found): string => proofText(line, index, pathOf(leaves, index), text)
  const isThere = wanted.some(({ found }) => found.length > 0)
  const told = wanted.flatMap(({ found, neighbours }) => (isThere ? found : neighbours()))
  return {
    isThere,
    proofs: told.map(proofOf),
    lines: told.map(({ line }) => line),
    places: places.filter((_, index) => (wanted[index]?.found.length ?? 0) > 0),
  }
}

/** Lines of one pseudonym, and those right before and behind where it would be. */
const openSearch = (pseudonym: string) => {
  const found: Found[] = []
  let before: { readonly pseudonym: string; readonly at: Found } | undefined
  let after: { readonly pseudonym: string; readonly at: Found } | undefined
  return {
    found,
    meet: (other: string, at: Found): void => {
      if (other === pseudonym) found.push(at)
      else if (other < pseudonym) before = { pseudonym: other, at }
      else after ??= { pseudonym: other, at }
    },
    neighbours: (): ReadonlyArray<Found> => [before, after].flatMap((each) => (each === undefined ? [] : [each.at])),
  }
}
