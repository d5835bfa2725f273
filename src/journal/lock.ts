import { closeSync, openSync } from 'node:fs'
import { journalFailure } from './error.ts'
import type { Sqlite } from './sqlite.ts'

/**
 * One writer: a transaction held open on `<file>.lock`. The system ends it with its process, however that dies, so there
 * is no stale lock to clear; the empty file stays, for removing it would let two processes hold two locks of one name.
 */
export const lockJournal = (sqlite: Sqlite, path: string): { readonly release: () => void } => {
  const lockPath = `${path}.lock`
  closeSync(openSync(lockPath, 'a', 0o600))
  const lock = new sqlite.DatabaseSync(lockPath, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    if (((cause as { readonly errcode?: number }).errcode ?? 0) % 256 !== 5) throw cause
    throw journalFailure('in-use', path, `it is locked through ${lockPath}; to look on meanwhile, open it read-only`)
  }
  return { release: () => lock.close() }
}
