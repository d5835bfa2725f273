import {
  type DurableReport,
  deleteRecords,
  type RecordOutcome,
  type Report,
  type RunSummary,
  streamOutcomes,
} from '../../src/index.ts'
import { castOf, openBackend } from './cast.ts'
import type { LentClock } from './clock.ts'
import { openDiary } from './diary.ts'
import { type HandedOver, openIdSource } from './id-source.ts'
import { judgeStop } from './oracle-stop.ts'
import { mix, openDice } from './random.ts'
import type { Abort, Leg, Scenario } from './scenario.ts'
import { openWorld, type World } from './world.ts'

/** What came of one simulated run. */
export interface Story {
  readonly scenario: Scenario
  readonly world: World
  readonly handedOver: HandedOver
  readonly end: 'ended' | 'stuck' | 'too long' | 'too many steps'
  readonly outcomes: ReadonlyArray<RecordOutcome>
  readonly summary?: RunSummary
  /** The outcomes are in the order in which the ids were handed in. */
  readonly inOrder: boolean
  readonly error?: unknown
  /** The stream was left before its end: not all outcomes were seen. */
  readonly left: boolean
  /** Timers of the engine that were still running when the run had ended. */
  readonly timersLeft: number
}

/** The longest run that is still taken for one, in simulated ms: four days. */
const longestRunMs = 4 * 24 * 3_600_000

/** Plays a scenario to its end, and then as long as the backend is still busy with something. */
export const play = async (scenario: Scenario): Promise<Story> => {
  const world = openWorld(scenario)
  const { clock } = world
  const backend = openBackend(world)
  const source = openIdSource(world)
  const diary = scenario.legs === undefined ? undefined : openDiary()
  const stage: Stage = { done: false, left: false, report: undefined, error: undefined }
  const outcomes: RecordOutcome[] = []
  let end: Story['end'] = 'ended'
  let timersLeft = 0
  try {
    for (const leg of [...(scenario.legs ?? []), scenario.abort]) {
      const lent = beginLeg(world)
      const { options, stop } = runOptions(world, lent, leg)
      // The models know of no place.
      const { identify: _identify, ...provider } = castOf(world, backend)
      const perform = async (): Promise<void> => {
        try {
          if (diary !== undefined) {
            const journal = diary.open(world.life)
            const ids = (await journal.plan()) === undefined ? source.ids : undefined
            stage.report = await deleteRecords(provider, ids, { ...options, journal })
          } else if (scenario.options.face === 'report')
            stage.report = await deleteRecords(provider, source.ids, options)
          else stage.left = await follow(world, streamOutcomes(provider, source.ids, options), outcomes, stop)
        } catch (error) {
          stage.error = error
        }
        world.endedAt = clock.now()
        stage.done = true
      }
      stage.done = false
      void perform()
      end = await clock.play(() => stage.done || world.life.dead, world.startedAt + longestRunMs)
      timersLeft = lent.timers()
      if (end !== 'ended' || stage.error !== undefined) break
      if (world.life.dead) bury(world, lent)
      else if (scenario.legs === undefined || world.stopped === undefined || leg === scenario.abort) break
      else world.remarks.push(...judgeStop(world, timersLeft))
      diary?.close(world.life.dead)
    }
    if (stage.report !== undefined) take(world, stage.report.outcomes, outcomes)
  } finally {
    diary?.remove()
  }
  if (end === 'ended') await clock.play(() => false, clock.now() + longestRunMs)
  const last = world.events.findLast((event) => event.kind === 'run-ended')
  const { report } = stage
  return {
    scenario,
    world,
    handedOver: source.handedOver,
    end,
    outcomes,
    left: stage.left,
    timersLeft,
    ...(last?.kind === 'run-ended' && { summary: last.report }),
    inOrder: report !== undefined,
    ...(stage.error !== undefined && { error: stage.error }),
  }
}

interface Stage {
  done: boolean
  left: boolean
  report: Report | DurableReport | undefined
  error: unknown
}

const take = (world: World, from: Iterable<RecordOutcome | undefined>, outcomes: RecordOutcome[]): void => {
  for (const outcome of from) {
    if (outcome === undefined) world.remarks.push('hole: the report has an empty place among its outcomes')
    else outcomes.push(outcome)
  }
}

/** A new process: what the last one saw and was told is not its own. */
const beginLeg = (world: World): LentClock => {
  if (world.startedAt < world.clock.now() || world.calls.length > 0) world.leg++
  world.life = { dead: false }
  world.startedAt = world.clock.now()
  world.events = []
  world.onCall = []
  delete world.stopped
  delete world.abortedAt
  delete world.endedAt
  return world.clock.lend()
}

/** The process is dead: its timers and its connections are no more. */
const bury = (world: World, lent: LentClock): void => {
  lent.stop()
  for (const call of world.calls) {
    if (call.endedAt !== undefined) continue
    call.endedAt = world.clock.now()
    call.orphaned = true
  }
}

const runOptions = (world: World, lent: LentClock, leg: Leg | Abort | undefined) => {
  const { scenario, clock, life } = world
  const { face: _face, isAdaptive, listenerThrows, protect, requestsPerSecond, share, ...options } = scenario.options
  const controller = new AbortController()
  const dice = openDice(mix(scenario.seed, 3 + 100 * world.leg))
  const stop = (by: 'abort' | 'halt'): void => {
    if (by === 'abort') world.abortedAt ??= clock.now()
    world.stopped ??= { at: clock.now(), moment: ++world.moment, by }
  }
  const abortNow = (): void => {
    if (world.endedAt !== undefined || controller.signal.aborted || life.dead) return
    if (leg !== undefined && 'killed' in leg && leg.killed) {
      lent.stop()
      life.dead = true
      return
    }
    stop('abort')
    controller.abort()
  }
  if (leg !== undefined && 'atMs' in leg) {
    if (leg.atMs === 0) abortNow()
    else
      void clock.sleep(leg.atMs).then(() => {
        if (world.life === life) abortNow()
      })
  }
  const before = world.calls.length
  if (leg !== undefined && 'atCall' in leg)
    world.onCall.push((call) => {
      if (call.number - before === leg.atCall) abortNow()
    })
  const rate = {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(share !== undefined && { share }),
  }
  return {
    stop,
    options: {
      ...options,
      ...(isAdaptive === true && { concurrency: 'adaptive' as const }),
      ...(protect.length > 0 && { protect }),
      ...(Object.keys(rate).length > 0 && { rate }),
      ...(leg !== undefined && { signal: controller.signal }),
      clock: lent,
      random: dice.roll,
      onEvent: (event: World['events'][number]) => {
        if (life.dead) return
        world.events.push(event)
        world.moment++
        if (event.kind === 'halted') stop('halt')
        if (leg !== undefined && 'atEvent' in leg && world.events.length === leg.atEvent) abortNow()
        if (listenerThrows === true) throw new Error('the listener is broken')
      },
    },
  }
}

/** Takes outcomes from a stream, not always at once; leaves it early where the scenario says so. */
const follow = async (
  world: World,
  stream: AsyncIterable<RecordOutcome>,
  outcomes: RecordOutcome[],
  stop: (by: 'abort') => void,
): Promise<boolean> => {
  const { face } = world.scenario.options
  const dice = openDice(mix(world.scenario.seed, 4))
  const most = typeof face === 'object' ? face.left : Number.POSITIVE_INFINITY
  for await (const outcome of stream) {
    outcomes.push(outcome)
    if (outcomes.length >= most) {
      stop('abort')
      return true
    }
    if (dice.chance(0.1)) await world.clock.sleep(dice.whole(0, 300))
  }
  return false
}
