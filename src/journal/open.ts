import { chmodSync, closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AskedControl, Control } from '../core/contract/control.ts'
import { type ControlOnRecord, type Controls, openControls, type TakeControl } from './control/controls.ts'
import { mail, whoAsks } from './control/mailbox.ts'
import { type JournalApproval, openApprovals } from './evidence/approvals.ts'
import { type JournalAttestation, openAttestations } from './evidence/attestations.ts'
import { sealJournal } from './evidence/seal.ts'
import { readTimeline, type Timeline } from './evidence/timeline.ts'
import { networkDrive } from './sqlite/drive.ts'
import { isLocked, lockJournal } from './sqlite/file/lock.ts'
import { demandOwnName, keepName, realFile, withoutLocks } from './sqlite/file/name.ts'
import { watchFile } from './sqlite/file/watch.ts'
import { type JournalMeta, openMeta } from './sqlite/meta.ts'
import { applicationId, migrate } from './sqlite/schema.ts'
import { type Database, loadSqlite, pragma, type Sqlite } from './sqlite/sqlite.ts'
import { openStore, type Store, type Watch } from './sqlite/store.ts'
import { type JournalTarget, openTarget } from './sqlite/target.ts'
import { journalError, journalFailure } from './words/error.ts'

export interface JournalOptions {
  /** Opens it to look on, beside a process that writes; nothing may be written. Default false. */
  readonly readOnly?: boolean
  /**
   * With `readOnly`: shows the journal as it is now, however long it is read beside a process that writes, so that figures
   * and records agree. Not on a network drive, where reading would keep the run from writing. Default false.
   */
  readonly snapshot?: boolean
  /**
   * How SQLite keeps what is not in the file yet: `wal` is faster and lets others read while a run writes; `truncate` is for
   * network drives, where write-ahead logging is not safe. Default: `truncate` on a network drive that is known for one
   * (Linux), else `wal`.
   */
  readonly mode?: 'wal' | 'truncate'
  /** Told once, in a sentence, where the file is on a network drive. Default: `process.emitWarning`. */
  readonly onWarning?: (warning: string) => void
}

/** A journal file, open. */
export interface OpenJournal {
  readonly path: string
  /** The journal of one target, begun where there is none of that name. */
  readonly target: (name: string) => JournalTarget
  /** The names of its targets, in the order in which they were begun. */
  readonly targets: () => ReadonlyArray<string>
  /** Values of the journal as a whole. */
  readonly meta: JournalMeta
  /** Who has approved which plan, in the order in which it was put on record. */
  readonly approvals: () => ReadonlyArray<JournalApproval>
  /** Puts an approval on record; durable when it returns. */
  readonly approve: (approval: JournalApproval) => void
  /** What people said became of records, in the order in which it was put on record. */
  readonly attestations: () => ReadonlyArray<JournalAttestation>
  /** Puts it on record; durable when it returns. The outcomes are settled apart. */
  readonly attest: (attestation: JournalAttestation) => void
  /** What happened to a target when, in so many stretches at most. */
  readonly timeline: (target: string, most: number) => Timeline
  /** Takes ids, input columns and the words of reasons out of the file; `pseudonymOf` says what stands in for an id. Not to be undone. */
  readonly seal: (pseudonymOf: (target: string, id: string) => string) => void
  /** What was asked of its runs: what a run has taken, in that order, and then what waits for one. */
  readonly controls: () => ReadonlyArray<ControlOnRecord>
  /** Hands over what other processes ask of all targets, within a second, until what it answers is called. */
  readonly followControls: (take: (control: AskedControl) => void) => () => void
  /** Puts on record what this process asks of its own runs. Durable when it returns. */
  readonly control: (control: Control) => AskedControl
  /** Reads every page and says what is wrong with the file; empty when nothing is. About a second for a million records. */
  readonly damage: () => ReadonlyArray<string>
  /** Whether a process, this one included, has the journal open for writing; of a snapshot: or had it when it was taken. */
  readonly isInUse: () => boolean
  /** Puts on the disk what is not there yet, and lets another process write. */
  readonly close: () => void
  /** The same, for `using journal = openJournal(…)`. */
  readonly [Symbol.dispose]: () => void
}

/**
 * Opens a journal, and creates the file where there is none: for one process at a time, or read-only beside it. Throws
 * `JournalError`, whose `code` says what is wrong and whose message says what to do.
 */
export const openJournal = (path: string, options: JournalOptions = {}): OpenJournal => {
  const readOnly = options.readOnly ?? false
  const sqlite = loadSqlite(path)
  const closers: Array<() => void> = []
  try {
    if (readOnly && !existsSync(path)) throw journalFailure('not-found', path)
    if (!readOnly) demandJournal(sqlite, path)
    const file = realFile(path)
    if (!readOnly) closers.push(lockJournal(sqlite, file, path).release)
    demandOwnName(sqlite, file, path, readOnly)
    // Asked before and after the moment that is shown: a run that began or ended in between is no run that died.
    const wasInUse = readOnly && options.snapshot === true && isLocked(sqlite, file)
    const database = openDatabase(sqlite, { path, file }, options, closers)
    const store = openStore(database, path, readOnly, readOnly ? undefined : watchOf(sqlite, database, { path, file }))
    closers.push(store.close)
    const controls = openControls(store, sqlite, file)
    closers.push(controls.close)
    return faceOf(store, controls, sqlite, { file, wasInUse }, () => closeAll(closers))
  } catch (cause) {
    closeAll(closers)
    throw journalError(cause, path)
  }
}

/**
 * Asks something of the run that a process carries out by the journal in this file, or of the next one: of one target, or of
 * all. Durable when it returns; a run takes it within a second, and puts it on record with who asked, and when. Throws
 * `JournalError`.
 */
export const requestControl = (path: string, control: Control, target?: string): AskedControl => {
  const asked = { ...control, at: Date.now(), ...whoAsks() }
  if (!existsSync(path)) throw journalFailure('not-found', path)
  mail(loadSqlite(path), realFile(path), target, asked)
  return asked
}

const watchOf = (sqlite: Sqlite, database: Database, { path, file }: Paths): Watch => {
  try {
    return watchFile(sqlite, database, keepName(database, file), path)
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Last opened, first closed, whatever fails; the first failure is thrown. */
const closeAll = (closers: Array<() => void>): void => {
  let failed: { readonly cause: unknown } | undefined
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      close()
    } catch (cause) {
      failed ??= { cause }
    }
  }
  if (failed !== undefined) throw failed.cause
}

/**
 * Before anything is written: a file of another kind is left as it is. Looked at through SQLite, without locks, because
 * closing a file ends every lock that this process holds on it, and SQLite alone knows of its own.
 */
const demandJournal = (sqlite: Sqlite, path: string): void => {
  if (!existsSync(path)) return closeSync(openSync(path, 'a', 0o600))
  // A rollback journal beside it: its very first transaction may have been cut short.
  if (statSync(path).size === 0 || existsSync(`${path}-journal`)) return
  if (statSync(path).isDirectory()) throw journalFailure('foreign', path, 'it is a folder')
  const file = new sqlite.DatabaseSync(withoutLocks(path), { readOnly: true })
  try {
    if (Number(pragma(file, 'application_id')) !== applicationId) throw journalFailure('foreign', path)
  } catch (cause) {
    throw isNoDatabase(cause) ? journalFailure('foreign', path) : cause
  } finally {
    file.close()
  }
}

const isNoDatabase = (cause: unknown): boolean => (cause as { readonly errcode?: unknown }).errcode === 26

/** How long a reader waits for a writer that tidies up, and the other way round. */
const timeoutMs = 5_000

/** As it was given, which is what errors name, and with its links followed, beside which its log is. */
interface Paths {
  readonly path: string
  readonly file: string
}

const openDatabase = (
  sqlite: Sqlite,
  { path, file }: Paths,
  options: JournalOptions,
  closers: Array<() => void>,
): Database => {
  const readOnly = options.readOnly ?? false
  const open = (opened: string | URL): Database => {
    const database = new sqlite.DatabaseSync(opened, { readOnly, timeout: timeoutMs })
    try {
      prepare(database, { path, file }, options)
      return database
    } catch (cause) {
      database.close()
      throw cause
    }
  }
  try {
    return open(file)
  } catch (cause) {
    if (!readOnly || journalError(cause, path).code !== 'read-only') throw cause
    // In a folder that may not be written, a reader can't join the others; with no log beside it, nobody writes either.
    if (!existsSync(`${file}-wal`)) return open(withoutLocks(file))
    // A process that died has left a log, and the index of it was not kept: it is made anew for a copy.
    if (existsSync(`${file}-shm`)) throw cause
    const copy = mkdtempSync(join(tmpdir(), 'journal-'))
    closers.push(() => rmSync(copy, { recursive: true, force: true }))
    for (const ending of ['', '-wal']) copyFileSync(file + ending, join(copy, `run.db${ending}`))
    for (const ending of ['', '-wal']) chmodSync(join(copy, `run.db${ending}`), 0o600)
    return open(join(copy, 'run.db'))
  }
}

const prepare = (database: Database, { path, file }: Paths, options: JournalOptions): void => {
  const { readOnly = false, snapshot = false, onWarning = warn } = options
  migrate(database, path, readOnly)
  demandWhole(database, { path, file })
  if (readOnly) {
    if (snapshot && pragma(database, 'journal_mode') === 'wal') database.exec('BEGIN; SELECT count(*) FROM targets')
    return
  }
  const drive = networkDrive(file)
  if (drive !== undefined) {
    onWarning(`${path} is on a network drive (${drive}), where locks may fail: keep it on a local disk if you can`)
  }
  const { mode = drive === undefined ? 'wal' : 'truncate' } = options
  if (mode === 'truncate' || pragma(database, 'journal_mode = WAL') !== 'wal')
    pragma(database, 'journal_mode = TRUNCATE')
  // 16 MB of log between two checkpoints: each costs two syncs more.
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000')
}

const warn = (warning: string): void => process.emitWarning(warning, 'JournalWarning')

/** A file that was cut short would be noticed only when a lost page is read. */
const demandWhole = (database: Database, { path, file }: Paths): void => {
  const expected = Number(pragma(database, 'page_count')) * Number(pragma(database, 'page_size'))
  const size = (name: string): number => (existsSync(name) ? statSync(name).size : 0)
  if (size(file) + size(`${file}-wal`) < expected)
    throw journalFailure('corrupt', path, 'a part of the file is missing')
}

const faceOf = (
  store: Store,
  controls: Controls,
  sqlite: Sqlite,
  { file, wasInUse }: { readonly file: string; readonly wasInUse: boolean },
  close: () => void,
): OpenJournal => {
  const opened = new Map<string, ReturnType<typeof openTarget>>()
  const numberOf = (name: string): number => {
    const known = store.get('SELECT number FROM targets WHERE name = ?', name)
    if (known !== undefined) return Number(known['number'])
    if (store.readOnly) throw journalFailure('misuse', store.path, `it has no target "${name}"`)
    store.run('INSERT INTO targets (name) VALUES (?)', name)
    store.commit()
    return numberOf(name)
  }
  const closeFace = (): void => {
    for (const target of opened.values()) target.close()
    opened.clear()
    close()
  }
  return {
    path: store.path,
    target: (name) => {
      const target =
        opened.get(name) ??
        openTarget(store, name, numberOf(name), {
          followControls: (take) => controls.follow(name, take),
          control: (control) => controls.ask(name, control),
        })
      opened.set(name, target)
      return target.face
    },
    targets: () => store.all('SELECT name FROM targets ORDER BY number').map((row) => String(row['name'])),
    meta: openMeta(store, 0),
    ...openApprovals(store),
    ...openAttestations(store, numberOf),
    timeline: (target, most) => readTimeline(store, numberOf(target), most),
    seal: (pseudonymOf) => sealJournal(store, pseudonymOf),
    controls: controls.all,
    followControls: (take) => {
      const onlyNew: TakeControl = (control, isPast) => {
        if (!isPast) take(control)
      }
      return controls.follow(undefined, onlyNew)
    },
    control: (control) => controls.ask(undefined, control),
    damage: () => {
      const found = store.all('PRAGMA quick_check').map((row) => String(Object.values(row)[0]))
      return found.filter((text) => text !== 'ok')
    },
    isInUse: () => !store.readOnly || wasInUse || isLocked(sqlite, file),
    close: closeFace,
    [Symbol.dispose]: closeFace,
  }
}
