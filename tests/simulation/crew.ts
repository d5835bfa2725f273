import { Worker } from 'node:worker_threads'
import type { FamilyName } from './scenario.ts'

/** A seed that failed, and what the oracle said of it. */
export interface Failure {
  readonly seed: number
  readonly complaints: ReadonlyArray<string>
}

/** What a worker is asked to play: `count` seeds from `from` on, every `step`-th. */
export interface Task {
  readonly from: number
  readonly count: number
  readonly step: number
}

/** What a worker tells: one failure, or that it is done with its task. */
export type News = { readonly failure: Failure } | { readonly played: Figures }

export interface Figures {
  seeds: number
  calls: number
  /** Outcomes that are counted and not judged: what came about them may have come too late for any promise. */
  unjudged: number
}

export interface Tally extends Figures {
  readonly failures: Failure[]
}

export interface CrewOptions {
  readonly seeds: number
  readonly from: number
  readonly family?: FamilyName
  /** How many seeds lie between two of the same family. */
  readonly families: ReadonlyArray<FamilyName>
  readonly workers: number
  /** Stops when so many seeds have failed. */
  readonly mostFailures: number
  readonly onProgress?: (tally: Tally) => void
}

/** Seeds of one task: small, so that the workers end together. */
const taskSize = 50
/** A seed that takes longer than this has got stuck in a loop without any await. In real ms. */
const longestSeedMs = 20_000

/**
 * Plays seeds on several threads. Where the engine never lets go of the event loop, no simulated clock can help: such a
 * worker is given up, and the seed that it was at is a failure.
 */
export const playAll = async (options: CrewOptions): Promise<Tally> => {
  const { families, family, from, seeds, workers, mostFailures, onProgress } = options
  const step = family === undefined ? 1 : families.length
  const first = family === undefined ? from : firstOf(from, families.indexOf(family), families.length)
  const tally: Tally = { seeds: 0, calls: 0, unjudged: 0, failures: [] }
  let next = 0
  const nextTask = (): Task | undefined => {
    if (next >= seeds || tally.failures.length >= mostFailures) return undefined
    const count = Math.min(taskSize, seeds - next)
    const task = { from: first + next * step, count, step }
    next += count
    return task
  }
  const lane = async (): Promise<void> => {
    let worker = hire()
    for (let task = nextTask(); task !== undefined; task = nextTask()) {
      const end = await worker.play(task, (failure) => tally.failures.push(failure), tally)
      if (end !== undefined) {
        tally.failures.push(end)
        await worker.dismiss()
        worker = hire()
      }
      onProgress?.(tally)
    }
    await worker.dismiss()
  }
  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(seeds / taskSize)) }, lane))
  tally.failures.sort((one, other) => one.seed - other.seed)
  return tally
}

/** The first seed from `from` on whose family is the one at `place`. */
const firstOf = (from: number, place: number, count: number): number =>
  from + ((place - (from % count) + count) % count)

const hire = () => {
  const seedAt = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: seedAt })
  return {
    dismiss: () => worker.terminate(),
    /** Resolves with the failure that the worker did not survive, or undefined when all were played. */
    play: (task: Task, onFailure: (failure: Failure) => void, tally: Tally): Promise<Failure | undefined> =>
      new Promise((resolve) => {
        let seen = -1
        const watch = setInterval(() => {
          const now = Atomics.load(seedAt, 0)
          if (now === seen) end({ seed: now, complaints: ['hang: the engine never lets go of the event loop'] })
          seen = now
        }, longestSeedMs)
        const onError = (error: unknown) => {
          const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
          end({ seed: Atomics.load(seedAt, 0), complaints: [`crash: ${told}`] })
        }
        const onNews = (news: News) => {
          if ('failure' in news) return onFailure(news.failure)
          tally.seeds += news.played.seeds
          tally.calls += news.played.calls
          tally.unjudged += news.played.unjudged
          end(undefined)
        }
        const end = (failure: Failure | undefined) => {
          clearInterval(watch)
          worker.off('message', onNews)
          worker.off('error', onError)
          resolve(failure)
        }
        worker.on('message', onNews)
        worker.once('error', onError)
        worker.postMessage(task)
      }),
  }
}
