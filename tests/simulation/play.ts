import { deleteRecords, type RecordOutcome, type Report, type RunSummary, streamOutcomes } from '../../src/index.ts'
import { castOf } from './cast.ts'
import { type HandedOver, openIdSource } from './id-source.ts'
import { mix, openDice } from './random.ts'
import type { Scenario } from './scenario.ts'
import { openWorld, type World } from './world.ts'

/** What came of one simulated run. */
export interface Story {
  readonly scenario: Scenario
  readonly world: World
  readonly handedOver: HandedOver
  readonly end: 'ended' | 'stuck' | 'too long' | 'too many steps'
  readonly outcomes: ReadonlyArray<RecordOutcome>
  readonly summary?: RunSummary
  /** The whole report, where this face of the library gives one. */
  readonly report?: Report
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
  const provider = castOf(world)
  const source = openIdSource(world)
  const stage = { done: false, left: false, report: undefined as Report | undefined, error: undefined as unknown }
  const outcomes: RecordOutcome[] = []
  const { options, stop } = runOptions(world)

  const perform = async (): Promise<void> => {
    try {
      if (scenario.options.face === 'report') {
        stage.report = await deleteRecords(provider, source.ids, options)
        for (const outcome of stage.report.outcomes) {
          if (outcome === undefined) world.remarks.push('hole: the report has an empty place among its outcomes')
          else outcomes.push(outcome)
        }
      } else stage.left = await follow(world, streamOutcomes(provider, source.ids, options), outcomes, stop)
    } catch (error) {
      stage.error = error
    }
    world.endedAt = clock.now()
    stage.done = true
  }
  void perform()
  const end = await clock.play(() => stage.done, world.startedAt + longestRunMs)
  const timersLeft = clock.lentTimers()
  if (end === 'ended') await clock.play(() => false, clock.now() + longestRunMs)
  const last = world.events.findLast((event) => event.kind === 'run-ended')
  return {
    scenario,
    world,
    handedOver: source.handedOver,
    end,
    outcomes,
    left: stage.left,
    timersLeft,
    ...(last?.kind === 'run-ended' && { summary: last.report }),
    ...(stage.report && { report: stage.report }),
    ...(stage.error !== undefined && { error: stage.error }),
  }
}

const runOptions = (world: World) => {
  const { scenario, clock } = world
  const { face: _face, isAdaptive, listenerThrows, protect, requestsPerSecond, ...options } = scenario.options
  const controller = new AbortController()
  const dice = openDice(mix(scenario.seed, 3))
  const { abort } = scenario
  const stop = (by: 'abort' | 'halt'): void => {
    if (by === 'abort') world.abortedAt ??= clock.now()
    world.stopped ??= { at: clock.now(), moment: ++world.moment, by }
  }
  const abortNow = (): void => {
    if (world.endedAt !== undefined || controller.signal.aborted) return
    stop('abort')
    controller.abort()
  }
  if (abort !== undefined && 'atMs' in abort) {
    if (abort.atMs === 0) abortNow()
    else void clock.sleep(abort.atMs).then(abortNow)
  }
  if (abort !== undefined && 'atCall' in abort)
    world.onCall.push((call) => {
      if (call.number === abort.atCall) abortNow()
    })
  return {
    stop,
    options: {
      ...options,
      ...(isAdaptive === true && { concurrency: 'adaptive' as const }),
      ...(protect.length > 0 && { protect }),
      ...(requestsPerSecond !== undefined && { rate: { requestsPerSecond } }),
      ...(abort !== undefined && { signal: controller.signal }),
      clock: clock.lent,
      random: dice.roll,
      onEvent: (event: World['events'][number]) => {
        world.events.push(event)
        world.moment++
        if (event.kind === 'halted') stop('halt')
        if (abort !== undefined && 'atEvent' in abort && world.events.length === abort.atEvent) abortNow()
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
