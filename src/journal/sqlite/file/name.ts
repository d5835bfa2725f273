import { randomUUID } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { journalFailure } from '../../words/error.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { isLocked } from './lock.ts'

/**
 * A journal knows by which name it goes. Its lock and its log stand beside it under that name, so that under another name
 * (a hard link, or where it was moved to while a process has it open) neither would be found.
 */
export interface JournalName {
  /** Of this journal and its copies alone. */
  readonly uid: string
  /** Absolute, links followed. */
  readonly path: string
}

/** The file behind a path: every link to it is the same journal. */
export const realFile = (path: string): string => realpathSync(path)

const recordName = 'journal:file'

/** Without locks, and of the file alone: for looking at a file before it is opened, or at one that another process may hold. */
export const withoutLocks = (file: string): URL => new URL(`${pathToFileURL(file).href}?immutable=1`)

export const nameIn = (database: Database): JournalName | undefined => {
  const row = database.prepare('SELECT value FROM meta WHERE target = 0 AND name = ?').get(recordName)
  return row === undefined ? undefined : JSON.parse(String(row['value']))
}

/** Undefined where there is none: an empty file, another kind of file, a journal of an older release. */
export const nameOf = (sqlite: Sqlite, file: string): JournalName | undefined => {
  try {
    const database = new sqlite.DatabaseSync(withoutLocks(file), { readOnly: true })
    try {
      return nameIn(database)
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

/** Before it is opened: refuses it under a second name, and where a process has it open under the name that it had. */
export const demandOwnName = (sqlite: Sqlite, file: string, path: string, readOnly: boolean): void => {
  const name = nameOf(sqlite, file)
  if (name === undefined || name.path === file) return
  const here = statSync(file, { bigint: true })
  const there = statSync(name.path, { bigint: true, throwIfNoEntry: false })
  const isOne = there !== undefined && there.ino === here.ino && there.dev === here.dev
  if (isOne && here.nlink > 1n) {
    const said = `it is a second name (a hard link) of ${name.path}: use that name, or copy the file`
    throw journalFailure('linked', path, said)
  }
  if (readOnly || isOne) return
  // What is there by that name, be it what this is a copy of, is what its lock is for.
  if (isLocked(sqlite, name.path) && nameOf(sqlite, name.path)?.path !== name.path)
    throw journalFailure('in-use', path, `it was moved, and the process that has opened it as ${name.path} goes on`)
  if (there !== undefined) return
  for (const ending of ['-wal', '-journal']) {
    const left = statSync(name.path + ending, { throwIfNoEntry: false })
    if (left === undefined || left.size === 0 || existsSync(file + ending)) continue
    const said = `it was moved without its log, which has its latest part: move ${name.path}${ending} to ${file}${ending}`
    throw journalFailure('moved', path, said)
  }
}

/** Puts the name on record where it is another one, in the file itself and not in its log alone. */
export const keepName = (database: Database, file: string): JournalName => {
  const known = nameIn(database)
  if (known?.path === file) return known
  const name: JournalName = { uid: known?.uid ?? randomUUID(), path: file }
  database.prepare('INSERT OR REPLACE INTO meta VALUES (0, ?, ?)').run(recordName, JSON.stringify(name))
  database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  return name
}
