/**
 * The room `backup`: the file that holds the content of records before they are deleted. What is written is on the disk, and
 * its length and hash in the journal, before a deletion is intended; a crash loses nothing of it, and a resumed run goes on
 * behind what is on record.
 * May import: `terminal`, `plan`. Begin with `openBackups`; then file.ts (one file), member.ts (gzip) and age.ts.
 */

import { dirname, resolve } from 'node:path'
import type { RecordContent } from '../../index.ts'
import type { JournalTarget, OpenJournal } from '../../journal/index.ts'
import { backupDestination } from '../plan/backup-file.ts'
import { filesOf } from '../plan/files.ts'
import type { PlannedTarget, RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type BackupFile, openBackupFile } from './file.ts'
import { type BackupState, backupOf, keepBackup } from './state.ts'

/** The copies of a run, by target. */
export interface Backups {
  /** What the run of a target gets as `backup`; undefined where it keeps no copy. */
  readonly of: (target: string) => ((records: ReadonlyArray<RecordContent>) => Promise<void>) | undefined
  readonly close: () => Promise<void>
}

/** Opens the copies of all targets that have one and something left to delete; rejects with a `CommandError` where one can't be. */
export const openBackups = async (
  journal: OpenJournal,
  plan: RunPlan,
  hasLeft: (target: PlannedTarget) => boolean,
): Promise<Backups> => {
  const files = new Map<string, BackupFile>()
  const close = async (): Promise<void> => {
    for (const file of files.values()) await file.close()
  }
  try {
    for (const target of plan.targets) {
      if (target.backup === undefined || !hasLeft(target)) continue
      files.set(target.name, await openOne(journal, plan, target, target.backup))
    }
  } catch (cause) {
    await close()
    throw cause
  }
  const of = (name: string) => {
    const file = files.get(name)
    const target = plan.targets.find((each) => each.name === name)
    if (file === undefined || target === undefined) return undefined
    return (records: ReadonlyArray<RecordContent>) => file.write(linesOf(target, records), records.length)
  }
  return { of, close }
}

const openOne = (journal: OpenJournal, plan: RunPlan, target: PlannedTarget, given: string): Promise<BackupFile> => {
  const inJournal: JournalTarget = journal.target(target.name)
  const known = backupOf(inJournal)
  const keep = filesOf(journal.path, plan).filter(({ what }) => what !== `the backup of target "${target.name}"`)
  const path = backupDestination(given, {
    folder: dirname(plan.config),
    spot: `target "${target.name}" backup`,
    keep,
    isOurs: (real) => known?.parts.some((part) => part.path === real) === true,
  })
  const opening = openBackupFile({
    path: known?.path ?? resolve(path),
    isCompressed: /\.gz(?:\.age)?$/i.test(given),
    recipients: target.backupKey ?? [],
    known,
    save: (state: BackupState) => keepBackup(inJournal, state),
  })
  return opening.catch((cause: unknown) => {
    if (cause instanceof CommandError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CommandError(`target "${target.name}" backup: ${given}: ${why}`, undefined, cause)
  })
}

/** A line for each record. A record may stand there more than once: the last line is the newest. */
const linesOf = ({ name: target, provider }: PlannedTarget, records: ReadonlyArray<RecordContent>): string => {
  const at = new Date().toISOString()
  return records.map(({ id, content }) => `${JSON.stringify({ target, provider, id, at, content })}\n`).join('')
}
