import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { presence, type RecordOutcome, type Status } from '../../index.ts'
import { openJournal } from '../../journal/index.ts'
import type { IdEntry } from '../ids/entry.ts'
import { nextFree } from '../plan/backup-file.ts'
import { originOf, type PlanDraft, type TargetDraft } from '../plan/draft.ts'
import type { RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { subjectEntriesLeft } from './retry-subjects.ts'
import { demandIds, gone, notGone, type ReportRow, readRunFile, type TargetFile } from './run-file.ts'

/**
 * The draft of a plan of what a run has left, or `undefined` where it has left nothing. What can't be sent, because its id
 * is invalid or it is protected, is not taken over; nor are the shares that halt a run: records that were refused before are
 * expected to be refused again.
 */
export const retryDraftOf = (
  path: string,
  given: ReadonlyArray<Status> | undefined,
  returned = false,
): PlanDraft | undefined => {
  // What came back is asked for by itself; what is not gone, besides, where that is said.
  const statuses = given ?? (returned ? [] : notGone)
  const wanted: Wanted = { statuses, returned }
  const done = statuses.find((status) => presence({ status }) === 'gone')
  if (done !== undefined)
    throw new CommandError(`what is ${done} is gone: there is nothing left to retry; --returned takes what came back`)
  const journal = openJournal(path, { readOnly: true })
  try {
    demandIds(journal)
    const { plan, head, targets } = readRunFile(journal)
    if (head.state === 'running')
      throw new CommandError(`${path} is being run: wait for its end, or end it with Ctrl-C`)
    const left = targets.filter((target) => hasLeft(target, wanted))
    if (left.length === 0) return undefined
    const { config, authority, rate, hours, guards, policy, holds, notBefore, subjects, digest, plannedAt, expiresAt } =
      plan
    const { halt, ...others } = guards
    return {
      config,
      guards: others,
      from: { path: resolve(path), digest },
      ...(authority === undefined ? {} : { authority }),
      ...(rate === undefined ? {} : { rate }),
      ...(policy === undefined ? {} : { policy }),
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(holds === undefined ? {} : heldOf(holds, left)),
      ...(hours === undefined ? {} : { hours }),
      ...(subjects === undefined ? {} : { subjects: tableOf(subjects) }),
      ...(expiresAt === undefined ? {} : { expiryMs: Date.parse(expiresAt) - Date.parse(plannedAt) }),
      targets: left.map((target) => {
        const draft = targetDraftOf(target, path, config, wanted, afterOf(target, left, targets))
        return inTurn(draft, target, left, path, wanted)
      }),
    }
  } finally {
    journal.close()
  }
}

/** As it was written. */
const tableOf = ({
  file,
  format,
  key,
  shared,
}: NonNullable<RunPlan['subjects']>): NonNullable<PlanDraft['subjects']> => ({
  file,
  key,
  shared,
  ...(format === undefined ? {} : { format }),
})

/** The records of subjects keep them, and what goes first among those that are left. */
const inTurn = (
  { entries, ...draft }: TargetDraft,
  { name, planned }: TargetFile,
  left: ReadonlyArray<TargetFile>,
  path: string,
  wanted: Wanted,
): TargetDraft => {
  const { each = [], separator, instructions, ids, select } = planned
  const manual = instructions === undefined ? {} : { instructions }
  if (ids !== undefined || select !== undefined)
    return { ...draft, ...manual, ...(entries !== undefined && { entries }) }
  const kept = each.filter(({ target }) => left.some((other) => other.name === target))
  return {
    ...draft,
    ...manual,
    ...(separator === undefined ? {} : { separator }),
    ...(kept.length > 0 && { each: kept }),
    subjectEntries: () => subjectEntriesOf(resolve(path), name, wanted),
  }
}

/** The journal is open only while they are read. */
function* subjectEntriesOf(path: string, name: string, wanted: Wanted): Generator<IdEntry> {
  const journal = openJournal(path, { readOnly: true })
  try {
    yield* subjectEntriesLeft(journal, readRunFile(journal), name, {
      rowsOf: (target) => rowsOf(target, wanted),
      isTaken: canBeSent,
      isRetried: (outcome) => wanted.statuses.includes(outcome.status) && canBeSent(outcome),
    })
  } finally {
    journal.close()
  }
}

/** Of the targets that are in the plan. */
const heldOf = (holds: NonNullable<PlanDraft['holds']>, left: ReadonlyArray<TargetFile>): Pick<PlanDraft, 'holds'> => {
  const kept = holds.filter((hold) => left.some(({ name }) => name === hold.target))
  return kept.length === 0 ? {} : { holds: kept }
}

interface Wanted {
  readonly statuses: ReadonlyArray<Status>
  readonly returned: boolean
}

/** Those that ended so, and those that were found to be there although they are gone. */
function* rowsOf(target: TargetFile, { statuses, returned }: Wanted): Generator<ReportRow> {
  const asked = returned && target.returned > 0 ? [...statuses, ...gone] : statuses
  if (asked.length === 0) return
  for (const row of target.rows(asked)) if (row.returned === true || statuses.includes(row.outcome.status)) yield row
}

const hasLeft = (target: TargetFile, wanted: Wanted): boolean => {
  for (const { outcome } of rowsOf(target, wanted)) if (canBeSent(outcome)) return true
  return false
}

const canBeSent = (outcome: RecordOutcome): boolean =>
  outcome.status !== 'untouched' || (outcome.why !== 'invalid-id' && outcome.why !== 'protected')

/** A target of a run as a target of a new plan, with those of its records that have these outcomes. */
export const targetDraftOf = (
  { name, planned }: TargetFile,
  path: string,
  config: string,
  wanted: Wanted,
  after: ReadonlyArray<string>,
): TargetDraft => {
  const {
    provider,
    options,
    http,
    pace,
    production,
    require,
    maxRecords,
    ids,
    select,
    column,
    protect,
    backup,
    backupKey,
    remains,
  } = planned
  return {
    name,
    provider,
    options,
    pace,
    production,
    after,
    ...(ids === undefined ? {} : { ids }),
    ...(select === undefined ? {} : { select }),
    ...(http === undefined ? {} : { http }),
    ...(require === undefined ? {} : { require }),
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(column === undefined ? {} : { column }),
    ...(remains === undefined ? {} : { remains }),
    ...(protect === undefined ? {} : { protect: protect.path }),
    ...(backup === undefined ? {} : { backup: nextBackup(backup, config) }),
    ...(backupKey === undefined ? {} : { backupKey }),
    origin: originOf({ config }, name),
    entries: () => entriesOf(resolve(path), name, wanted),
  }
}

/** The copy of the run before stays as it is. */
const nextBackup = (given: string, config: string): string => {
  const path = resolve(dirname(config), given)
  return existsSync(path) ? join(dirname(given), basename(nextFree(path))) : given
}

/** The journal is open only while they are read. */
function* entriesOf(path: string, name: string, wanted: Wanted): Generator<IdEntry> {
  const journal = openJournal(path, { readOnly: true })
  try {
    const target = readRunFile(journal).targets.find((each) => each.name === name)
    for (const { outcome, columns } of target === undefined ? [] : rowsOf(target, wanted)) {
      if (canBeSent(outcome)) yield { id: outcome.id, ...(columns === undefined ? {} : { columns }) }
    }
  } finally {
    journal.close()
  }
}

/** What is gone need not be waited for any more; what is left out and not gone can't be. */
const afterOf = (
  { name, planned }: TargetFile,
  left: ReadonlyArray<TargetFile>,
  all: ReadonlyArray<TargetFile>,
): ReadonlyArray<string> =>
  planned.after.filter((other) => {
    if (left.some((target) => target.name === other)) return true
    const target = all.find((each) => each.name === other)
    // What is protected, or has an invalid id, was never to be deleted, and blocks nothing.
    if (target === undefined || !hasLeft(target, { statuses: notGone, returned: false })) return false
    throw new CommandError(
      `${name} comes after ${other}, which is not wholly gone and would be left out: --status leaves out too much`,
    )
  })

/** `run.db` → `run-2.db`, or the next number that is free. */
export const nextJournal = (path: string): string => {
  const [, stem = path, number = '1', ending = ''] = /^(.*?)(?:-(\d+))?(\.[^./\\]*)?$/.exec(path) ?? []
  for (let next = Number(number) + 1; ; next++) {
    const name = `${stem}-${next}${ending}`
    if (!existsSync(name)) return name
  }
}
