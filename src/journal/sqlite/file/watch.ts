import { type BigIntStats, closeSync, openSync, readdirSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type JournalError, journalError, journalFailure } from '../../words/error.ts'
import { type Database, pragma, type Sqlite } from '../sqlite.ts'
import type { Watch } from '../store.ts'
import { type JournalName, nameIn, nameOf } from './name.ts'

/** Looks whether the file is still the one that was opened. */
export const watchFile = (sqlite: Sqlite, database: Database, name: JournalName, path: string): Watch => {
  const file = name.path
  const isLogged = pragma(database, 'journal_mode') === 'wal'
  let own = statSync(file, { bigint: true })
  let gone: JournalError | undefined
  /** A copy of a file that has no name any more, and whether something was written since. */
  let rescued: { readonly path: string; isLate: boolean } | undefined

  /** One look at the file system; more only where something has changed. */
  const look = (): 'there' | 'elsewhere' | 'overwritten' => {
    const now = statSync(file, { bigint: true, throwIfNoEntry: false })
    if (now === undefined || now.ino !== own.ino || now.dev !== own.dev) return 'elsewhere'
    if (now.mtimeNs === own.mtimeNs && now.size === own.size) return 'there'
    // It was written to: by the log's checkpoint, if it is still ours.
    if (!isOurs()) return 'overwritten'
    own = now
    return 'there'
  }

  /** Through the log, a connection that is open sees nothing of what was done to the file itself. */
  const isOurs = (): boolean => {
    try {
      return (isLogged ? nameOf(sqlite, file) : nameIn(database))?.uid === name.uid
    } catch {
      return false
    }
  }

  const tell = (said: string): JournalError => journalFailure('moved', path, said)

  const lookAfter = (): JournalError => {
    try {
      const now = whereIs(own, file)
      if (isLogged) checkpoint()
      if (now !== undefined)
        return tell(`its data, with all that is on record, is in ${now} now: it can be resumed there, too`)
      rescued = { path: rescue(database, file), isLate: false }
      return tell(`it was deleted or replaced; a copy with all that is on record is in ${rescued.path}`)
    } catch (cause) {
      return tell(`its data could not be looked after: ${journalError(cause, file).message}`)
    }
  }
  const checkpoint = (): void => database.exec('PRAGMA wal_checkpoint(TRUNCATE)')

  const check = (commit: () => void): JournalError | undefined => {
    if (gone !== undefined) return gone
    const seen = look()
    if (seen === 'there') return undefined
    commit()
    gone =
      seen === 'elsewhere'
        ? lookAfter()
        : tell(`another program has written over it: what it held is lost, but for a copy, or what is in ${file}-wal`)
    return gone
  }

  return {
    demand: (commit) => {
      const error = check(commit)
      if (error !== undefined) throw error
    },
    failure: (cause) =>
      Number((cause as { readonly errcode?: unknown }).errcode) === hasMoved ? check(() => {}) : undefined,
    committed: () => {
      if (gone === undefined) return
      if (rescued !== undefined) rescued.isLate = true
      if (isLogged) checkpoint()
    },
    closing: () => {
      check(() => {})
      if (rescued?.isLate !== true) return
      renameSync(rescue(database, file), rescued.path)
    },
    closed: () => {
      // Under a name that is another file's by now they may be that one's.
      if (gone === undefined || statSync(file, { throwIfNoEntry: false }) !== undefined) return
      for (const ending of ['-wal', '-shm', '-journal']) {
        const size = statSync(file + ending, { throwIfNoEntry: false })?.size
        if (size === 0 || (size !== undefined && ending === '-shm')) rmSync(file + ending, { force: true })
      }
    },
  }
}

/** SQLITE_READONLY_DBMOVED: a rollback journal is not begun for a file that is not there. */
const hasMoved = 1032

/** The name that a file has now; undefined where it has none, or none that can be found. */
const whereIs = ({ ino, dev }: BigIntStats, file: string): string | undefined => {
  const isIt = (path: string): boolean => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found !== undefined && found.ino === ino && found.dev === dev
  }
  const inFolder = namesIn(dirname(file)).map((name) => join(dirname(file), name))
  const opened = namesIn('/proc/self/fd').filter((name) => isIt(join('/proc/self/fd', name)))
  const links = opened.map((name) => readlinkSync(join('/proc/self/fd', name)))
  return [...links, ...inFolder].find(isIt)
}

const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Copies what is open to a file of its own; beside the old name, or where there is no such folder any more, in that for scratch files. */
const rescue = (database: Database, file: string): string => {
  const folder = statSync(dirname(file), { throwIfNoEntry: false }) === undefined ? tmpdir() : dirname(file)
  for (let number = 1; ; number++) {
    const path = join(folder, `${basename(file)}.rescued${number === 1 ? '' : `-${number}`}`)
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) continue
    // Made before, so that it is nobody else's to read.
    closeSync(openSync(path, 'wx', 0o600))
    database.prepare('VACUUM INTO ?').run(path)
    return path
  }
}
