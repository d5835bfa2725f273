import type { JournalTarget } from '../../journal/index.ts'
import { counted } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'

/** What the journal has on record of a target's copy. */
export interface BackupState {
  /** Absolute: the first part. */
  readonly path: string
  readonly isEncrypted: boolean
  /** One file; of an encrypted copy one for each process that has written to it. */
  readonly parts: ReadonlyArray<BackupPart>
}

export interface BackupPart {
  readonly path: string
  /** Records, those that were copied twice included. */
  readonly records: number
  /** Length of the file. */
  readonly bytes: number
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
  /** The last bytes of an encrypted file, in Base64: they end it, and make way for what follows. */
  readonly end?: string
}

const name = 'backup'

export const backupOf = (journal: Pick<JournalTarget, 'meta'>): BackupState | undefined =>
  journal.meta.get(name) as BackupState | undefined

/** Durable when this returns. */
export const keepBackup = (journal: Pick<JournalTarget, 'meta'>, state: BackupState): void =>
  journal.meta.set(name, state)

/** As a report shows it to a program. */
export const backupMember = (journal: Pick<JournalTarget, 'meta'>) => {
  const state = backupOf(journal)
  if (state === undefined) return {}
  const { isEncrypted: encrypted, parts } = state
  const files = parts.map(({ path, records, bytes, sha256 }) => ({ path, records, bytes, sha256 }))
  return { backup: { encrypted, records: recordsIn(state), files } }
}

/** As a report shows it to a person: a line for each file. */
export const backupLines = (name: string, journal: Pick<JournalTarget, 'meta'>): ReadonlyArray<string> => {
  const state = backupOf(journal)
  return (state?.parts ?? []).map(
    ({ path, records, sha256 }) =>
      `${name}: ${counted(records, 'record')} copied to ${onOneLine(path)}${state?.isEncrypted ? ', encrypted' : ''} (SHA-256 ${sha256})`,
  )
}

const recordsIn = ({ parts }: BackupState): number => parts.reduce((sum, { records }) => sum + records, 0)
