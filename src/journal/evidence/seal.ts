import { span } from '../sqlite/schema.ts'
import type { Store } from '../sqlite/store.ts'
import { sealedName } from '../sqlite/target.ts'
import { sharedName, subjectsName } from '../words/subjects.ts'
import { read } from '../words/text.ts'

/** Records at once. */
const pageSize = 10_000

/**
 * Takes out of a journal what may name a person: ids, for which pseudonyms stand in; what the input held beside them; and the
 * words of reasons. All of it or nothing, and not to be had back from the file.
 */
export const sealJournal = (store: Store, pseudonymOf: (target: string, id: string) => string): void => {
  store.demandWritable()
  store.get('PRAGMA secure_delete = ON')
  for (const { number, name } of store.all('SELECT number, name FROM targets ORDER BY number')) {
    sealTarget(store, Number(number), (id) => pseudonymOf(String(name), id))
  }
  store.run("UPDATE reasons SET message = '', request_id = NULL, placeholder = NULL")
  store.run(
    "UPDATE runs SET summary = json_remove(summary, '$.halted.detail', '$.halted.error') WHERE summary IS NOT NULL",
  )
  store.run('DELETE FROM progress')
  // Whose the records were, by name; and what people wrote of them, signed over their ids.
  store.run('DELETE FROM meta WHERE name IN (?, ?)', subjectsName, sharedName)
  store.run('UPDATE attestations SET reason = NULL, envelope = NULL')
  const detail = `UPDATE meta SET value = json_remove(value, '$.targets[' || CAST(? AS INTEGER) || '].detail') WHERE target = 0 AND name = 'status'`
  const { most } = store.get('SELECT count(*) AS most FROM targets') ?? {}
  for (let place = 0; place < Number(most); place++) store.run(detail, place)
  store.commit()
  store.get('VACUUM')
  store.get('PRAGMA wal_checkpoint(TRUNCATE)')
}

const sealTarget = (store: Store, target: number, pseudonymOf: (id: string) => string): void => {
  if (store.get('SELECT 1 FROM meta WHERE target = ? AND name = ?', target, sealedName) !== undefined) return
  const select = 'SELECT number, id FROM identities WHERE number >= ? AND number < ? ORDER BY number LIMIT ?'
  const update = 'UPDATE identities SET id = ?, identity = NULL, columns = NULL WHERE number = ?'
  for (let next = target * span; ; ) {
    const rows = store.all(select, next, (target + 1) * span, pageSize)
    for (const { number, id } of rows) store.run(update, pseudonymOf(read(id)), Number(number))
    if (rows.length < pageSize) break
    next = Number(rows.at(-1)?.['number']) + 1
  }
  store.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', target, sealedName, 'true')
}
