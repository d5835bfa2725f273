import type { RunEvent } from '../../src/index.ts'
import { openClock, type SimulatedClock } from './clock.ts'
import type { CallPurpose, Fault, RecordFact, Scenario } from './scenario.ts'

/** One request as the backend's side saw it. */
export interface SeenCall {
  readonly number: number
  readonly purpose: CallPurpose
  readonly what: string
  /** Spelled as sent. */
  readonly ids: ReadonlyArray<string>
  readonly startedAt: number
  /** Its place among everything that happened. */
  readonly moment: number
  readonly overHttp: boolean
  readonly fault?: Fault
  status?: number
  /** When its answer came back, or it was given up. */
  endedAt?: number
  /** When its signal was aborted. */
  cutAt?: number
  cutMoment?: number
  /** The wait that its answer asked for, and everybody has to heed. */
  asked?: { readonly at: number; readonly ms: number }
}

/** What an answer that reached the client says about a record. */
export interface Statement {
  readonly identity: string
  readonly says: 'deleted' | 'absent' | 'refused' | 'failed' | 'again' | 'listed' | 'unlisted'
  readonly via: 'reply' | 'job' | 'read'
  /** The reason that was given, as unique to the record as the backend is precise. */
  readonly code?: string
  /** The form of reading that says so. */
  readonly form?: string
  readonly at: number
}

/** The truth about one record. */
export interface Truth {
  readonly fact: RecordFact
  exists: boolean
  busy: number
  deletedByUsAt?: number
  takenAt?: number
}

/** What one run plays in: time, the truth, and everything that was seen of it. */
export interface World {
  readonly scenario: Scenario
  readonly clock: SimulatedClock
  readonly startedAt: number
  readonly identityOf: (id: string) => string
  readonly truths: ReadonlyMap<string, Truth>
  readonly calls: SeenCall[]
  readonly statements: Statement[]
  readonly events: RunEvent[]
  /** Told of every call as it begins. */
  readonly onCall: Array<(call: SeenCall) => void>
  /** Texts that must never be shown. */
  readonly secrets: Set<string>
  /** Something the model itself found wrong while it played. */
  readonly remarks: string[]
  /** Counts everything that happens, for before and after. */
  moment: number
  /** When the caller's signal aborted, or the run halted. */
  stopped?: { readonly at: number; readonly moment: number; readonly by: 'abort' | 'halt' }
  abortedAt?: number
  endedAt?: number
  /** Jobs that the client knows of, and those of them that it does not know to be over. */
  readonly jobs: { readonly heard: Set<string>; readonly running: Set<string> }
  /** Deletes at the backend, by us: the only place where a record ceases to exist. */
  readonly remove: (identity: string) => boolean
  readonly say: (statements: ReadonlyArray<Omit<Statement, 'at'>>) => void
}

export const startMs = Date.UTC(2030, 0, 1)

export const openWorld = (scenario: Scenario): World => {
  const clock = openClock(startMs)
  const identityOf = scenario.traits.anyCase ? (id: string) => id.toLowerCase() : (id: string) => id
  const truths = new Map<string, Truth>()
  for (const fact of scenario.records) {
    truths.set(identityOf(fact.id), { fact, exists: fact.there, busy: fact.busy ?? 0 })
  }
  for (const truth of truths.values()) {
    const { takenAtMs } = truth.fact
    if (takenAtMs === undefined) continue
    void clock.sleep(takenAtMs).then(() => {
      if (truth.exists) truth.takenAt = clock.now()
      truth.exists = false
    })
  }
  const world: World = {
    scenario,
    clock,
    startedAt: startMs,
    identityOf,
    truths,
    calls: [],
    statements: [],
    events: [],
    onCall: [],
    secrets: new Set(),
    remarks: [],
    moment: 0,
    jobs: { heard: new Set(), running: new Set() },
    remove: (identity) => {
      const truth = truths.get(identity)
      if (truth === undefined || !truth.exists) return false
      truth.exists = false
      truth.deletedByUsAt = clock.now()
      return true
    },
    say: (statements) => {
      const at = clock.now()
      for (const statement of statements) world.statements.push({ ...statement, at })
    },
  }
  return world
}
