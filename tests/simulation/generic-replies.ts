import type { Dice } from './random.ts'
import type { FamilyName, FaultKind } from './scenario.ts'
import type { Result } from './store.ts'
import type { Statement } from './world.ts'

/** What a family's reply says of a batch, as it stands in the body, and what a reader may conclude. */
export interface Encoded {
  readonly status: number
  readonly body: unknown
  readonly says: ReadonlyArray<Omit<Statement, 'at' | 'via'>>
}

type Entry = { id: string; ok: boolean; code?: string }

/** Writes the results down as the family does, spoilt as the fault says. `identityOf` is for the statements. */
export const encode = (
  family: FamilyName,
  results: ReadonlyArray<Result>,
  spoilt: FaultKind | undefined,
  dice: Dice,
  identityOf: (id: string) => string,
): Encoded => {
  const entries: Entry[] = results.map(({ id, is, code }) => ({
    id,
    ok: is === 'deleted' || is === 'ignored',
    ...(is === 'busy' ? { code: 'busy' } : code === undefined ? {} : { code }),
  }))
  if (spoilt === 'claims') for (const entry of entries) Object.assign(entry, { ok: true })
  const said = (entry: Entry): Encoded['says'][number] => ({
    identity: identityOf(entry.id),
    says: entry.ok ? 'deleted' : entry.code === 'busy' ? 'again' : entry.code === 'not-found' ? 'absent' : 'refused',
    ...(entry.code === undefined || entry.ok ? {} : { code: entry.code }),
  })
  switch (family) {
    case 'by-position': {
      const list = spoil(entries, spoilt, dice)
      const plain = list.map(({ ok, code }) => ({ ok, code }))
      return { status: 200, body: { results: plain }, says: list.length === entries.length ? list.map(said) : [] }
    }
    case 'by-id': {
      const list = dice.shuffle(spoil(entries, spoilt, dice))
      return { status: 200, body: { results: list }, says: list.map(said) }
    }
    case 'failures': {
      const list = spoil(
        entries.filter(({ ok }) => !ok),
        spoilt === 'fewer' ? 'replaced' : spoilt,
        dice,
      )
      return { status: 207, body: { failed: list }, says: withSilence(entries, list, said) }
    }
    case 'unprocessed': {
      const list = spoil(
        entries.filter(({ ok }) => !ok),
        spoilt === 'fewer' ? 'replaced' : spoilt,
        dice,
      )
      const again = list.map((entry) => ({ ...entry, code: 'busy' }))
      return { status: 200, body: { unprocessed: again.map(({ id }) => id) }, says: withSilence(entries, again, said) }
    }
    case 'counts':
      return counted(results, spoilt, identityOf)
    default:
      return { status: 204, body: undefined, says: [] }
  }
}

/** What is not listed is done, unless the list can't be trusted. */
const withSilence = (
  entries: ReadonlyArray<Entry>,
  list: ReadonlyArray<Entry>,
  said: (entry: Entry) => Encoded['says'][number],
): Encoded['says'] => {
  const sent = new Set(entries.map(({ id }) => id))
  const named = new Set(list.map(({ id }) => id))
  if (list.some(({ id }) => !sent.has(id))) return list.map(said)
  const silent = entries.filter(({ id }) => !named.has(id)).map((entry) => ({ ...entry, ok: true }))
  return [...list, ...silent].map(said)
}

const spoil = (entries: ReadonlyArray<Entry>, spoilt: FaultKind | 'replaced' | undefined, dice: Dice): Entry[] => {
  const at = dice.whole(0, Math.max(0, entries.length - 1))
  const chosen = entries[at]
  const others = entries.filter((_, index) => index !== at)
  const stranger = { id: 'stranger-1', ok: false, code: 'held-by-a-stranger' }
  if (spoilt === 'foreign') return [...entries, stranger]
  if (chosen === undefined) return [...entries]
  if (spoilt === 'twice') return [...entries, chosen]
  if (spoilt === 'fewer') return others
  if (spoilt === 'replaced') return [...others, stranger]
  if (spoilt === 'contradiction') {
    const other = chosen.ok ? { id: chosen.id, ok: false, code: 'not-found' } : { id: chosen.id, ok: true }
    return [...entries, other]
  }
  return [...entries]
}

const counted = (
  results: ReadonlyArray<Result>,
  spoilt: FaultKind | undefined,
  identityOf: (id: string) => string,
): Encoded => {
  const count = (...words: ReadonlyArray<Result['is']>) => results.filter(({ is }) => words.includes(is)).length
  const claims = spoilt === 'claims'
  const deleted = claims ? results.length : count('deleted')
  const failed = claims ? 0 : count('refused', 'absent')
  const wrong = spoilt === 'twice' || spoilt === 'foreign' || spoilt === 'contradiction'
  const body = { deleted: wrong ? results.length + 1 : spoilt === 'fewer' ? -1 : deleted, failed }
  if (wrong || spoilt === 'fewer') return { status: 200, body, says: [] }
  const says = deleted === results.length ? 'deleted' : failed > 0 ? 'failed' : 'again'
  return { status: 200, body, says: results.map(({ id }) => ({ identity: identityOf(id), says })) }
}
