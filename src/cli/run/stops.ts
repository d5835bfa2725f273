import { exitCodes, type StopReason } from '../terminal/exit-codes.ts'

/** What stops a run from outside: Ctrl-C, SIGTERM, the time that it was given, or `expunge stop`. */
export interface Stops {
  readonly signal: AbortSignal
  /** Somebody asked for it. */
  readonly ask: (by: string | undefined) => void
  readonly reason: () => StopReason | undefined
  readonly close: () => void
}

/**
 * Listens. The first signal stops sending, and `onStop` is told; a second one leaves at once, with everything that was
 * settled on record. A terminal that goes away (SIGHUP) stops nothing.
 */
export const openStops = (
  { maxDuration, until }: { readonly maxDuration?: number; readonly until?: number },
  onStop: (reason: StopReason, by?: string) => void,
): Stops => {
  const controller = new AbortController()
  let reason: StopReason | undefined
  const stop = (why: StopReason, by?: string): void => {
    const isSignal = why === 'SIGINT' || why === 'SIGTERM'
    // A signal after the clock is one more; anything else is stopped already.
    if (reason === 'SIGINT' || reason === 'SIGTERM' || (reason !== undefined && !isSignal)) return
    reason = why
    controller.abort()
    onStop(why, by)
  }
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== 'SIGINT' && name !== 'SIGTERM') return
    if (reason === 'SIGINT' || reason === 'SIGTERM') {
      process.exit(name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated)
    }
    stop(name)
  }
  const onHangUp = (): void => {}
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('SIGHUP', onHangUp)
  const startedAt = performance.now()
  const leftMs = (): number =>
    Math.min(
      maxDuration === undefined ? Number.POSITIVE_INFINITY : maxDuration - (performance.now() - startedAt),
      until === undefined ? Number.POSITIVE_INFINITY : until - Date.now(),
    )
  // The machine's clock may be set, and a machine may sleep: it looks again.
  const watch = (): void => {
    if (reason !== undefined) return
    const left = leftMs()
    if (left <= 0) stop('clock')
    else if (left < Number.POSITIVE_INFINITY) timer = setTimeout(watch, Math.min(left, longestMs)).unref()
  }
  let timer: NodeJS.Timeout | undefined
  watch()
  return {
    signal: controller.signal,
    ask: (by) => stop('asked', by),
    reason: () => reason,
    close: () => {
      clearTimeout(timer)
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      process.off('SIGHUP', onHangUp)
    },
  }
}

const longestMs = 30_000
