/**
 * The room `run`: carries out an approved plan. Opens and checks its targets, runs them in order, shows progress, stops on a
 * signal or when the time is up, and prints the result. The library does the deleting.
 * May import: `terminal`, `ids`, `systems`, `plan`. Begin with `carryOut`, then read `execute.ts`.
 */

import type { OpenJournal } from '../../journal/index.ts'
import { type Backups, openBackups } from '../backup/backups.ts'
import { backupLines, backupMember } from '../backup/state.ts'
import { type Accepted, acceptedIn } from '../plan/accepted.ts'
import { filesOf } from '../plan/files.ts'
import { type Approval, keep, type RunPlan, type RunStatus } from '../plan/run-plan.ts'
import { openRunTurns } from '../subjects/run-turns.ts'
import { openActivity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodeOf, isOpen, type StopReason } from '../terminal/exit-codes.ts'
import { spanOf } from '../terminal/figures.ts'
import { type MessageOptions, type Messages, openMessages } from '../terminal/messages.ts'
import { onOneLine, visible, widthOf } from '../terminal/output.ts'
import { openEvents } from './events-file.ts'
import { execute, type TargetResult, totalsOf } from './execute.ts'
import { demandOwnIds } from './journal.ts'
import { openListening } from './listening.ts'
import { openMetrics } from './metrics-file.ts'
import { closeAll, readyTargets } from './ready-targets.ts'
import { resultJson, resultText } from './result.ts'
import { openStops } from './stops.ts'

export interface CarryOutOptions extends MessageOptions {
  readonly grace?: number
  readonly maxDuration?: number
  /** Stops the run then, in ms since the epoch. */
  readonly until?: number
  /** Sends so many records at most. */
  readonly limit?: number
  readonly rps?: number
  readonly share?: number
  readonly concurrency?: number
  readonly json?: boolean
  readonly events?: string
  readonly metricsFile?: string
  readonly accept?: Accepted
}

/** Carries out a plan, or what is left of it, and says how it came out; resolves with the exit code. */
export const carryOut = async (
  journal: OpenJournal,
  plan: RunPlan,
  approval: Approval | undefined,
  options: CarryOutOptions,
): Promise<number> => {
  const { grace: graceMs, json = false, events, limit, metricsFile } = options
  const messages = openMessages(options)
  if (events === '-' && json)
    throw new CommandError('--events - and --json would both write to standard output: choose one')
  const stops = openStops(options, (reason, by) =>
    messages.info(stoppingText(reason, graceMs ?? defaultGraceMs, by), { event: 'stopping', reason }),
  )
  // From the beginning: what is asked now is about this run.
  const endFollowing = journal.followControls((control) => {
    if (control.what === 'stop') stops.ask(control.asker)
  })
  try {
    setPace(journal, options)
    const activity = openActivity(messages)
    activity.at(() => `asks ${plan.targets.map(({ name }) => name).join(', ')} where it is`)
    const targets = await readyTargets(plan, messages.warn).finally(activity.end)
    try {
      for (const [name, { provider }] of targets) demandOwnIds(journal, name, provider.identityOf)
    } catch (cause) {
      await closeAll(targets)
      throw cause
    }
    const turns = openRunTurns(journal, plan.subjects, plan.targets)
    const inputs = filesOf(journal.path, plan)
    const eventsFile = events === undefined ? undefined : openEvents(events, inputs, messages)
    const metrics =
      metricsFile === undefined
        ? undefined
        : openMetrics(metricsFile, {
            keep: events === undefined ? inputs : [...inputs, { path: events, what: 'the file of events' }],
            targets: plan.targets,
            standingOf: (name) => totalsOf(journal.target(name)),
            warn: messages.warn,
          })
    const listening = openListening(journal, plan, messages, eventsFile, metrics)
    let results: ReadonlyArray<TargetResult> = []
    let backups: Backups | undefined
    try {
      backups = await openBackups(journal, plan, ({ name, records }) =>
        isOpen({ records, settled: totalsOf(journal.target(name)) }),
      )
      if (approval !== undefined) keep(journal, 'approval', approval)
      keep(journal, 'status', { state: 'running', at: now() })
      results = await execute({
        journal,
        plan,
        targets,
        signal: stops.signal,
        ...(graceMs !== undefined && { graceMs }),
        listen: listening.to,
        backupOf: backups.of,
        ...(limit !== undefined && { limit }),
        turns,
        onBlocked: (name, detail) => {
          metrics?.blocked(name)
          messages.warn(`${name} ${detail}`, { target: name, event: 'blocked' })
          listening.block(name, detail)
        },
      })
    } catch (cause) {
      metrics?.close(results)
      throw cause
    } finally {
      listening.close()
      await backups?.close()
      await closeAll(targets)
    }
    const exitCode = conclude(
      journal,
      plan,
      results,
      stops.reason() ?? results.find(({ stopped }) => stopped !== undefined)?.stopped,
      { json, isApart: events === '-', accept: options.accept },
      messages,
    )
    metrics?.close(results, exitCode)
    return exitCode
  } finally {
    endFollowing()
    stops.close()
  }
}

/** A pace that this run is given is on record like one that is asked for later, and lasts as long. */
const setPace = (journal: OpenJournal, { rps, share, concurrency }: CarryOutOptions): void => {
  if (rps === undefined && share === undefined && concurrency === undefined) return
  journal.control({
    what: 'rate',
    ...(share !== undefined && { share }),
    ...(rps !== undefined && { requestsPerSecond: rps }),
    ...(concurrency !== undefined && { concurrency }),
  })
}

const now = (): string => new Date().toISOString()

const conclude = (
  journal: OpenJournal,
  plan: RunPlan,
  results: ReadonlyArray<TargetResult>,
  stopped: StopReason | undefined,
  how: { readonly json: boolean; readonly isApart: boolean; readonly accept: Accepted | undefined },
  messages: Messages,
): number => {
  const ends = results.map((result) => ({ ...result, accepted: acceptedIn(journal.target(result.name), how.accept) }))
  const exitCode = exitCodeOf(ends, stopped)
  const state = stateOf(results)
  const targets = results.map(({ name, state, detail }) => ({ name, state, ...(detail !== undefined && { detail }) }))
  const isOnRecord = !results.some(({ journalFailed }) => journalFailed)
  if (isOnRecord) keep(journal, 'status', { state, at: now(), exitCode, targets })
  if (how.json) {
    const copyOf = (name: string) => (isOnRecord ? backupMember(journal.target(name)) : {})
    const result = resultJson(plan, results, journal.path, exitCode, state, stopped, copyOf)
    process.stdout.write(`${visible(JSON.stringify(result, null, 2))}\n`)
  } else if (!messages.isQuiet || exitCode !== 0) {
    // Events that go to standard output have it to themselves.
    const output = how.isApart ? process.stderr : process.stdout
    const copies = isOnRecord ? plan.targets.flatMap(({ name }) => backupLines(name, journal.target(name))) : []
    output.write(`${visible(resultText(plan, ends, journal.path, exitCode, widthOf(output), copies))}\n`)
  }
  return exitCode
}

const stateOf = (results: ReadonlyArray<TargetResult>): RunStatus['state'] => {
  const order = ['halted', 'stopped', 'blocked'] as const
  return order.find((state) => results.some((result) => result.state === state)) ?? 'ended'
}

/** The default of the library. */
const defaultGraceMs = 30_000

const stoppingText = (reason: StopReason, graceMs: number, by?: string): string => {
  const asked = `expunge stop${by === undefined ? '' : `, by ${onOneLine(by)}`}`
  const why = { SIGINT: 'Ctrl-C', SIGTERM: 'SIGTERM', clock: 'the time is up', asked, limit: 'the limit' }[reason]
  const again = reason === 'SIGINT' ? '; once more leaves at once' : ''
  return `${why}: nothing more is sent, what is in flight is settled for up to ${spanOf(graceMs)}${again}`
}
