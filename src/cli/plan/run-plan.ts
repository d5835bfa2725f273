import type { DatoCmsSideEffects, Effect, Place, WaitWhy } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import type { Hold, Policy, Remains } from '../config/conditions.ts'
import type { Guards, Rate } from '../config/config.ts'
import type { Hours } from '../config/hours.ts'
import type { Expectation } from '../config/select.ts'
import type { AfterEach } from '../config/subjects.ts'
import type { TargetPace } from '../config/target.ts'
import type { Json } from '../config/text.ts'
import type { PlannedSubjects } from '../subjects/linking.ts'
import { CommandError } from '../terminal/command-error.ts'

/**
 * What a run was planned to do, as the journal keeps it beside the records: everything but ids and credentials. A secret
 * is a reference; one that was written out in the configuration is `{ "literal": path }`, read there again.
 */
export interface RunPlan {
  /** What its digest covers: 1 up to release 0.1; from 2 on also which records are turned away. */
  readonly format: 1 | 2
  /** The release that made it. */
  readonly expunge: string
  /** ISO 8601, UTC. */
  readonly plannedAt: string
  /** ISO 8601, UTC; after that it is not begun any more. */
  readonly expiresAt?: string
  /** SHA-256 in hexadecimal; its first 16 digits approve the plan. */
  readonly digest: string
  /** What a person types to approve it. */
  readonly phrase: string
  /** SHA-256 over all of this but the seal; from format 2 on. */
  readonly seal?: string
  /** Absolute path of the configuration; paths in it are relative to its folder. */
  readonly config: string
  readonly authority?: { readonly [name: string]: Json }
  readonly guards: Guards
  readonly rate?: Rate
  /** Who has to approve it. */
  readonly policy?: Policy
  /** What may not be deleted for now, and by whose word. */
  readonly holds?: ReadonlyArray<Hold>
  /** ISO 8601, UTC; before that it is not begun. */
  readonly notBefore?: string
  /** Outside of these nothing is sent. */
  readonly hours?: Hours
  /** Whose records the targets hold. */
  readonly subjects?: PlannedSubjects
  /** The plan that this one takes up what is left of. */
  readonly from?: { readonly path: string; readonly digest: string }
  readonly targets: ReadonlyArray<PlannedTarget>
}

export interface PlannedTarget {
  readonly name: string
  /** As written: the name of a built-in one, or the path or package of an adapter. */
  readonly provider: string
  /** SHA-256 of the adapter's code, where it is not built in. */
  readonly adapter?: string
  readonly verified: 'live' | 'recorded' | 'documentation'
  readonly effect: Effect
  readonly options: { readonly [name: string]: Json }
  readonly pace: TargetPace
  readonly http?: { readonly [name: string]: Json }
  readonly place: Place
  readonly production: boolean
  readonly require?: 'erased'
  readonly after: ReadonlyArray<string>
  /** Targets whose records go first, subject by subject. */
  readonly each?: ReadonlyArray<AfterEach>
  readonly separator?: string
  /** What people have to do. */
  readonly instructions?: string
  readonly maxRecords?: number
  /** As written: the file that keeps the content of records before they are deleted. */
  readonly backup?: string
  /** Public keys that it is encrypted to. */
  readonly backupKey?: ReadonlyArray<string>
  /** Path as written, SHA-256 of the ids that it held, and how many. Plans of older releases lack the number. */
  readonly protect?: { readonly path: string; readonly digest: string; readonly entries?: number }
  /** As written: a file, or how they were selected. */
  readonly ids?: string
  readonly select?: { readonly [name: string]: Json }
  readonly expect?: Expectation
  /** Where they were selected: how many records of the kind there were in all. */
  readonly inAll?: number
  readonly sideEffects?: DatoCmsSideEffects
  /** What stays elsewhere, and until when. */
  readonly remains?: ReadonlyArray<Remains>
  readonly column?: string
  /** SHA-256 of the identities in order. */
  readonly identities: string
  /** SHA-256 of which records are turned away, and why; from format 2 on. */
  readonly refusals?: string
  /** Distinct records, and of these: what will be sent, and what is turned away. */
  readonly records: number
  readonly toSend: number
  readonly invalid: number
  readonly protected: number
  /** Of plans without holds: left out. */
  readonly held?: number
  /** Ids that repeat a record. */
  readonly duplicates: number
  /** Forecast for a run without faults and refusals. */
  readonly batches: number
  readonly requests: number
  readonly seconds: number
}

/** How the last run of a plan ended, or that it goes on. */
export interface RunStatus {
  readonly state: 'running' | 'ended' | 'halted' | 'stopped' | 'blocked'
  /** ISO 8601, UTC. */
  readonly at: string
  readonly exitCode?: number
  readonly targets?: ReadonlyArray<{ readonly name: string; readonly state: string; readonly detail?: string }>
}

/** What a run that goes on says of itself in the journal, for `expunge status`. Times in ms since the epoch. */
export interface ProgressNote {
  /** HTTP exchanges since this process began. */
  readonly requests: number
  /** Since this process began. */
  readonly recordsPerSecond: number
  /** HTTP exchanges of processes before this one that died, and so left no report. */
  readonly earlierRequests?: number
  /** All requests wait, until then, and why. */
  readonly pause?: { readonly until: number; readonly why: string }
  /** What is waited for. */
  readonly waits?: ReadonlyArray<{ readonly why: WaitWhy; readonly records?: number; readonly until?: number }>
  /** Nothing more is sent: what is in flight is settled. */
  readonly stopping?: string
}

/** Who let the plan be carried out, and how. */
export interface Approval {
  readonly by: 'digest' | 'phrase' | 'signatures'
  /** ISO 8601, UTC. */
  readonly at: string
  /** Of the plan that it is for; older releases left it out. */
  readonly digest?: string
}

/** What was shown beside a plan when it was made. Ids are places in the plan. */
export interface PlanNotes {
  readonly targets: ReadonlyArray<{
    readonly name: string
    readonly sample: ReadonlyArray<number>
    readonly emptyRows: number
    readonly looseEnds: { readonly ids: number; readonly example?: number; readonly line?: number }
    readonly asked?: string
  }>
  readonly warnings: ReadonlyArray<string>
}

interface Kept {
  /** `expunge plan` has begun the journal; without a plan it was cut short. */
  readonly begun: true
  readonly plan: RunPlan
  readonly notes: PlanNotes
  readonly status: RunStatus
  readonly approval: Approval
}

/** Reads what the command line keeps in a journal. */
export const kept = <Name extends keyof Kept>(journal: OpenJournal, name: Name): Kept[Name] | undefined =>
  journal.meta.get(name) as Kept[Name] | undefined

/** Puts it on record; durable when this returns. */
export const keep = <Name extends keyof Kept>(journal: OpenJournal, name: Name, value: Kept[Name]): void =>
  journal.meta.set(name, value)

/** The plan of a journal; a `CommandError` where it has none. */
export const planOf = (journal: OpenJournal): RunPlan => {
  const plan = kept(journal, 'plan')
  if (plan !== undefined && !formats.has(plan.format))
    throw new CommandError(
      `${journal.path}: its plan has the format ${String(plan.format)}, which this expunge does not know: update expunge`,
    )
  if (plan === undefined) {
    throw new CommandError(`${journal.path} holds no finished plan: make one with "expunge plan cleanup.json -o …"`)
  }
  return plan
}

const formats: ReadonlySet<unknown> = new Set<RunPlan['format']>([1, 2])
