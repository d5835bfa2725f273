import type { EmulatorCall } from '../../src/emulators/index.ts'
import type { RecordOutcome } from '../../src/index.ts'
import { type Ended, expunge } from '../cli/child.ts'
import { atOnce, type Scene, type System } from './scene.ts'

/** A process that was killed: what its journal held as in flight, and how many calls each system had seen by then. */
export interface Kill {
  readonly inFlight: ReadonlyArray<ReadonlySet<string>>
  readonly calls: ReadonlyArray<number>
}

export interface Report {
  readonly run: { readonly state: string }
  readonly targets: ReadonlyArray<{
    readonly name: string
    readonly totals: Readonly<Record<RecordOutcome['status'], number>>
    readonly outcomes: ReadonlyArray<RecordOutcome & { readonly attempts: number }>
  }>
}

/** What `expunge report` says of a journal. */
export const readReport = async (path: string): Promise<Report> => {
  const { code, stdout, stderr } = await expunge('report', path, '--format', 'json')
  if (code !== 0) throw new Error(`report ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as Report
}

/** The last process must have ended by itself: some records are refused, and some of Opus can't be told. */
export const ended = ({ code, stderr }: Ended, { targets, run }: Report): ReadonlyArray<string> => {
  const unconfirmed = targets.some(({ totals }) => totals.unconfirmed > 0)
  const expected = unconfirmed ? 3 : 1
  return [
    ...(code === expected ? [] : [`it ended with ${code} instead of ${expected}: ${stderr}`]),
    ...(run.state === 'ended' ? [] : [`its state is ${run.state}`]),
  ]
}

/** Everything in which a report and the ledgers disagree. `first`: the number of calls of each system before the run. */
export const problemsOf = (
  { systems }: Scene,
  first: ReadonlyArray<number>,
  kills: ReadonlyArray<Kill>,
  report: Report,
): ReadonlyArray<string> =>
  systems.flatMap((system, at) => {
    const calls = system.emulator.calls.slice(first[at] ?? 0)
    const ends = kills.map((kill) => (kill.calls[at] ?? 0) - (first[at] ?? 0))
    const inFlight = kills.map((kill) => kill.inFlight[at] ?? new Set<string>())
    const outcomes = report.targets[at]?.outcomes ?? []
    return [
      ...lost(system, outcomes),
      ...outcomes.flatMap((outcome) => guessed(system, calls, inFlight, outcome)),
      ...sentAgain(calls, ends, inFlight),
      ...system.bystanders
        .filter((id) => !system.emulator.existing().has(id))
        .map((id) => `${id} is on no list, and gone`),
    ].map((problem) => `${system.name}: ${problem}`)
  })

/** Every record of the list has one outcome, in order. */
const lost = ({ ids }: System, outcomes: ReadonlyArray<RecordOutcome>): ReadonlyArray<string> => {
  const expected = [...new Set(ids)]
  const reported = outcomes.map(({ id }) => id)
  if (expected.join('\n') === reported.join('\n')) return []
  return [`the report has ${reported.length} records, not the ${expected.length} of the list, in its order`]
}

const guessed = (
  system: System,
  calls: ReadonlyArray<EmulatorCall>,
  inFlight: ReadonlyArray<ReadonlySet<string>>,
  outcome: RecordOutcome,
): ReadonlyArray<string> => {
  const { id, status } = outcome
  const exists = system.emulator.existing().has(id)
  const ours = calls.some(({ method, applied }) => isDeletion(method) && applied.includes(id))
  const wasInFlight = inFlight.some((records) => records.has(id))
  const readBack = status === 'deleted' && outcome.evidence === 'read-back'
  const sent = calls.some(({ method, ids }) => isDeletion(method) && ids.includes(id))
  const wrong = {
    // Of a record that was sent and is gone, nobody can tell whose work that was.
    deleted: exists || (!ours && !(readBack && (wasInFlight || sent))),
    absent: exists || ours,
    rejected: !exists && !(system.name === 'opus' && system.missing.includes(id)),
    untouched: id !== 'no such id',
    // Nothing of Opus can be read back.
    unconfirmed: !wasInFlight || system.name !== 'opus',
  }[status]
  if (!wrong) return []
  const facts = `${exists ? 'it exists' : 'it is gone'}, ${ours ? '' : 'not '}by a call of ours, ${wasInFlight ? '' : 'not '}in flight at a kill`
  return [`${JSON.stringify(outcome)}, and ${facts}`]
}

const isDeletion = (method: string): boolean => method === 'DELETE' || method === 'POST'

/** What was applied before a kill is sent again only where it was in flight then: on record, and as the ledger has it. */
const sentAgain = (
  calls: ReadonlyArray<EmulatorCall>,
  ends: ReadonlyArray<number>,
  inFlight: ReadonlyArray<ReadonlySet<string>>,
): ReadonlyArray<string> =>
  ends.flatMap((end, at) => {
    const before = calls.slice(0, end).filter(({ applied }) => applied.length > 0)
    const after = new Set(calls.slice(end).flatMap(({ method, ids }) => (isDeletion(method) ? ids : [])))
    const repeated = before.filter(({ applied }) => applied.some((id) => after.has(id)))
    const unknown = repeated.flatMap(({ applied }) => applied.filter((id) => after.has(id) && !inFlight[at]?.has(id)))
    // What an earlier kill had left in doubt may still have been so at this one.
    const ofThisProcess = repeated.filter((call) => calls.indexOf(call) >= (ends[at - 1] ?? 0))
    return [
      ...(ofThisProcess.length > atOnce
        ? [`${ofThisProcess.length} calls of one process were sent again after kill ${at + 1}`]
        : []),
      ...unknown.map((id) => `${id} was done before kill ${at + 1}, not in flight at it, and sent again`),
    ]
  })

/** Figures worth printing. */
export const known = (
  { systems }: Scene,
  first: ReadonlyArray<number>,
  kills: ReadonlyArray<Kill>,
  report: Report,
): { readonly inFlight: number; readonly again: number; readonly unconfirmed: number } => {
  let again = 0
  for (const [at, { emulator }] of systems.entries()) {
    for (const kill of kills) {
      const end = kill.calls[at] ?? 0
      const after = new Set(emulator.calls.slice(end).flatMap(({ method, ids }) => (isDeletion(method) ? ids : [])))
      const before = emulator.calls.slice(first[at] ?? 0, end).flatMap(({ applied }) => applied)
      again += before.filter((id) => after.has(id)).length
    }
  }
  return {
    again,
    inFlight: kills.reduce((sum, kill) => sum + kill.inFlight.reduce((each, { size }) => each + size, 0), 0),
    unconfirmed: report.targets.reduce((sum, { totals }) => sum + totals.unconfirmed, 0),
  }
}
