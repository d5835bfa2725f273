import { exitCodes, type StopReason } from '../terminal/exit-codes.ts'

/** What stops a run from outside: Ctrl-C, SIGTERM, or the time that it was given. */
export interface Stops {
  readonly signal: AbortSignal
  readonly reason: () => StopReason | undefined
  readonly close: () => void
}

/**
 * Listens. The first signal stops sending, and `onStop` is told; a second one leaves at once, with everything that was
 * settled on record. A terminal that goes away (SIGHUP) stops nothing.
 */
export const openStops = (maxDurationMs: number | undefined, onStop: (reason: StopReason) => void): Stops => {
  const controller = new AbortController()
  let reason: StopReason | undefined
  const stop = (why: StopReason): void => {
    if (reason !== undefined && reason !== 'clock') return
    reason = why
    controller.abort()
    onStop(why)
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
  const endsAt = maxDurationMs === undefined ? undefined : Date.now() + maxDurationMs
  // Longer than a timer can be set for: it looks again.
  const watch = (): void => {
    if (endsAt === undefined || reason !== undefined) return
    const left = endsAt - Date.now()
    if (left <= 0) stop('clock')
    else timer = setTimeout(watch, Math.min(left, 2 ** 31 - 1)).unref()
  }
  let timer: NodeJS.Timeout | undefined
  watch()
  return {
    signal: controller.signal,
    reason: () => reason,
    close: () => {
      clearTimeout(timer)
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      process.off('SIGHUP', onHangUp)
    },
  }
}
