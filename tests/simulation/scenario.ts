/**
 * Everything that happens in one simulated run, as plain data: made from a seed by `compose`, printed by `tell`, and cut
 * down by `shrink`. The same scenario always plays the same way.
 */
export interface Scenario {
  readonly seed: number
  readonly family: FamilyName
  readonly traits: Traits
  readonly records: ReadonlyArray<RecordFact>
  /** What the id source yields; `null` stands for something that is no string. */
  readonly handed: ReadonlyArray<string | null>
  readonly source: SourceSpec
  readonly options: Options
  readonly faults: ReadonlyArray<Fault>
  readonly abort?: Abort
  /** Set: the run keeps a journal, each of these ends one process of it, and a last process sees it through. */
  readonly legs?: ReadonlyArray<Leg>
}

/** How one process of a run with a journal ends; `killed`: from one moment to the next, with nothing seen through. */
export type Leg = Abort & { readonly killed: boolean }

export type FamilyName =
  | 'by-position'
  | 'by-id'
  | 'failures'
  | 'counts'
  | 'nothing'
  | 'all-or-nothing'
  | 'unprocessed'
  | 'opus'
  | 'datocms'
  | 'uuid-list'
  | 'plain'

/** One record as the backend has it. */
export interface RecordFact {
  /** As the backend spells it. */
  readonly id: string
  /** Whether it exists when the run begins. */
  readonly there: boolean
  /** Set: the backend refuses to delete it, for this reason of its own. */
  readonly refusal?: string
  /** Set: it can't be deleted while this other record exists, which refers to it. */
  readonly neededBy?: string
  /** How many times it is "not done yet, send it again". */
  readonly busy?: number
  /** When somebody else deletes it, in ms after the start. */
  readonly takenAtMs?: number
  /** When somebody else deletes it, or makes it again where it is gone: each of these, in ms after the start. */
  readonly flipsAtMs?: ReadonlyArray<number>
}

/** What kind of backend, what kind of provider. */
export interface Traits {
  /** The family that the backend's replies belong to. */
  readonly speaks: FamilyName
  /**
   * `blind` answers that nothing exists; with `second-form` the usual form of reading is refused; with `turns-blind` it is
   * so from the third read on, and the second form lists nothing.
   */
  readonly reader: 'none' | 'honest' | 'blind' | 'second-form' | 'turns-blind'
  readonly replay: 'safe' | 'unsafe'
  /** What becomes of an id that does not exist. `counted`: as if it had been deleted. */
  readonly missing: 'failed' | 'ignored' | 'counted' | 'refuses'
  /** What a refused batch says: which record, only what is wrong with it, or nothing. */
  readonly names: 'culprit' | 'kind' | 'nothing'
  readonly job: boolean
  /** How long a job takes at least and at most, in ms. */
  readonly jobMs: readonly [number, number]
  /** What a running job answers with. */
  readonly pending: '404' | 'state' | 'hint'
  /** How long the result of a job is kept, in ms. */
  readonly keptMs: number
  readonly diagnose: boolean
  /** Identities are compared in any letter case. */
  readonly anyCase: boolean
  /** Ids go into the URL, not into a body. */
  readonly inUrl: boolean
  readonly maxBatchSize: number
  readonly lateEffectMs?: number
  /** How far reads lag behind at most, and what is declared of it: never less. Default: not at all; nothing. */
  readonly lagMs?: number
  readonly readLagMs?: number
  /** Whether a read shows one instant, or one for each record. */
  readonly lagsBy?: 'read' | 'record'
  /** How many of those it lists a list shows at most, and says that there are more; or leaves out, and says whom. */
  readonly lists?: { readonly cap: number } | { readonly leavesOut: number }
  readonly maxUrlBytes?: number
  readonly maxConcurrency?: number
  readonly maxJobs?: number
  /** Most ids of one request that the backend really takes, where that is less than it says. */
  readonly realMaxIds?: number
  readonly auth: 'none' | 'token' | 'function' | 'credentials'
  /** How long a token lives, in ms, where it ends. */
  readonly tokenMs: number
  /** Requests in a window that the backend takes, by one kind of limit or another; told on refusals. */
  readonly rate?: RateTrait
  /** The longest way of a request, and of its answer, in ms. */
  readonly latencyMs: number
  /** How a hand-written provider goes about it. */
  readonly hand: 'bare' | 'exchange' | 'at-once'
  /** Of the Opus model: whether success has a body; where a 418 stands; how a failed item is written. */
  readonly noContent: boolean
  readonly exceptions: 'status' | 'body'
  readonly failedItems: 'keys' | 'objects' | 'unreadable'
}

export interface SourceSpec {
  readonly kind: 'array' | 'set' | 'generator' | 'async'
  /** Longest gap between two ids of an asynchronous source, in ms. */
  readonly gapMs: number
  /** Throws in place of this entry. */
  readonly throwsAt?: number
}

/** The options of the run that are plain data. */
export interface Options {
  readonly concurrency: number
  /** Then `concurrency` says nothing. */
  readonly isAdaptive?: boolean
  readonly batchSize: number
  readonly attempts: number
  readonly callTimeoutMs: number
  readonly jobDeadlineMs: number
  readonly drainMs: number
  readonly maxJobs: number
  readonly diagnoses: number
  readonly duplicates: 'drop' | 'allow'
  readonly verify: 'never' | 'doubtful' | 'all'
  readonly protect: ReadonlyArray<string>
  readonly maxRecords?: number
  readonly dryRun?: boolean
  readonly requestsPerSecond?: number
  readonly share?: number
  /** Default `may`; `none` only where nobody else changes anything. */
  readonly others?: 'may' | 'none'
  readonly canary?: number
  readonly halt?: { readonly rejectedShare?: number; readonly absentShare?: number; readonly after?: number }
  /** What listens to the events throws. */
  readonly listenerThrows?: boolean
  /** Which face of the library is used; `left`: the stream is left after so many outcomes. */
  readonly face: 'report' | 'stream' | { readonly left: number }
}

/** When the caller's signal aborts: so long after the start, or when so many calls have been made. */
export type Abort = { readonly atMs: number } | { readonly atCall: number } | { readonly atEvent: number }

export type CallPurpose = 'delete' | 'read' | 'poll' | 'token'

/** One misfortune: what befalls the `nth` call of this purpose, and the `times - 1` after it. */
export interface Fault {
  readonly on: CallPurpose | 'any'
  /** From 1. */
  readonly nth: number
  readonly times: number
  readonly kind: FaultKind
  /** For how long: a hint's wait, in ms. */
  readonly ms: number
  /** A hint's form. */
  readonly hint: 'seconds' | 'decimals' | 'date' | 'reset' | 'none'
  /** How far between the client's time-out (0) and the end of the time in which a late effect may come (1). */
  readonly part: number
}

export type FaultKind =
  /** The request never arrives, and nothing is heard. */
  | 'lost-before'
  /** It is carried out, and the answer never comes. */
  | 'lost-after'
  /** It is carried out after the client has given up. */
  | 'late'
  /** As late, but later than `lateEffectMs`: outside the promise. */
  | 'later'
  | 'reset-before'
  | 'reset-after'
  /** Never sent: refused, no such host. */
  | 'refused'
  | 'unknown-host'
  | '429'
  | '503'
  /** Closed for now, and says so. */
  | 'closed'
  | '500-before'
  | '500-after'
  | '401'
  | '403'
  | 'redirect'
  | 'html-before'
  | 'html-after'
  | 'garbage-after'
  | 'truncated-after'
  /** The body breaks off with an error, or never ends. */
  | 'broken-after'
  | 'stalled-after'
  | 'slow'
  /** An entry of the reply twice, another one's entry among them, one too few, or two that contradict each other. */
  | 'twice'
  | 'foreign'
  | 'fewer'
  | 'contradiction'
  /** The answer comes from another environment, and nothing was done in ours. */
  | 'moved'
  /** Calls deleted what it left alone. */
  | 'claims'
  | 'job-fails'
  | 'job-never-ends'
  | 'job-expires'
  /** It is carried out, and then once more; its result is that of the second time. */
  | 'job-twice'

export interface RateTrait {
  readonly kind?: 'window' | 'log' | 'counter' | 'bucket' | 'gcra'
  readonly requests: number
  readonly perMs: number
  /** Of a bucket and GCRA. */
  readonly burst?: number
  /** Besides, so many in a second, and so many at once; nobody documents either. */
  readonly second?: number
  readonly atOnce?: number
  /** What a refusal tells of it. Left out: when it is reset. */
  readonly tells?: 'nothing' | 'retry-after'
}
