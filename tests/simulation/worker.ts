import { parentPort, workerData } from 'node:worker_threads'
import type { Figures, News, Task } from './crew.ts'
import { countUnjudged } from './evidence.ts'
import { judge } from './judge.ts'

// Most of the cost of a call that is cut would be the stack of its error, which nobody reads.
Error.stackTraceLimit = 0

/** Tells the crew at which seed this worker is. */
const seedAt = workerData as Int32Array

parentPort?.on('message', async ({ from, count, step }: Task) => {
  const played: Figures = { seeds: count, calls: 0, unjudged: 0 }
  for (let number = 0; number < count; number++) {
    const seed = from + number * step
    Atomics.store(seedAt, 0, seed)
    const { story, complaints } = await judge(seed)
    played.calls += story.world.calls.length
    played.unjudged += countUnjudged(story)
    if (complaints.length > 0) tell({ failure: { seed, complaints } })
  }
  tell({ played })
})

const tell = (news: News): void => parentPort?.postMessage(news)
