/**
 * The room of the file itself: who holds it (`lock.ts`), by which name it goes (`name.ts`), and whether it is still there
 * (`watch.ts`). May import: words, sqlite.
 */

import { closeSync, existsSync, openSync } from 'node:fs'
import { journalFailure } from '../../words/error.ts'
import type { Sqlite } from '../sqlite.ts'

/**
 * One writer: a transaction held open on `<file>.lock`. The system ends it with its process, however that dies, so there
 * is no stale lock to clear; the empty file stays, for removing it would let two processes hold two locks of one name.
 */
export const lockJournal = (sqlite: Sqlite, file: string, path = file): { readonly release: () => void } => {
  const lockPath = `${file}.lock`
  // Only where there is none: closing a file ends every lock that this process holds on it.
  if (!existsSync(lockPath)) closeSync(openSync(lockPath, 'a', 0o600))
  const lock = new sqlite.DatabaseSync(lockPath, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    if (((cause as { readonly errcode?: number }).errcode ?? 0) % 256 !== 5) throw cause
    throw journalFailure('in-use', path, `it is locked through ${lockPath}; to look on meanwhile, open it read-only`)
  }
  held.add(lock)
  return {
    release: () => {
      held.delete(lock)
      lock.close()
    },
  }
}

/** Who keeps a target alone has dropped the journal: its lock must not be collected, for that would end it. */
const held = new Set<object>()

/** Whether a process holds the lock now; asked without taking it, so that looking on never keeps a run from starting. */
export const isLocked = (sqlite: Sqlite, path: string): boolean => {
  const lockPath = `${path}.lock`
  if (!existsSync(lockPath)) return false
  const lock = new sqlite.DatabaseSync(lockPath, { timeout: 0, readOnly: true })
  try {
    lock.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (cause) {
    if (((cause as { readonly errcode?: number }).errcode ?? 0) % 256 !== 5) throw cause
    return true
  } finally {
    lock.close()
  }
}
