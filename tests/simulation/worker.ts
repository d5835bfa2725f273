import { parentPort, workerData } from 'node:worker_threads'
import type { News, Task } from './crew.ts'
import { judge } from './judge.ts'

/** Plays the seeds of one task after the other; its only state is the number that says at which it is. */
const seedAt = workerData as Int32Array

parentPort?.on('message', async ({ from, count, step }: Task) => {
  let calls = 0
  for (let number = 0; number < count; number++) {
    const seed = from + number * step
    Atomics.store(seedAt, 0, seed)
    const { story, complaints } = await judge(seed)
    calls += story.world.calls.length
    if (complaints.length > 0) tell({ failure: { seed, complaints } })
  }
  tell({ played: count, calls })
})

const tell = (news: News): void => parentPort?.postMessage(news)
