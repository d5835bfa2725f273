import type { RunEvent } from '../../src/index.ts'
import { openClock, type SimulatedClock } from './clock.ts'
import type { CallPurpose, Fault, RecordFact, Scenario } from './scenario.ts'

/** One request as the backend's side saw it. */
export interface SeenCall {
  readonly number: number
  /** The process that made it: how many there had been before. */
  readonly leg: number
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
  /** The process that sent it died before its answer came. */
  orphaned?: true
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
  /** Set where the backend says so although it did not do it, and where the answer contradicts itself. */
  readonly spoilt?: 'lie' | 'contradiction'
  readonly at: number
}

/** The truth about one record. */
export interface Truth {
  readonly fact: RecordFact
  exists: boolean
  busy: number
  /** What it was from when on, in order; the first entry holds from ever. */
  readonly history: Array<{ readonly at: number; readonly there: boolean }>
  /** When requests of ours removed it. */
  readonly removals: number[]
}

/** One process: what it waits for never comes once it is dead. */
export interface Life {
  dead: boolean
}

/** What one run plays in: time, the truth, and everything that was seen of it. */
export interface World {
  readonly scenario: Scenario
  readonly clock: SimulatedClock
  /** The process that is running. */
  life: Life
  /** Of the process that is running. */
  startedAt: number
  /** How many processes there have been before. */
  leg: number
  readonly identityOf: (id: string) => string
  readonly truths: ReadonlyMap<string, Truth>
  readonly calls: SeenCall[]
  readonly statements: Statement[]
  events: RunEvent[]
  /** Told of every call as it begins. */
  onCall: Array<(call: SeenCall) => void>
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
    const history = [{ at: Number.NEGATIVE_INFINITY, there: fact.there }]
    truths.set(identityOf(fact.id), { fact, exists: fact.there, busy: fact.busy ?? 0, history, removals: [] })
  }
  const change = (truth: Truth, there: boolean): void => {
    if (truth.exists === there) return
    truth.exists = there
    truth.history.push({ at: clock.now(), there })
  }
  for (const truth of truths.values()) {
    const { takenAtMs, flipsAtMs = [] } = truth.fact
    if (takenAtMs !== undefined) void clock.sleep(takenAtMs).then(() => change(truth, false))
    for (const atMs of flipsAtMs) void clock.sleep(atMs).then(() => change(truth, !truth.exists))
  }
  const world: World = {
    scenario,
    clock,
    life: { dead: false },
    startedAt: startMs,
    leg: 0,
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
      change(truth, false)
      truth.removals.push(clock.now())
      return true
    },
    say: (statements) => {
      const at = clock.now()
      for (const statement of statements) world.statements.push({ ...statement, at })
    },
  }
  return world
}
