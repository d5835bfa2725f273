import type { AskedControl, Control } from './control.ts'
import type { RecordOutcome, RunSummary, Totals, Why } from './outcome.ts'
import type { Place } from './provider.ts'

/**
 * What a durable run must be able to write and read back. Methods may answer at once or with a promise. What a method
 * has resolved for is on record: a crash after it does not undo it, where the method says `durable`.
 */
export interface Journal {
  /** The plan of this target, or undefined while it has none. */
  readonly plan: () => Awaitable<JournalPlan | undefined>
  /** Begins a plan; replaces one that was begun and never sealed. */
  readonly beginPlan: () => Awaitable<void>
  /**
   * Adds ids to the plan, in order; `refused` says why one is not to be sent. Answers for each whether its identity is
   * new to the plan: exact, and on disk.
   */
  readonly addToPlan: (entries: ReadonlyArray<PlanEntry>) => Awaitable<ReadonlyArray<boolean>>
  /**
   * Begins a plan that grows while it is carried out, or goes on with one; answers how many records it has. `pending` then has
   * those that were added so far, and what is added goes with the next durable write.
   */
  readonly growPlan?: () => Awaitable<number>
  /** Ends the plan; from now on it does not change. Durable. */
  readonly sealPlan: (options: PlanOptions) => Awaitable<JournalPlan>
  /**
   * Computes again, from what is on file, everything that the sealed plan says, and says in words what was altered since;
   * undefined where nothing was. `identityOf` is the provider's: an id that does not come to its identity was altered.
   * Asked before anything is sent. A journal that can't be altered behind a run's back leaves it out.
   */
  readonly altered?: (identityOf: (id: string) => string) => Awaitable<string | undefined>
  /** Holds ids that are handed in again against the plan. */
  readonly comparePlan: () => PlanComparison
  /** The records that have neither an outcome nor a batch that is still open, in the order of the plan, past the place `after` (-1: from the first). */
  readonly pending: (after: number, most: number) => Awaitable<ReadonlyArray<PlannedRecord>>
  /** Batches that were sent and of which not every record has an outcome: in doubt, if the process that sent them has died. */
  readonly openBatches: () => Awaitable<ReadonlyArray<OpenBatch>>
  /**
   * A batch is about to be sent, perhaps once more, with a renewed token. Durable before it resolves: nothing is sent that is
   * not on record. An error whose `code` is `moved` ends the sending alone: what is in flight is settled in the journal still.
   */
  readonly intend: (batch: IntendedBatch) => Awaitable<void>
  /** The backend took the batch as a job. Durable. */
  readonly jobStarted: (batch: number, jobId: string) => Awaitable<void>
  /** Records got their outcomes. */
  readonly settle: (outcomes: ReadonlyArray<SettledRecord>) => Awaitable<void>
  /**
   * A batch is over: those of its records that have no outcome were provably not deleted by it, and may be sent again.
   * `known`: what else is known of some of them, which `pending` gives back.
   */
  readonly closeBatch: (batch: number, known?: ReadonlyArray<KnownRecord>) => Awaitable<void>
  /** What was seen on the way, for people to read: with the next durable write. */
  readonly note?: (fact: JournalFact) => Awaitable<void>
  /** Where this run deletes: with the next durable write. */
  readonly placed?: (place: Place) => Awaitable<void>
  /** A form of reading has listed a record of this run: it can see. On record with the next durable write. */
  readonly readerProven: (form: string) => Awaitable<void>
  /** The forms of reading that this run has proven, in all of its processes. */
  readonly provenForms: () => Awaitable<ReadonlyArray<string>>
  /** Highest number of a batch so far, 0 when there is none. */
  readonly lastBatch: () => Awaitable<number>
  /** What was settled so far, by all runs of this plan. */
  readonly totals: () => Awaitable<Totals>
  /** Notes that a run of the plan begins, and how it ended; `run` counts from 1. */
  readonly runStarted: (run: {
    readonly at: number
    readonly options: Readonly<Record<string, unknown>>
  }) => Awaitable<void>
  readonly runEnded: (summary: RunSummary) => Awaitable<void>
  /**
   * Hands over what was asked of the runs of this plan so far, in order (`isPast`), before it answers, and from then on what
   * other processes ask, within two seconds, until what it answers is called. Each is on record when it is handed over.
   */
  readonly followControls?: (take: (control: AskedControl, isPast: boolean) => void) => Awaitable<() => void>
  /** Puts on record what this process asks of its own run. Durable. */
  readonly control?: (control: Control) => Awaitable<AskedControl>
  /** An outcome for each record of the plan, in its order, read as they are asked for; `pending` is why a record that has none is untouched. */
  readonly outcomes: (pending: Why) => Iterable<RecordOutcome>
}

/** Holds ids that are handed in again against a sealed plan, in flat memory. */
export interface PlanComparison {
  /** Identities in the order in which they come, repeats included. */
  readonly add: (identities: ReadonlyArray<string>) => Awaitable<void>
  /** Whether they were the plan's, all of them, in its order. Ends the comparison. */
  readonly end: () => Awaitable<boolean>
}

export type Awaitable<A> = A | Promise<A>

export interface PlanEntry {
  readonly id: string
  readonly identity: string
  /** Why it is not to be sent; left out for a record that is. */
  readonly refused?: 'invalid-id' | 'protected' | 'held'
  /** Of `held`: by whose word. */
  readonly reference?: string
  /** What the input held beside the id, by column. */
  readonly columns?: Readonly<Record<string, string>>
}

export interface PlanOptions {
  /** Ids that repeated an identity. */
  readonly duplicates: number
  /** False when the source was not read to its end: then there is no plan to run. */
  readonly sourceEnded: boolean
}

export interface JournalPlan {
  /** SHA-256, in hexadecimal, of the identities in order, each with its length before it. */
  readonly digest: string
  /** Distinct identities, those that are not to be sent included. */
  readonly records: number
  readonly toSend: number
  readonly duplicates: number
}

export interface PlannedRecord {
  /** Its place in the plan, from 0. */
  readonly index: number
  readonly id: string
  /** As it was planned, where it is not the id: an id that does not come to it is not sent. */
  readonly identity?: string
  /** What earlier requests may have done to it, where that is not plain. */
  readonly doubt?: JournalDoubt
}

/** What is known of a record beyond its last sending. Times in ms since the epoch. */
export interface JournalDoubt {
  /** As the judgement writes it down. */
  readonly belief: string
  readonly firstSentAt: number
  /** From when on no earlier request can take effect; infinite where that is never. */
  readonly deadAt: number
}

export interface KnownRecord {
  readonly index: number
  readonly doubt: JournalDoubt | undefined
}

/** A fact of a run that outcomes were judged by. Indexes are places in the plan; times in ms since the epoch. */
export type JournalFact =
  /** What a request came to: a reply's kind, or an error's tag, with the counts where only those are known. */
  | {
      readonly kind: 'answered'
      readonly batch: number
      readonly at: number
      readonly by: 'reply' | 'job'
      readonly said: string
      readonly deleted?: number
      readonly failed?: number
    }
  /** A look at records: which of them it listed, which not, and of which it said nothing. */
  | {
      readonly kind: 'read'
      readonly form: string
      readonly at: number
      readonly proven: boolean
      readonly listed: ReadonlyArray<number>
      readonly unlisted: ReadonlyArray<number>
      readonly unread: ReadonlyArray<number>
    }

export interface IntendedBatch {
  readonly number: number
  readonly indexes: ReadonlyArray<number>
  /** ms since the epoch. */
  readonly at: number
  /** By its place in `indexes`: what is known of those that earlier requests may have touched. */
  readonly doubts?: ReadonlyArray<JournalDoubt | undefined>
}

export interface OpenBatch {
  readonly number: number
  /** Those of its records that have no outcome. */
  readonly records: ReadonlyArray<PlannedRecord>
  /** How many records it held when it was sent. */
  readonly size: number
  readonly at: number
  readonly jobId?: string
}

export interface SettledRecord {
  readonly index: number
  readonly outcome: RecordOutcome
  /** Sendings that the record took part in. */
  readonly attempts: number
  /** ms since the epoch. */
  readonly at: number
}
