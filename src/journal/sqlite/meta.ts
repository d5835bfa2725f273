import { journalFailure } from '../words/error.ts'
import { withoutSecrets } from '../words/secrets.ts'
import type { Store } from './store.ts'

/** Small values beside the plan, as JSON, by name: of the journal as a whole, or of one target. */
export interface JournalMeta {
  readonly get: (name: string) => unknown
  /** Durable when it returns. A text under a name such as `apiToken` is left out: no credential is ever on record. */
  readonly set: (name: string, value: unknown) => void
  readonly delete: (name: string) => void
  readonly names: () => ReadonlyArray<string>
}

/** Target 0 is the journal as a whole. */
export const openMeta = (store: Store, target: number): JournalMeta => ({
  get: (name) => {
    const row = store.get('SELECT value FROM meta WHERE target = ? AND name = ?', target, name)
    return row === undefined ? undefined : JSON.parse(String(row['value']))
  },
  set: (name, value) => {
    const text = JSON.stringify(withoutSecrets(value))
    if (text === undefined) throw journalFailure('misuse', store.path, `"${name}" can not be written as JSON`)
    store.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', target, name, text)
    store.commit()
  },
  delete: (name) => {
    store.run('DELETE FROM meta WHERE target = ? AND name = ?', target, name)
    store.commit()
  },
  names: () =>
    store
      .all('SELECT name FROM meta WHERE target = ? ORDER BY name', target)
      .map((row) => String(row['name']))
      .filter((name) => !ownNames.test(name)),
})

/** What the journal keeps for itself: get knows them, nobody is shown them. */
const ownNames = /^(?:journal|plan):/
