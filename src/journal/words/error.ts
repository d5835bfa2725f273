/** What went wrong with a journal. `docs/journal.md` says for each what to do. */
export type JournalErrorCode =
  | 'in-use'
  | 'not-found'
  | 'foreign'
  | 'corrupt'
  | 'altered'
  | 'moved'
  | 'linked'
  | 'newer-schema'
  | 'older-schema'
  | 'disk-full'
  | 'read-only'
  | 'input-output'
  | 'unsupported'
  | 'closed'
  | 'misuse'

/** The one error that a journal throws; its message ends with what to do next. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalErrorCode
  /** The journal's file. */
  readonly path: string

  constructor(code: JournalErrorCode, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.path = path
  }
}

/** What SQLite or the file system threw, as a `JournalError`. */
export const journalError = (cause: unknown, path: string): JournalError => {
  if (cause instanceof JournalError) return cause
  const { code, errcode } = cause as { readonly code?: unknown; readonly errcode?: unknown }
  const kind =
    typeof errcode === 'number'
      ? (sqliteKinds[errcode & 0xff] ?? 'input-output')
      : (fileKinds[String(code)] ?? 'misuse')
  const said = cause instanceof Error ? cause.message : String(cause)
  return new JournalError(kind, path, `${path}: ${advice[kind]} (${said})`, cause)
}

/** By SQLite's primary result code. */
const sqliteKinds: Readonly<Record<number, JournalErrorCode>> = {
  3: 'read-only',
  5: 'in-use',
  6: 'in-use',
  8: 'read-only',
  10: 'input-output',
  11: 'corrupt',
  13: 'disk-full',
  14: 'read-only',
  19: 'misuse',
  21: 'misuse',
  23: 'read-only',
  25: 'misuse',
  26: 'foreign',
}

const fileKinds: Readonly<Record<string, JournalErrorCode>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EISDIR: 'foreign',
  EACCES: 'read-only',
  EPERM: 'read-only',
  EROFS: 'read-only',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EIO: 'input-output',
  EBUSY: 'in-use',
  EMFILE: 'input-output',
  ENFILE: 'input-output',
}

const advice: Readonly<Record<JournalErrorCode, string>> = {
  'in-use': 'another program holds the journal: wait until it ends, or end it, then try again',
  'not-found': 'there is no such file or folder: check the path, or create the folder first',
  foreign: 'this is not a journal of expunge, and was left as it is: choose another path',
  corrupt: 'the journal is damaged: keep the file, restore a copy of it, or plan what is left anew',
  altered: 'the plan was altered in the journal, nothing more is sent: restore a copy of it, or plan again',
  moved: 'the journal is not where it was, nothing more is sent: put it back, then resume the run',
  linked: 'the journal is opened under one name alone',
  'newer-schema': 'a newer version of expunge wrote this journal: update expunge',
  'older-schema': 'this journal holds nothing yet: open it for writing once, which brings it up to date',
  'disk-full':
    'there is no space left for the journal, nothing was sent that is not on record: free some, then resume the run, or plan again where none was begun',
  'read-only': 'the journal can not be written here: allow writing to the file and its folder, or copy it elsewhere',
  'input-output': 'the file system failed: check the drive, then resume the run, or plan again where none was begun',
  unsupported: 'this Node has no SQLite: a journal needs Node 22.18 or newer',
  closed: 'the journal was closed: open it again',
  misuse: 'the journal was called in a way that it does not allow',
}

/** For what is no error of SQLite: the same sentence about what to do, after what happened. */
export const journalFailure = (code: JournalErrorCode, path: string, said?: string): JournalError =>
  new JournalError(code, path, `${path}: ${advice[code]}${said === undefined ? '' : ` (${said})`}`)
