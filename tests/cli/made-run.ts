import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep, type PlannedTarget, type RunPlan } from '../../src/cli/plan/run-plan.ts'
import { type BulkRecordProvider, deleteRecords, identifyPlace, type RunOptions } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'

/** A target of a run that was made without the command line. */
export interface MadeTarget {
  readonly name: string
  readonly provider: BulkRecordProvider
  readonly ids: ReadonlyArray<string>
  /** The name of the id's column, and the other columns of each id. */
  readonly column?: string
  readonly columns?: (id: string) => Readonly<Record<string, string>>
  readonly options?: RunOptions
  readonly configured?: PlannedTarget['options']
  /** Planned and not run. Default false. */
  readonly onlyPlanned?: boolean
}

/** A folder of its own, and how to remove it. */
export const newFolder = (): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Plans and runs with the library, and puts on record what the command line would. */
export const makeRun = async (path: string, targets: ReadonlyArray<MadeTarget>): Promise<void> => {
  const journal = openJournal(path)
  const planned: PlannedTarget[] = []
  for (const target of targets) {
    const into = journal.target(target.name)
    const { identityOf = (id: string) => id, isValidId } = target.provider
    into.beginPlan()
    const fresh = await into.addToPlan(
      target.ids.map((id) => ({
        id,
        identity: identityOf(id),
        ...(isValidId(id) ? {} : { refused: 'invalid-id' as const }),
        ...(target.columns === undefined ? {} : { columns: target.columns(id) }),
      })),
    )
    const duplicates = fresh.filter((isNew) => !isNew).length
    const plan = await into.sealPlan({ duplicates, sourceEnded: true })
    planned.push({
      name: target.name,
      provider: target.provider.name,
      verified: 'documentation',
      effect: target.provider.capabilities.effect,
      options: target.configured ?? {},
      pace: {},
      place: await identifyPlace(target.provider),
      production: true,
      after: [],
      ids: 'ids.txt',
      ...(target.column === undefined ? {} : { column: target.column }),
      identities: plan.digest,
      records: plan.records,
      toSend: plan.toSend,
      invalid: plan.records - plan.toSend,
      protected: 0,
      duplicates,
      batches: 0,
      requests: 0,
      seconds: 0,
    })
  }
  keep(journal, 'plan', planFor(planned))
  for (const { name, provider, options, onlyPlanned } of targets) {
    if (onlyPlanned !== true) await deleteRecords(provider, undefined, { ...options, journal: journal.target(name) })
  }
  journal.close()
}

const planFor = (targets: ReadonlyArray<PlannedTarget>): RunPlan => ({
  format: 1,
  expunge: '0.1.0',
  plannedAt: '2026-03-01T12:00:00.000Z',
  digest: 'abcdef0123456789'.repeat(4),
  phrase: 'delete them',
  config: '/nowhere/cleanup.json',
  guards: {},
  targets,
})
