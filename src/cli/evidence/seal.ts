import type { OpenJournal } from '../../journal/index.ts'
import { readRunFile } from '../report/run-file.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted, spanOf } from '../terminal/figures.ts'
import { keyFor } from './pseudonyms.ts'

/** What came of it: `early`: it has not ended so long ago. */
export type Sealed =
  | { readonly is: 'sealed' | 'already' }
  | { readonly is: 'early'; readonly endedAt: string; readonly leftMs: number }

/** Seals a journal whose run has ended; throws a `CommandError` for any other. */
export const seal = (journal: OpenJournal, afterMs: number, now: number): Sealed => {
  const { targets, head } = readRunFile(journal)
  if (targets.every(({ journal: target }) => target.isSealed())) return { is: 'already' }
  const open = targets.reduce((sum, { planned, journal: target }) => sum + planned.records - target.live().settled, 0)
  const never = targets.find(({ journal: target }) => target.runs().length === 0 && target.live().settled === 0)
  if (open > 0 || never !== undefined) {
    throw new CommandError(
      `${journal.path} is not sealed: its run has not ended${open > 0 ? `, ${counted(open, 'record')} have no outcome` : ''}. Go on with "expunge resume"`,
    )
  }
  const endedAt = head.endedAt ?? head.startedAt
  const leftMs = endedAt === undefined ? 0 : Date.parse(endedAt) + afterMs - now
  if (endedAt !== undefined && leftMs > 0) return { is: 'early', endedAt, leftMs }
  const key = keyFor(journal.path)
  const places = new Map(targets.map(({ name, place }) => [name, place.key]))
  journal.seal((target, id) => key.of(places.get(target) ?? '', id).toString('hex'))
  return { is: 'sealed' }
}

export const sealedText = (sealed: Sealed, path: string): string => {
  if (sealed.is === 'already') return `${path} is sealed already`
  if (sealed.is === 'early')
    return `${path} is not sealed yet: its run ended at ${sealed.endedAt}; in ${spanOf(sealed.leftMs)} it will be`
  return `${path} is sealed: ids, input columns and the words of reasons have left it. ${path}.key still tells which record is whose`
}
