export interface Timers {
  /** Runs `task` after `delayMs`; at once when that is 0. */
  readonly later: (delayMs: number, task: () => void) => void
  /** Drops all that has not run, and all that comes after. */
  readonly stop: () => void
}

/** Timers that end together, so that a closed emulator leaves nothing behind that keeps the process alive. */
export const createTimers = (): Timers => {
  const running = new Set<NodeJS.Timeout>()
  let stopped = false
  return {
    later: (delayMs, task) => {
      if (stopped) return
      if (delayMs <= 0) return task()
      const timer = setTimeout(() => {
        running.delete(timer)
        task()
      }, delayMs)
      running.add(timer)
    },
    stop: () => {
      stopped = true
      for (const timer of running) clearTimeout(timer)
      running.clear()
    },
  }
}
