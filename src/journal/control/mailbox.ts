import { closeSync, existsSync, openSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { AskedControl, Control } from '../../core/contract/control.ts'
import type { Database, Sqlite } from '../sqlite/sqlite.ts'
import type { Row } from '../sqlite/store.ts'
import { journalError } from '../words/error.ts'

/**
 * `<file>.control`: where other processes leave what they ask of a run. The journal has one writer, which may hold a
 * transaction open for long; whoever asks must not wait for it, nor keep it from writing. The run takes what lies there and
 * puts it on record.
 */
export const mailboxOf = (file: string): string => `${file}.control`

/** What was asked, of one target or of all. */
export interface MailedControl {
  readonly number: number
  readonly target?: string
  readonly control: AskedControl
}

/** How long one process waits for another that writes there, which takes milliseconds. */
const timeoutMs = 1_500

const table = `CREATE TABLE IF NOT EXISTS controls (
  number INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT, what TEXT NOT NULL, value TEXT, asker TEXT, host TEXT,
  at INTEGER NOT NULL, until INTEGER
)`

const withMailbox = <A>(sqlite: Sqlite, path: string, readOnly: boolean, work: (mailbox: Database) => A): A => {
  const file = mailboxOf(path)
  try {
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    const mailbox = new sqlite.DatabaseSync(file, { timeout: timeoutMs, readOnly })
    try {
      return work(mailbox)
    } finally {
      mailbox.close()
    }
  } catch (cause) {
    throw journalError(cause, file)
  }
}

/** Leaves something for the run; durable when it returns. */
export const mail = (sqlite: Sqlite, path: string, target: string | undefined, asked: AskedControl): void => {
  withMailbox(sqlite, path, false, (mailbox) => {
    mailbox.exec(table)
    const { what, value, asker, host, at, until } = columnsOf(asked)
    mailbox
      .prepare('INSERT INTO controls (target, what, value, asker, host, at, until) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(target ?? null, what, value, asker, host, at, until)
  })
}

/** What lies there, in the order in which it came. */
export const lookInto = (sqlite: Sqlite, path: string): ReadonlyArray<MailedControl> => {
  if (!existsSync(mailboxOf(path))) return []
  return withMailbox(sqlite, path, true, (mailbox) => read(mailbox))
}

/** Takes out what `keep` has put on record. */
export const takeFrom = (
  sqlite: Sqlite,
  path: string,
  keep: (mailed: ReadonlyArray<MailedControl>) => void,
): ReadonlyArray<MailedControl> => {
  if (!existsSync(mailboxOf(path))) return []
  return withMailbox(sqlite, path, false, (mailbox) => {
    const mailed = read(mailbox)
    const last = mailed.at(-1)
    if (last === undefined) return mailed
    keep(mailed)
    mailbox.prepare('DELETE FROM controls WHERE number <= ?').run(last.number)
    return mailed
  })
}

const read = (mailbox: Database): ReadonlyArray<MailedControl> => {
  const there = mailbox.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'controls'").get()
  if (there === undefined) return []
  return mailbox
    .prepare('SELECT * FROM controls ORDER BY number')
    .all()
    .map((row) => ({
      number: Number(row['number']),
      ...(row['target'] !== null && { target: String(row['target']) }),
      control: controlIn(row),
    }))
}

/** A control as a row has it. */
export const columnsOf = (control: AskedControl) => {
  const { what, at, asker = null, host = null } = control
  if (control.what !== 'rate') return { what, at, asker, host, value: null, until: null }
  const { share, requestsPerSecond, concurrency, until = null } = control
  const value = { share, requestsPerSecond, concurrency }
  // JSON has no infinite number.
  const text = JSON.stringify(value, (_, figure) => (figure === Number.POSITIVE_INFINITY ? 'none' : figure))
  return { what, at, asker, host, value: text, until: until === null ? null : Math.round(until) }
}

export const controlIn = (row: Row): AskedControl => {
  const by = {
    at: Number(row['at']),
    ...(row['asker'] !== null && { asker: String(row['asker']) }),
    ...(row['host'] !== null && { host: String(row['host']) }),
  }
  const what = String(row['what']) as Control['what']
  if (what !== 'rate') return { what, ...by }
  const pace = JSON.parse(String(row['value'] ?? '{}'), (_, figure) =>
    figure === 'none' ? Number.POSITIVE_INFINITY : figure,
  )
  return { what, ...pace, ...by, ...(row['until'] !== null && { until: Number(row['until']) }) }
}

/** Who asks: the user and the machine of this process. */
export const whoAsks = (): { readonly asker?: string; readonly host: string } => {
  try {
    return { asker: userInfo().username, host: hostname() }
  } catch {
    // A user id without a name, as containers have them.
    const uid = process.getuid?.()
    return { ...(uid !== undefined && { asker: `uid ${uid}` }), host: hostname() }
  }
}
