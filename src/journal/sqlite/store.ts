import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { type JournalError, journalError, journalFailure } from '../words/error.ts'
import type { Database } from './sqlite.ts'

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>

/** One connection, its statements and its transaction. Whatever fails comes out as a `JournalError`. */
export interface Store {
  readonly path: string
  readonly readOnly: boolean
  readonly all: (sql: string, ...values: SQLInputValue[]) => ReadonlyArray<Row>
  readonly get: (sql: string, ...values: SQLInputValue[]) => Row | undefined
  /** Writes within the open transaction, or begins one. After a failed write nothing more is written. */
  readonly run: (sql: string, ...values: SQLInputValue[]) => number
  /** Another number after another connection has written to the file. */
  readonly version: () => number
  /** Ends the transaction: what was written is on the disk when this returns. */
  readonly commit: () => void
  /** Runs before each commit, to write what was gathered. */
  readonly beforeCommit: (action: () => void) => void
  readonly close: () => void
  /** Throws unless the journal can still be written. */
  readonly demandWritable: () => void
  /** Throws when the file is not where it was; what is open can be written to still. */
  readonly demandInPlace: () => void
  /** Ends all writing: what was handed in contradicts what is on record. Nothing of the open transaction is kept. */
  readonly fail: (said: string) => never
}

/** Whether the file is still the one that was opened. What is open goes on to be written to, wherever it is now. */
export interface Watch {
  /** Throws once the file was moved, deleted or replaced; `commit` ends the open transaction before the data is looked after. */
  readonly demand: (commit: () => void) => void
  /** What SQLite has thrown, if that says the same. */
  readonly failure: (cause: unknown) => JournalError | undefined
  /** After each commit: a log stays under the old name, so nothing is left in it. */
  readonly committed: () => void
  /** Before the file is closed, and after. */
  readonly closing: () => void
  readonly closed: () => void
}

export const openStore = (database: Database, path: string, readOnly: boolean, watch?: Watch): Store => {
  const statements = new Map<string, StatementSync>()
  const gathered: Array<() => void> = []
  let failed: JournalError | undefined
  let closed = false

  const statement = (sql: string): StatementSync => {
    if (closed) throw journalFailure('closed', path)
    const known = statements.get(sql)
    if (known !== undefined) return known
    const prepared = database.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }

  const reading = <A>(work: () => A): A => {
    try {
      return work()
    } catch (cause) {
      throw journalError(cause, path)
    }
  }

  /** A transaction that failed is gone, and with it what it held: going on would leave a gap that nobody sees. */
  const writing = <A>(work: () => A): A => {
    demandWritable()
    try {
      if (!database.isTransaction) database.exec('BEGIN IMMEDIATE')
      return work()
    } catch (cause) {
      rollBack()
      failed = watch?.failure(cause) ?? journalError(cause, path)
      throw failed
    }
  }

  const rollBack = (): void => {
    if (!database.isTransaction) return
    try {
      database.exec('ROLLBACK')
    } catch {
      // The file has failed; the next opening rolls back.
    }
  }

  const demandWritable = (): void => {
    if (failed !== undefined) throw failed
    if (closed) throw journalFailure('closed', path)
    if (readOnly) throw journalFailure('misuse', path, 'it was opened read-only')
  }

  const commit = (): void => {
    for (const action of gathered) action()
    if (!database.isTransaction) return demandWritable()
    writing(() => database.exec('COMMIT'))
    watch?.committed()
  }

  return {
    path,
    readOnly,
    all: (sql, ...values) => reading(() => statement(sql).all(...values)),
    get: (sql, ...values) => reading(() => statement(sql).get(...values)),
    run: (sql, ...values) => writing(() => Number(statement(sql).run(...values).changes)),
    version: () => Number(reading(() => statement('PRAGMA data_version').get()?.['data_version'])),
    commit,
    beforeCommit: (action) => {
      gathered.push(action)
    },
    close: () => {
      if (closed) return
      try {
        if (!readOnly && failed === undefined) commit()
        watch?.closing()
      } finally {
        closed = true
        database.close()
        watch?.closed()
      }
    },
    demandWritable,
    demandInPlace: () => watch?.demand(commit),
    fail: (said) => {
      rollBack()
      failed = journalFailure('misuse', path, said)
      throw failed
    },
  }
}

/** Gathers rows and inserts many with one statement, which halves what an insert costs. */
export const bulkInsert = (store: Store, table: string, columns: ReadonlyArray<string>, rowsEach = 64) => {
  const sql = (rows: number): string => {
    const row = `(${columns.map(() => '?').join()})`
    return `INSERT INTO ${table} (${columns.join()}) VALUES ${Array.from({ length: rows }, () => row).join()}`
  }
  const many = sql(rowsEach)
  const one = sql(1)
  let values: SQLInputValue[] = []
  return {
    add: (...row: SQLInputValue[]): void => {
      values.push(...row)
      if (values.length < rowsEach * columns.length) return
      const full = values
      values = []
      store.run(many, ...full)
    },
    flush: (): void => {
      const rest = values
      values = []
      for (let at = 0; at < rest.length; at += columns.length) store.run(one, ...rest.slice(at, at + columns.length))
    },
  }
}
