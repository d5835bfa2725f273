import type { BulkRecordProvider } from '../contract/provider.ts'
import { openDeadlines } from '../http/deadlines.ts'
import { openBatcher } from '../intake/batcher.ts'
import { asGiven } from '../intake/intake.ts'
import { openAdaptive } from '../pace/adaptive.ts'
import { openRetryBudget } from '../pace/backoff.ts'
import { openGate } from '../pace/gate.ts'
import { joinLimiter } from '../pace/limiter.ts'
import { openPolling } from '../pace/polling.ts'
import { openCopies } from '../run/copies.ts'
import { openEmitter } from '../run/emitter.ts'
import { openGuards } from '../run/guards.ts'
import { openLedger } from '../run/ledger.ts'
import { openProofs } from '../run/proofs.ts'
import { noRecorder, openRecorder } from '../run/recorder.ts'
import { type Run, unsent } from '../run/run.ts'
import { openSteering } from '../run/steering.ts'
import { openStop } from '../run/stop.ts'
import { openWaits } from '../run/waits.ts'
import { openWatch } from '../run/watch.ts'
import { defaults } from '../settings/options.ts'
import type { Settings } from '../settings/settings.ts'
import { openMissingMet } from '../settle/missing.ts'
import { openParking } from '../settle/parking.ts'
import { messageOf } from './durable.ts'
import type { Sink } from './handover.ts'

/** Everything that the parts of one run share, from its checked settings. */
export const openRun = (provider: BulkRecordProvider, settings: Settings, sink: Sink, wake: () => void): Run => {
  const { clock, concurrency } = settings
  const emit = openEmitter(settings)
  const ledger = openLedger(sink.put)
  const limiter = joinLimiter(clock, settings.limitKey ?? provider, {
    rate: provider.capabilities.rate,
    share: settings.rateShare,
    requestsPerSecond: settings.requestsPerSecond,
  })
  const gate = openGate(
    clock,
    limiter,
    {
      concurrency,
      ...(settings.isAdaptive && { adaptive: openAdaptive(Math.min(defaults.concurrency, concurrency), concurrency) }),
      longestPollWaitMs: settings.jobDeadlineMs / 4,
      holdsDeletions: () => run.pace.steering.held() !== undefined,
    },
    wake,
  )
  const watch = openWatch(clock, settings.callTimeoutMs)
  const stop = openStop(clock, settings.drainMs, settings.signal, (reason) => {
    gate.barDeletions()
    emit(reason.kind === 'aborted' ? { kind: 'aborted' } : { kind: 'halted', ...reason.halt })
    waits.begin('stopping', () => experience.inFlight, clock.now() + settings.drainMs)
    wake()
  })
  stop.over.addEventListener('abort', () => {
    gate.shut()
    watch.giveUp()
    wake()
  })
  const recorder =
    settings.journal === undefined
      ? noRecorder
      : openRecorder(
          settings.journal,
          clock,
          () => stop.reason() !== undefined,
          (error) => stop.halt({ because: 'journal', detail: messageOf(error) }),
        )
  const experience = {
    requests: 0,
    batches: 0,
    inFlight: 0,
    planned: undefined,
    passed: 0,
    bad: 0,
    largestPassed: 0,
    anonymous: false,
    answered: false,
    outage: undefined,
    pollsAnswered: 0,
    putOff: {},
    atGate: 0,
    pauseBegun: false,
    copied: 0,
    vainCopies: 0,
    diagnosesLeft: settings.diagnoses,
  }
  const emitSettled = () =>
    emit({
      kind: 'settled',
      totals: ledger.totals(),
      inFlight: experience.inFlight,
      duplicates: ledger.duplicates(),
      requests: experience.requests,
    })
  const waits = openWaits(clock, settings.onEvent && emit, () => experience.inFlight)
  const steering = openSteering({
    settings,
    pacing: limiter.pacing,
    gate,
    stop,
    waits,
    emit,
    unsent: () => unsent(run),
    onFree: () => Object.assign(experience, { putOff: {}, outage: undefined }),
  })
  const run: Run = {
    provider,
    identityOf: provider.identityOf ?? asGiven,
    settings,
    books: { ledger, recorder, guards: openGuards(settings), copies: openCopies(settings.backup, stop) },
    queue: {
      works: [],
      batcher: openBatcher(provider, settings),
      unlisted: openBatcher(provider, settings),
      parking: openParking(),
    },
    pace: {
      gate,
      pacing: limiter.pacing,
      polling: openPolling(),
      budget: openRetryBudget(),
      steering,
      release: limiter.release,
    },
    known: {
      proofs: openProofs(wake, recorder.readerProven),
      culprits: { held: [], examining: false, suspects: [] },
      missing: openMissingMet(),
      experience,
      memory: new Map(),
    },
    ending: { stop, watch, deadlines: openDeadlines(clock, settings.callTimeoutMs) },
    tell: { emit, settled: settings.onEvent === undefined ? () => {} : emitSettled, waits, wake },
  }
  return run
}

/** Releases the run's resources: timers, exchanges, listeners, what it shares with other runs. */
export const closeRun = (run: Run): void => {
  run.ending.stop.release()
  run.pace.gate.shut()
  run.ending.watch.close()
  run.ending.deadlines.close()
  run.pace.steering.release()
  run.tell.waits.close()
  run.pace.release()
}
