import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { BulkRecordProvider } from '../../index.ts'
import type { Path } from '../config/text.ts'
import { CommandError } from '../terminal/command-error.ts'
import { destinationOf, type KeptFile } from '../terminal/output-file.ts'
import type { TargetDraft } from './draft.ts'
import { backupsOf, inputsOf } from './files.ts'
import type { RunPlan } from './run-plan.ts'

interface BackupRules {
  readonly folder: string
  /** What is shown as its place. */
  readonly spot: string
  readonly keep: ReadonlyArray<KeptFile>
  /** Whether a file that is there was written by this run. */
  readonly isOurs: (path: string) => boolean
}

/** Where a copy goes, links followed; a `CommandError` where it would replace what is not its own, or is no file. */
export const backupDestination = (given: string, { folder, spot, keep, isOurs }: BackupRules): string => {
  const refuse = (why: string): never => {
    throw new CommandError(`${spot}: ${given}: ${why}`)
  }
  const to = destinationOf(resolve(folder, given), {
    option: spot,
    keep,
    onFile: (path) => {
      if (!isOurs(path)) refuse('this file is there already, and is not written over: choose another name')
    },
  })
  if (to.kind !== 'file') return refuse('a copy is kept in a file: name one')
  return to.path
}

/** Before anything is planned: the system can read what its records hold, and the file is free. */
export const demandBackup = (
  target: Pick<TargetDraft, 'name' | 'backup' | 'origin'>,
  provider: Pick<BulkRecordProvider, 'name' | 'readContent'>,
  draft: Pick<RunPlan, 'config' | 'from'> & { readonly targets: ReadonlyArray<TargetDraft> },
): void => {
  const { name, backup, origin } = target
  if (backup === undefined) return
  const at: Path = ['backup']
  if (provider.readContent === undefined) {
    throw new CommandError(
      `${origin.spot(at)}: ${provider.name} can't read what a record holds, so no copy can be kept: leave it out, or export the records by other means first`,
    )
  }
  const others = backupsOf(draft).filter((file) => file.what !== `the backup of target "${name}"`)
  const keep = [...inputsOf(draft), ...others]
  backupDestination(backup, { folder: origin.folder, spot: origin.spot(at), keep, isOurs: () => false })
}

/** `cms.ndjson.gz` → `cms-2.ndjson.gz`, or the next number that is free. */
export const nextFree = (path: string): string => {
  const [, stem = basename(path), number = '1', ending = ''] =
    /^(\.?[^.]*?)(?:-(\d+))?(\..*)?$/.exec(basename(path)) ?? []
  for (let next = Number(number) + 1; ; next++) {
    const name = join(dirname(path), `${stem}-${next}${ending}`)
    if (!existsSync(name)) return name
  }
}
