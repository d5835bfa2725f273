import type { DurableReport, RecordOutcome, Report } from '../contract/outcome.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import type { Ids } from '../intake/source.ts'
import type { Run } from '../run/run.ts'
import type { AnyOptions } from '../settings/options.ts'
import { prepareRun } from './engine.ts'
import type { Sink } from './handover.ts'

export type AnyReport = Report | DurableReport

/** Runs to the end and keeps every outcome, in input order. Throws `UsageError` at once for misuse. */
export const collect = (
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options?: AnyOptions,
  onOpen?: (run: Run) => void,
): (() => Promise<AnyReport>) => {
  const outcomes: RecordOutcome[] = []
  const sink: Sink = {
    put: (outcome, index) => {
      if (options?.journal === undefined) outcomes[index] = outcome
    },
    full: () => false,
  }
  const start = prepareRun(provider, ids, options, sink, onOpen)
  const journal = options?.journal
  if (journal === undefined) return async () => ({ ...(await start()), outcomes })
  return async () => {
    const summary = await start()
    const pending = summary.halted === undefined ? 'aborted' : 'halted'
    return { ...summary, outcomes: { [Symbol.iterator]: () => journal.outcomes(pending)[Symbol.iterator]() } }
  }
}

/** Outcomes that may wait to be taken before the run is held back. */
const mostWaiting = 4_000

/** Outcomes as they are settled; the run begins with the first one asked for, and goes no further than it is followed. */
export const stream = (
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: AnyOptions = {},
): AsyncIterableIterator<RecordOutcome> => {
  const leave = new AbortController()
  let waiting: RecordOutcome[] = []
  let head = 0
  let running: Promise<void> | undefined
  let ended = false
  let left = false
  let onRoom: (() => void) | undefined
  let onArrival: (() => void) | undefined
  /** What the journal or the plan was not given: told once, to who asks for an outcome. */
  let failed: { readonly cause: unknown } | undefined

  const arrived = () => {
    onArrival?.()
    onArrival = undefined
  }
  const sink: Sink = {
    put: (outcome) => {
      if (left) return
      waiting.push(outcome)
      arrived()
    },
    full: (whenRoom) => {
      if (left || waiting.length - head < mostWaiting) return false
      onRoom = whenRoom
      return true
    },
  }
  const start = prepareRun(provider, ids, endedBy(leave.signal, options), sink)
  const end = () => {
    ended = true
    arrived()
  }
  // Asked with every outcome: it makes nothing anew.
  const begin = () => {
    if (left || running !== undefined) return
    running = start().then(end, (cause: unknown) => {
      failed = { cause }
      end()
    })
  }
  const take = (): RecordOutcome | undefined => {
    const outcome = waiting[head]
    if (outcome === undefined) return undefined
    head++
    if (head === waiting.length) {
      waiting = []
      head = 0
    } else if (head >= mostWaiting) {
      waiting = waiting.slice(head)
      head = 0
    }
    if (onRoom !== undefined && waiting.length - head < mostWaiting / 2) {
      onRoom()
      onRoom = undefined
    }
    return outcome
  }
  const takeLater = async (): Promise<IteratorResult<RecordOutcome>> => {
    while (true) {
      const outcome = take()
      if (outcome !== undefined) return { done: false, value: outcome }
      if (failed !== undefined && !left) {
        const { cause } = failed
        failed = undefined
        throw cause
      }
      if (ended || left) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        const earlier = onArrival
        onArrival = () => {
          earlier?.()
          resolve()
        }
      })
    }
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () => {
      begin()
      const outcome = take()
      return outcome === undefined ? takeLater() : Promise.resolve({ done: false, value: outcome })
    },
    return: async () => {
      left = true
      waiting = []
      head = 0
      leave.abort()
      onRoom?.()
      arrived()
      await running
      return { done: true, value: undefined }
    },
  }
}

/** A signal more. What are no options, or hold no signal, goes on as it is, to be refused where all misuse is. */
const endedBy = (leave: AbortSignal, options: AnyOptions): AnyOptions => {
  if (typeof options !== 'object' || options === null) return options
  const { signal = leave } = options
  return { ...options, signal: signal instanceof AbortSignal ? AbortSignal.any([signal, leave]) : signal }
}
