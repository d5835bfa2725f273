import { dirname } from 'node:path'
import { present } from '../config/checks.ts'
import type { Config } from '../config/config.ts'
import type { SubjectsConfig } from '../config/subjects.ts'
import type { TargetConfig } from '../config/target.ts'
import type { IdEntry, OnEmptyRow } from '../ids/entry.ts'
import { formatOf, type IdSource, readIds } from '../ids/ids.ts'
import { subjectEntries } from '../subjects/entries.ts'
import type { Origin } from '../systems/provider.ts'
import type { Activity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import type { PlannedTarget, RunPlan } from './run-plan.ts'

/** What a plan is made from: what was written down, before any system was asked or any id was read. */
/** How a plan is made, besides. */
export interface PlanWay {
  /** A plan by which nothing is deleted is as good as any. */
  readonly allowEmpty?: boolean
  /** No system is asked whether its credential is good. */
  readonly offline?: boolean
  /** Hears what is being done. */
  readonly activity?: Activity
}

export interface PlanDraft
  extends Pick<
    RunPlan,
    'config' | 'guards' | 'authority' | 'rate' | 'hours' | 'from' | 'policy' | 'holds' | 'notBefore'
  > {
  readonly expiryMs?: number
  readonly subjects?: SubjectsConfig
  readonly targets: ReadonlyArray<TargetDraft>
}

export interface TargetDraft
  extends Pick<
    PlannedTarget,
    | 'name'
    | 'provider'
    | 'options'
    | 'http'
    | 'pace'
    | 'production'
    | 'require'
    | 'after'
    | 'each'
    | 'separator'
    | 'instructions'
    | 'maxRecords'
    | 'backup'
    | 'backupKey'
    | 'ids'
    | 'select'
    | 'expect'
    | 'column'
    | 'remains'
  > {
  /** A file of ids that are never sent. */
  readonly protect?: string
  readonly origin: Origin
  /** Missing where `select` is to be asked for them. */
  readonly entries?: (onEmptyRow?: OnEmptyRow) => AsyncIterable<IdEntry> | Iterable<IdEntry>
  /** The same where they are those of the subjects, each of whom is told. */
  readonly subjectEntries?: (
    onSubject: (subject: string) => void,
    onEmptyRow?: OnEmptyRow,
  ) => AsyncIterable<IdEntry> | Iterable<IdEntry>
}

/** The draft that a configuration makes; `warn` hears of secrets that are written out in it. */
export const draftOf = (config: Config, warn: (message: string) => void): PlanDraft => {
  const { path, folder, guards, authority, rate, hours, planExpiryMs, policy, holds, notBefore, subjects } = config
  return {
    config: path,
    guards,
    ...(authority !== undefined && { authority }),
    ...(rate !== undefined && { rate }),
    ...(hours !== undefined && { hours }),
    ...(planExpiryMs !== undefined && { expiryMs: planExpiryMs }),
    ...(policy !== undefined && { policy }),
    ...(holds !== undefined && holds.length > 0 && { holds }),
    ...(notBefore !== undefined && { notBefore }),
    ...(subjects !== undefined && { subjects }),
    targets: config.targets.map((target, index) => {
      const origin: Origin = {
        config: path,
        target: target.name,
        folder,
        spot: (inner) => config.spot(['targets', index, ...inner]),
      }
      for (const literal of target.literals) warn(`${literal} is a secret that is written out: ${instead}`)
      return targetDraftOf(target, origin, subjects)
    }),
  }
}

const instead = 'better is { "env": "NAME" }, { "file": "path" } or { "command": ["program", …] }'

const targetDraftOf = (target: TargetConfig, origin: Origin, subjects: SubjectsConfig | undefined): TargetDraft => {
  const { spot, literals, format, ...draft } = target
  const { ids, column } = draft
  if (ids === undefined && draft.select === undefined && column !== undefined && subjects !== undefined) {
    const { separator } = draft
    const from = { column, ...(separator !== undefined && { separator }) }
    const { folder } = origin
    return {
      ...draft,
      origin,
      subjectEntries: (onSubject, onEmptyRow) => subjectEntries(subjects, from, folder, onSubject, onEmptyRow),
    }
  }
  if (ids === undefined) return { ...draft, origin }
  const source = { ids, ...present({ column, format }) }
  demandTable(source, draft.protect, origin)
  return { ...draft, origin, entries: (onEmptyRow) => readIds(source, origin.folder, onEmptyRow) }
}

/** A list of lines has no columns: who names one takes the file for something else. What is protected may be a table all the same. */
const demandTable = (source: IdSource, protect: string | undefined, { spot }: Origin): void => {
  if (source.column === undefined || formatOf(source) !== 'txt') return
  if (protect !== undefined && formatOf({ ids: protect }) !== 'txt') return
  throw new CommandError(`${spot(['column'])}: ${source.ids} is a list with an id on each line, and has no columns`)
}

/** Where the targets of a plan come from that is on record. */
export const originOf = ({ config }: Pick<RunPlan, 'config'>, target: string): Origin => ({
  config,
  target,
  folder: dirname(config),
  spot: (path) => `target "${target}" ${path.join('.')}`.trimEnd(),
})
