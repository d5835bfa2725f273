import type { Work } from '../intake/work.ts'
import { afterPass, type Isolated } from '../judge/isolation.ts'
import { sendAgain, sendNext } from '../run/requeue.ts'
import type { Run } from '../run/run.ts'
import { settleCulprits } from './culprits.ts'

/**
 * The part that was sent has passed; when it was the last one there is no culprit. So it was the size that was refused,
 * if nothing as large has ever passed, or it was a refusal of the moment.
 */
export const goOnSearching = async (run: Run, { search }: Work): Promise<void> => {
  if (search === undefined) return
  const mayBeTheSize = search.rootSize > Math.max(1, run.known.experience.largestPassed)
  if (search.others.length === 0 && mayBeTheSize) run.queue.batcher.limitCount(Math.floor(search.rootSize / 2))
  await applyStep(run, afterPass(search, run.known.experience))
}

/** Does what a step of a search came to. */
export const applyStep = async (run: Run, { culprits, free, next }: Isolated): Promise<void> => {
  if (next !== undefined) sendNext(run, next)
  if (free.length > 0) sendAgain(run, free)
  if (culprits.length > 0) await settleCulprits(run, culprits)
}

/** What a search knew of its other records is void: they go again with any others. */
export const freeOthers = (run: Run, { search }: Work): void => {
  if (search !== undefined && search.others.length > 0) sendAgain(run, search.others)
}
