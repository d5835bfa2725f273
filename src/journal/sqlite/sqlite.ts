import type { DatabaseSync } from 'node:sqlite'
import { journalFailure } from '../words/error.ts'

export type Sqlite = typeof import('node:sqlite')
export type Database = DatabaseSync

/**
 * Loads `node:sqlite`, at once and without the one warning that Node 22 prints for it: whoever opens a journal has chosen
 * it, and standard error belongs to the program. Every other warning passes.
 */
export const loadSqlite = (path: string): Sqlite => {
  const { emitWarning } = process
  const quiet = (...given: unknown[]): void => {
    const [warning] = given
    if (typeof warning === 'string' && warning.startsWith('SQLite is an experimental feature')) return
    Reflect.apply(emitWarning, process, given)
  }
  process.emitWarning = quiet as typeof emitWarning
  try {
    const sqlite = process.getBuiltinModule?.('node:sqlite')
    if (sqlite === undefined) throw journalFailure('unsupported', path, `this is ${process.version}`)
    return sqlite
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The first column of the first row of a pragma. */
export const pragma = (database: Database, text: string): unknown => {
  const row = database.prepare(`PRAGMA ${text}`).get()
  return row === undefined ? undefined : Object.values(row)[0]
}
