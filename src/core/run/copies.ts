import type { RecordContent } from '../contract/provider.ts'
import type { Stop } from './stop.ts'

/** Hands contents over to be kept, before their records may be deleted. */
export interface Copies {
  /** Resolves with true when all of these are kept; with false when they are not, and the run is ending. */
  readonly keep: (records: ReadonlyArray<RecordContent>) => Promise<boolean>
}

interface Waiting {
  readonly records: ReadonlyArray<RecordContent>
  readonly done: (isKept: boolean) => void
}

/** One call at a time; what comes meanwhile goes together in the next one. The first that fails was the last one. */
export const openCopies = (
  backup: ((records: ReadonlyArray<RecordContent>) => Promise<void> | void) | undefined,
  stop: Pick<Stop, 'halt' | 'over'>,
): Copies => {
  let waiting: Waiting[] = []
  let isWriting = false
  let failed = false

  const writeAll = async (): Promise<void> => {
    isWriting = true
    while (waiting.length > 0) {
      const now = waiting
      waiting = []
      try {
        if (!failed) await backup?.(now.flatMap(({ records }) => records))
      } catch (cause) {
        failed = true
        const why = cause instanceof Error ? cause.message : String(cause)
        stop.halt({ because: 'backup', detail: `no copy could be kept, so nothing more is deleted: ${why}` })
      }
      for (const { done } of now) done(!failed)
    }
    isWriting = false
  }

  return {
    keep: (records) =>
      new Promise((resolve) => {
        const giveUp = (): void => resolve(false)
        // Nothing of it was sent, so what is never kept is not waited for beyond the end of the run.
        stop.over.addEventListener('abort', giveUp, { once: true })
        if (stop.over.aborted) giveUp()
        const done = (isKept: boolean): void => {
          stop.over.removeEventListener('abort', giveUp)
          resolve(isKept)
        }
        waiting.push({ records, done })
        if (!isWriting) void writeAll()
      }),
  }
}
