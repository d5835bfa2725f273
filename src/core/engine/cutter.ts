import type { Source } from '../intake/source.ts'
import type { Work } from '../intake/work.ts'
import { badRate, firstGroup } from '../judge/isolation.ts'
import { type Run, settle } from '../run/run.ts'
import { lingerMs } from '../settings/options.ts'
import { readsInstead } from '../settle/missing.ts'

/** Cuts fresh work: pulls ids only when there is room for a batch of them. */
export const openCutter = (run: Run, source: Source, accept: (id: unknown) => void) => {
  const { clock } = run.settings
  let state: 'more' | 'waiting' | 'ended' = 'more'
  let lingerUntil: number | undefined
  let alarmed = false
  /** Asked of the source since the last batch was cut. */
  let pulledInVain = 0
  let resting = false
  const finished = new AbortController()

  const size = (): number => {
    const { count } = run.queue.batcher.limits()
    const searching =
      run.known.experience.anonymous && !readsInstead(run) && run.provider.capabilities.atomicity === 'all-or-nothing'
    return searching ? Math.min(count, firstGroup(badRate(run.known.experience))) : count
  }
  /** How many more ids a batch of `most` needs, and a canary allows. */
  const wanted = (most: number): number => Math.min(most - run.queue.batcher.ready(), run.books.guards.allowance())
  /** True while a partly filled batch should still wait for a source that is slow. Timers may be a little early, so each look sets one. */
  const lingers = (): boolean => {
    const now = clock.now()
    lingerUntil ??= now + lingerMs
    if (now >= lingerUntil) return false
    if (!alarmed) {
      alarmed = true
      void clock.sleep(lingerUntil - now, finished.signal).then(() => {
        alarmed = false
        run.tell.wake()
      })
    }
    return true
  }

  /** Much was pulled and nothing of it is to be sent: lets others have a turn, an abort or a sink that is full. */
  const rest = (): void => {
    pulledInVain = 0
    resting = true
    void clock.sleep(restMs, finished.signal).then(() => {
      resting = false
      run.tell.wake()
    })
  }

  /** The next batch of what waits; undefined when none of it fits into a request. */
  const take = (most: number): Work | undefined => {
    while (run.queue.batcher.waiting() > 0) {
      const { batch, tooLarge } = run.queue.batcher.take(most)
      const reason = { code: 'too-large', message: 'it does not fit into a request, even alone' }
      for (const record of tooLarge) settle(run, record, { status: 'untouched', why: 'too-large', reason })
      if (batch.length > 0) return { records: batch }
    }
    return undefined
  }

  return {
    ended: () => state === 'ended',
    next: (): Work | undefined => {
      if (resting) return undefined
      if (state === 'waiting') state = 'more'
      while (true) {
        const most = size()
        while (state === 'more' && wanted(most) > 0 && run.ending.stop.reason() === undefined) {
          if (pulledInVain >= pullAtOnce) {
            rest()
            return undefined
          }
          pulledInVain += wanted(most)
          state = source.pull(wanted(most), accept)
        }
        if (run.ending.stop.reason() !== undefined || run.queue.batcher.waiting() === 0) return undefined
        if (state === 'waiting' && wanted(most) > 0 && lingers()) return undefined
        lingerUntil = undefined
        const work = take(most)
        if (work !== undefined) pulledInVain = 0
        // A source that had more goes on: nobody else would ask it.
        if (work !== undefined || state !== 'more') return work
      }
    },
    /** Whether nothing is left to be cut; looks for one more id, if that has to be known. */
    isDry: (): boolean => {
      if (state !== 'ended' && run.queue.batcher.waiting() === 0) state = source.pull(1, accept)
      return state === 'ended' && run.queue.batcher.waiting() === 0
    },
    /** Reads a source with an end to its end, and closes any other. */
    finish: async () => {
      finished.abort()
      if (state === 'ended') return
      if (source.sized) while (state !== 'ended') state = source.pull(pullAtOnce, accept)
      else await source.close(accept)
    },
  }
}

const pullAtOnce = 10_000
const restMs = 1
