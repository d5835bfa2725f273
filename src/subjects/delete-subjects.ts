import { UsageError } from '../core/contract/error.ts'
import type { RunEvent } from '../core/contract/events.ts'
import type { Effect, RecordOutcome, RunSummary } from '../core/contract/outcome.ts'
import type { BulkRecordProvider } from '../core/contract/provider.ts'
import { planRun } from '../core/engine/forecast.ts'
import { collect, stream } from '../core/engine/stream.ts'
import type { AnyOptions } from '../core/settings/options.ts'
import { type Frozen, type FrozenSystem, freeze, type Shared, type Subject } from './frozen.ts'
import { inTurns, tellSettled } from './in-turns.ts'
import { subjectsOf } from './links.ts'
import { openStates, type SubjectState } from './states.ts'
import { isAtLeast, openTurns, type Turns } from './turns.ts'

/** One of the systems in which the subjects have records. */
export interface SubjectSystem {
  /** How the subjects, `after` and the report call it. */
  readonly name: string
  readonly provider: BulkRecordProvider
  /**
   * What goes first. A name: this system begins when all that was to be deleted there is gone. With `each`: a record goes here
   * as soon as all that its subject has there is gone, `needs` at least, while others are still on their way.
   */
  readonly after?: ReadonlyArray<string | AfterEach>
  /** Of its run; with a journal of its own the subjects can be taken up again. */
  readonly options?: AnyOptions
}

export interface AfterEach {
  readonly target: string
  readonly each: true
  /** The kind of gone that its records must have there at least. Default: any. */
  readonly needs?: Effect
}

export interface SubjectsOptions {
  /** Records that two subjects share in one system: misuse (`refuse`, the default), or gone with the last of them. */
  readonly shared?: Shared
  /** Ends all runs: what is in flight is settled. */
  readonly signal?: AbortSignal
  /** Hears of every run, with the name of its system. */
  readonly onEvent?: (system: string, event: RunEvent) => void
}

/** A record of a subject that is not gone. */
export type LeftRecord = { readonly target: string } & Exclude<RecordOutcome, { status: 'deleted' | 'absent' }>

/** What became of one subject. */
export interface SubjectReport {
  readonly subject: string
  readonly state: SubjectState
  /** What is not gone of it, in the order of the systems. */
  readonly left: ReadonlyArray<LeftRecord>
}

export interface SubjectsReport {
  /** In the order in which they were handed in. */
  readonly subjects: ReadonlyArray<SubjectReport>
  /** The run of each system, in the order of the systems; one that did not begin, because of what comes before it, has none. */
  readonly targets: ReadonlyMap<string, RunSummary | undefined>
}

/**
 * Deletes all that subjects have in several systems, and says of each subject how far it has come. Rejects only for misuse, with
 * `UsageError`, before the first request: unknown systems, systems that would wait for themselves, a `needs` that a system can't
 * give, shared records.
 */
export const deleteSubjects = async (
  systems: ReadonlyArray<SubjectSystem>,
  subjects: Iterable<Subject>,
  options: SubjectsOptions = {},
): Promise<SubjectsReport> => {
  const { shared = 'refuse' } = options
  demandOrder(systems)
  const frozen = freeze(new Map(systems.map(({ name, provider }) => [name, provider])), subjects, shared)
  const runs = await Promise.all(systems.map((system) => openSystemRun(system, frozen)))
  const byName = new Map(runs.map((run) => [run.system.name, run]))
  const ended = new Map<string, Promise<void>>()
  const endOf = (run: SystemRun): Promise<void> => {
    const known = ended.get(run.system.name)
    if (known !== undefined) return known
    const whole = wholeBefore(run.system).map((name) => byName.get(name) as SystemRun)
    const end = Promise.all(whole.map(endOf)).then(() => runSystem(run, whole, runs, options))
    ended.set(run.system.name, end)
    return end
  }
  await Promise.all(runs.map(endOf))
  return reportOf(frozen, runs)
}

interface SystemRun {
  readonly system: SubjectSystem
  readonly frozen: FrozenSystem
  readonly turns?: Turns
  readonly outcomes: Array<RecordOutcome | undefined>
  summary?: RunSummary
}

const eachBefore = ({ after = [] }: SubjectSystem): ReadonlyArray<AfterEach> =>
  after.filter((before): before is AfterEach => typeof before !== 'string')

const wholeBefore = ({ after = [] }: SubjectSystem): ReadonlyArray<string> =>
  after.filter((before) => typeof before === 'string')

const openSystemRun = async (system: SubjectSystem, { subjects, systems }: Frozen): Promise<SystemRun> => {
  const frozen = systems.get(system.name) as FrozenSystem
  const earlier = eachBefore(system)
  const run = { system, frozen, outcomes: new Array<RecordOutcome | undefined>(frozen.ids.length) }
  const { journal, place, signal, onEvent, ...others } = system.options ?? {}
  // Asked of every system: what one of them can't be run with is told before another one has begun.
  const { records, batches } = await planRun(system.provider, frozen.ids, others)
  if (earlier.length === 0) return run
  const turns = openTurns({
    subjects: subjects.length,
    own: frozen.links,
    earlier: earlier.map(({ target, needs }) => ({
      links: (systems.get(target) as FrozenSystem).links,
      ...(needs !== undefined && { needs }),
    })),
    batch: Math.max(1, Math.ceil(records / Math.max(1, batches))),
  })
  return { ...run, turns }
}

const runSystem = async (
  run: SystemRun,
  before: ReadonlyArray<SystemRun>,
  all: ReadonlyArray<SystemRun>,
  { signal, onEvent }: SubjectsOptions,
): Promise<void> => {
  const { system, frozen, turns, outcomes } = run
  const later = all.flatMap((other) =>
    eachBefore(other.system).flatMap(({ target }, at) =>
      target === system.name && other.turns !== undefined ? [{ turns: other.turns, at }] : [],
    ),
  )
  const onSettled = (record: number, outcome: RecordOutcome): void => {
    outcomes[record] = outcome
    for (const { turns: waiting, at } of later) waiting.settled(at, record, outcome)
  }
  try {
    const missing = before.filter((other) => !isWhollyGone(other)).map((other) => other.system.name)
    if (missing.length > 0) return leaveFor(run, missing)
    const given = system.options ?? {}
    const signals = [given.signal, signal].filter((each) => each !== undefined)
    const options: AnyOptions = {
      ...given,
      duplicates: 'allow',
      ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      onEvent: (event) => {
        if (event.kind === 'run-ended') run.summary = event.report
        given.onEvent?.(event)
        onEvent?.(system.name, event)
      },
    }
    if (given.journal !== undefined) await runJournalled(run, given.journal, options, onSettled)
    else {
      const places = new Map(frozen.ids.map((id, place) => [id, place]))
      const ids = turns === undefined ? frozen.ids : idsInTurns(frozen.ids, turns)
      for await (const outcome of stream(system.provider, ids, options))
        onSettled(places.get(outcome.id) as number, outcome)
    }
    leaveFor(run, [])
  } finally {
    turns?.stop()
    for (const { turns: waiting, at } of later) waiting.ended(at)
  }
}

async function* idsInTurns(ids: ReadonlyArray<string>, turns: Turns): AsyncGenerator<string> {
  while (true) {
    const places = await turns.next(ids.length)
    if (places.length === 0) return
    for (const place of places) yield ids[place] as string
  }
}

const runJournalled = async (
  { system, frozen, turns, outcomes }: SystemRun,
  journal: NonNullable<AnyOptions['journal']>,
  options: AnyOptions,
  onSettled: (record: number, outcome: RecordOutcome) => void,
): Promise<void> => {
  const inOrder = { onSettled, ...(turns !== undefined && { turns }) }
  if ((await journal.plan()) !== undefined) tellSettled(journal, inOrder)
  const run = collect(system.provider, frozen.ids, { ...options, journal: inTurns(journal, inOrder) })
  let record = 0
  for (const outcome of (await run()).outcomes) outcomes[record++] = outcome
}

/** What never had its turn says for what it waits. */
const leaveFor = ({ frozen, turns, outcomes, system, summary }: SystemRun, whole: ReadonlyArray<string>): void => {
  const earlier = eachBefore(system)
  for (const [record, id] of frozen.ids.entries()) {
    const outcome = outcomes[record]
    if (outcome !== undefined && !(outcome.status === 'untouched' && isPending(outcome.why))) continue
    const waits = turns?.isReleased(record) === false ? turns.waitsFor(record).map((at) => earlier[at]?.target) : []
    const names = [...whole, ...waits]
    if (names.length > 0) outcomes[record] = { id, status: 'untouched', why: `waiting-for ${names.join(' and ')}` }
    else if (outcome === undefined)
      outcomes[record] = { id, status: 'untouched', why: summary?.halted === undefined ? 'aborted' : 'halted' }
  }
}

const isPending = (why: string): boolean => why === 'aborted' || why === 'halted'

/** What is protected, or no id of the system, was never to be deleted. */
const isWhollyGone = ({ outcomes }: SystemRun): boolean =>
  outcomes.every(
    (outcome) =>
      outcome?.status === 'deleted' ||
      outcome?.status === 'absent' ||
      (outcome?.status === 'untouched' && (outcome.why === 'protected' || outcome.why === 'invalid-id')),
  )

const reportOf = ({ subjects }: Frozen, runs: ReadonlyArray<SystemRun>): SubjectsReport => {
  const states = openStates(subjects.length)
  const left = subjects.map((): LeftRecord[] => [])
  for (const { system, frozen, outcomes } of runs) {
    for (const [record, outcome] of outcomes.entries()) {
      if (outcome === undefined) continue
      for (const subject of subjectsOf(frozen.links, record)) {
        states.add(subject, outcome.status)
        if (outcome.status !== 'deleted' && outcome.status !== 'absent')
          left[subject]?.push({ target: system.name, ...outcome })
      }
    }
  }
  return {
    subjects: subjects.map((subject, number) => ({ subject, state: states.of(number), left: left[number] ?? [] })),
    targets: new Map(runs.map(({ system, summary }) => [system.name, summary])),
  }
}

/** Names are known and distinct, no system waits for itself, and none is asked for more than it promises. */
const demandOrder = (systems: ReadonlyArray<SubjectSystem>): void => {
  const byName = new Map<string, SubjectSystem>()
  for (const system of systems) {
    if (byName.has(system.name)) throw new UsageError(`two systems are called "${system.name}"`)
    byName.set(system.name, system)
  }
  const done = new Set<string>()
  const targetOf = (before: string | AfterEach): string => (typeof before === 'string' ? before : before.target)
  for (const system of systems) {
    for (const before of system.after ?? []) {
      const earlier = byName.get(targetOf(before))
      if (earlier === undefined)
        throw new UsageError(`"${system.name}" comes after "${targetOf(before)}", and there is no such system`)
      if (typeof before === 'string' || before.needs === undefined) continue
      const { effect } = earlier.provider.capabilities
      if (!isAtLeast(effect, before.needs))
        throw new UsageError(
          `"${system.name}" needs "${before.needs}" of "${earlier.name}", which promises "${effect}": it would wait for ever`,
        )
    }
  }
  for (let round = 0; round < systems.length; round++)
    for (const { name, after = [] } of systems) if (after.every((before) => done.has(targetOf(before)))) done.add(name)
  const circle = systems.find(({ name }) => !done.has(name))
  if (circle !== undefined) throw new UsageError(`"${circle.name}" would wait for itself`)
}
